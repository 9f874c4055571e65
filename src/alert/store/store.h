/* SPDX-License-Identifier: MIT */
/* What survives restarts: alerts, who was told, the queue, the history, in one
 * SQLite file (ALERTING.md B.7, B.8).
 *
 * Writes go between store_begin() and store_commit(). A disk that fails (full,
 * read only, I/O error) never shows here: the store gives up its ballast, then
 * continues in memory, replaying what the open transaction had written, and
 * goes back to the disk when that works again; store_condition() tells. What
 * still returns an error (-ENOMEM, -EIO) is out of memory or our own mistake.
 *
 * One thread. Times are wall ms. */
#ifndef ALERT_STORE_STORE_H
#define ALERT_STORE_STORE_H

#include "alert/model/alert.h"
#include "alert/model/message.h"

#include <stdbool.h>
#include <stdint.h>

struct store;

enum store_opened {
  STORE_FRESH,      /* there was none: a new one */
  STORE_CONTINUED,  /* an older run's */
  STORE_SET_ASIDE,  /* it was corrupt: renamed, a new one */
  STORE_UNAVAILABLE /* the disk refuses: in memory from the start */
};

enum store_condition {
  STORE_ON_DISK,
  STORE_NO_BALLAST, /* the disk was full; the reserve is used up */
  STORE_IN_MEMORY   /* nothing is recorded */
};

/* directory is created (0700) when missing. While another process holds the
 * file, tries again as long as patience(arg) says so (NULL: once). Never NULL
 * but when memory is out. UNAVAILABLE goes on with what an older run left if
 * that can be read. why (may be NULL) gets a line about anything but FRESH and
 * CONTINUED. */
struct store *store_open(const char *directory, bool (*patience)(void *arg),
                         void *arg, enum store_opened *opened, char *why,
                         size_t why_size);
/* Also from memory; a transaction still open is rolled back. */
void store_close(struct store *store);

enum store_condition store_condition(const struct store *store);
/* The error that brought it there, for people. */
const char *store_trouble(const struct store *store);
/* Somebody removed or replaced the file under us: nothing that is written from
 * now on would be found again, until store_heal(). */
bool store_gone(const struct store *store);
/* In memory: tries the disk again (call it with a back-off); no ballast: tries
 * to make a new one. Outside a transaction. True when it is all well now. */
bool store_heal(struct store *store);

int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
/* Rows changed since it was opened: tells whether a transaction wrote. */
int64_t store_changes(const struct store *store);

/* -- meta ----------------------------------------------------------------- */

int store_meta_set(struct store *store, const char *key, int64_t value);
/* Leaves value alone when there is none. */
void store_meta_get(struct store *store, const char *key, int64_t *value);

/* -- alerts --------------------------------------------------------------- */

/* Inserts (id 0: sets it, and makes episode unique) or updates. due is when
 * the state ends by itself, 0 = never. */
int store_alert_save(struct store *store, struct alert *alert, int64_t due);
int store_alert_delete(struct store *store, int64_t id);
int store_member_save(struct store *store, int64_t alert_id,
                      const struct alert_member *member);

/* Calls each() for every alert that is not closed. */
typedef void store_alert_fn(void *arg, const struct alert *alert, int64_t due);
int store_alert_each_open(struct store *store, store_alert_fn *each, void *arg);
typedef void store_member_fn(void *arg, const struct alert_member *member);
int store_member_each(struct store *store, int64_t alert_id,
                      store_member_fn *each, void *arg);
/* Any alert, closed ones too: 0 or -ENOENT. */
int store_alert_get(struct store *store, int64_t id, struct alert *alert);
/* True when the alert's row says it is not closed. */
bool store_alert_is_open(struct store *store, int64_t id);

int store_repeat_save(struct store *store, int64_t alert_id, const char *route,
                      int64_t repeat_due);
int64_t store_repeat_get(struct store *store, int64_t alert_id,
                         const char *route);

/* -- who was told --------------------------------------------------------- */

