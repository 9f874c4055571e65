/* SPDX-License-Identifier: MIT */
/* See state_escalation.h. */
#include <config.h>

#include "alert/state/state_escalation.h"

#include "alert/state/escalation.h"
#include "alert/state/open_alert.h"
#include "base/milliseconds.h"

#include <stdio.h>

int64_t state_escalation_due(const struct open_alert *e) {
  int64_t due = 0;

  for (size_t i = 0; open_alert_insists(e) && i < e->routes_num; i++)
    if (e->step_due[i] > 0 && (due == 0 || e->step_due[i] < due))
      due = e->step_due[i];
  return due;
}

static void take_step(struct state *s, struct open_alert *e, size_t i,
                      const struct escalation_config *escalation, int64_t now) {
  const struct escalation_step *step = &escalation->steps[e->step[i]++];
  char words[120];

  e->step_due[i] = e->step[i] < escalation->steps_num
                       ? e->step_due[i] - ms_of(step->after) +
                             ms_of(escalation->steps[e->step[i]].after)
                       : 0;
  escalation_save(s, e, i);
  snprintf(words, sizeof(words), "\"%s\", step %u of %u", escalation->name,
           e->step[i], (unsigned)escalation->steps_num);
  open_alert_history(s, e, now, "escalated", words);
  open_alert_tell(s, e,
                  &(struct notification){.kind = MESSAGE_REPEAT,
                                         .reason = REASON_ESCALATED,
                                         .route = (int)i,
                                         .step = step,
                                         .now = now});
  open_alert_store(s, e);
}

bool state_escalation_tick(struct state *s, struct open_alert *e, int64_t now) {
  for (size_t i = 0; open_alert_insists(e) && i < e->routes_num; i++) {
    const struct escalation_config *escalation = escalation_of(s, e, i);

    while (escalation != NULL && e->step_due[i] > 0 && now >= e->step_due[i])
      take_step(s, e, i, escalation, now);
  }
  return false;
}
