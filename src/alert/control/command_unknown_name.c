/* SPDX-License-Identifier: MIT */
/* See command_unknown_name.h. */
#include <config.h>

#include "alert/control/command_unknown_name.h"

#include "alert/config/config_reference.h"
#include "alert/store/store_history.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

cJSON *command_no_channel(const struct command *c, const char *name) {
  struct reference r = {.wanted = name};

  reference_try_channels(&r, alert_core_config(c->core), -1);
  if (r.guess.nearest == NULL)
    return command_error("there is no channel \"%.64s\"", name);
  return command_error("there is no channel \"%.64s\", did you mean \"%.64s\"?",
                       name, r.guess.nearest);
}

static void found_one(void *arg, const struct history_line *line) {
  (void)line;
  *(bool *)arg = true;
}

static bool is_configured(const struct command *c, struct reference *r) {
  const struct notify_config *config = alert_core_config(c->core);

  for (size_t i = 0; i < config->devices_num; i++) {
    const struct device_config *d = &config->devices[i];

    if (strcmp(d->name, r->wanted) == 0 ||
        (d->alias != NULL && strcmp(d->alias, r->wanted) == 0))
      return true;
    reference_try(r, d->alias != NULL ? d->alias : d->name);
  }
  return false;
}

static bool is_open(const struct command *c, struct reference *r) {
  const struct alert_table *all = state_open_alerts(alert_core_state(c->core));

  for (const struct open_alert *e = all->first; e != NULL; e = e->next) {
    if (strcmp(e->a.device, r->wanted) == 0 ||
        strcmp(e->a.plugin_instance, r->wanted) == 0)
      return true;
    reference_try(r, e->a.device);
  }
  return false;
}

static bool is_known(struct command *c, struct reference *r) {
  bool found = is_configured(c, r) || is_open(c, r) ||
               strcmp(alert_core_host(c->core), r->wanted) == 0 ||
               alert_core_measures(c->core, r->wanted);

  if (!found)
    store_history_each(alert_core_store(c->core), r->wanted, 0, 1, found_one,
                       &found);
  return found;
}

void command_unknown_device(struct command *c,
                            const struct alert_matchers *match, char *out,
                            size_t size) {
  out[0] = '\0';
  for (size_t i = 0; i < match->device.count; i++) {
    struct reference r = {.wanted = match->device.items[i]};
    char guess[100] = "";

    if (r.wanted[0] == '/' || is_known(c, &r))
      continue;
    if (r.guess.nearest != NULL)
      snprintf(guess, sizeof(guess), ", did you mean \"%.64s\"?",
               r.guess.nearest);
    snprintf(out, size, "no device called \"%.64s\" is known%s", r.wanted,
             guess);
    return;
  }
}
