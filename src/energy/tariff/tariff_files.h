/* SPDX-License-Identifier: MIT */
/* The files that tariffs name: dates of day types, price series. Whoever owns
 * the tariffs calls; disk is read. */
#ifndef ENERGY_TARIFF_TARIFF_FILES_H
#define ENERGY_TARIFF_TARIFF_FILES_H

#include "config/option.h"
#include "energy/tariff/tariff.h"

#include <pthread.h>

/* Reads those that have changed since they were read, and says whether there
 * was one; one that cannot be read leaves what was there and is said, not
 * counted as an error. lock (NULL: none) is
 * taken for the moment in which what was read takes its place. */
bool tariff_files_load(struct tariffs *set, pthread_mutex_t *lock,
                       struct option_reporter *reporter);

#endif
