/* SPDX-License-Identifier: MIT */
/* The queue of messages, a row each. */
#ifndef ALERT_STORE_STORE_OUTBOX_H
#define ALERT_STORE_STORE_OUTBOX_H

#include "alert/model/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Room for the name of a channel, or the key of a route; for a group's key. */
enum { STORE_NAME_SIZE = 65, STORE_GROUP_SIZE = 33 };

enum row_state { ROW_QUEUED, ROW_SENDING, ROW_SENT, ROW_DEAD, ROW_SUPERSEDED };

/* Texts are owned by the row. */
struct outbox_row {
  int64_t id;
  int64_t place;    /* order within a channel; 0 = its id */
  int64_t alert_id; /* 0 = none */
  enum message_kind kind;
  enum alert_reason reason;
  enum level level;
  bool quiet, ambiguous, shrink, fell_back;
  unsigned attempts;
  enum row_state state;
  int64_t created, not_before;      /* once sent, the latter says when */
  char group_key[STORE_GROUP_SIZE]; /* "" = is told alone */
  int64_t group_due; /* until then it waits for others of its group */
  char delivery_id[33];
  char message_id[MESSAGE_ID_SIZE];
  char recipient[RECIPIENT_SIZE];
  char route[STORE_NAME_SIZE];
  char fallback_for[160]; /* not empty: never falls back again */
  char last_error[MESSAGE_WHY_SIZE];
  char channel[STORE_NAME_SIZE];
  char *title, *body;
  char *snapshot; /* alert_json_text() of the alert as the message shows it */
};

void outbox_row_free(struct outbox_row *row);

/* Which rows may go: all, or those that no rate of messages holds back. */
enum outbox_rows {
  ROWS_ALL,
  ROWS_FREE,          /* second attempts, single recipients, cancels */
  ROWS_FREE_STATEFUL, /* and the ends of incidents */
};

/* Inserts; sets row->id. */
int store_outbox_add(struct store *store, struct outbox_row *row);
/* Writes back all that may change after insertion. */
int store_outbox_save(struct store *store, const struct outbox_row *row);
/* The oldest row of the channel that may be sent at now: queued, due, nothing
 * older of the same alert still underway. 0, -ENOENT; on 0 the caller frees
 * row. */
int store_outbox_next(struct store *store, const char *channel, int64_t now,
                      enum outbox_rows which, struct outbox_row *row);
/* Ids of up to max rows that may be sent at now as store_outbox_next() says,
 * in order, and belong into one message with row: of its channel and group,
 * ends with ends and the rest with the rest, certainly not yet arrived. row may
 * be among them. How many. */
size_t store_outbox_companions(struct store *store,
                               const struct outbox_row *row, int64_t now,
                               int64_t *ids, size_t max);
/* Another row says what the queued row id has to say. */
int store_outbox_replaced(struct store *store, int64_t id);
/* Queued rows of (channel, alert) wait for no group any more. */
int store_outbox_ungroup(struct store *store, const char *channel,
                         int64_t alert_id);
/* The oldest queued test of the channel, whatever it waits for. */
int store_outbox_next_test(struct store *store, const char *channel,
                           struct outbox_row *row);
int store_outbox_get(struct store *store, int64_t id, struct outbox_row *row);
/* When the channel's next row becomes due that nothing older of its alert
 * holds back; 0 = none. */
int64_t store_outbox_due(struct store *store, const char *channel,
                         enum outbox_rows which);
/* Rows of (channel, alert) still queued or sending, by kind; kind -1 = any. */
int store_outbox_pending(struct store *store, const char *channel,
                         int64_t alert_id, int kind);
/* Queued rows of (channel, alert) become superseded: all, or those of a kind,
 * but for the row except (0 = none), and only those before the row before
 * (0 = any). How many, or -errno. */
int store_outbox_supersede(struct store *store, const char *channel,
                           int64_t alert_id, int kind, int64_t except,
                           int64_t before);
/* Rows of the same channel and alert, still queued, that come after row: of a
 * kind, or any (-1). */
int store_outbox_newer(struct store *store, const struct outbox_row *row,
                       int kind);
/* A message of the alert may have reached the channel without our knowing. */
bool store_outbox_doubtful(struct store *store, const char *channel,
                           int64_t alert_id);
/* A later message of the same channel and alert went to all recipients. */
bool store_outbox_overtaken(struct store *store, const struct outbox_row *row);
/* The channel's queued rows may go at once (id 0), or one of them. */
int store_outbox_hurry(struct store *store, const char *channel, int64_t id);
/* Queued rows that wait for a moment beyond latest may go at once. */
int store_outbox_forget_waits(struct store *store, int64_t latest);
/* A row with the same alert, kind and sequence exists already there. */
bool store_outbox_has(struct store *store, const char *channel,
                      int64_t alert_id, enum message_kind kind,
                      int64_t created);
/* What a stopped process left in mid-air: back to the queue, ambiguous. */
int store_outbox_recover(struct store *store);
/* Queued rows of channels that are not among names any more become dead. How
 * many, or -errno. */
int store_outbox_orphans(struct store *store, const char *const *names,
                         size_t names_num);
/* Ids of up to max queued rows for the fallback: created before created_before
 * with at least level, or any of the channel when level < 0; not yet fallen
 * back. How many. */
size_t store_outbox_overdue(struct store *store, const char *channel,
                            int64_t created_before, int level, int64_t *ids,
                            size_t max);
/* Queued rows of a channel (NULL = all); age of the oldest by its creation
 * time, 0 = none. */
int64_t store_outbox_count(struct store *store, const char *channel,
                           int64_t *oldest);
/* When the oldest row underway of at least level was created; 0 = none.
 * channel gets its name, STORE_NAME_SIZE. */
int64_t store_outbox_oldest(struct store *store, enum level level,
                            char *channel);
/* Gives up to max queued rows of a channel up (superseded): repeats first,
 * then info, then recoveries nobody is owed, then the oldest below critical;
 * never an open of level >= critical, or one that may have arrived, whose end
 * is owed. How many, or -errno. */
int store_outbox_evict(struct store *store, const char *channel, int max);

/* The alarm (open, to all recipients) that was queued last, of those that have
 * certainly not arrived: 0 or -ENOENT; on 0 the caller frees row. */
int store_outbox_newest_open(struct store *store, const char *channel,
                             struct outbox_row *row);

typedef void store_row_fn(void *arg, const struct outbox_row *row);
/* Queued and dead rows, oldest first, at most max. Texts are not loaded but
 * title. */
int store_outbox_each(struct store *store, size_t max, store_row_fn *each,
                      void *arg);

#endif
