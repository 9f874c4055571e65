/* SPDX-License-Identifier: MIT */
/* Members of an answer of the control socket: nothing where they are missing
 * or of another type. */
#ifndef CLI_ALERTS_ALERTS_ANSWER_H
#define CLI_ALERTS_ALERTS_ANSWER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

const char *answer_text(const cJSON *object, const char *name);
double answer_number(const cJSON *object, const char *name);
int64_t answer_whole(const cJSON *object, const char *name);
bool answer_true(const cJSON *object, const char *name);
const cJSON *answer_list(const cJSON *object, const char *name);
/* What an alert is about, as messages and lists call it. */
const char *answer_subject(const cJSON *object);
/* The text, cleaned and cut to size. */
void answer_copy(const cJSON *object, const char *name, char *out, size_t size);

#endif
