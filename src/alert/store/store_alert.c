/* SPDX-License-Identifier: MIT */
/* See store_alert.h. */
#include <config.h>

#include "alert/store/store_alert.h"

#include "alert/model/alert_json.h"
#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool episode_taken(struct store *s, const char *episode) {
  static const char sql[] = "SELECT 1 FROM alert WHERE episode = ?";

  return db_number(&s->db, db_ask(&s->db, sql, DB_BIND(db_t(episode))), 0) != 0;
}

/* Two episodes of one alert may begin within a second. */
static void episode_choose(struct store *s, struct alert *a) {
  int64_t second = a->since / 1000;

  do
    snprintf(a->episode, sizeof(a->episode), "%s-%" PRId64, a->fingerprint,
             second++);
  while (episode_taken(s, a->episode));
}

static int alert_insert(struct store *s, struct alert *a) {
  static const char sql[] =
      "INSERT INTO alert(fp, episode, state, since, extra)"
      " VALUES(?, ?, ?, ?, '{}')";
  int err;

  if (a->episode[0] == '\0')
    episode_choose(s, a);
  err = db_run(&s->db, sql,
               DB_BIND(db_t(a->fingerprint), db_t(a->episode), db_i(a->state),
                       db_i(a->since)));
  if (err == 0)
    a->id = sqlite3_last_insert_rowid(s->db.handle);
  return err;
}

int store_alert_save(struct store *s, struct alert *a, int64_t due) {
  static const char sql[] =
      "UPDATE alert SET class=?, host=?, plugin=?, pi=?, type=?, ti=?,"
      " device=?, level=?, severity=?, state=?, flags=?, since=?, seen=?,"
      " state_due=?, resolved_at=?, value=?, limit_=?, direction=?, unit=?,"
      " ds=?, text=?, count=?, ack_by=?, ack_at=?, ack_until=?, ack_level=?,"
      " extra=? WHERE id=?";
  char *extra;
  int err = 0;

  if (a->id == 0)
    err = alert_insert(s, a);
  if (err < 0)
    return err;
  extra = alert_json_text(a);
  if (extra == NULL)
    return -ENOMEM;
  err = db_run(&s->db, sql,
               DB_BIND(db_i(a->class), db_t(a->host), db_t(a->plugin),
                       db_t(a->plugin_instance), db_t(a->type),
                       db_t(a->type_instance), db_t(a->device), db_i(a->level),
                       db_i(a->severity), db_i(a->state), db_i(a->flags),
                       db_i(a->since), db_i(a->seen), db_i(due),
                       db_i(a->resolved_at), db_d(a->value), db_d(a->limit),
                       db_i(a->direction), db_t(a->unit), db_t(a->data_source),
                       db_t(a->text), db_i(a->count), db_t(a->ack_by),
                       db_i(a->ack_at), db_i(a->ack_until), db_i(a->ack_level),
                       db_t(extra), db_i(a->id)));
  free(extra);
  return err;
}

int store_alert_delete(struct store *s, int64_t id) {
  static const char sql[] = "DELETE FROM alert WHERE id=?";

  return db_run(&s->db, sql, DB_BIND(db_i(id)));
}

int store_member_save(struct store *s, int64_t alert_id,
                      const struct alert_member *m) {
  static const char sql[] =
      "INSERT INTO member(alert_id, series, missing_since, back_at)"
      " VALUES(?,?,?,?) ON CONFLICT(alert_id, series) DO UPDATE SET"
      " missing_since=excluded.missing_since, back_at=excluded.back_at";

  return db_run(&s->db, sql,
                DB_BIND(db_i(alert_id), db_t(m->series), db_i(m->missing_since),
                        db_i(m->back_at)));
}

static void alert_read(sqlite3_stmt *stmt, struct alert *a) {
  const unsigned char *text = sqlite3_column_text(stmt, 1);

  if (alert_json_read(text != NULL ? (const char *)text : "", a) < 0)
    a->state = ALERT_FIRING; /* its row says it is open; keep what we have */
  a->id = sqlite3_column_int64(stmt, 0);
  db_text(stmt, 2, a->fingerprint, sizeof(a->fingerprint));
  db_text(stmt, 3, a->episode, sizeof(a->episode));
}

void store_alert_names(sqlite3_stmt *stmt, int first, struct alert *a) {
  const struct {
    char *out;
    size_t size;
  } names[] = {
      {a->host, sizeof(a->host)},
      {a->plugin, sizeof(a->plugin)},
      {a->plugin_instance, sizeof(a->plugin_instance)},
      {a->type, sizeof(a->type)},
      {a->type_instance, sizeof(a->type_instance)},
      {a->device, sizeof(a->device)},
  };

  alert_init(a);
  a->class = (enum alert_class)sqlite3_column_int(stmt, first);
  for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++)
    db_text(stmt, first + 1 + i, names[i].out, names[i].size);
}

static int each_alert(struct store *s, sqlite3_stmt *stmt, store_alert_fn *each,
                      void *arg) {
  struct alert a;

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    alert_read(stmt, &a);
    each(arg, &a, sqlite3_column_int64(stmt, 4));
  }
  db_done(stmt);
  return 0;
}

