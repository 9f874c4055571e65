/* SPDX-License-Identifier: MIT */
/* Many devices gone at once are one message (core_storm.h): each of them waits
 * until it is known whether others go too, and is part of the storm while that
 * lasts. */
#include <config.h>

#include "alert/policy/policy.h"

#include "alert/policy/storm.h"
#include "base/milliseconds.h"

#include <stdio.h>
#include <string.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  const struct storm_config *storm = &q->config->storm;
  const struct open_alert *device, *e;

  if (storm->threshold == 0 || !alert_is_away(q->alert) || q->facts == NULL ||
      q->facts->open == NULL || q->kind == MESSAGE_ACKED ||
      q->kind == MESSAGE_RESOLVED)
    return POLICY_ALLOW;
  device = alert_table_find(q->facts->open, q->alert->fingerprint);
  if (device == NULL)
    return POLICY_ALLOW;
  e = q->facts->open->storm;
  if (e != NULL && storm_has(q->config, &e->a, device)) {
    snprintf(why, why_size, "one of many devices that are gone");
    return POLICY_HOLD;
  }
  if (q->announced || q->now >= storm_moment(q->config, device) +
                                    ms_of(storm->window) + STORM_LOOK_MS)
    return POLICY_ALLOW;
  snprintf(why, why_size, "waiting whether others go, too");
  return POLICY_HOLD;
}

const struct policy policy_storm = {
    .name = "storm", .after = AFTER_OPEN, .ask = ask};
