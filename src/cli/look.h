/* The engine at work for a command: a thread of its own, whose results are
 * copied out. One user thread. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/found.h"

#include <stdbool.h>
#include <stddef.h>

struct look;
struct typed_account;

struct look_options {
  const char *config;   /* a collectd.conf to take options from, or NULL */
  const char **targets; /* where to search; none: everywhere */
  size_t targets_num;
  double wait;        /* s to search; 0: as configured, else 3 */
  const char *device; /* only this one is wanted: address, host, MAC, name */
  /* NULL: that of config, else that of this machine's collectd */
  const struct typed_account *account;
};

struct found_list {
  struct found *items;
  size_t count;
};

/* Starts to search and poll. NULL after saying why not. */
struct look *look_start(const struct look_options *options);
void look_stop(struct look *l);

/* A descriptor that can be read when there is news for look_take(). */
int look_fd(const struct look *l);

/* What is known by now, sorted by name (with device: it alone, if it was
 * found). Whether the search and all polls that were due are over. */
bool look_take(struct look *l, struct found_list *list);
void found_list_free(struct found_list *list);

/* How many devices answered so far, for somebody who waits. */
unsigned look_answered(const struct look *l);

/* Polls all again; look_take() is false until that is over. */
void look_again(struct look *l);

/* The longest that one round may take, in seconds. */
double look_limit(const struct look *l);

#endif
