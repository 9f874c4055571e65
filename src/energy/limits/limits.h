/* SPDX-License-Identifier: MIT */
/* Limits of what may be used in a day or a month: each step of each limit is
 * told once per day or month, also when the daemon was restarted meanwhile;
 * the caller keeps what limits_write() writes.
 *
 * No clock and no ledger of its own: it is handed what was used, and for which
 * day and month that is. Pure, one thread at a time. */
#ifndef ENERGY_LIMITS_LIMITS_H
#define ENERGY_LIMITS_LIMITS_H

#include "energy/limits/limits_config.h"

#include <stdbool.h>
#include <stddef.h>

/* What was used so far: kWh, and units of the currency (NAN: not known). */
struct limits_usage {
  int day;         /* of energy/calendar.h */
  int month_start; /* the first day of the billing month */
  double used[LIMITS];
  double forecast[LIMITS]; /* for the end of the period; NAN: not known */
  const char *currency;    /* "" when there is none */
  unsigned decimals;
};

/* What has been told. Zeroed memory has told nothing. */
struct limits_state {
  struct limits_told {
    int period;     /* the day, or the month's first day; 0: none yet */
    double percent; /* the highest step told in it */
    bool forecast;  /* and its forecast */
    double allowed; /* what the limit was then; 0: not known */
  } told[LIMITS];
};

enum {
  LIMITS_TEXT_SIZE = 160,
  LIMITS_FIGURE_SIZE = 48,
  LIMITS_STATE_SIZE = 256
};

enum limits_reason {
  LIMITS_STEP,     /* so many percent are used */
  LIMITS_FORECAST, /* the month is going to pass 100 % */
  LIMITS_NEW,      /* a new day or month; only where asked for */
};

struct limits_news {
  enum limits_reason reason;
  enum limit limit;
  double percent;
  char used[LIMITS_FIGURE_SIZE];    /* "7.52 EUR"; the forecast, if that */
  char allowed[LIMITS_FIGURE_SIZE]; /* "10 EUR" */
  char text[LIMITS_TEXT_SIZE];      /* goes behind a name and a colon */
};

typedef void limits_hook(void *arg, const struct limits_news *news);

/* Tells what is new. Of several steps that were passed at once only the
 * highest is told. A present that lies before the period known changes nothing:
 * then the clock is wrong. Of a limit that was changed meanwhile the steps that
 * lie ahead are told, also those that were told of the one before. Returns
 * whether state has changed. */
bool limits_look(struct limits_state *state, const struct limits_settings *s,
                 const struct limits_usage *usage, limits_hook *hook,
                 void *arg);

/* State as a line of text, and back; false, and zeroed, when it is none. */
void limits_write(const struct limits_state *state,
                  char out[LIMITS_STATE_SIZE]);
bool limits_read(struct limits_state *state, const char *text);

#endif
