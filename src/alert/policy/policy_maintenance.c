/* SPDX-License-Identifier: MIT */
/* Hours that come again, in which some alerts are to be expected. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  for (size_t i = 0; i < q->config->maintenances_num; i++) {
    const struct maintenance_config *m = &q->config->maintenances[i];
    int end;

    if (!time_window_holds(&m->when, q->now, &end) ||
        !matchers_take(&m->match, q->alert))
      continue;
    snprintf(why, why_size, "\"%s\" until %02d:%02d", m->name, end / 60,
             end % 60);
    return q->kind == MESSAGE_ACKED ? POLICY_QUIET : POLICY_HOLD;
  }
  return POLICY_ALLOW;
}

const struct policy policy_maintenance = {
    .name = "maintenance", .after = AFTER_STILL, .ask = ask};
