/* SPDX-License-Identifier: MIT */
/* Answers of the control socket as people read them: tables that fit the
 * terminal, 80 columns where there is none. Fields that are missing or of
 * another type are shown as nothing. One thread at a time. */
#ifndef CLI_ALERTS_ALERTS_SHOW_H
#define CLI_ALERTS_ALERTS_SHOW_H

#include "cli/term/output.h"

#include <cjson/cJSON.h>

/* Each returns the exit status: 0, or 1 where nothing was found or something
 * in the answer went wrong. */
int show_list(const struct output *page, const cJSON *answer);
int show_history(const struct output *page, const cJSON *answer);
int show_one(const struct output *page, const cJSON *answer);
int show_status(const struct output *page, const cJSON *answer);
int show_queue(const struct output *page, const cJSON *answer);
int show_test(const struct output *page, const cJSON *answer);
int show_reported(const struct output *page, const cJSON *answer);
int show_explain(const struct output *page, const cJSON *answer);
int show_render(const struct output *page, const cJSON *answer);

#endif
