/* SPDX-License-Identifier: MIT */
/* What collectd's threshold plugin takes, whatever the plugin whose values it
 * watches. At one mistake it refuses the whole configuration, and collectd does
 * not start; collectd -t says nothing about it. */
#ifndef CLI_CHECK_THRESHOLD_GRAMMAR_H
#define CLI_CHECK_THRESHOLD_GRAMMAR_H

#include "cli/common/config_file.h"

/* block: a <Plugin threshold> of the file path. */
void threshold_grammar(const struct conf_item *block, const char *path,
                       config_problem *problem, void *arg);

#endif
