/* SPDX-License-Identifier: MIT */
/* The files that tariffs name: dates of day types, price series. Whoever owns
 * the tariffs calls; disk is read. */
#ifndef ENERGY_TARIFF_TARIFF_FILES_H
#define ENERGY_TARIFF_TARIFF_FILES_H

#include "energy/tariff/tariff.h"

#include <pthread.h>

/* One clean line about a file that cannot be read. */
typedef void tariff_files_say(void *arg, const char *line);

/* Reads those that have changed since they were read, and says whether there
 * was one; one that cannot be read leaves what was there. lock (NULL: none) is
 * taken for the moment in which what was read takes its place. */
bool tariff_files_load(struct tariffs *set, pthread_mutex_t *lock,
                       tariff_files_say *say, void *arg);

#endif
