/* SPDX-License-Identifier: MIT */
/* See store_group.h. */
#include <config.h>

#include "alert/store/store_group.h"

#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

#include <errno.h>

int store_group_add(struct store *s, int64_t row_id, int64_t alert_id,
                    const char *route, bool over) {
  static const char sql[] = "INSERT OR REPLACE INTO group_alert(row_id,"
                            " alert_id, route, over) VALUES(?,?,?,?)";

  return db_run(&s->db, sql,
                DB_BIND(db_i(row_id), db_i(alert_id), db_t(route), db_i(over)));
}

int store_group_clear(struct store *s, int64_t row_id) {
  static const char sql[] = "DELETE FROM group_alert WHERE row_id=?";

  return db_run(&s->db, sql, DB_BIND(db_i(row_id)));
}

int store_group_copy(struct store *s, int64_t from, int64_t to) {
  static const char sql[] =
      "INSERT OR REPLACE INTO group_alert(row_id, alert_id, route, over)"
      " SELECT ?, alert_id, route, over FROM group_alert WHERE row_id=?";

  return db_run(&s->db, sql, DB_BIND(db_i(to), db_i(from)));
}

int store_group_each(struct store *s, int64_t row_id, int64_t after, int max,
                     store_group_fn *each, void *arg) {
  static const char sql[] =
      "SELECT alert_id, route, over FROM group_alert WHERE row_id=? AND"
      " alert_id>?"
      " ORDER BY alert_id LIMIT ?";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_i(row_id), db_i(after), db_i(max)));
  char route[STORE_NAME_SIZE];

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    db_text(stmt, 1, route, sizeof(route));
    each(arg, sqlite3_column_int64(stmt, 0), route,
         sqlite3_column_int(stmt, 2) != 0);
  }
  db_done(stmt);
  return 0;
}

int64_t store_group_due(struct store *s, const char *channel, const char *key,
                        bool ends) {
  static const char sql[] =
      "SELECT min(group_due) FROM outbox WHERE channel=? AND group_key=?"
      " AND group_key!='' AND state=" SQL_QUEUED " AND (kind=" SQL_RESOLVED
      ")=? AND kind!=" SQL_REPEAT " AND group_due>0";

  return db_number(
      &s->db,
      db_ask(&s->db, sql, DB_BIND(db_t(channel), db_t(key), db_i(ends))), 0);
}

bool store_group_known(struct store *s, const char *channel, const char *key) {
  static const char sql[] =
      "SELECT EXISTS(SELECT 1 FROM told t JOIN alert a ON a.id=t.alert_id"
      " WHERE t.channel=?1 AND t.group_key=?2 AND t.group_key!='' AND"
      " t.announced=1 AND a.state<" SQL_CLOSED ") OR EXISTS(SELECT 1 FROM"
      " outbox WHERE state IN " SQL_UNDERWAY
      " AND channel=?1 AND group_key=?2)";

  return db_number(&s->db,
                   db_ask(&s->db, sql, DB_BIND(db_t(channel), db_t(key))),
                   0) != 0;
}

int64_t store_group_waits(struct store *s, const char *channel,
                          int64_t alert_id, int64_t now) {
  static const char sql[] =
      "SELECT min(group_due) FROM outbox WHERE alert_id=? AND channel=? AND"
      " state=" SQL_QUEUED " AND group_due>?";

  return db_number(
      &s->db,
      db_ask(&s->db, sql, DB_BIND(db_i(alert_id), db_t(channel), db_i(now))),
      0);
}

int store_group_hurry_ends(struct store *s, const char *channel,
                           const char *fingerprint, int64_t now) {
  static const char sql[] =
      "UPDATE outbox SET group_due=min(group_due, ?3) WHERE channel=?1"
      " AND group_key!='' AND state=" SQL_QUEUED " AND kind=" SQL_RESOLVED
      " AND group_key IN (SELECT o.group_key FROM outbox o JOIN alert a ON"
      " a.id=o.alert_id WHERE o.channel=?1 AND o.group_key!='' AND"
      " o.state=" SQL_QUEUED " AND o.kind=" SQL_RESOLVED " AND a.fp=?2)";

  return db_run(&s->db, sql,
                DB_BIND(db_t(channel), db_t(fingerprint), db_i(now)));
}

int store_group_each_ending(struct store *s, const char *channel,
                            store_ending_fn *each, void *arg) {
  static const char sql[] =
      "SELECT a.id, a.fp FROM outbox o JOIN alert a ON a.id=o.alert_id"
      " WHERE o.channel=?1 AND o.state IN " SQL_UNDERWAY
      " AND o.kind=" SQL_RESOLVED " UNION ALL SELECT a.id, a.fp FROM outbox o"
      " JOIN group_alert m ON m.row_id=o.id JOIN alert a ON a.id=m.alert_id"
      " WHERE o.channel=?1 AND o.state IN " SQL_UNDERWAY
      " AND o.kind=" SQL_RESOLVED;
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_t(channel)));

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    const unsigned char *fp = sqlite3_column_text(stmt, 1);

    if (fp != NULL)
      each(arg, sqlite3_column_int64(stmt, 0), (const char *)fp);
  }
  db_done(stmt);
  return 0;
}
