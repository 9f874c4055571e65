/* SPDX-License-Identifier: MIT */
/* Energy that never falls: one counter per meter, fed with what the device
 * says: its total, else its energy of the month, else power over time. It
 * tells resets, roll-backs, dips and bad samples of the device apart
 * (doc/energy.md). Pure; one thread at a time. */
#ifndef ENERGY_COUNTER_H
#define ENERGY_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

enum counter_source {
  COUNTER_NEW,
  COUNTER_BY_TOTAL,
  COUNTER_BY_MONTH,
  COUNTER_BY_POWER,
  COUNTER_SOURCE_CHANGED, /* the source has changed; nothing has come of the new
                             one */
};

/* What a reading turned out to be. */
enum counter_flag {
  COUNTER_OK,
  COUNTER_DIP,                /* a little lower: rounding */
  COUNTER_RESET,              /* counts from nothing again */
  COUNTER_RESET_BY_MONTH,     /* and the month says what was used */
  COUNTER_RESET_WITHDRAWN,    /* the reading before was a bad one */
  COUNTER_ROLLBACK,           /* an older value that was saved */
  COUNTER_ROLLBACK_BY_MONTH,  /* and the month says what was used */
  COUNTER_ROLLBACK_WITHDRAWN, /* the reading before was a bad one */
  COUNTER_GLITCH,             /* not to be believed until the next one */
  COUNTER_NEW_BASE,           /* it stays there: counted from here on */
  COUNTER_NEW_MONTH,          /* the month's energy began anew */
  COUNTER_NEW_MONTH_AT_LEAST, /* after a gap: its end is not known */
  COUNTER_GAP,                /* power only: nothing is known of the time */
};
enum { COUNTER_FLAGS = COUNTER_GAP + 1 };

/* "reset, from month"; NULL for COUNTER_OK. */
const char *counter_flag_name(enum counter_flag flag);

/* Whether more may have been used than was credited. */
bool counter_flag_is_at_least(enum counter_flag flag);

struct counter_sample {
  bool has_total, has_power, has_month;
  double total_wh, power_w, month_wh;
};

/* What was taken for a bad reading or for the value before one. */
struct counter_memory {
  double value;    /* Wh */
  double credited; /* Wh that rest on the reading after it */
  int64_t us;
  enum counter_flag flag;
  bool set;
};

struct counter {
  double wh;       /* what has been counted; starts at the device's own total */
  double last;     /* the value counted up to: total or month, Wh */
  int64_t last_us; /* when it was last confirmed */
  double watts;    /* the last power, and when */
  int64_t watts_us;
  double month;          /* the month as witness: its last value, Wh */
  double credited_since; /* Wh credited since it was seen */
  double estimated;      /* Wh credited by power since then */
  int64_t fell_from_us;  /* since when the total has fallen */
  double owed;           /* Wh credited on a bad reading, to be made up for */
  struct counter_memory before;  /* a reset or roll-back not confirmed yet */
  struct counter_memory suspect; /* a reading not believed yet */
  int64_t from_us;               /* since when the last credit was used */
  enum counter_source by;
  enum counter_flag flag; /* of the last reading */
  unsigned gaps; /* stretches left out because nothing was known of them */
  bool watts_known;
  bool month_known;
  bool fell; /* the total, since the month was seen */
};

/* Feeds what one reading said at now_us, of a clock that does not jump.
 * Stretches of power only that are longer than gap_us are left out. Returns by
 * how many Wh the counter grew, never less than 0. */
double counter_feed(struct counter *c, const struct counter_sample *sample,
                    int64_t now_us, int64_t gap_us, enum counter_flag *flag);

/* The same with a total or a power alone. */
double counter_add_total(struct counter *c, double total_wh, uint64_t now_us);
double counter_add_power(struct counter *c, double watts, uint64_t now_us,
                         uint64_t gap_us);

/* What is fed from now on comes from elsewhere: where it starts says nothing
 * about what was used. */
void counter_change_source(struct counter *c);

#endif
