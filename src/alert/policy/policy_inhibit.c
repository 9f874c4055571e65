/* SPDX-License-Identifier: MIT */
/* What another open alert explains: a value of a device that is gone, and
 * whatever the rules of the configuration say. The other one need not have
 * been told to anybody, and it is one step: what is explained itself explains
 * others all the same. */
#include <config.h>

#include "alert/policy/policy.h"

#include "alert/model/event.h"

#include <stdio.h>
#include <string.h>

/* A device's own silence explains its values. */
static const struct alert *gone_device(const struct policy_question *q) {
  const struct alert *a = q->alert;
  const struct open_alert *gone;
  char fingerprint[33];

  if (a->class != ALERT_RANGE)
    return NULL;
  event_fingerprint(ALERT_MISSING, a->host, a->plugin, a->plugin_instance, "",
                    "", "", fingerprint);
  gone = alert_table_find(q->facts->open, fingerprint);
  return gone != NULL && inhibit_explains(&gone->a) ? &gone->a : NULL;
}

static const struct alert *by_rule(const struct policy_question *q, size_t i) {
  if (!matchers_take(&q->config->inhibits[i].target.match, q->alert))
    return NULL;
  return inhibit_index_find(&q->facts->open->inhibits, i, q->alert);
}

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  const struct alert *other;

  if (q->facts == NULL || q->facts->open == NULL || q->kind == MESSAGE_ACKED ||
      q->kind == MESSAGE_RESOLVED)
    return POLICY_ALLOW;
  other = gone_device(q);
  if (other != NULL) {
    snprintf(why, why_size, "%.100s is not reporting", other->device);
    return POLICY_HOLD;
  }
  for (size_t i = 0; i < q->config->inhibits_num; i++) {
    other = by_rule(q, i);
    if (other == NULL)
      continue;
    snprintf(why, why_size, "\"%.60s\": explained by the alert of %.100s",
             q->config->inhibits[i].name, other->device);
    return POLICY_HOLD;
  }
  return POLICY_ALLOW;
}

const struct policy policy_inhibit = {
    .name = "inhibition", .after = AFTER_OPEN, .graceful = true, .ask = ask};
