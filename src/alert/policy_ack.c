/* What somebody has taken charge of needs no reminding. */
#include <config.h>

#include "alert/policy.h"

#include <stdio.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  if (q->kind != MESSAGE_REPEAT || !(q->alert->flags & ALERT_ACKED))
    return POLICY_PASS;
  snprintf(why, why_size, "acknowledged by %s", q->alert->ack_by);
  return POLICY_DROP;
}

const struct policy policy_ack = {.name = "acknowledged", .ask = ask};
