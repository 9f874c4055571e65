/* SPDX-License-Identifier: MIT */
/* See store_held.h. */
#include <config.h>

#include "alert/store/store_held.h"

#include "alert/store/store_internal.h"

#include <errno.h>
#include <string.h>

int store_held_add(struct store *s, const char *channel,
                   const struct held_row *r) {
  static const char sql[] =
      "INSERT INTO held(alert_id, channel, route, policy, why, since, count)"
      " VALUES(?,?,?,?,?,?,1) ON CONFLICT(channel, alert_id) DO UPDATE SET"
      " route=excluded.route, policy=excluded.policy, why=excluded.why,"
      " count=count+1";

  return db_run(&s->db, sql,
                DB_BIND(db_i(r->alert_id), db_t(channel), db_t(r->route),
                        db_t(r->policy), db_t(r->why), db_i(r->since)));
}

int store_held_reason(struct store *s, const char *channel,
                      const struct held_row *r) {
  static const char sql[] =
      "UPDATE held SET policy=?, why=?, since=? WHERE alert_id=? AND"
      " channel=?";

  return db_run(&s->db, sql,
                DB_BIND(db_t(r->policy), db_t(r->why), db_i(r->since),
                        db_i(r->alert_id), db_t(channel)));
}

int store_held_delete(struct store *s, const char *channel, int64_t alert_id) {
  static const char sql[] = "DELETE FROM held WHERE alert_id=? AND channel=?";

  return db_run(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel)));
}

#define COLUMNS "alert_id, route, policy, why, since, count"

static int row_read(struct store *s, sqlite3_stmt *stmt, struct held_row *r) {
  bool found = db_step(&s->db, stmt);

  memset(r, 0, sizeof(*r));
  if (found) {
    r->alert_id = sqlite3_column_int64(stmt, 0);
    db_text(stmt, 1, r->route, sizeof(r->route));
    db_text(stmt, 2, r->policy, sizeof(r->policy));
    db_text(stmt, 3, r->why, sizeof(r->why));
    r->since = sqlite3_column_int64(stmt, 4);
    r->count = (unsigned)sqlite3_column_int(stmt, 5);
  }
  db_done(stmt);
  return found ? 0 : -ENOENT;
}

int store_held_next(struct store *s, const char *channel, int64_t after,
                    struct held_row *r) {
  static const char sql[] =
      "SELECT " COLUMNS " FROM held WHERE channel=? AND alert_id>?"
      " ORDER BY alert_id LIMIT 1";

  return row_read(s, db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(after))),
                  r);
}

int store_held_get(struct store *s, const char *channel, int64_t alert_id,
                   struct held_row *r) {
  static const char sql[] =
      "SELECT " COLUMNS " FROM held WHERE channel=? AND alert_id=?";

  return row_read(
      s, db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(alert_id))), r);
}

bool store_held_any(struct store *s, const char *channel) {
  static const char sql[] = "SELECT EXISTS(SELECT 1 FROM held WHERE channel=?)";

  return db_number(&s->db, db_ask(&s->db, sql, DB_BIND(db_t(channel))), 0) != 0;
}
