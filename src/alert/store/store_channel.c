/* SPDX-License-Identifier: MIT */
/* See store_channel.h. */
#include <config.h>

#include "alert/store/store_channel.h"

#include "alert/store/store_internal.h"

void store_channel_get(struct store *s, const char *name,
                       struct channel_state *state) {
  static const char sql[] =
      "SELECT not_before, failures, refusals, breaker, disabled_reason,"
      " quota_left, evicted, tokens, tokens_at FROM channel WHERE name=?";
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_t(name)));

  *state = (struct channel_state){.quota_left = -1};
  if (db_step(&s->db, stmt)) {
    state->not_before = sqlite3_column_int64(stmt, 0);
    state->failures = (unsigned)sqlite3_column_int(stmt, 1);
    state->refusals = (unsigned)sqlite3_column_int(stmt, 2);
    state->stopped = sqlite3_column_int(stmt, 3) != 0;
    db_text(stmt, 4, state->reason, sizeof(state->reason));
    state->quota_left = (long)sqlite3_column_int64(stmt, 5);
    state->evicted = (uint64_t)sqlite3_column_int64(stmt, 6);
    state->tokens = sqlite3_column_double(stmt, 7);
    state->tokens_at = sqlite3_column_int64(stmt, 8);
  }
  db_done(stmt);
}

int store_channel_set(struct store *s, const char *name,
                      const struct channel_state *c) {
  static const char sql[] =
      "INSERT INTO channel(name, not_before, failures, refusals, breaker,"
      " disabled_reason, quota_left, evicted, tokens, tokens_at)"
      " VALUES(?,?,?,?,?,?,?,?,?,?)"
      " ON CONFLICT(name) DO UPDATE SET not_before=excluded.not_before,"
      " failures=excluded.failures, refusals=excluded.refusals,"
      " breaker=excluded.breaker, disabled_reason=excluded.disabled_reason,"
      " quota_left=excluded.quota_left, evicted=excluded.evicted,"
      " tokens=excluded.tokens, tokens_at=excluded.tokens_at";

  return db_run(&s->db, sql,
                DB_BIND(db_t(name), db_i(c->not_before), db_i(c->failures),
                        db_i(c->refusals), db_i(c->stopped), db_t(c->reason),
                        db_i(c->quota_left), db_i((int64_t)c->evicted),
                        db_d(c->tokens), db_i(c->tokens_at)));
}
