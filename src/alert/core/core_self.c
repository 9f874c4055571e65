/* SPDX-License-Identifier: MIT */
/* See core_self.h. */
#include <config.h>

#include "alert/core/core_self.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
  HEAL_FIRST_MS = 10000,
  LOST_SAY_MS = 3600000,
};

/* Queues an event about this plugin; NULL text = it is over. */
static void own_event(struct alert_core *c, const char *instance,
                      const char *type, const char *text) {
  core_own_event(c, text != NULL ? SEVERITY_FAILURE : SEVERITY_OKAY, instance,
                 type, text != NULL ? text : "It is over.");
}

void core_own_event(struct alert_core *c, enum severity severity,
                    const char *instance, const char *type, const char *text) {
  struct event *ev;

  if (c->own_num == CORE_OWN_MAX)
    return;
  ev = &c->own[c->own_num++];
  event_init(ev);
  ev->severity = severity;
  ev->time = ev->received = core_wall_ms(c);
  snprintf(ev->host, sizeof(ev->host), "%s", c->hooks.collectd_host);
  snprintf(ev->plugin, sizeof(ev->plugin), "notify_kasa");
  snprintf(ev->plugin_instance, sizeof(ev->plugin_instance), "%s", instance);
  snprintf(ev->type, sizeof(ev->type), "%s", type);
  snprintf(ev->text, sizeof(ev->text), "%s", text);
}

void core_trouble(void *core, const char *channel, const char *what,
                  const char *why) {
  char text[ALERT_TEXT_SIZE];
  size_t n;

  if (why != NULL) {
    char whole[ALERT_TEXT_SIZE + 200];
    snprintf(whole, sizeof(whole), "channel \"%.60s\": %.300s", channel, why);
    n = text_cut(whole, sizeof(text) - 1);
    memcpy(text, whole, n);
    text[n] = '\0';
  }
  own_event(core, channel, what, why != NULL ? text : NULL);
}

void core_check_store(struct alert_core *c) {
  enum store_condition now = store_condition(c->store);
  char text[ALERT_TEXT_SIZE];

  if (now == c->condition)
    return;
  c->condition = now;
  if (now == STORE_ON_DISK) {
    log_say(LOG_LEVEL_NOTICE, "alerts are recorded again");
    own_event(c, "", "store", NULL);
    return;
  }
  snprintf(text, sizeof(text), "%s%s", store_trouble(c->store),
           now == STORE_IN_MEMORY ? "; alerts are delivered but not recorded"
                                  : "; the reserve is in use");
  log_say(LOG_LEVEL_ERROR, "%s", text);
  own_event(c, "", "store", text);
  c->heal_wait = HEAL_FIRST_MS;
  c->heal_due = core_boot_ms(c) + c->heal_wait;
}

/* What we say about ourselves at every start: broken channels, and the
 * all-clear for what an earlier run complained about. */
void core_announce(struct alert_core *c, enum store_opened opened,
                   const char *why) {
  char text[ALERT_TEXT_SIZE];

  for (size_t i = 0; i < c->config->channels_num; i++) {
    const struct channel_config *channel = &c->config->channels[i];

    core_trouble(c, channel->name, "channel",
                 channel->broken ? channel->broken_why : NULL);
  }
  if (opened == STORE_SET_ASIDE) {
    snprintf(text, sizeof(text), "%.180s; it was set aside, alerts start anew",
             why);
    log_say(LOG_LEVEL_ERROR, "%s", text);
    own_event(c, "", "report", text);
  }
  if (opened != STORE_UNAVAILABLE)
    own_event(c, "", "store", NULL);
}

/* How many more than people know of, and from now on they do; 0 = none, or it
 * was said not long ago. */
static uint64_t untold(const struct alert_core *c, struct told_count *told,
                       uint64_t total) {
  int64_t now = core_boot_ms(c);
  uint64_t more = total - told->known;

  if (more == 0 || (told->said != 0 && now - told->said < LOST_SAY_MS))
    return 0;
  told->known = total;
  told->said = now;
  return more;
}

static void say_error(struct alert_core *c, const char *text) {
  log_say(LOG_LEVEL_ERROR, "%s", text);
  own_event(c, "", "report", text);
}

void core_tell_lost(struct alert_core *c, uint64_t lost) {
  uint64_t more = untold(c, &c->lost, lost);
  char text[ALERT_TEXT_SIZE];

  if (more == 0)
    return;
  snprintf(text, sizeof(text),
           "%" PRIu64 " notifications came faster than they could be recorded "
           "and were lost",
           more);
  say_error(c, text);
}

void core_tell_refused(struct alert_core *c, uint64_t refused) {
  uint64_t more = untold(c, &c->refused, refused);
  char text[ALERT_TEXT_SIZE];

  if (more == 0)
    return;
  snprintf(text, sizeof(text),
           "more alerts than can be open at once: %" PRIu64 " not recorded; "
           "something makes up names, or a threshold fits everything",
           more);
  say_error(c, text);
}
