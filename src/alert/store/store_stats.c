/* SPDX-License-Identifier: MIT */
/* See store_stats.h. */
#include <config.h>

#include "alert/store/store_stats.h"

#include "alert/model/alert.h"
#include "alert/store/store_alert.h"
#include "alert/store/store_internal.h"
#include "alert/store/store_numbers.h"

#include <errno.h>
#include <string.h>

int store_stats_devices(struct store *s, int64_t since, int64_t now, size_t max,
                        stats_device_fn *each, void *arg) {
  static const char sql[] =
      "SELECT " ALERT_NAMES ", count(*), sum(state<" SQL_CLOSED "),"
      " sum(max(0, CASE WHEN resolved_at>0 THEN resolved_at ELSE ?2 END"
      " - since)), sum((SELECT count(*) FROM outbox o WHERE o.alert_id=a.id"
      " AND o.state=" SQL_SENT " AND o.kind<" SQL_TEST "))"
      " FROM alert a WHERE since>=?1 GROUP BY " ALERT_NAMES
      " ORDER BY 8 DESC, 11 DESC, device, type LIMIT ?3";
  sqlite3_stmt *stmt =
      db_ask(&s->db, sql, DB_BIND(db_i(since), db_i(now), db_i((int64_t)max)));

  if (stmt == NULL)
    return -EIO;
  while (db_step(&s->db, stmt)) {
    struct alert a;

    store_alert_names(stmt, 0, &a);
    each(arg,
         &(struct stats_device){.alert = &a,
                                .alerts = sqlite3_column_int64(stmt, 7),
                                .open = sqlite3_column_int64(stmt, 8),
                                .bad_ms = sqlite3_column_int64(stmt, 9),
                                .messages = sqlite3_column_int64(stmt, 10)});
  }
  db_done(stmt);
  return 0;
}

int64_t store_stats_alerts(struct store *s, int64_t since) {
  static const char sql[] = "SELECT count(*) FROM alert WHERE since>=?";

  return db_number(&s->db, db_ask(&s->db, sql, DB_BIND(db_i(since))), 0);
}

#define OF_CHANNEL                                                             \
  " FROM outbox WHERE channel=?1 AND created>=?2 AND kind<" SQL_TEST

/* That many tenths of the messages took no longer. A row that was sent says in
 * not_before when. */
static int64_t took(struct store *s, const char *channel, int64_t since,
                    int64_t place) {
  static const char sql[] =
      "SELECT max(0, not_before-created)" OF_CHANNEL " AND state=" SQL_SENT
      " ORDER BY 1 LIMIT 1 OFFSET ?3";

  return db_number(
      &s->db,
      db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(since), db_i(place))), 0);
}

void store_stats_channel(struct store *s, const char *channel, int64_t since,
                         struct stats_channel *out) {
  static const char sql[] =
      "SELECT ifnull(sum(state=" SQL_SENT "),0), ifnull(sum(state=" SQL_SENT
      " AND attempts>1),0), ifnull(sum(state=" SQL_DEAD "),0),"
      " ifnull(sum(state IN " SQL_UNDERWAY "),0)" OF_CHANNEL;
  sqlite3_stmt *stmt = db_ask(&s->db, sql, DB_BIND(db_t(channel), db_i(since)));

  memset(out, 0, sizeof(*out));
  if (db_step(&s->db, stmt)) {
    out->sent = sqlite3_column_int64(stmt, 0);
    out->retried = sqlite3_column_int64(stmt, 1);
    out->failed = sqlite3_column_int64(stmt, 2);
    out->waiting = sqlite3_column_int64(stmt, 3);
  }
  db_done(stmt);
  if (out->sent == 0)
    return;
  out->median_ms = took(s, channel, since, (out->sent - 1) / 2);
  out->slow_ms = took(s, channel, since, (out->sent - 1) * 9 / 10);
  out->slowest_ms = took(s, channel, since, out->sent - 1);
}
