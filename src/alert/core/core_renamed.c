/* SPDX-License-Identifier: MIT */
/* See core_renamed.h. */
#include <config.h>

#include "alert/core/core_renamed.h"

#include "alert/policy/policy.h"
#include "alert/state/alert_table.h"
#include "alert/state/open_alert.h"
#include "alert/store/store_notification_log.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* The rows come by alert. */
struct search {
  struct alert_core *core;
  int64_t alert_id;
  bool known;    /* a channel of today was told of it, or will be */
  bool told;     /* one that is gone was, and did not only mean to */
  char gone[64]; /* one that is not; "" = none */
  unsigned found;
  char first_gone[64];
};

static bool is_channel(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->channels_num; i++)
    if (strcmp(config->channels[i].name, name) == 0)
      return true;
  return false;
}

/* Who would not have been told in the first place inherits nothing. */
static bool would_hear(const struct alert_core *c, const struct open_alert *e,
                       const struct route_config *route,
                       const struct channel_config *channel) {
  const struct policy_facts facts = {.open = NULL};
  char why[200];

  return !channel->broken &&
         policy_ask(&(struct policy_question){.config = c->config,
                                              .facts = &facts,
                                              .alert = &e->a,
                                              .route = route,
                                              .channel = channel,
                                              .kind = MESSAGE_OPEN,
                                              .reason = REASON_OPENED,
                                              .now = core_wall_ms(c)},
                    NULL, why, sizeof(why)) != POLICY_SUPPRESS;
}

static void bequeath(struct alert_core *c, struct open_alert *e, bool told) {
  const struct notification_log log = {
      .announced = true, .last_at = core_wall_ms(c), .last_level = e->a.level};

  for (size_t r = 0; r < e->routes_num; r++) {
    const struct route_config *route = &c->config->routes[e->routes[r]];

    for (size_t i = 0; i < route->channels_num; i++) {
      const struct channel_config *channel =
          &c->config->channels[route->channels[i]];

      if (!would_hear(c, e, route, channel))
        continue;
      if (told && store_notification_log_set(c->store, e->a.id, channel->name,
                                             &log) < 0)
        continue;
      e->heir = true;
    }
  }
}

/* All rows of one alert were seen. */
static void conclude(struct search *s) {
  struct open_alert *e =
      s->gone[0] != '\0' && !s->known
          ? alert_table_find_id(state_open_alerts(s->core->state), s->alert_id)
          : NULL;

  if (e == NULL || e->a.state == ALERT_PENDING)
    return;
  bequeath(s->core, e, s->told);
  if (!e->heir)
    return;
  if (s->found++ == 0)
    snprintf(s->first_gone, sizeof(s->first_gone), "%s", s->gone);
}

static void look(void *arg, int64_t alert_id, const char *channel, bool told) {
  struct search *s = arg;

  if (alert_id != s->alert_id) {
    conclude(s);
    s->alert_id = alert_id;
    s->known = s->told = false;
    s->gone[0] = '\0';
  }
  if (is_channel(s->core->config, channel))
    s->known = true;
  else
    snprintf(s->gone, sizeof(s->gone), "%.63s", channel);
  s->told = s->told || told;
}

/* An event is not said again: what it is has to be told now. */
static void tell_events(struct alert_core *c) {
  int64_t now = core_wall_ms(c);

  for (struct open_alert *e = state_open_alerts(c->state)->first; e != NULL;
       e = e->next)
    if (e->heir && e->a.class == ALERT_EVENT)
      open_alert_tell_heir(c->state, e, now);
}

void core_find_heirs(struct alert_core *c) {
  struct search s = {.core = c};

  if (store_notification_log_each_open(c->store, look, &s) < 0)
    return;
  conclude(&s);
  if (s.found == 0)
    return;
  log_say(LOG_LEVEL_WARNING,
          "%u open alerts were told through channels that are no longer "
          "configured, such as \"%s\": they are told anew to those "
          "that are, and so is their end",
          s.found, s.first_gone);
  tell_events(c);
}
