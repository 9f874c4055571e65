/* SPDX-License-Identifier: MIT */
/* See store_upkeep.h. */
#include <config.h>

#include "alert/store/store_upkeep.h"

#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

int store_shift(struct store *s, int64_t delta) {
  static const char *const sql[] = {
      "UPDATE outbox SET not_before = CASE WHEN not_before > 0 THEN"
      " max(1, not_before + ?1) ELSE 0 END, created = created + ?1,"
      " group_due = CASE WHEN group_due > 0 THEN max(1, group_due + ?1)"
      " ELSE 0 END"
      " WHERE state IN " SQL_UNDERWAY "",
      "UPDATE channel SET not_before = max(1, not_before + ?1)"
      " WHERE not_before > 0",
      "UPDATE channel SET tokens_at = max(1, tokens_at + ?1)"
      " WHERE tokens_at > 0",
      "UPDATE route_state SET repeat_due = max(1, repeat_due + ?1)"
      " WHERE repeat_due > 0",
      "UPDATE route_state SET step_due = max(1, step_due + ?1)"
      " WHERE step_due > 0",
      "UPDATE held SET since = since + ?1",
      "UPDATE silence SET starts = starts + ?1, ends = CASE WHEN ends > 0 THEN"
      " max(1, ends + ?1) ELSE 0 END WHERE ended IS NULL",
      "UPDATE member SET missing_since = missing_since + ?1 WHERE back_at = 0",
  };

  for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
    int err = db_run(&s->db, sql[i], DB_BIND(db_i(delta)));
    if (err < 0)
      return err;
  }
  return 0;
}

int store_prune(struct store *s, int64_t before, int slice) {
  static const char *const sql[] = {
      "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE at < ?1"
      " ORDER BY at LIMIT ?2)",
      "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state "
      ">= " SQL_SENT " AND created < ?1 LIMIT ?2)",
      "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE state "
      ">= " SQL_CLOSED
      " AND resolved_at < ?1 AND NOT EXISTS(SELECT 1 FROM outbox o WHERE"
      " o.alert_id = alert.id AND o.state IN " SQL_UNDERWAY ") LIMIT ?2)",
  };
  int gone = 0;

  for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
    int err = db_run(&s->db, sql[i], DB_BIND(db_i(before), db_i(slice)));
    if (err < 0)
      return err;
    gone += sqlite3_changes(s->db.handle);
  }
  return gone;
}
