/* SPDX-License-Identifier: MIT */
/* Quiet and business hours: what is not bad enough waits for the morning,
 * comes without a sound, or never. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>

static enum policy_answer by_hours(const struct policy_question *q,
                                   const struct quiet_config *quiet, char *why,
                                   size_t why_size) {
  static const enum policy_answer answers[] = {[QUIET_HOLD] = POLICY_HOLD,
                                               [QUIET_SOFTEN] = POLICY_QUIET,
                                               [QUIET_DROP] = POLICY_SUPPRESS};
  int end;
  bool inside = time_window_holds(&quiet->when, q->now, &end);

  if (inside == quiet->only || (int)q->alert->level >= quiet->pass_level)
    return POLICY_ALLOW;
  if (inside)
    snprintf(why, why_size, "\"%s\" until %02d:%02d", quiet->name, end / 60,
             end % 60);
  else
    snprintf(why, why_size, "outside of \"%s\"", quiet->name);
  return answers[quiet->action];
}

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  int hours[2] = {q->route != NULL ? q->route->quiet : -1, q->channel->quiet};
  enum policy_answer worst = POLICY_ALLOW;

  if (q->escalation) /* it waited long enough for the hours to matter less */
    return POLICY_ALLOW;
  for (int i = 0; i < 2; i++) {
    enum policy_answer answer;
    char words[120] = "";

    if (hours[i] < 0)
      continue;
    answer =
        by_hours(q, &q->config->quiet_hours[hours[i]], words, sizeof(words));
    if (answer <= worst)
      continue;
    worst = answer;
    snprintf(why, why_size, "%s", words);
  }
  return q->kind == MESSAGE_ACKED && worst > POLICY_QUIET ? POLICY_QUIET
                                                          : worst;
}

const struct policy policy_quiet = {
    .name = "quiet hours", .after = AFTER_DIGEST, .ask = ask};
