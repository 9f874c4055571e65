/* SPDX-License-Identifier: MIT */
/* The engine at work for a command: a thread of its own, whose results are
 * copied out. One user thread. */
#ifndef CLI_DEVICES_DEVICE_SEARCH_H
#define CLI_DEVICES_DEVICE_SEARCH_H

#include "cli/devices/device_info.h"

#include <stdbool.h>
#include <stddef.h>

struct device_search;
struct typed_account;

struct device_search_options {
  const char *config;   /* a collectd.conf to take options from, or NULL */
  const char **targets; /* where to search; none: everywhere */
  size_t targets_num;
  double wait;        /* s to search; 0: as configured, else 3 */
  const char *device; /* only this one is wanted: address, host, MAC, name */
  /* NULL: that of config, else that of this machine's collectd */
  const struct typed_account *account;
};

struct device_info_list {
  struct device_info *items;
  size_t count;
};

/* Starts to search and poll. NULL after saying why not. */
struct device_search *
device_search_start(const struct device_search_options *options);
void device_search_stop(struct device_search *l);

/* A descriptor that can be read when there is news for device_search_take(). */
int device_search_fd(const struct device_search *l);

/* What is known by now, sorted by name (with device: it alone, if it was
 * found). Whether the search and all polls that were due are over. */
bool device_search_take(struct device_search *l, struct device_info_list *list);
void device_info_list_free(struct device_info_list *list);

/* How many devices answered so far, for somebody who waits. */
unsigned device_search_answered(const struct device_search *l);

/* Polls all again; device_search_take() is false until that is over. */
void device_search_again(struct device_search *l);

/* The longest that one round may take, in seconds. */
double device_search_limit(const struct device_search *l);

#endif