struct notification_log {
  bool announced; /* a recovery is owed */
  int64_t last_at;
  enum level last_level;
  char thread_root[MESSAGE_ID_SIZE];
  char previous[MESSAGE_ID_SIZE];
  char root_ref[MESSAGE_REF_SIZE];
  char last_ref[MESSAGE_REF_SIZE];
};

/* Empty when there is no row. */
void store_notification_log_get(struct store *store, int64_t alert_id,
                                const char *channel,
                                struct notification_log *told);
int store_notification_log_set(struct store *store, int64_t alert_id,
                               const char *channel,
                               const struct notification_log *told);
/* References that a poll may ask about: alerts open and not acknowledged. */
typedef void store_receipt_fn(void *arg, int64_t alert_id, const char *ref);
int store_receipt_each(struct store *store, const char *channel,
                       store_receipt_fn *each, void *arg);

/* -- the queue ------------------------------------------------------------ */

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
  int64_t created, not_before;
  char delivery_id[33];
  char message_id[MESSAGE_ID_SIZE];
  char recipient[160];
  char route[64];
  char fallback_for[160]; /* not empty: never falls back again */
  char last_error[MESSAGE_WHY_SIZE];
  char channel[64];
  char *title, *body;
  char *snapshot; /* alert_json_text() of the alert as the message shows it */
};

void outbox_row_free(struct outbox_row *row);

/* Inserts; sets row->id. */
int store_outbox_add(struct store *store, struct outbox_row *row);
/* Writes back all that may change after insertion. */
int store_outbox_save(struct store *store, const struct outbox_row *row);
/* The oldest row of the channel that may be sent at now: queued, due, nothing
 * older of the same alert still underway. 0, -ENOENT; on 0 the caller frees
 * row. */
int store_outbox_next(struct store *store, const char *channel, int64_t now,
                      struct outbox_row *row);
int store_outbox_get(struct store *store, int64_t id, struct outbox_row *row);
/* When the channel's next row becomes due that nothing older of its alert
 * holds back; 0 = none. */
int64_t store_outbox_due(struct store *store, const char *channel);
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
/* Gives up to max queued rows of a channel up (superseded): repeats first,
 * then info, then recoveries nobody is owed, then the oldest below critical;
 * never an open of level >= critical. How many, or -errno. */
int store_outbox_evict(struct store *store, const char *channel, int max);

typedef void store_row_fn(void *arg, const struct outbox_row *row);
/* Queued and dead rows, oldest first, at most max. Texts are not loaded but
 * title. */
int store_outbox_each(struct store *store, size_t max, store_row_fn *each,
                      void *arg);

/* -- channels ------------------------------------------------------------- */

struct channel_state {
  int64_t not_before;
  unsigned failures; /* in a row, of any kind */
  unsigned refusals; /* in a row, of the channel as such */
  bool stopped;      /* breaker open */
  char reason[MESSAGE_WHY_SIZE];
  long quota_left; /* -1 = unknown */
  uint64_t evicted;
};

void store_channel_get(struct store *store, const char *name,
                       struct channel_state *state);
int store_channel_set(struct store *store, const char *name,
                      const struct channel_state *state);

/* -- history -------------------------------------------------------------- */

int store_history_add(struct store *store, int64_t at, int64_t alert_id,
                      const char *what, const char *channel,
                      const char *detail);

struct history_line {
  int64_t id, at, alert_id;
  const char *what, *channel, *detail, *device;
};
typedef void store_history_fn(void *arg, const struct history_line *line);
/* Newest first; device "" = all; since 0 = any. */
int store_history_each(struct store *store, const char *device, int64_t since,
                       size_t max, store_history_fn *each, void *arg);

/* -- upkeep --------------------------------------------------------------- */

/* Adds delta to every stored moment that lies ahead or belongs to something
 * still open: the clock was set. */
int store_shift(struct store *store, int64_t delta_ms);
/* Deletes at most slice old rows of each kind; how many went (0 = done). */
int store_prune(struct store *store, int64_t before, int slice);

/* For tests: the database may not grow beyond so many pages (0 = no limit);
 * the same error as a full disk. */
void store_limit_pages(struct store *store, int pages);

#endif
