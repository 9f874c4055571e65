/* SPDX-License-Identifier: MIT */
/* Rows of alerts, their members, their routes' timers and who was told: see
 * store.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include "alert/model/alert_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool episode_taken(struct store *s, const char *episode) {
  static const char sql[] = "SELECT 1 FROM alert WHERE episode = ?";

  return db_number(s, db_ask(s, sql, "t", episode), 0) != 0;
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
  err = db_run(s, sql, "ttii", a->fingerprint, a->episode, (int64_t)a->state,
               a->since);
  if (err == 0)
    a->id = sqlite3_last_insert_rowid(s->db);
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
  err = db_run(s, sql,
               "ittttttiiiiiiiiddittti"
               "tiiiti",
               (int64_t)a->class, a->host, a->plugin, a->plugin_instance,
               a->type, a->type_instance, a->device, (int64_t)a->level,
               (int64_t)a->severity, (int64_t)a->state, (int64_t)a->flags,
               a->since, a->seen, due, a->resolved_at, a->value, a->limit,
               (int64_t)a->direction, a->unit, a->data_source, a->text,
               (int64_t)a->count, a->ack_by, a->ack_at, a->ack_until,
               (int64_t)a->ack_level, extra, a->id);
  free(extra);
  return err;
}

int store_alert_delete(struct store *s, int64_t id) {
  static const char sql[] = "DELETE FROM alert WHERE id=?";

  return db_run(s, sql, "i", id);
}

int store_member_save(struct store *s, int64_t alert_id,
                      const struct alert_member *m) {
  static const char sql[] =
      "INSERT INTO member(alert_id, series, missing_since, back_at)"
      " VALUES(?,?,?,?) ON CONFLICT(alert_id, series) DO UPDATE SET"
      " missing_since=excluded.missing_since, back_at=excluded.back_at";

  return db_run(s, sql, "itii", alert_id, m->series, m->missing_since,
                m->back_at);
}

static void alert_read(sqlite3_stmt *stmt, struct alert *a) {
  const unsigned char *text = sqlite3_column_text(stmt, 1);

  if (alert_json_read(text != NULL ? (const char *)text : "", a) < 0)
    a->state = ALERT_FIRING; /* its row says it is open; keep what we have */
  a->id = sqlite3_column_int64(stmt, 0);
  db_text(stmt, 2, a->fingerprint, sizeof(a->fingerprint));
  db_text(stmt, 3, a->episode, sizeof(a->episode));
}

int store_alert_each_open(struct store *s, store_alert_fn *each, void *arg) {
  static const char sql[] = "SELECT id, extra, fp, episode, state_due"
                            " FROM alert WHERE state < 3 ORDER BY id";
  sqlite3_stmt *stmt = db_ask(s, sql, "");
  struct alert a;

  if (stmt == NULL)
    return -EIO;
  while (db_step(s, stmt)) {
    alert_read(stmt, &a);
    each(arg, &a, sqlite3_column_int64(stmt, 4));
  }
  db_done(stmt);
  return 0;
}

int store_member_each(struct store *s, int64_t alert_id, store_member_fn *each,
                      void *arg) {
  static const char sql[] =
      "SELECT series, missing_since, back_at FROM member WHERE alert_id=?";
  sqlite3_stmt *stmt = db_ask(s, sql, "i", alert_id);

  if (stmt == NULL)
    return -EIO;
  while (db_step(s, stmt)) {
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
  sqlite3_stmt *stmt = db_ask(s, sql, "i", id);
  bool found = db_step(s, stmt);

  if (found)
    alert_read(stmt, a);
  db_done(stmt);
  return found ? 0 : -ENOENT;
}

bool store_alert_is_open(struct store *s, int64_t id) {
  static const char sql[] = "SELECT state < 3 FROM alert WHERE id=?";

  return db_number(s, db_ask(s, sql, "i", id), 0) != 0;
}

int store_repeat_save(struct store *s, int64_t alert_id, const char *route,
                      int64_t repeat_due) {
  static const char sql[] =
      "INSERT INTO route_state(alert_id, route, repeat_due) VALUES(?,?,?)"
      " ON CONFLICT(alert_id, route) DO UPDATE SET"
      " repeat_due=excluded.repeat_due";

  return db_run(s, sql, "iti", alert_id, route, repeat_due);
}

int64_t store_repeat_get(struct store *s, int64_t alert_id, const char *route) {
  static const char sql[] =
      "SELECT repeat_due FROM route_state WHERE alert_id=? AND route=?";

  return db_number(s, db_ask(s, sql, "it", alert_id, route), 0);
}

/* -- who was told --------------------------------------------------------- */

void store_notification_log_get(struct store *s, int64_t alert_id,
                                const char *channel,
                                struct notification_log *told) {
  static const char sql[] =
      "SELECT announced, last_at, last_level, thread_root, previous, root_ref,"
      " provider_ref FROM told WHERE alert_id=? AND channel=?";
  sqlite3_stmt *stmt = db_ask(s, sql, "it", alert_id, channel);

  memset(told, 0, sizeof(*told));
  if (db_step(s, stmt)) {
    told->announced = sqlite3_column_int(stmt, 0) != 0;
    told->last_at = sqlite3_column_int64(stmt, 1);
    told->last_level = (enum level)sqlite3_column_int(stmt, 2);
    db_text(stmt, 3, told->thread_root, sizeof(told->thread_root));
    db_text(stmt, 4, told->previous, sizeof(told->previous));
    db_text(stmt, 5, told->root_ref, sizeof(told->root_ref));
    db_text(stmt, 6, told->last_ref, sizeof(told->last_ref));
  }
  db_done(stmt);
}

int store_notification_log_set(struct store *s, int64_t alert_id,
                               const char *channel,
                               const struct notification_log *t) {
  static const char sql[] =
      "INSERT INTO told(alert_id, channel, announced, last_at, last_level,"
      " thread_root, previous, root_ref, provider_ref, seq)"
      " VALUES(?,?,?,?,?,?,?,?,?,1) ON CONFLICT(alert_id, channel) DO UPDATE"
      " SET announced=excluded.announced, last_at=excluded.last_at,"
      " last_level=excluded.last_level, thread_root=excluded.thread_root,"
      " previous=excluded.previous, root_ref=excluded.root_ref,"
      " provider_ref=excluded.provider_ref, seq=seq+1";

  return db_run(s, sql, "itiiitttt", alert_id, channel, (int64_t)t->announced,
                t->last_at, (int64_t)t->last_level, t->thread_root, t->previous,
                t->root_ref, t->last_ref);
}

int store_receipt_each(struct store *s, const char *channel,
                       store_receipt_fn *each, void *arg) {
  static const char sql[] =
      "SELECT t.alert_id, t.provider_ref FROM told t JOIN alert a"
      " ON a.id = t.alert_id WHERE t.channel=? AND t.provider_ref != ''"
      " AND a.state < 3 AND a.flags & 16 = 0"; /* 16: ALERT_ACKED */
  sqlite3_stmt *stmt = db_ask(s, sql, "t", channel);
  char ref[MESSAGE_REF_SIZE];

  if (stmt == NULL)
    return -EIO;
  while (db_step(s, stmt)) {
    db_text(stmt, 1, ref, sizeof(ref));
    each(arg, sqlite3_column_int64(stmt, 0), ref);
  }
  db_done(stmt);
  return 0;
}
