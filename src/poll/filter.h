/* Which devices to leave out (option Ignore) or to restrict to (Only):
 * patterns are an alias, a MAC, an address, or "/regular expression/" on the
 * alias. One thread at a time. */
#ifndef POLL_FILTER_H
#define POLL_FILTER_H

#include "base/option.h"

#include <netinet/in.h>
#include <stdbool.h>

struct filter;
struct device;

enum { FILTER_WHY_SIZE = 120 };

/* Whether a pattern compiles; why says why not. */
bool filter_pattern_good(const char *pattern, char why[FILTER_WHY_SIZE]);

/* Takes over nothing; the lists may go. Patterns that do not compile match
 * nothing. NULL when memory is out. */
struct filter *filter_create(const struct option_strings *ignore,
                             const struct option_strings *only);
void filter_free(struct filter *filter);

/* Whether a device may be polled. */
bool filter_passes(const struct filter *filter, const struct device *device,
                   struct in_addr address);

/* The same for one that has not told its alias yet: whether it could. */
bool filter_may_pass(const struct filter *filter, const struct device *device,
                     struct in_addr address);

#endif
