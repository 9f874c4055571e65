/* SPDX-License-Identifier: MIT */
/* Finds the cycles of one appliance in the power that its plug reports: when a
 * load began, when it really ended (its last activity), and how much energy it
 * took. The end is known only some minutes later, when the machine has stayed
 * quiet; pumps, crease guards and a standby above zero do not hide it.
 *
 * No clock of its own, no memory but the struct. Times are seconds on one
 * clock that never steps (the caller's choice), power in W, energy in Wh.
 * One thread at a time. */
#ifndef APPLIANCE_CYCLE_H
#define APPLIANCE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>

struct cycle_settings {
  double start_above_w; /* a load begins above this ... */
  double start_for_s;   /* ... when it stays there so long */
  double end_below_w;   /* it is over when the mean ... */
  double end_for_s;     /* ... of so many seconds is below */
  double min_energy_wh; /* what takes less is no cycle */
  double min_duration_s;
  double calm_share;  /* of its mean power: what is less is a drum that turns
                         against creases; 0: none */
  double calm_for_s;  /* so long, and it has finished before */
  double calm_tail_s; /* so long up to the end, still most of the time, and
                         likewise; 0: never */
  bool heats;         /* its loads take far more than its rest, in the end */
};

/* A stretch of activity, whether it counts as a cycle or not. */
struct cycle_stretch {
  double start; /* first reading above start_above_w */
  double end;   /* last reading at or above it */
  double told;  /* when that was certain */
  double wh;
  bool counts; /* long and large enough for a cycle */
};

enum cycle_event {
  CYCLE_NOTHING,
  CYCLE_STARTED, /* detector.start says since when */
  CYCLE_ENDED,   /* detector.last_stretch says what it was */
};

enum { CYCLE_WINDOW = 51 };

/* Readable by all, written by cycle.c alone. */
struct cycle_detector {
  bool running;
  double start;      /* of the stretch under way, or of what may become one */
  bool rising;       /* above start_above_w, not yet for long enough */
  double wh;         /* since start */
  double active_at;  /* last reading at or above start_above_w */
  double active_wh;  /* energy up to there */
  double resumed_at; /* first reading after its latest gap, or start */
  double paused_at;  /* last activity before a pause of end_for_s, or start */
  double paused_wh;
  double peak_w;  /* the highest since start */
  double busy_at; /* last reading above any rest, or start */
  double busy_wh;
  double rest_w; /* of a rest above start_above_w, found at an end; or 0 */
  bool any;      /* there was a reading: */
  double last_at, last_w;
  /* the latest end_for_s in pieces, oldest first */
  struct cycle_piece {
    double end;
    float seconds, wh;
  } window[CYCLE_WINDOW];
  size_t window_num;
  struct cycle_calm { /* the five minutes under way */
    double began_at, wh;
    double active_s;             /* at or above start_above_w */
    double active_at, active_wh; /* when the first calm ones began */
    unsigned calm;               /* so many before them were calm */
    /* the same for those in which it was also still most of the time */
    double still_at, still_wh;
    unsigned still;
  } calm;
  struct cycle_stretch last_stretch;
};

/* One reading: watts at the moment `at`, later than the one before. wh is what
 * the plug's counter grew since that reading, or a negative number when there
 * is no counter: then power is integrated, and a gap longer than max_gap_s
 * adds nothing. */
enum cycle_event cycle_add(struct cycle_detector *d,
                           const struct cycle_settings *settings, double at,
                           double watts, double wh, double max_gap_s);

#endif
