/* SPDX-License-Identifier: MIT */
/* A recorded power curve: CSV with the header offset_s,watts, times rising.
 * One thread. */
#ifndef CLI_APPLIANCE_POWER_CSV_H
#define CLI_APPLIANCE_POWER_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { POWER_CSV_WHY = 200, POWER_CSV_ROWS_MAX = 4000000 };

struct power_curve {
  struct power_sample {
    double at;    /* seconds from the curve's own beginning */
    double watts; /* may be negative */
  } * samples;
  size_t num, room;
  double stale_s; /* nobody sees a value that is older */
  double begins;  /* seconds since 1970 UTC; NAN: not known */
};

/* Appends a value; at has to be later than the one before. 0, or -1. */
int power_curve_add(struct power_curve *curve, double at, double watts);

/* Reads the file: 0, or -1 with why ("line 7: ..."). power_curve_free() in both
 * cases. */
int power_csv_read(struct power_curve *curve, const char *path,
                   char why[POWER_CSV_WHY]);
void power_curve_free(struct power_curve *curve);

/* What somebody who asks at the moment `at` would see: the last value at or
 * before it, unless that is older than stale_s. *from: where to go on looking,
 * 0 at first; moments must rise. False when there is none. */
bool power_curve_at(const struct power_curve *curve, double at, size_t *from,
                    double *watts);

#endif
