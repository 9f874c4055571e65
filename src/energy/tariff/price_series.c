/* SPDX-License-Identifier: MIT */
/* Prices over time: see price_series.h. */
#include <config.h>

#include "energy/tariff/price_series.h"

#include "energy/calendar.h"

#include <errno.h>
#include <stdlib.h>

void price_series_free(struct price_series *s) {
  free(s->rows);
  *s = (struct price_series){0};
}

int price_series_add(struct price_series *s, const struct price_row *row) {
  if (s->num >= PRICE_ROWS_MAX)
    return -EMSGSIZE;
  if (s->num == s->room) {
    size_t room = s->room > 0 ? 2 * s->room : 64;
    struct price_row *grown = realloc(s->rows, room * sizeof(*grown));

    if (grown == NULL)
      return -ENOMEM;
    s->rows = grown;
    s->room = room;
  }
  s->rows[s->num++] = *row;
  return 0;
}

/* Rows of one moment keep their order: qsort() alone would not. */
struct ordered {
  struct price_row row;
  size_t place;
};

static int by_begin(const void *a, const void *b) {
  const struct ordered *x = a;
  const struct ordered *y = b;

  if (x->row.from_us != y->row.from_us)
    return x->row.from_us < y->row.from_us ? -1 : 1;
  return x->place < y->place ? -1 : 1;
}

static void sort(struct price_series *s) {
  struct ordered *rows;
  size_t kept = 0;
  bool sorted = true;

  for (size_t i = 1; i < s->num; i++)
    sorted &= s->rows[i - 1].from_us < s->rows[i].from_us;
  if (sorted)
    return;
  rows = malloc(s->num * sizeof(*rows));
  if (rows == NULL) {
    s->num = 0; /* no prices rather than wrong ones */
    return;
  }
  for (size_t i = 0; i < s->num; i++)
    rows[i] = (struct ordered){s->rows[i], i};
  qsort(rows, s->num, sizeof(*rows), by_begin);
  for (size_t i = 0; i < s->num; i++) {
    if (kept > 0 && s->rows[kept - 1].from_us == rows[i].row.from_us)
      kept--;
    s->rows[kept++] = rows[i].row;
  }
  s->num = kept;
  free(rows);
}

void price_series_finish(struct price_series *s) {
  int64_t longest = s->num > 1 ? 0 : CALENDAR_DAY;

  sort(s);
  for (size_t i = 0; i + 1 < s->num; i++) {
    struct price_row *row = &s->rows[i];
    int64_t next = s->rows[i + 1].from_us;

    if (row->to_us > next)
      row->to_us = next;
    if (row->to_us - row->from_us > longest)
      longest = row->to_us - row->from_us;
  }
  if (s->num > 0 && s->rows[s->num - 1].to_us == PRICE_OPEN)
    s->rows[s->num - 1].to_us = s->rows[s->num - 1].from_us + longest;
}

bool price_series_at(const struct price_series *s, int64_t us, double *price,
                     int64_t *until_us) {
  size_t low = 0;
  size_t high = s->num; /* the first row that begins later */

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (s->rows[middle].from_us <= us)
      low = middle + 1;
    else
      high = middle;
  }
  *until_us = high < s->num ? s->rows[high].from_us : INT64_MAX;
  if (high == 0 || us >= s->rows[high - 1].to_us)
    return false;
  *price = s->rows[high - 1].price;
  *until_us = s->rows[high - 1].to_us;
  return true;
}
