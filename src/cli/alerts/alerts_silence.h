/* SPDX-License-Identifier: MIT */
/* `kasactl alerts silence`: from words to requests, and what it shows. */
#ifndef CLI_ALERTS_ALERTS_SILENCE_H
#define CLI_ALERTS_ALERTS_SILENCE_H

#include "cli/term/output.h"

#include <cjson/cJSON.h>

/* "Freezer class=missing host=/^nas/" into the request's match: NULL, or what
 * is wrong. A word without = is a device. */
const char *silence_match(cJSON *request, const char *const *words,
                          int words_num);
/* Seconds since 1970 of what was typed: "07:00" is the next seven o'clock; else
 * a date, or date and time. 0 or -EINVAL. */
int silence_moment(const char *text, double *out);
/* Its end, of which exactly one may be given (NULL = not): NULL, or what is
 * wrong. */
const char *silence_end(cJSON *request, const char *for_text,
                        const char *until_text);

int show_silenced(const struct output *page, const cJSON *answer);
int show_silences(const struct output *page, const cJSON *answer);
int show_maintenances(const struct output *page, const cJSON *answer);

#endif
