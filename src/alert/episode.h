/* The open alerts in memory, found by fingerprint or number. One thread. */
#ifndef ALERT_EPISODE_H
#define ALERT_EPISODE_H

#include "alert/alert.h"
#include "alert/config.h"

#include <stddef.h>
#include <stdint.h>

struct episode {
  struct alert a;
  int64_t due;     /* pending: fires; recovering: resolved; 0 = no timer */
  int64_t fine_at; /* ALERT_NO_READING: numbers come again since, 0 = not yet */
  int64_t stale_at;
  int64_t polled;               /* last look at the value cache */
  struct alert_member *members; /* a.members_num of them */
  size_t members_room;
  int routes[ROUTES_MAX]; /* that take it, by the configuration */
  size_t routes_num;
  int64_t repeat_due[ROUTES_MAX]; /* by position in routes; 0 = none */
  bool dirty;                     /* changed since it was last stored */
  struct episode *chain;          /* within the table's bucket */
  struct episode *next, *before;  /* all, newest last */
};

struct episodes {
  struct episode **buckets;
  struct episode *first, *last;
  size_t count;
};

int episodes_init(struct episodes *table);
void episodes_free(struct episodes *table);

/* A new, empty one, not yet in the table; NULL when memory is out. */
struct episode *episode_new(void);
void episode_free(struct episode *e);

/* The table owns what was added; by a.fingerprint, which may not change. */
void episodes_add(struct episodes *table, struct episode *e);
/* Takes it out and frees it. */
void episodes_remove(struct episodes *table, struct episode *e);
struct episode *episodes_find(const struct episodes *table,
                              const char *fingerprint);
struct episode *episodes_find_id(const struct episodes *table, int64_t id);

/* The member for series, added when new; NULL when memory is out. */
struct alert_member *episode_member(struct episode *e, const char *series,
                                    bool add);
/* Counts again who is missing. */
void episode_count_members(struct episode *e);

#endif
