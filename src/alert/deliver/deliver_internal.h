/* SPDX-License-Identifier: MIT */
/* What the deliver_*.c files share. */
#ifndef ALERT_DELIVER_DELIVER_INTERNAL_H
#define ALERT_DELIVER_DELIVER_INTERNAL_H

#include "alert/deliver/deliver.h"

enum {
  QUEUE_CHANNEL_MAX = 1000,
  QUEUE_TOTAL_MAX = 10000,
  RECEIPTS_MAX = 256,
  HOLD_MS = 3600000, /* a wait beyond this counts as being stopped */
};

/* Something that rings until acknowledged. */
struct receipt {
  int64_t alert_id;
  int64_t due;
  char ref[MESSAGE_REF_SIZE];
};

struct channel_run {
  const struct channel_config *config;
  struct channel_state state;
  struct deliver_counts counts;
  int64_t counted_at;    /* when counts.queued was last looked up */
  int64_t full_at;       /* queue length to look for victims at again */
  bool busy;             /* a job is out */
  bool dirty;            /* state differs from the store's */
  int64_t fallback_look; /* when overdue rows were last looked for */
  int64_t reread_at;     /* stopped: when its secret files were last read */
  struct receipt *receipts;
  size_t receipts_num;
};

struct deliver {
  const struct notify_config *config;
  struct store *store;
  struct deliver_hooks hooks;
  struct channel_run *channels; /* as many as config has */
  struct job *planned;          /* waiting for the commit */
  struct job **planned_end;
  size_t out;
  int64_t started;
  int64_t total; /* queued rows of all channels */
};

/* Seconds in ms (state.c). */
int64_t ms_of(double seconds);

void deliver_complain(int err, const char *what);
double deliver_random01(struct deliver *d);
/* Fresh delivery and message ids. */
void deliver_new_ids(struct deliver *d, const struct alert *alert,
                     struct outbox_row *row);
void deliver_history(struct deliver *d, const struct outbox_row *row,
                     int64_t now, const char *what, const char *detail);
/* Adds the row within the bounds of the queue. */
int deliver_add(struct deliver *d, int channel, struct outbox_row *row,
                int64_t now);
/* Asks the sender to stop what rings on the channel for the alert, and what
 * may ring without our knowing. */
void deliver_add_cancel(struct deliver *d, int channel,
                        const struct alert *alert, int64_t now);
void deliver_receipt_add(struct channel_run *c, int64_t alert_id,
                         const char *ref, int64_t due);
/* Gives the row up: dead, and to the fallback channel. */
void deliver_dead(struct deliver *d, int channel, struct outbox_row *row,
                  const char *why, int64_t now);
/* Queues a copy of the row for the fallback channel, once. */
void deliver_fall_back(struct deliver *d, int channel, struct outbox_row *row,
                       const char *why, int64_t now);
int deliver_channel_index(const struct deliver *d, const char *name);
void deliver_count_queue(struct deliver *d, int channel);

#endif
