/* SPDX-License-Identifier: MIT */
/* See escalation.h. */
#include <config.h>

#include "alert/state/escalation.h"

#include "alert/state/route_key.h"
#include "alert/store/store_alert.h"
#include "base/log.h"
#include "base/milliseconds.h"

const struct escalation_config *
escalation_of(const struct state *s, const struct open_alert *e, size_t i) {
  int index = s->config->routes[e->routes[i]].escalation;

  return index >= 0 ? &s->config->escalations[index] : NULL;
}

void escalation_save(struct state *s, const struct open_alert *e, size_t i) {
  char key[64];

  route_key(s->config, e->routes[i], key, sizeof(key));
  if (store_step_save(s->store, e->a.id, key, e->step[i], e->step_due[i]) < 0)
    log_say(LOG_LEVEL_ERROR, "a step of an escalation was not recorded");
}

void escalation_begin(struct state *s, struct open_alert *e, int64_t now) {
  for (size_t i = 0; i < e->routes_num; i++) {
    const struct escalation_config *escalation = escalation_of(s, e, i);

    if (escalation == NULL)
      continue;
    e->a.unacked_since = now;
    e->step[i] = 0;
    e->step_due[i] = now + ms_of(escalation->steps[0].after);
    escalation_save(s, e, i);
  }
}

void escalation_load(struct state *s, struct open_alert *e) {
  for (size_t i = 0; i < e->routes_num; i++) {
    const struct escalation_config *escalation = escalation_of(s, e, i);
    char key[64];

    route_key(s->config, e->routes[i], key, sizeof(key));
    store_step_get(s->store, e->a.id, key, &e->step[i], &e->step_due[i]);
    /* of a configuration that had more steps */
    if (escalation == NULL || e->step[i] >= escalation->steps_num)
      e->step_due[i] = 0;
  }
}

double escalation_ack_timeout(const struct state *s,
                              const struct open_alert *e) {
  for (size_t i = 0; i < e->routes_num; i++) {
    const struct escalation_config *escalation = escalation_of(s, e, i);

    if (escalation != NULL && escalation->ack_timeout > 0)
      return escalation->ack_timeout;
  }
  return s->config->ack_timeout;
}
