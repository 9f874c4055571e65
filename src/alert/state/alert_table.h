/* SPDX-License-Identifier: MIT */
/* The open alerts in memory, found by fingerprint or number. One thread. */
#ifndef ALERT_STATE_ALERT_TABLE_H
#define ALERT_STATE_ALERT_TABLE_H

#include "alert/config/config.h"
#include "alert/model/alert.h"
#include "alert/state/inhibit_index.h"

#include <stddef.h>
#include <stdint.h>

struct open_alert {
  struct alert a;
  int64_t due;     /* pending: fires; recovering: resolved; 0 = no timer */
  int64_t fine_at; /* ALERT_NO_READING: numbers come again since, 0 = not yet */
  int64_t stale_at;
  int64_t polled;               /* last look at the value cache */
  struct alert_member *members; /* a.members_num of them */
  size_t members_room;
  int routes[ROUTES_MAX]; /* that take it, by the configuration */
  size_t routes_num;
  int64_t repeat_due[ROUTES_MAX];   /* by position in routes; 0 = none */
  int64_t step_due[ROUTES_MAX];     /* of an escalation; 0 = none */
  unsigned step[ROUTES_MAX];        /* the one that is due then */
  bool heir;                        /* only channels that are gone told of it */
  bool dirty;                       /* changed since it was last stored */
  struct open_alert *chain;         /* within the table's bucket */
  struct open_alert *id_chain;      /* likewise, by number */
  bool indexed;                     /* it is found by its number */
  struct inhibit_entry *explains;   /* the table's */
  struct open_alert *next, *before; /* all, newest last */
};

struct alert_table {
  struct open_alert **buckets; /* by fingerprint */
  struct open_alert **by_id;
  struct open_alert *first, *last;
  size_t count;
  struct open_alert *storm; /* the first that says that many devices are gone */
  struct inhibit_index inhibits;
};

/* The rules are borrowed. 0 or -ENOMEM. */
int alert_table_init(struct alert_table *table,
                     const struct inhibit_config *rules, size_t rules_num);
void alert_table_free(struct alert_table *table);

/* A new, empty one, not yet in the table; NULL when memory is out. */
struct open_alert *open_alert_new(void);
void open_alert_free(struct open_alert *e);

/* The table owns what was added; by a.fingerprint, which may not change. */
void alert_table_add(struct alert_table *table, struct open_alert *e);
/* Once it has its number: from now on it is found by that, too. */
void alert_table_index(struct alert_table *table, struct open_alert *e);
/* Its state, severity or text is another one: what it explains follows. */
void alert_table_changed(struct alert_table *table, struct open_alert *e);
/* Takes it out and frees it. */
void alert_table_remove(struct alert_table *table, struct open_alert *e);
struct open_alert *alert_table_find(const struct alert_table *table,
                                    const char *fingerprint);
struct open_alert *alert_table_find_id(const struct alert_table *table,
                                       int64_t id);

/* The member for series, added when new; NULL when memory is out. */
struct alert_member *open_alert_member(struct open_alert *e, const char *series,
                                       bool add);
/* Counts again who is missing. */
void open_alert_count_members(struct open_alert *e);

#endif
