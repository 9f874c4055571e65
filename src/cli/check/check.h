/* SPDX-License-Identifier: MIT */
/* What kasactl check knows of one plugin's configuration. */
#ifndef CLI_CHECK_CHECK_H
#define CLI_CHECK_CHECK_H

#include "cli/common/cli.h"
#include "config/option.h"

#include <stdio.h>

struct check_plugin {
  const char *name;             /* as in <Plugin name> */
  const struct option *options; /* what may stand in it */
  /* Fresh options with the defaults; NULL when memory is out. */
  void *(*create)(void);
  /* Reads one block on top of what the options hold. */
  void (*read)(void *options, const struct conf_item *block,
               struct option_reporter *reporter);
  /* What can only be judged after the last block, by the interval in force
   * (seconds). */
  void (*finish)(void *options, double interval,
                 struct option_reporter *reporter);
  /* Says what differs from the defaults, each line indented by two blanks. */
  void (*show)(const void *options, FILE *out);
  void (*destroy)(void *options);
};

/* The row of kasactl's table of commands. */
extern const struct command check_command;

extern const struct check_plugin check_kasa;
extern const struct check_plugin check_notify_kasa;

/* Writes the options of table that differ, one per line, behind indent. */
void check_show_options(const struct option *table, const void *options,
                        const void *defaults, const char *indent, FILE *out);

#endif
