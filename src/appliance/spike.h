/* SPDX-License-Identifier: MIT */
/* Tells when a plug takes far more than it took in the last seven days. One
 * start of a compressor is no spike: the excess has to last. Compared is not
 * with a mean, above which a freezer is a thousand times a day, but with what
 * the plug exceeded only for a twentieth of the time in which it was on.
 *
 * Times as in cycle.h. One thread at a time. */
#ifndef APPLIANCE_SPIKE_H
#define APPLIANCE_SPIKE_H

#include <stdbool.h>
#include <stdint.h>

struct spike_settings {
  double percent; /* above the usual ... */
  double watts;   /* ... and by so much more ... */
  double for_s;   /* ... for so long, and at least three readings */
};
extern const struct spike_settings spike_defaults;

enum { SPIKE_BUCKETS = 96, SPIKE_DAYS = 8, SPIKE_TEXT_SIZE = 160 };

enum spike_event { SPIKE_NOTHING, SPIKE_BEGAN, SPIKE_OVER };

/* Written by spike.c alone; may be stored and set again as a whole. */
struct spike {
  uint16_t counts[SPIKE_DAYS][SPIKE_BUCKETS]; /* readings by power, a ring */
  bool began;                                 /* there was a reading: */
  double began_at, day_ends, counted_at;
  unsigned day;    /* the ring's place of today */
  unsigned starts; /* how often it was on after a pause, up to what is needed */
  bool on, high, told;
  uint8_t high_num;         /* readings in a row, up to what is needed */
  double on_at, high_since; /* last on; high from then on */
  double usual, usual_at;   /* worked out now and then; 0: not yet */
};

/* What it exceeds for only 5 % of the time in which it is on, in W; NAN as long
 * as too little is known: less than seven days, and less than twenty starts. */
double spike_usual(const struct spike *s);

/* By how many percent watts exceed the usual: negative when they are below; 0
 * when the plug is off; NAN as long as nothing is usual. */
double spike_deviation(const struct spike *s, double watts);

/* One reading. Below on_above_w the plug counts as off. text says what began
 * or is over, "" otherwise. */
enum spike_event spike_add(struct spike *s,
                           const struct spike_settings *settings, double at,
                           double watts, double on_above_w,
                           char text[SPIKE_TEXT_SIZE]);

#endif
