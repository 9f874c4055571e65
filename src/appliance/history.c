/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "appliance/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void history_add(struct history *h, double value) {
  h->values[h->next] = (float)value;
  h->next = (h->next + 1) % HISTORY_LENGTH;
  if (h->num < HISTORY_LENGTH)
    h->num++;
  h->seen++;
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;

  return (x > y) - (x < y);
}

double history_quantile(const struct history *h, double share) {
  float sorted[HISTORY_LENGTH];
  double rank;
  size_t i;

  if (h->num == 0)
    return NAN;
  memcpy(sorted, h->values, h->num * sizeof(sorted[0]));
  qsort(sorted, h->num, sizeof(sorted[0]), compare);
  rank = ceil(share * h->num);
  i = rank < 1 ? 0 : (size_t)rank - 1;
  return sorted[i < h->num ? i : h->num - 1];
}

double history_median(const struct history *h, unsigned skip, unsigned num) {
  float sorted[HISTORY_LENGTH];

  if (num == 0 || num > h->num || skip > h->num - num)
    return NAN;
  for (unsigned i = 0; i < num; i++)
    sorted[i] =
        h->values[(h->next + HISTORY_LENGTH - 1 - skip - i) % HISTORY_LENGTH];
  qsort(sorted, num, sizeof(sorted[0]), compare);
  return ((double)sorted[(num - 1) / 2] + (double)sorted[num / 2]) / 2;
}

double history_largest(const struct history *h, unsigned num) {
  double largest = NAN;

  for (unsigned i = 1; i <= h->num && i <= num; i++) {
    float v = h->values[(h->next + HISTORY_LENGTH - i) % HISTORY_LENGTH];

    if (isnan(largest) || v > largest)
      largest = v;
  }
  return largest;
}