int store_alert_each_open(struct store *s, store_alert_fn *each, void *arg) {
  static const char sql[] =
      "SELECT id, extra, fp, episode, state_due"
      " FROM alert WHERE state < " SQL_CLOSED " ORDER BY id";

  return each_alert(s, db_ask(&s->db, sql, DB_NOTHING), each, arg);
}

int store_alert_each_told(struct store *s, const char *channel,
                          int64_t ended_since, int max, store_alert_fn *each,
                          void *arg) {
  static const char sql[] =
      "SELECT a.id, a.extra, a.fp, a.episode, a.state_due"
      " FROM told t JOIN alert a ON a.id = t.alert_id WHERE t.channel=?"
      " AND ((a.state < " SQL_CLOSED " AND t.announced != 0)"
      " OR (a.state >= " SQL_CLOSED " AND a.resolved_at >= ?"
      " AND t.last_at > 0)) ORDER BY a.id LIMIT ?";

  return each_alert(
      s,
      db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(ended_since), db_i(max))),
      each, arg);
}

int store_alert_each_closed_acked(struct store *s, int64_t since, int max,
                                  store_alert_fn *each, void *arg) {
  static const char sql[] =
      "SELECT id, extra, fp, episode, state_due FROM alert"
      " WHERE state >= " SQL_CLOSED " AND resolved_at >= ? AND (flags & ?) != 0"
      " ORDER BY resolved_at DESC LIMIT ?";

  return each_alert(
      s,
      db_ask(&s->db, sql, DB_BIND(db_i(since), db_i(ALERT_ACKED), db_i(max))),
      each, arg);
}

int store_member_each(struct store *s, int64_t alert_id, store_member_fn *each,
                      void *arg) {
  static const char sql[] =
      "SELECT series, missing_since, back_at FROM member WHERE alert_id=?";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_i(alert_id)));

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    struct alert_member m = {.missing_since = sqlite3_column_int64(stmt, 1),
                             .back_at = sqlite3_column_int64(stmt, 2)};
    db_text(stmt, 0, m.series, sizeof(m.series));
    each(arg, &m);
  }
  db_done(stmt);
  return 0;
}

int store_alert_get(struct store *s, int64_t id, struct alert *a) {
  static const char sql[] =
      "SELECT id, extra, fp, episode FROM alert WHERE id=?";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_i(id)));
  bool found = db_step(&s->db, stmt);

  if (found)
    alert_read(stmt, a);
  db_done(stmt);
  return found ? 0 : -ENOENT;
}

int store_alert_last_closed(struct store *s, const char *fingerprint,
                            int64_t since, struct alert *a) {
  static const char sql[] =
      "SELECT id, extra, fp, episode FROM alert WHERE fp=?"
      " AND state >= " SQL_CLOSED " AND resolved_at >= ?"
      " ORDER BY resolved_at DESC LIMIT 1";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_t(fingerprint), db_i(since)));
  bool found = db_step(&s->db, stmt);

  if (found)
    alert_read(stmt, a);
  db_done(stmt);
  return found ? 0 : -ENOENT;
}

bool store_alert_is_open(struct store *s, int64_t id) {
  static const char sql[] =
      "SELECT state < " SQL_CLOSED " FROM alert WHERE id=?";

  return db_number(&s->db, db_ask(&s->db, sql, DB_BIND(db_i(id))), 0) != 0;
}

bool store_alert_is_acked(struct store *s, int64_t id) {
  static const char sql[] = "SELECT flags & ? FROM alert WHERE id=?";

  return db_number(&s->db,
                   db_ask(&s->db, sql, DB_BIND(db_i(ALERT_ACKED), db_i(id))),
                   0) != 0;
}

int store_repeat_save(struct store *s, int64_t alert_id, const char *route,
                      int64_t repeat_due) {
  static const char sql[] =
      "INSERT INTO route_state(alert_id, route, repeat_due) VALUES(?,?,?)"
      " ON CONFLICT(alert_id, route) DO UPDATE SET"
      " repeat_due=excluded.repeat_due";

  return db_run(&s->db, sql,
                DB_BIND(db_i(alert_id), db_t(route), db_i(repeat_due)));
}

int64_t store_repeat_get(struct store *s, int64_t alert_id, const char *route) {
  static const char sql[] =
      "SELECT repeat_due FROM route_state WHERE alert_id=? AND route=?";

  return db_number(
      &s->db, db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(route))), 0);
}

int store_step_save(struct store *s, int64_t alert_id, const char *route,
                    unsigned step, int64_t due) {
  static const char sql[] =
      "INSERT INTO route_state(alert_id, route, step, step_due)"
      " VALUES(?,?,?,?) ON CONFLICT(alert_id, route) DO UPDATE SET"
      " step=excluded.step, step_due=excluded.step_due";

  return db_run(&s->db, sql,
                DB_BIND(db_i(alert_id), db_t(route), db_i(step), db_i(due)));
}

void store_step_get(struct store *s, int64_t alert_id, const char *route,
                    unsigned *step, int64_t *due) {
  static const char sql[] =
      "SELECT step, step_due FROM route_state WHERE alert_id=? AND route=?";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(route)));
  bool found = db_step(&s->db, stmt);

  *step = found ? (unsigned)sqlite3_column_int64(stmt, 0) : 0;
  *due = found ? sqlite3_column_int64(stmt, 1) : 0;
  db_done(stmt);
}
