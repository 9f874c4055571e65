/* SPDX-License-Identifier: MIT */
/* Which devices of the live table are shown, and in which order: what the keys
 * s, f and / and the options --sort, --show and --filter choose. A strip and
 * its outlets stay together. Pure functions. */
#ifndef CLI_LIVE_WATCH_ORDER_H
#define CLI_LIVE_WATCH_ORDER_H

#include "cli/devices/device_row.h"

enum watch_sort { WATCH_BY_NAME, WATCH_BY_POWER, WATCH_BY_ENERGY, WATCH_SORTS };
enum watch_show { WATCH_ALL, WATCH_ON, WATCH_SILENT, WATCH_SHOWS };

/* The words of the options. */
extern const char *const watch_sorts[WATCH_SORTS];
extern const char *const watch_shows[WATCH_SHOWS];

/* Place of a word in one of them; -1: none. */
int watch_word(const char *const *words, int count, const char *word);

struct watch_choice {
  enum watch_sort sort;
  enum watch_show show;
  char filter[64]; /* a part of the name, the model or of an outlet's name,
                      whatever the case of its letters; "" for all */
};

/* Drops what is not shown and orders the rest; rows come by name. By power and
 * energy the most is first, and what has none is last. */
void watch_order_apply(struct device_rows *rows,
                       const struct watch_choice *choice);

#endif
