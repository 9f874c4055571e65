/* SPDX-License-Identifier: MIT */
/* The files that tariffs name: dates of day types, price series. Whoever owns
 * the tariffs calls; disk is read. */
#ifndef ENERGY_TARIFF_TARIFF_FILES_H
#define ENERGY_TARIFF_TARIFF_FILES_H

#include "energy/tariff/tariff.h"

/* One clean line about a file that cannot be read. */
typedef void tariff_files_say(void *arg, const char *line);

/* Reads all of them; a file that cannot be read leaves what was there. */
void tariff_files_load(struct tariffs *set, tariff_files_say *say, void *arg);

#endif
