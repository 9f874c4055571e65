/* SPDX-License-Identifier: MIT */
/* Meta numbers, channels, history, upkeep: see store.h. */
#include <config.h>

#include "alert/store/store_db.h"

#include <errno.h>
#include <string.h>

int store_meta_set(struct store *s, const char *key, int64_t value) {
  static const char sql[] = "INSERT OR REPLACE INTO meta VALUES(?,?)";

  return db_run(s, sql, "ti", key, value);
}

void store_meta_get(struct store *s, const char *key, int64_t *value) {
  static const char sql[] = "SELECT value FROM meta WHERE key=?";

  *value = db_number(s, db_ask(s, sql, "t", key), *value);
}

void store_channel_get(struct store *s, const char *name,
                       struct channel_state *state) {
  static const char sql[] =
      "SELECT not_before, failures, refusals, breaker, disabled_reason,"
      " quota_left, evicted FROM channel WHERE name=?";
  sqlite3_stmt *stmt = db_ask(s, sql, "t", name);

  *state = (struct channel_state){.quota_left = -1};
  if (db_step(s, stmt)) {
    state->not_before = sqlite3_column_int64(stmt, 0);
    state->failures = (unsigned)sqlite3_column_int(stmt, 1);
    state->refusals = (unsigned)sqlite3_column_int(stmt, 2);
    state->stopped = sqlite3_column_int(stmt, 3) != 0;
    db_text(stmt, 4, state->reason, sizeof(state->reason));
    state->quota_left = (long)sqlite3_column_int64(stmt, 5);
    state->evicted = (uint64_t)sqlite3_column_int64(stmt, 6);
  }
  db_done(stmt);
}

int store_channel_set(struct store *s, const char *name,
                      const struct channel_state *c) {
  static const char sql[] =
      "INSERT INTO channel(name, not_before, failures, refusals, breaker,"
      " disabled_reason, quota_left, evicted) VALUES(?,?,?,?,?,?,?,?)"
      " ON CONFLICT(name) DO UPDATE SET not_before=excluded.not_before,"
      " failures=excluded.failures, refusals=excluded.refusals,"
      " breaker=excluded.breaker, disabled_reason=excluded.disabled_reason,"
      " quota_left=excluded.quota_left, evicted=excluded.evicted";

  return db_run(s, sql, "tiiiitii", name, c->not_before, (int64_t)c->failures,
                (int64_t)c->refusals, (int64_t)c->stopped, c->reason,
                (int64_t)c->quota_left, (int64_t)c->evicted);
}

int store_history_add(struct store *s, int64_t at, int64_t alert_id,
                      const char *what, const char *channel,
                      const char *detail) {
  static const char sql[] = "INSERT INTO history(at, alert_id, what, channel,"
                            " detail) VALUES(?,nullif(?,0),?,?,?)";

  return db_run(s, sql, "iittt", at, alert_id, what, channel, detail);
}

int store_history_each(struct store *s, const char *device, int64_t since,
                       size_t max, store_history_fn *each, void *arg) {
  static const char sql[] =
      "SELECT h.id, h.at, ifnull(h.alert_id,0), h.what, h.channel, h.detail,"
      " a.device FROM history h LEFT JOIN alert a ON a.id=h.alert_id"
      " WHERE h.at>=?1 AND (?2='' OR a.device=?2 OR a.pi=?2)"
      " ORDER BY h.id DESC LIMIT ?3";
  sqlite3_stmt *stmt = db_ask(s, sql, "iti", since, device, (int64_t)max);

  if (stmt == NULL)
    return -EIO;
  while (db_step(s, stmt)) {
    const char *text[4];
    for (int i = 0; i < 4; i++) {
      text[i] = (const char *)sqlite3_column_text(stmt, 3 + i);
      if (text[i] == NULL)
        text[i] = "";
    }
    each(arg, &(struct history_line){.id = sqlite3_column_int64(stmt, 0),
                                     .at = sqlite3_column_int64(stmt, 1),
                                     .alert_id = sqlite3_column_int64(stmt, 2),
                                     .what = text[0],
                                     .channel = text[1],
                                     .detail = text[2],
                                     .device = text[3]});
  }
  db_done(stmt);
  return 0;
}

int store_shift(struct store *s, int64_t delta) {
  static const char *const sql[] = {
      "UPDATE outbox SET not_before = CASE WHEN not_before > 0 THEN"
      " max(1, not_before + ?1) ELSE 0 END, created = created + ?1"
      " WHERE state IN (0,1)",
      "UPDATE channel SET not_before = max(1, not_before + ?1)"
      " WHERE not_before > 0",
      "UPDATE route_state SET repeat_due = max(1, repeat_due + ?1)"
      " WHERE repeat_due > 0",
      "UPDATE member SET missing_since = missing_since + ?1 WHERE back_at = 0",
  };

  for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
    int err = db_run(s, sql[i], "i", delta);
    if (err < 0)
      return err;
  }
  return 0;
}

int store_prune(struct store *s, int64_t before, int slice) {
  static const char *const sql[] = {
      "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE at < ?1"
      " ORDER BY at LIMIT ?2)",
      "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state >= 2"
      " AND created < ?1 LIMIT ?2)",
      "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE state >= 3"
      " AND resolved_at < ?1 AND NOT EXISTS(SELECT 1 FROM outbox o WHERE"
      " o.alert_id = alert.id AND o.state <= 1) LIMIT ?2)",
  };
  int gone = 0;

  for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
    int err = db_run(s, sql[i], "ii", before, (int64_t)slice);
    if (err < 0)
      return err;
    gone += sqlite3_changes(s->db);
  }
  return gone;
}
