/* SPDX-License-Identifier: MIT */
/* `kasactl alerts stats` for people. */
#ifndef CLI_ALERTS_ALERTS_STATS_H
#define CLI_ALERTS_ALERTS_STATS_H

#include "cli/term/output.h"

#include <cjson/cJSON.h>

/* The exit status: always 0, nothing is an answer, too. */
int show_stats(const struct output *page, const cJSON *answer);

#endif
