/* SPDX-License-Identifier: MIT */
/* Rows of alerts, their members, when their reminders are due. */
#ifndef ALERT_STORE_STORE_ALERT_H
#define ALERT_STORE_STORE_ALERT_H

#include "alert/model/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

/* Inserts (id 0: sets it, and makes episode unique) or updates. due is when
 * the state ends by itself, 0 = never. */
int store_alert_save(struct store *store, struct alert *alert, int64_t due);
int store_alert_delete(struct store *store, int64_t id);
int store_member_save(struct store *store, int64_t alert_id,
                      const struct alert_member *member);

/* Calls each() for every alert that is not closed. */
typedef void store_alert_fn(void *arg, const struct alert *alert, int64_t due);
int store_alert_each_open(struct store *store, store_alert_fn *each, void *arg);
/* The same for at most so many that the channel was told of: open ones, and
 * those closed since ended_since. */
int store_alert_each_told(struct store *store, const char *channel,
                          int64_t ended_since, int max, store_alert_fn *each,
                          void *arg);
/* The same for at most so many that were acknowledged when they were closed,
 * since then. */
int store_alert_each_closed_acked(struct store *store, int64_t since, int max,
                                  store_alert_fn *each, void *arg);
typedef void store_member_fn(void *arg, const struct alert_member *member);
int store_member_each(struct store *store, int64_t alert_id,
                      store_member_fn *each, void *arg);
/* Any alert, closed ones too: 0 or -ENOENT. */
int store_alert_get(struct store *store, int64_t id, struct alert *alert);
/* The newest closed one of the fingerprint that ended at since or later: 0 or
 * -ENOENT. */
int store_alert_last_closed(struct store *store, const char *fingerprint,
                            int64_t since, struct alert *alert);
/* True when the alert's row says it is not closed. */
bool store_alert_is_open(struct store *store, int64_t id);
bool store_alert_is_acked(struct store *store, int64_t id);

int store_repeat_save(struct store *store, int64_t alert_id, const char *route,
                      int64_t repeat_due);
int64_t store_repeat_get(struct store *store, int64_t alert_id,
                         const char *route);

/* The step of an escalation that comes next, and when (0 = none does). */
int store_step_save(struct store *store, int64_t alert_id, const char *route,
                    unsigned step, int64_t due);
/* Both 0 where nothing was saved. */
void store_step_get(struct store *store, int64_t alert_id, const char *route,
                    unsigned *step, int64_t *due);

/* The columns of the table alert, called a, that store_alert_names() reads: who
 * and what it is about, nothing more. */
#define ALERT_NAMES "a.class, a.host, a.plugin, a.pi, a.type, a.ti, a.device"
struct sqlite3_stmt;
void store_alert_names(struct sqlite3_stmt *stmt, int first, struct alert *a);

#endif
