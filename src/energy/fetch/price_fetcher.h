/* SPDX-License-Identifier: MIT */
/* The thread that fetches prices for tariffs with <Prices> URL. What fails is
 * logged once, and once that it is over; the address in that is without what
 * may be a key. */
#ifndef ENERGY_FETCH_PRICE_FETCHER_H
#define ENERGY_FETCH_PRICE_FETCHER_H

#include "energy/tariff/tariff.h"

struct price_fetcher;

/* Called by its thread with what came for an address; series is the
 * callee's. */
typedef void price_fetcher_take(void *arg, const char *url,
                                struct price_series *series);

/* For the addresses of these tariffs, which are copied; NULL when there is
 * none, or no memory. */
struct price_fetcher *price_fetcher_create(const struct tariffs *set);

/* Starts the thread; NULL is fine. 0, or an errno value. */
int price_fetcher_start(struct price_fetcher *f, const char *agent,
                        price_fetcher_take *take, void *arg);

/* Ends the thread, if there is one: a request within a second or so. NULL is
 * fine. */
void price_fetcher_free(struct price_fetcher *f);

#endif
