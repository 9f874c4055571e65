/* SPDX-License-Identifier: MIT */
/* One request for prices: HTTP GET by libcurl, bounded in time and size, no
 * proxy, at most three redirects, each to http or https and none from https to
 * http. Blocking: a thread of its own. */
#ifndef ENERGY_FETCH_PRICE_REQUEST_H
#define ENERGY_FETCH_PRICE_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PRICE_REQUEST_WHY = 200 };

struct price_answer {
  char *body; /* terminated; the caller frees it */
  size_t len;
  double retry_after;          /* s; 0: nothing said */
  char why[PRICE_REQUEST_WHY]; /* without the address */
};

/* Once in a process, before threads use it. */
void price_request_init(void);

/* False with why; *stop ends it early. */
bool price_request(const char *url, const char *agent, const atomic_bool *stop,
                   struct price_answer *answer);

#endif
