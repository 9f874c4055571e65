/* SPDX-License-Identifier: MIT */
/* See store_notification_log.h. */
#include <config.h>

#include "alert/store/store_notification_log.h"

#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

#include <errno.h>
#include <string.h>

void store_notification_log_get(struct store *s, int64_t alert_id,
                                const char *channel,
                                struct notification_log *told) {
  static const char sql[] =
      "SELECT announced, last_at, last_level, thread_root, previous, root_ref,"
      " provider_ref, group_key FROM told WHERE alert_id=? AND channel=?";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel)));

  memset(told, 0, sizeof(*told));
  if (db_step(&s->db, stmt)) {
    told->announced = sqlite3_column_int(stmt, 0) != 0;
    told->last_at = sqlite3_column_int64(stmt, 1);
    told->last_level = (enum level)sqlite3_column_int(stmt, 2);
    db_text(stmt, 3, told->thread_root, sizeof(told->thread_root));
    db_text(stmt, 4, told->previous, sizeof(told->previous));
    db_text(stmt, 5, told->root_ref, sizeof(told->root_ref));
    db_text(stmt, 6, told->last_ref, sizeof(told->last_ref));
    db_text(stmt, 7, told->group_key, sizeof(told->group_key));
  }
  db_done(stmt);
}

int store_notification_log_set(struct store *s, int64_t alert_id,
                               const char *channel,
                               const struct notification_log *t) {
  static const char sql[] =
      "INSERT INTO told(alert_id, channel, announced, last_at, last_level,"
      " thread_root, previous, root_ref, provider_ref, group_key, seq)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,1) ON CONFLICT(alert_id, channel) DO UPDATE"
      " SET announced=excluded.announced, last_at=excluded.last_at,"
      " last_level=excluded.last_level, thread_root=excluded.thread_root,"
      " previous=excluded.previous, root_ref=excluded.root_ref,"
      " provider_ref=excluded.provider_ref, group_key=excluded.group_key,"
      " seq=seq+1";

  return db_run(&s->db, sql,
                DB_BIND(db_i(alert_id), db_t(channel), db_i(t->announced),
                        db_i(t->last_at), db_i(t->last_level),
                        db_t(t->thread_root), db_t(t->previous),
                        db_t(t->root_ref), db_t(t->last_ref),
                        db_t(t->group_key)));
}

int store_notification_log_each_open(struct store *s, store_told_fn *each,
                                     void *arg) {
  /* sorted as a whole before the first row comes: each() may write */
  static const char sql[] =
      "SELECT t.alert_id AS id, t.channel, 1 FROM told t JOIN alert a"
      " ON a.id = t.alert_id WHERE t.announced != 0 AND a.state < " SQL_CLOSED
      " UNION SELECT o.alert_id, o.channel, 0 FROM outbox o JOIN alert a"
      " ON a.id = o.alert_id WHERE o.state IN " SQL_UNDERWAY
      " AND o.kind = " SQL_OPEN " AND a.state < " SQL_CLOSED
      " UNION SELECT m.alert_id, g.channel, 0 FROM group_alert m JOIN outbox g"
      " ON g.id = m.row_id JOIN alert a ON a.id = m.alert_id WHERE g.state"
      " IN " SQL_UNDERWAY " AND g.kind != " SQL_RESOLVED
      " AND a.state < " SQL_CLOSED " ORDER BY id";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_NOTHING);
  char channel[MESSAGE_REF_SIZE];

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    db_text(stmt, 1, channel, sizeof(channel));
    each(arg, sqlite3_column_int64(stmt, 0), channel,
         sqlite3_column_int(stmt, 2) != 0);
  }
  db_done(stmt);
  return 0;
}

int store_receipt_each(struct store *s, const char *channel,
                       store_receipt_fn *each, void *arg) {
  static const char sql[] =
      "SELECT t.alert_id, t.provider_ref FROM told t JOIN alert a"
      " ON a.id = t.alert_id WHERE t.channel=? AND t.provider_ref != ''"
      " AND a.state < " SQL_CLOSED " AND a.flags & " SQL_ACKED " = 0";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_t(channel)));
  char ref[MESSAGE_REF_SIZE];

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    db_text(stmt, 1, ref, sizeof(ref));
    each(arg, sqlite3_column_int64(stmt, 0), ref);
  }
  db_done(stmt);
  return 0;
}
