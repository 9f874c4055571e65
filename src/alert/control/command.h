/* SPDX-License-Identifier: MIT */
/* Requests of the control socket and their answers: JSON in, JSON out. */
#ifndef ALERT_CONTROL_COMMAND_H
#define ALERT_CONTROL_COMMAND_H

#include "alert/core/alert_core.h"

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

/* Test messages whose results the answer waits for. */
struct command_wait {
  int64_t rows[CHANNELS_MAX];
  int channels[CHANNELS_MAX];
  size_t num;
};

/* Answers the request in line (len bytes, no line feed). Returns the answer,
 * to be deleted by the caller; NULL when memory is out. When wait->num > 0 the
 * answer is not complete: results are to be added with command_tested(). */
cJSON *command_answer(struct alert_core *core, const char *version,
                      const char *line, size_t len, struct command_wait *wait);

/* Adds the result of one awaited row; true when it was the last. */
bool command_tested(struct alert_core *core, cJSON *answer,
                    struct command_wait *wait, int64_t row_id,
                    const struct send_result *result);

/* The awaited ones that have not ended yet: says so, and what is in the way. */
void command_unanswered(struct alert_core *core, cJSON *answer,
                        struct command_wait *wait);

/* An order in the shape of a notification (PUTNOTIF). */
bool command_is_order(const struct event *event);
/* Carries it out and logs what came of it. */
void command_order(struct alert_core *core, const char *version,
                   const struct event *event);

#endif
