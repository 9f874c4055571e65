/* SPDX-License-Identifier: MIT */
/* See state_renamed.h. */
#include <config.h>

#include "alert/state/state_renamed.h"

#include "alert/state/open_alert.h"
#include "base/milliseconds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char OUTLETS[] = "kasa_plug";

enum { SLACK_MS = 2000 }; /* the clock of a forwarded value may differ */

bool state_is_renaming(const struct event *ev) {
  return ev->class == ALERT_EVENT && !event_bad(ev) &&
         alert_plugin_is_kasa(ev->plugin) && strcmp(ev->type, "renamed") == 0 &&
         ev->plugin_instance[0] != '\0';
}

/* Whether something of these names has the name that is over. */
static bool has_name(const char *host, const char *device, const char *plug,
                     const char *its_host, const char *its_plugin,
                     const char *its_device, const char *its_plug) {
  return alert_plugin_is_kasa(its_plugin) && strcmp(host, its_host) == 0 &&
         strcmp(device, its_device) == 0 &&
         (plug[0] == '\0' ||
          (strcmp(its_plugin, OUTLETS) == 0 && strcmp(plug, its_plug) == 0));
}

/* "power-Lamp" of the outlet Lamp. */
static bool is_series_of(const char *series, const char *plug) {
  const char *dash = strchr(series, '-');

  return dash != NULL && strcmp(dash + 1, plug) == 0;
}

/* The readings of a strip's outlets that went away are one alert: the outlet's
 * are waited for no longer. That may be the end of it. */
static void leave_missing(struct state *s, struct open_alert *e,
                          const char *plug, int64_t now) {
  for (unsigned i = 0; i < e->a.members_num; i++)
    if (is_series_of(e->members[i].series, plug) &&
        open_alert_member_back(s, e, &e->members[i], now))
      return;
}

static void remember(struct renamed *r, const struct event *ev, int64_t now) {
  unsigned i = r->next++ % RENAMED_MAX;

  r->names[i].at = now;
  memcpy(r->names[i].host, ev->host, sizeof(r->names[i].host));
  memcpy(r->names[i].device, ev->plugin_instance, sizeof(r->names[i].device));
  memcpy(r->names[i].plug, ev->type_instance, sizeof(r->names[i].plug));
}

static void end(struct state *s, struct open_alert *e, const struct event *ev,
                int64_t now) {
  if (e->a.state == ALERT_RECOVERING) { /* it was fine already */
    open_alert_resolve(s, e, now, now);
    return;
  }
  snprintf(e->a.recovery_text, sizeof(e->a.recovery_text), "%s", ev->text);
  e->a.resolved_at = now;
  renamed_ack_pass_on(s, &e->a, now);
  open_alert_close(s, e, now, CLOSE_RENAMED, ev->text);
}

void state_renamed(struct state *s, const struct event *ev, int64_t now) {
  const char *plug = ev->type_instance;
  struct open_alert *next;

  remember(&s->renamed, ev, now);
  for (struct open_alert *e = s->table.first; e != NULL; e = next) {
    next = e->next;
    if (has_name(ev->host, ev->plugin_instance, plug, e->a.host, e->a.plugin,
                 e->a.plugin_instance, e->a.type_instance))
      end(s, e, ev, now);
    else if (plug[0] != '\0' && e->a.class == ALERT_MISSING &&
             has_name(ev->host, ev->plugin_instance, "", e->a.host, e->a.plugin,
                      e->a.plugin_instance, ""))
      leave_missing(s, e, plug, now);
  }
  s->walk_due = 1;
}

/* "... has not been updated for 20.001 seconds." */
static bool silent_since(const struct event *ev, int64_t *at) {
  static const char mark[] = " has not been updated for ";
  const char *p = strstr(ev->text, mark);
  char *end_of_number = NULL;
  double seconds;

  if (p == NULL)
    return false;
  p += sizeof(mark) - 1;
  seconds = strtod(p, &end_of_number);
  if (end_of_number == p || !isfinite(seconds) || seconds < 0 || seconds > 1e9)
    return false;
  *at = ev->received - ms_of(seconds);
  return true;
}

bool state_was_renamed(const struct state *s, const struct event *missing,
                       int64_t now) {
  const struct renamed *r = &s->renamed;
  int64_t silent;

  if (!silent_since(missing, &silent))
    return false;
  for (unsigned i = 0; i < RENAMED_MAX; i++)
    if (r->names[i].at != 0 && r->names[i].at <= now &&
        silent <= r->names[i].at + SLACK_MS &&
        has_name(r->names[i].host, r->names[i].device, r->names[i].plug,
                 missing->host, missing->plugin, missing->plugin_instance,
                 missing->type_instance))
      return true;
  return false;
}

void state_renamed_shift(struct state *s, int64_t delta) {
  for (unsigned i = 0; i < RENAMED_MAX; i++)
    if (s->renamed.names[i].at != 0)
      s->renamed.names[i].at += delta;
}
