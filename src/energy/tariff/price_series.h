/* SPDX-License-Identifier: MIT */
/* Prices over time, for tariffs whose price changes by the hour. Pure; one
 * thread at a time. */
#ifndef ENERGY_TARIFF_PRICE_SERIES_H
#define ENERGY_TARIFF_PRICE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct price_row {
  int64_t from_us;
  int64_t to_us; /* PRICE_OPEN: until the next row */
  double price;  /* as it came */
};

#define PRICE_OPEN INT64_MAX

enum { PRICE_ROWS_MAX = 500000 };

struct price_series {
  struct price_row *rows;
  size_t num;
  size_t room;
};

void price_series_free(struct price_series *s);

/* 0, -ENOMEM, -EMSGSIZE. */
int price_series_add(struct price_series *s, const struct price_row *row);

/* After the last row: sorts them and gives those that are open their end; the
 * last one holds as long as the longest before it, for a day when it is alone.
 * Where rows overlap, the one that begins last counts while it lasts, of two
 * that begin at one moment the one that was added later. */
void price_series_finish(struct price_series *s);

/* Whether there is a price at us; until when the answer holds. */
bool price_series_at(const struct price_series *s, int64_t us, double *price,
                     int64_t *until_us);

#endif
