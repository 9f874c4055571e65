/* SPDX-License-Identifier: MIT */
/* Names of one device: see rrd_renames.h. */
#include <config.h>

#include "cli/graph/rrd_renames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct named {
  char mac[24];
  time_t last; /* of all its files */
  struct rrd_series *series;
};

static time_t last_word(const struct rrd_series *series) {
  time_t last = 0;

  for (size_t i = 0; i < RRD_TYPES; i++)
    if (series->files[i].good && series->files[i].last > last)
      last = series->files[i].last;
  for (size_t i = 0; i < series->plugs_num; i++)
    if (last_word(&series->plugs[i]) > last)
      last = last_word(&series->plugs[i]);
  return last;
}

/* By MAC address, and of one the name that goes on longest first. */
static int by_mac(const void *a, const void *b) {
  const struct named *x = a;
  const struct named *y = b;
  int order = strcmp(x->mac, y->mac);

  if (order == 0)
    order = (x->last < y->last) - (x->last > y->last);
  return order;
}

static void end_files(struct rrd_series *series) {
  for (size_t i = 0; i < RRD_TYPES; i++)
    series->files[i].ended = true;
  for (size_t i = 0; i < series->plugs_num; i++)
    end_files(&series->plugs[i]);
}

static void mark(struct named *names, size_t count) {
  const struct named *first = names;

  qsort(names, count, sizeof(*names), by_mac);
  for (size_t i = 1; i < count; i++) {
    if (strcmp(names[i].mac, first->mac) != 0)
      first = &names[i];
    else if (names[i].last < first->last) {
      names[i].series->now_called = first->series;
      end_files(names[i].series);
    }
  }
}

int rrd_find_renames(struct rrd_tree *tree) {
  for (size_t h = 0; h < tree->hosts_num; h++) {
    struct rrd_host *host = &tree->hosts[h];
    struct named *names = calloc(host->devices_num + 1, sizeof(*names));
    size_t count = 0;

    if (names == NULL)
      return -ENOMEM;
    for (size_t i = 0; i < host->devices_num; i++) {
      struct named *n = &names[count];

      n->series = &host->devices[i];
      n->last = last_word(n->series);
      rrd_info(n->series, "mac", n->mac, sizeof(n->mac));
      /* "-": the device did not tell it */
      count += strchr(n->mac, ':') != NULL;
    }
    mark(names, count);
    free(names);
  }
  return 0;
}
