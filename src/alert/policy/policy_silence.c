/* SPDX-License-Identifier: MIT */
/* A person said that nobody needs to hear of this for a while. Who was told
 * before hears its end, quietly. */
#include <config.h>

#include "alert/policy/policy.h"
#include "alert/policy/silence.h"

#include <stdio.h>

static enum policy_answer ask(const struct policy_question *q, char *why,
                              size_t why_size) {
  const struct silence *silence = NULL;

  if (q->facts != NULL && q->facts->silences != NULL)
    silence = silences_find(q->facts->silences, q->alert, q->now);
  if (silence == NULL)
    return POLICY_ALLOW;
  silence_describe(silence, why, why_size);
  return q->kind == MESSAGE_ACKED ? POLICY_QUIET : POLICY_HOLD;
}

const struct policy policy_silence = {
    .name = "silence", .after = AFTER_STILL, .ask = ask};
