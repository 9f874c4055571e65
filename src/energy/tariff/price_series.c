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
    if (kept > 0 && s->rows[kept - 1].from_us == rows[i].row.from_us &&
        (s->rows[kept - 1].to_us == PRICE_OPEN ||
         s->rows[kept - 1].to_us <= rows[i].row.to_us))
      kept--;
    s->rows[kept++] = rows[i].row;
  }
  s->num = kept;
  free(rows);
}

/* Rows without an end last until the next begins; the last one as long as the
 * longest of the others. */
static void close_open(struct price_series *s) {
  int64_t longest = s->num > 1 ? 0 : CALENDAR_DAY;

  for (size_t i = 0; i + 1 < s->num; i++) {
    struct price_row *row = &s->rows[i];
    int64_t next = s->rows[i + 1].from_us;
    int64_t end = row->to_us < next ? row->to_us : next;

    if (row->to_us == PRICE_OPEN)
      row->to_us = next;
    if (end - row->from_us > longest)
      longest = end - row->from_us;
  }
  if (s->num > 0 && s->rows[s->num - 1].to_us == PRICE_OPEN)
    s->rows[s->num - 1].to_us = s->rows[s->num - 1].from_us + longest;
}

static bool overlap(const struct price_series *s) {
  for (size_t i = 0; i + 1 < s->num; i++)
    if (s->rows[i].to_us > s->rows[i + 1].from_us)
      return true;
  return false;
}

struct layers {
  const struct price_row *rows;
  size_t *open; /* rows that have begun, the latest last */
  size_t open_num;
  struct price_row *out;
  size_t out_num;
  int64_t at_us; /* what is before it is out */
};

/* Puts out what holds up to a moment. */
static void put_until(struct layers *l, int64_t until_us) {
  while (l->open_num > 0 && l->at_us < until_us) {
    const struct price_row *top = &l->rows[l->open[l->open_num - 1]];
    int64_t end = top->to_us < until_us ? top->to_us : until_us;

    if (end > l->at_us) {
      l->out[l->out_num++] = (struct price_row){l->at_us, end, top->price};
      l->at_us = end;
    }
    if (top->to_us <= l->at_us)
      l->open_num--;
  }
}

/* Where rows overlap, the one that began last holds while it lasts, and the
 * one below it goes on after that. */
static void cut_overlaps(struct price_series *s) {
  struct layers l = {.rows = s->rows,
                     .open = malloc(s->num * sizeof(*l.open)),
                     .out = malloc(2 * s->num * sizeof(*l.out))};

  if (l.open == NULL || l.out == NULL) {
    free(l.open);
    free(l.out);
    s->num = 0; /* no prices rather than wrong ones */
    return;
  }
  for (size_t i = 0; i < s->num; i++) {
    put_until(&l, s->rows[i].from_us);
    l.at_us = s->rows[i].from_us;
    l.open[l.open_num++] = i;
  }
  put_until(&l, INT64_MAX);
  s->room = 2 * s->num;
  s->num = l.out_num;
  free(s->rows);
  s->rows = l.out;
  free(l.open);
}

void price_series_finish(struct price_series *s) {
  sort(s);
  close_open(s);
  if (overlap(s))
    cut_overlaps(s);
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
