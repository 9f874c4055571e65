/* SPDX-License-Identifier: MIT */
/* A collectd.conf with all the files it includes, in the order in which
 * collectd reads them. One thread. */
#ifndef CLI_COMMON_CONFIG_FILE_H
#define CLI_COMMON_CONFIG_FILE_H

#include "config/conf_tree.h"

#include <stdbool.h>
#include <stddef.h>

struct config_file {
  char *path;
  struct conf_item *root;
  bool included;
};

struct config_statement {
  const struct conf_item *item;
  size_t file; /* index into files */
};

struct config {
  struct config_file *files;
  size_t files_num;
  struct config_statement *statements; /* at the top level, in order */
  size_t statements_num;
  bool broken; /* collectd would not start with it */
};

/* where is "path" or "path:12". */
typedef void config_problem(void *arg, const char *where, const char *text);

/* Reads path and what it includes, as far as possible; each problem is told.
 * 0, or -1 when collectd would refuse it. config_free() in both cases. */
int config_load(struct config *config, const char *path,
                config_problem *problem, void *arg);
void config_free(struct config *config);

/* Whether it is a block like <Plugin kasa>. */
bool config_is_plugin(const struct conf_item *item, const char *plugin);

/* The configuration that collectd uses on this machine, or NULL. */
const char *config_default(void);

#endif
