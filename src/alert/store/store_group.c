/* SPDX-License-Identifier: MIT */
/* See store_group.h. */
#include <config.h>

#include "alert/store/store_group.h"

#include "alert/store/store_internal.h"

#include <errno.h>

int store_group_add(struct store *s, int64_t row_id, int64_t alert_id,
                    const char *route) {
  static const char sql[] = "INSERT OR REPLACE INTO group_alert(row_id,"
                            " alert_id, route) VALUES(?,?,?)";

  return db_run(&s->db, sql,
                DB_BIND(db_i(row_id), db_i(alert_id), db_t(route)));
}

int store_group_copy(struct store *s, int64_t from, int64_t to) {
  static const char sql[] =
      "INSERT OR REPLACE INTO group_alert(row_id, alert_id, route)"
      " SELECT ?, alert_id, route FROM group_alert WHERE row_id=?";

  return db_run(&s->db, sql, DB_BIND(db_i(to), db_i(from)));
}

int store_group_each(struct store *s, int64_t row_id, int64_t after, int max,
                     store_group_fn *each, void *arg) {
  static const char sql[] =
      "SELECT alert_id, route FROM group_alert WHERE row_id=? AND alert_id>?"
      " ORDER BY alert_id LIMIT ?";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_i(row_id), db_i(after), db_i(max)));
  char route[STORE_NAME_SIZE];

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    db_text(stmt, 1, route, sizeof(route));
    each(arg, sqlite3_column_int64(stmt, 0), route);
  }
  db_done(stmt);
  return 0;
}
