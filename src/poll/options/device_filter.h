/* SPDX-License-Identifier: MIT */
/* Which devices to leave out (option Ignore) or to restrict to (Only):
 * patterns are an alias, a MAC, an address, or "/regular expression/" on the
 * alias. One thread at a time. */
#ifndef POLL_OPTIONS_DEVICE_FILTER_H
#define POLL_OPTIONS_DEVICE_FILTER_H

#include "config/option.h"

#include <netinet/in.h>
#include <stdbool.h>

struct device_filter;
struct device;

enum { FILTER_WHY_SIZE = 120 };

/* Whether a pattern compiles; why says why not. */
bool device_filter_pattern_good(const char *pattern, char why[FILTER_WHY_SIZE]);

/* Takes over nothing; the lists may go. Patterns that do not compile match
 * nothing. NULL when memory is out. */
struct device_filter *device_filter_create(const struct option_strings *ignore,
                                           const struct option_strings *only);
void device_filter_free(struct device_filter *filter);

/* Whether a device may be polled. */
bool device_filter_passes(const struct device_filter *filter,
                          const struct device *device, struct in_addr address);

/* The same for one that has not told its alias yet: whether it could. */
bool device_filter_may_pass(const struct device_filter *filter,
                            const struct device *device,
                            struct in_addr address);

#endif
