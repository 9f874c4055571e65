/* SPDX-License-Identifier: MIT */
/* Tariffs as kasactl check shows them. */
#ifndef CLI_CHECK_CHECK_TARIFF_H
#define CLI_CHECK_CHECK_TARIFF_H

#include "energy/tariff/tariff.h"

#include <stdio.h>

/* What was understood, so that people see it: prices by weekday and hour, of
 * the week of today or, where the first tariff is still to come, of the week it
 * begins in. Nothing where there are no tariffs. */
void check_tariff_show(const struct tariffs *set, int today, FILE *out);

#endif
