/* SPDX-License-Identifier: MIT */
/* Many devices gone at once: see core_storm.h. */
#include <config.h>

#include "alert/core/core_storm.h"

#include "alert/core/core_self.h"
#include "alert/policy/storm.h"
#include "base/milliseconds.h"

#include <stdio.h>

/* Whether the kasa plugin there reaches no device at all any more. */
static bool all_are_gone(const struct alert_core *c,
                         const struct storm_count *count) {
  const struct value_source *source = &c->hooks.source;
  struct alert total = {.plugin = "kasa_total"};
  double up;

  if (source->lookup == NULL || count->host == NULL)
    return false;
  snprintf(total.host, sizeof(total.host), "%s", count->host);
  return source->lookup(source->arg, &total, "devices-up", &up) && up < 0.5;
}

static void say(struct alert_core *c, const struct storm_count *count) {
  char text[ALERT_TEXT_SIZE];

  storm_words(count, all_are_gone(c, count), text, sizeof(text));
  core_own_event(c, SEVERITY_NONE, "", STORM_TYPE, text);
}

static void begins(struct alert_core *c, int64_t now) {
  const struct storm_config *storm = &c->config->storm;
  int64_t window = ms_of(storm->window);
  struct storm_count count;

  storm_count(c->config, state_open_alerts(c->state),
              now - window - 2 * STORM_LOOK_MS, &count);
  /* once the first has waited for its time, all that belong to it are there */
  if (count.devices < storm->threshold || now - count.first < window)
    return;
  say(c, &count);
  c->storm_devices = count.devices;
}

static void goes_on(struct alert_core *c, const struct open_alert *e) {
  const struct storm_config *storm = &c->config->storm;
  struct storm_count left;
  char text[ALERT_TEXT_SIZE];

  storm_count(c->config, state_open_alerts(c->state),
              e->a.since - ms_of(storm->window) - 2 * STORM_LOOK_MS, &left);
  if (left.devices > c->storm_devices)
    c->storm_devices = left.devices;
  if (left.devices >= storm->threshold) {
    if (e->a.state == ALERT_RECOVERING)
      say(c, &left);
    return;
  }
  if (e->a.state != ALERT_FIRING)
    return;
  if (c->storm_devices == 0) /* of before a restart */
    snprintf(text, sizeof(text), "The devices report again");
  else if (left.devices == 0)
    snprintf(text, sizeof(text), "All %u devices report again",
             c->storm_devices);
  else
    snprintf(text, sizeof(text), "%u of %u devices report again",
             c->storm_devices - left.devices, c->storm_devices);
  core_own_event(c, SEVERITY_OKAY, "", STORM_TYPE, text);
}

void core_storm(struct alert_core *c, int64_t now) {
  const struct open_alert *e;

  if (c->config->storm.threshold == 0 ||
      (now < c->storm_due && c->storm_due - now <= STORM_LOOK_MS))
    return;
  c->storm_due = now - now % STORM_LOOK_MS + STORM_LOOK_MS;
  e = state_open_alerts(c->state)->storm;
  if (e == NULL)
    begins(c, now);
  else
    goes_on(c, e);
}
