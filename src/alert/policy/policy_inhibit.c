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

static bool explains(const struct open_alert *e, const struct alert *a) {
  return e != NULL && e->a.id != a->id &&
         (e->a.state == ALERT_FIRING ||
          (e->a.state == ALERT_RECOVERING && !(e->a.flags & ALERT_FLAPPING)));
}

static const struct open_alert *gone_device(const struct policy_question *q) {
  const struct alert *a = q->alert;
  char fingerprint[33];

  if (a->class != ALERT_RANGE)
    return NULL;
  event_fingerprint(ALERT_MISSING, a->host, a->plugin, a->plugin_instance, "",
                    "", "", fingerprint);
  return alert_table_find(q->facts->open, fingerprint);
}

static bool equal(const struct inhibit_config *rule, const struct alert *a,
                  const struct alert *b) {
  for (size_t i = 0; i < rule->equal_num; i++)
    if (strcmp((const char *)a + rule->equal[i],
               (const char *)b + rule->equal[i]) != 0)
      return false;
  return true;
}

static const struct open_alert *by_rule(const struct policy_question *q,
                                        const struct inhibit_config *rule) {
  if (!matchers_take(&rule->target.match, q->alert))
    return NULL;
  for (const struct open_alert *e = q->facts->open->first; e != NULL;
       e = e->next)
    if (explains(e, q->alert) && equal(rule, &e->a, q->alert) &&
        matchers_take(&rule->source.match, &e->a))
      return e;
  return NULL;
}

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  const struct open_alert *other;

  if (q->facts == NULL || q->facts->open == NULL || q->kind == MESSAGE_ACKED ||
      q->kind == MESSAGE_RESOLVED)
    return POLICY_ALLOW;
  other = gone_device(q);
  if (explains(other, q->alert)) {
    snprintf(why, why_size, "%.100s is not reporting", other->a.device);
    return POLICY_HOLD;
  }
  for (size_t i = 0; i < q->config->inhibits_num; i++) {
    other = by_rule(q, &q->config->inhibits[i]);
    if (other == NULL)
      continue;
    snprintf(why, why_size, "\"%.60s\": explained by the alert of %.100s",
             q->config->inhibits[i].name, other->a.device);
    return POLICY_HOLD;
  }
  return POLICY_ALLOW;
}

const struct policy policy_inhibit = {
    .name = "inhibition", .after = AFTER_OPEN, .graceful = true, .ask = ask};
