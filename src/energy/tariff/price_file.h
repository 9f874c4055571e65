/* SPDX-License-Identifier: MIT */
/* Files of prices: CSV (from,price or from,to,price) and the answers of
 * aWATTar, Octopus and Tibber. One thread at a time. */
#ifndef ENERGY_TARIFF_PRICE_FILE_H
#define ENERGY_TARIFF_PRICE_FILE_H

#include "energy/tariff/price_series.h"
#include "energy/tariff/price_url.h"

enum price_format {
  PRICE_FORMAT_AUTO, /* by what stands in it */
  PRICE_FORMAT_CSV,
  PRICE_FORMAT_AWATTAR,
  PRICE_FORMAT_OCTOPUS,
  PRICE_FORMAT_TIBBER,
};

enum { PRICE_WHY_SIZE = 200 };

/* How rows become prices per kWh. */
struct price_reading {
  enum price_format format;
  bool taxed; /* where an answer has both, the price with taxes */
  bool per_mwh, unit_given;
};

/* Adds the rows of text, of the currency per kWh, and finishes the series.
 * False with why; the series is as before then. */
bool price_file_parse(const char *text, size_t len,
                      const struct price_reading *how, struct price_series *s,
                      char why[PRICE_WHY_SIZE]);

/* Where an answer says that older prices are: Octopus' next page. False when
 * it says nothing, or what is no address. */
bool price_file_next(const char *text, size_t len,
                     const struct price_reading *how,
                     char url[PRICE_URL_MAX + 1]);

/* The same with what is at path. */
bool price_file_read(const char *path, const struct price_reading *how,
                     struct price_series *s, char why[PRICE_WHY_SIZE]);

#endif
