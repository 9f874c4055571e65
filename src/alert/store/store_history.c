/* SPDX-License-Identifier: MIT */
/* See store_history.h. */
#include <config.h>

#include "alert/store/store_history.h"

#include "alert/model/alert.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_internal.h"

#include <errno.h>

int store_history_add(struct store *s, int64_t at, int64_t alert_id,
                      const char *what, const char *channel,
                      const char *detail) {
  static const char sql[] = "INSERT INTO history(at, alert_id, what, channel,"
                            " detail) VALUES(?,nullif(?,0),?,?,?)";

  return db_run(&s->db, sql,
                DB_BIND(db_i(at), db_i(alert_id), db_t(what), db_t(channel),
                        db_t(detail)));
}

int store_history_each(struct store *s, const char *device, int64_t since,
                       size_t max, store_history_fn *each, void *arg) {
  static const char sql[] =
      "SELECT h.id, h.at, ifnull(h.alert_id,0), h.what, h.channel, h.detail,"
      " a.id, " ALERT_NAMES
      " FROM history h LEFT JOIN alert a ON a.id=h.alert_id"
      " WHERE h.at>=?1 AND (?2='' OR a.device=?2 OR a.pi=?2 OR (a.host=?2"
      " AND a.plugin NOT IN ('kasa', 'kasa_plug', 'kasa_total')))"
      " ORDER BY h.id DESC LIMIT ?3";
  sqlite3_stmt *stmt = db_ask(
      &s->db, sql, DB_BIND(db_i(since), db_t(device), db_i((int64_t)max)));

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    bool of_alert = sqlite3_column_type(stmt, 6) != SQLITE_NULL;
    const char *text[3];
    struct alert a = {0};

    for (int i = 0; i < 3; i++) {
      text[i] = (const char *)sqlite3_column_text(stmt, 3 + i);
      if (text[i] == NULL)
        text[i] = "";
    }
    if (of_alert)
      store_alert_names(stmt, 7, &a);
    each(arg, &(struct history_line){.id = sqlite3_column_int64(stmt, 0),
                                     .at = sqlite3_column_int64(stmt, 1),
                                     .alert_id = sqlite3_column_int64(stmt, 2),
                                     .what = text[0],
                                     .channel = text[1],
                                     .detail = text[2],
                                     .alert = of_alert ? &a : NULL});
  }
  db_done(stmt);
  return 0;
}
