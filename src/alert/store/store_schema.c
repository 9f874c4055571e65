/* SPDX-License-Identifier: MIT */
/* The tables, and how older ones become newer ones. A migration is never
 * changed once released: append another. */
#include <config.h>

#include "alert/store/store_schema.h"

#include <stdio.h>

static const char *const migrations[] = {
    /* 1: the beginning */
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE alert(id INTEGER PRIMARY KEY AUTOINCREMENT, fp TEXT NOT NULL,"
    " episode TEXT NOT NULL UNIQUE, class INT, host TEXT, plugin TEXT, pi TEXT,"
    " type TEXT, ti TEXT, device TEXT, level INT, severity INT,"
    " state INT NOT NULL, flags INT, since INT, seen INT, state_due INT,"
    " resolved_at INT, value REAL, limit_ REAL, direction INT, unit TEXT,"
    " ds TEXT, text TEXT, count INT, flap_n INT DEFAULT 0,"
    " flap_from INT DEFAULT 0, ack_by TEXT, ack_at INT, ack_until INT,"
    " ack_level INT, extra TEXT NOT NULL);"
    "CREATE UNIQUE INDEX alert_open ON alert(fp) WHERE state < 3;"
    "CREATE INDEX alert_closed ON alert(resolved_at) WHERE state >= 3;"
    "CREATE TABLE member(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, series TEXT NOT NULL, missing_since INT, back_at INT,"
    " PRIMARY KEY(alert_id, series)) WITHOUT ROWID;"
    "CREATE TABLE route_state(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, route TEXT NOT NULL, group_key TEXT, flush_due INT,"
    " repeat_due INT, step INT, step_due INT, suppressed_by TEXT,"
    " suppressed_n INT, PRIMARY KEY(alert_id, route)) WITHOUT ROWID;"
    "CREATE TABLE told(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, channel TEXT NOT NULL, announced INT, last_at INT,"
    " last_level INT, provider_ref TEXT, root_ref TEXT, key_hash TEXT,"
    " thread_root TEXT, previous TEXT, seq INT,"
    " PRIMARY KEY(alert_id, channel)) WITHOUT ROWID;"
    "CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " channel TEXT NOT NULL, alert_id INT REFERENCES alert(id)"
    " ON DELETE SET NULL, kind INT, reason INT, place INT, created INT,"
    " not_before INT, attempts INT, state INT NOT NULL,"
    " delivery_id TEXT NOT NULL UNIQUE, msg_id TEXT, ambiguous INT,"
    " shrink INT, quiet INT, fell_back INT, level INT, route TEXT,"
    " recipient TEXT, fallback_for TEXT, title TEXT, body TEXT, extra TEXT,"
    " last_error TEXT);"
    "CREATE INDEX outbox_due ON outbox(channel, place, id) WHERE state = 0;"
    "CREATE INDEX outbox_alert ON outbox(alert_id, channel, state);"
    "CREATE INDEX outbox_state ON outbox(state, created);"
    "CREATE TABLE channel(name TEXT PRIMARY KEY, not_before INT, failures INT,"
    " refusals INT, breaker INT, disabled_reason TEXT, quota_left INT,"
    " tokens REAL, tokens_at INT, evicted INT) WITHOUT ROWID;"
    "CREATE TABLE silence(id INTEGER PRIMARY KEY, matchers TEXT, starts INT,"
    " ends INT, until_resolved INT, created_by TEXT, reason TEXT);"
    "CREATE TABLE history(id INTEGER PRIMARY KEY, at INT, alert_id INT,"
    " what TEXT, channel TEXT, detail TEXT);"
    "CREATE INDEX history_at ON history(at);"
    "CREATE TABLE daily(day TEXT, device TEXT, wh REAL, cost REAL, peak_w REAL,"
    " peak_at INT, offline_s INT, PRIMARY KEY(day, device)) WITHOUT ROWID;",
    /* 2: notifications left over at the end of a run */
    "CREATE TABLE event(id INTEGER PRIMARY KEY, severity INT, time INT,"
    " host TEXT, plugin TEXT, pi TEXT, type TEXT, ti TEXT, text TEXT, key TEXT,"
    " has_value INT, value REAL, warning_min REAL, warning_max REAL,"
    " failure_min REAL, failure_max REAL, ds TEXT, meta TEXT, forwarded INT);",
    /* 3: what is held back, and silences that end */
    "CREATE TABLE held(alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, channel TEXT NOT NULL, route TEXT, policy TEXT,"
    " why TEXT, since INT, count INT, PRIMARY KEY(channel, alert_id))"
    " WITHOUT ROWID;"
    "CREATE INDEX held_alert ON held(alert_id);"
    "ALTER TABLE silence ADD COLUMN ended INT;",
    /* 4: messages about several alerts */
    "CREATE TABLE group_alert(row_id INT NOT NULL REFERENCES outbox(id)"
    " ON DELETE CASCADE, alert_id INT NOT NULL REFERENCES alert(id)"
    " ON DELETE CASCADE, route TEXT, PRIMARY KEY(row_id, alert_id))"
    " WITHOUT ROWID;"
    "CREATE INDEX group_alert_alert ON group_alert(alert_id);",
    /* 5: messages that wait for others of their group, and who was told of a
     * group that is not over yet */
    "ALTER TABLE outbox ADD COLUMN group_key TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE outbox ADD COLUMN group_due INT NOT NULL DEFAULT 0;"
    "ALTER TABLE told ADD COLUMN group_key TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE group_alert ADD COLUMN over INT NOT NULL DEFAULT 0;"
    "CREATE INDEX outbox_group ON outbox(channel, group_key)"
    " WHERE state = 0 AND group_key != '';"
    "CREATE INDEX told_group ON told(channel, group_key)"
    " WHERE announced = 1 AND group_key != '';",
    /* 6: when an alert was over last */
    "CREATE INDEX alert_closed_fp ON alert(fp, resolved_at) WHERE state >= 3;",
};

enum { NEWEST = sizeof(migrations) / sizeof(migrations[0]) };

static int version_get(sqlite3 *db, int *version) {
  sqlite3_stmt *stmt = NULL;
  int rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL);

  if (rc == SQLITE_OK) {
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
      *version = sqlite3_column_int(stmt, 0);
      rc = SQLITE_OK;
    }
  }
  sqlite3_finalize(stmt);
  return rc;
}

int schema_apply(sqlite3 *db) {
  int version = 0;
  int rc = version_get(db, &version);

  if (rc != SQLITE_OK)
    return rc;
  if (version < 0 || version > NEWEST)
    return SQLITE_SCHEMA;
  for (; version < NEWEST; version++) {
    char done[64];

    snprintf(done, sizeof(done), "PRAGMA user_version = %d; COMMIT",
             version + 1);
    rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
      rc = sqlite3_exec(db, migrations[version], NULL, NULL, NULL);
    if (rc == SQLITE_OK)
      rc = sqlite3_exec(db, done, NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
      if (!sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
      return rc;
    }
  }
  return SQLITE_OK;
}
