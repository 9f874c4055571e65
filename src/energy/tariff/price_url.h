/* SPDX-License-Identifier: MIT */
/* Addresses that prices come from. They may hold a key, in the query or before
 * the host, which belongs in no log and no database. Pure. */
#ifndef ENERGY_TARIFF_PRICE_URL_H
#define ENERGY_TARIFF_PRICE_URL_H

#include <stdbool.h>

enum {
  PRICE_URL_MAX = 1024,
  PRICE_URL_PUBLIC_SIZE = 200,
  PRICE_URL_KEY_SIZE = 224
};

/* Whether it is an http or https address of bounded length with a host. */
bool price_url_is_good(const char *url);

/* Whether two good addresses are of one server: scheme, host and port. */
bool price_url_same_server(const char *a, const char *b);

/* Scheme, host and path: for people. */
void price_url_public(const char *url, char out[PRICE_URL_PUBLIC_SIZE]);

/* The same and a number that tells addresses apart: for the ledger. */
void price_url_key(const char *url, char out[PRICE_URL_KEY_SIZE]);

#endif
