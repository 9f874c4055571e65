/* SPDX-License-Identifier: MIT */
/* The chain of reasons for silence: see policy.h. */
#include <config.h>

#include "alert/policy/policy.h"

#include <stdio.h>
#include <string.h>

const struct policy *const policies[] = {
    &policy_self,    &policy_level,       &policy_ack,
    &policy_silence, &policy_maintenance, &policy_inhibit,
    &policy_storm,   &policy_quiet,       NULL,
};

const struct policy *policy_find(const char *name) {
  const struct policy *const *p = policies;

  while (*p != NULL && strcmp((*p)->name, name) != 0)
    p++;
  return *p;
}

enum policy_answer policy_ask(const struct policy_question *q,
                              const struct policy **by, char *why,
                              size_t why_size) {
  bool owed = q->kind == MESSAGE_RESOLVED && q->announced;
  enum policy_answer worst = POLICY_ALLOW;
  const struct policy *decided = NULL;
  char reason[200];

  why[0] = '\0';
  for (const struct policy *const *p = policies; *p != NULL; p++) {
    enum policy_answer answer;

    reason[0] = '\0';
    answer = (*p)->ask(q, reason, sizeof(reason));
    if (owed && answer > POLICY_QUIET)
      answer = POLICY_QUIET;
    if (answer <= worst)
      continue;
    worst = answer;
    decided = *p;
    snprintf(why, why_size, "%s", reason);
    if (worst == POLICY_SUPPRESS)
      break;
  }
  if (by != NULL)
    *by = decided;
  return worst;
}
