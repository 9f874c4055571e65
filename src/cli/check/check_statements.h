/* SPDX-License-Identifier: MIT */
/* What stands at the top level of a configuration: statements that collectd
 * passes over without a word, or that keep it from starting. */
#ifndef CLI_CHECK_CHECK_STATEMENTS_H
#define CLI_CHECK_CHECK_STATEMENTS_H

#include "cli/check/check.h"
#include "cli/common/config_file.h"

/* plugins: those of ours, ended by NULL, to tell where an option of theirs
 * belongs. */
void check_statements(const struct config *config,
                      const struct check_plugin *const *plugins,
                      config_problem *problem, void *arg);

/* Seconds of a global Interval as collectd reads it, a text included;
 * otherwise where it takes its default. */
double statement_interval(const struct conf_item *item, double otherwise);

/* Whether it is AutoLoadPlugin true: a <Plugin> block loads its plugin. */
bool statement_loads_plugins(const struct conf_item *item);

#endif
