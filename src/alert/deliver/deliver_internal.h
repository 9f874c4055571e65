/* SPDX-License-Identifier: MIT */
/* What the deliver_*.c files share. */
#ifndef ALERT_DELIVER_DELIVER_INTERNAL_H
#define ALERT_DELIVER_DELIVER_INTERNAL_H

#include "alert/deliver/deliver.h"
#include "alert/policy/policy.h"
#include "alert/policy/silence.h"
#include "alert/store/store_channel.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  QUEUE_CHANNEL_MAX = 1000,
  QUEUE_TOTAL_MAX = 10000,
  FOLD_WORST = 5,
  HOLD_MS = 3600000, /* a wait beyond this counts as being stopped */
};

/* Something that rings until acknowledged. */
struct receipt {
  int64_t alert_id;
  int64_t due;
  char ref[MESSAGE_REF_SIZE];
};

/* What found no room in the queue and is told as one message. */
struct fold {
  uint64_t count; /* 0 = nothing since the last such message went out */
  int64_t row_id; /* of the queued message, 0 = not yet queued */
  int64_t since;
  bool dirty; /* the message does not say it yet */
  enum level level;
  struct {
    enum level level;
    char words[48]; /* "Freezer 2820 W" */
  } worst[FOLD_WORST];
  size_t worst_num;
};

struct channel_run {
  const struct channel_config *config;
  struct channel_state state;
  struct deliver_counts counts;
  int64_t counted_at; /* when counts.queued was last looked up */
  bool moved;         /* rows came or left since then */
  int64_t full_at;    /* when victims were last looked for in vain */
  struct fold fold;
  bool busy;             /* a job is out */
  bool limited;          /* rows wait for a token of its rate */
  bool dirty;            /* state differs from the store's */
  int64_t fallback_look; /* when overdue rows were last looked for */
  int64_t refused_since; /* first of the refusals in a row */
  int64_t probe_at;      /* stopped: when one message is tried again */
  int64_t said_at;       /* stopped: when the log was told of it last */
  unsigned tests;        /* queued test messages, which wait for nothing */
  int64_t doubt_row;     /* the row that ended in doubt, */
  unsigned doubts;       /* and how often in a row by its answer's absence */
  bool held;             /* there are alerts that are not told here now */
  int64_t refresh_at;    /* when it is told anew of all that is open */
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
  struct silences silences;
  struct policy_facts facts;
  int64_t hold_due; /* when what is held is looked at again; 0 = at once */
};

#endif
