/* SPDX-License-Identifier: MIT */
/* Order and choice of the live table: see watch_order.h. */
#include <config.h>

#include "cli/live/watch_order.h"

#include <stdlib.h>
#include <string.h>

const char *const watch_sorts[WATCH_SORTS] = {"name", "power", "energy"};
const char *const watch_shows[WATCH_SHOWS] = {"all", "on", "silent"};

int watch_word(const char *const *words, int count, const char *word) {
  for (int i = 0; i < count; i++)
    if (strcmp(words[i], word) == 0)
      return i;
  return -1;
}

/* A device and the rows of its outlets. */
struct group {
  size_t first, count;
  double value; /* to sort by; below 0: none */
};

static bool of_device(const struct device_row *row) {
  return row->kind == DEVICE_ROW_DEVICE;
}

static bool has_text(const struct device_row *rows, size_t count,
                     const char *text) {
  for (size_t i = 0; i < count; i++)
    if (strcasestr(rows[i].name, text) != NULL ||
        strcasestr(rows[i].model, text) != NULL)
      return true;
  return false;
}

static bool shown(const struct device_row *row, enum watch_show show) {
  if (show == WATCH_SILENT)
    return row->failed;
  if (show == WATCH_ON)
    return !row->failed && reading_has(&row->now, Q_RELAY) &&
           row->now.value[Q_RELAY] > 0;
  return true;
}

static double value_of(const struct device_row *row, enum watch_sort sort) {
  if (row->failed)
    return -1;
  if (sort == WATCH_BY_POWER)
    return reading_has(&row->now, Q_POWER) ? row->now.value[Q_POWER] : -1;
  if (reading_has(&row->now, Q_KWH_TODAY))
    return row->now.value[Q_KWH_TODAY];
  return row->counted ? row->wh / 1000 : -1;
}

/* What is equal stays by name. */
static int by_value(const void *a, const void *b) {
  const struct group *x = a;
  const struct group *y = b;

  if (x->value != y->value)
    return x->value > y->value ? -1 : 1;
  return x->first < y->first ? -1 : x->first > y->first;
}

static size_t groups_of(const struct device_rows *rows, struct group *groups,
                        const struct watch_choice *choice) {
  size_t count = 0;

  for (size_t i = 0; i < rows->count;) {
    struct group g = {.first = i, .count = 1};

    while (i + g.count < rows->count && !of_device(&rows->items[i + g.count]))
      g.count++;
    i += g.count;
    if (!shown(&rows->items[g.first], choice->show) ||
        !has_text(&rows->items[g.first], g.count, choice->filter))
      continue;
    if (choice->sort != WATCH_BY_NAME)
      g.value = value_of(&rows->items[g.first], choice->sort);
    groups[count++] = g;
  }
  return count;
}

void watch_order_apply(struct device_rows *rows,
                       const struct watch_choice *choice) {
  struct device_row *sorted;
  struct group *groups;
  size_t count;
  size_t at = 0;

  if (rows->count == 0 ||
      (choice->sort == WATCH_BY_NAME && choice->show == WATCH_ALL &&
       choice->filter[0] == '\0'))
    return;
  sorted = calloc(rows->count, sizeof(*sorted));
  groups = calloc(rows->count, sizeof(*groups));
  if (sorted != NULL && groups != NULL) {
    count = groups_of(rows, groups, choice);
    qsort(groups, count, sizeof(*groups), by_value);
    for (size_t i = 0; i < count; i++) {
      memcpy(sorted + at, rows->items + groups[i].first,
             groups[i].count * sizeof(*sorted));
      at += groups[i].count;
    }
    memcpy(rows->items, sorted, at * sizeof(*sorted));
    rows->count = at;
  } /* without memory they stay as they are */
  free(groups);
  free(sorted);
}
