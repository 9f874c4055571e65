/* SPDX-License-Identifier: MIT */
/* What would happen, without its happening: `explain` and `render`. */
#include <config.h>

#include "alert/control/command_explain.h"

#include "alert/config/route.h"
#include "alert/control/command_silence.h"
#include "alert/control/command_unknown_name.h"
#include "alert/deliver/group/group_wait.h"
#include "alert/policy/policy.h"
#include "alert/state/alert_build.h"
#include "alert/state/flapping.h"
#include "alert/state/route_key.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "host/plugin-instance/type-instance" into the five names: 0 or -EINVAL. */
static int names_from(const char *identifier, struct event *ev) {
  char copy[5 * ALERT_NAME_SIZE];
  char *plugin;
  char *type;
  char *dash;

  if (strlen(identifier) >= sizeof(copy))
    return -EINVAL;
  strcpy(copy, identifier);
  plugin = strchr(copy, '/');
  type = plugin != NULL ? strchr(plugin + 1, '/') : NULL;
  if (type == NULL || copy[0] == '\0')
    return -EINVAL;
  *plugin++ = '\0';
  *type++ = '\0';
  dash = strchr(plugin, '-');
  if (dash != NULL) {
    *dash++ = '\0';
    snprintf(ev->plugin_instance, sizeof(ev->plugin_instance), "%.127s", dash);
  }
  dash = strchr(type, '-');
  if (dash != NULL) {
    *dash++ = '\0';
    snprintf(ev->type_instance, sizeof(ev->type_instance), "%.127s", dash);
  }
  snprintf(ev->host, sizeof(ev->host), "%.127s", copy);
  snprintf(ev->plugin, sizeof(ev->plugin), "%.127s", plugin);
  snprintf(ev->type, sizeof(ev->type), "%.127s", type);
  return 0;
}

static void take_names(struct event *ev, const struct alert *a) {
  snprintf(ev->host, sizeof(ev->host), "%s", a->host);
  snprintf(ev->plugin, sizeof(ev->plugin), "%s", a->plugin);
  snprintf(ev->plugin_instance, sizeof(ev->plugin_instance), "%s",
           a->plugin_instance);
  snprintf(ev->type, sizeof(ev->type), "%s", a->type);
  snprintf(ev->type_instance, sizeof(ev->type_instance), "%s",
           a->type_instance);
}

/* What collectd calls a device that people call name. */
static const char *instance_of(const struct notify_config *config,
                               const char *name) {
  for (size_t i = 0; i < config->devices_num; i++)
    if (config->devices[i].alias != NULL &&
        text_same(config->devices[i].alias, name))
      return config->devices[i].name;
  return name;
}

/* What is wrong with it now, as the notification said. */
static void take_trouble(struct event *ev, const struct alert *a) {
  ev->severity = a->severity;
  ev->has_value = isfinite(a->value);
  ev->value = a->value;
  ev->warning_min = a->warning_min;
  ev->warning_max = a->warning_max;
  ev->failure_min = a->failure_min;
  ev->failure_max = a->failure_max;
  snprintf(ev->data_source, sizeof(ev->data_source), "%s", a->data_source);
  snprintf(ev->key, sizeof(ev->key), "%s", a->key);
  snprintf(ev->text, sizeof(ev->text), "%s", a->text);
}

static bool asks_for_more(const struct command *c) {
  return isfinite(command_number(c, "value", NAN)) ||
         command_text(c, "severity")[0] != '\0';
}

static void take_open(const struct command *c, struct event *ev,
                      const struct alert *a) {
  take_names(ev, a);
  if (!asks_for_more(c))
    take_trouble(ev, a);
}

/* "Freezer" or "Freezer/up": what is wrong with it now, else its power here. */
static int names_of_device(const struct command *c, const char *text,
                           struct event *ev) {
  const char *slash = strchr(text, '/');
  char name[ALERT_NAME_SIZE];

  snprintf(name, sizeof(name), "%.*s",
           slash != NULL ? (int)(slash - text) : (int)sizeof(name), text);
  for (const struct open_alert *e =
           state_open_alerts(alert_core_state(c->core))->first;
       e != NULL && ev->host[0] == '\0'; e = e->next)
    if (text_same(e->a.device, name) &&
        (slash == NULL || strcmp(e->a.type, slash + 1) == 0))
      take_open(c, ev, &e->a);
  if (ev->host[0] != '\0')
    return 0;
  snprintf(ev->host, sizeof(ev->host), "%.127s", alert_core_host(c->core));
  snprintf(ev->plugin, sizeof(ev->plugin), "kasa");
  snprintf(ev->plugin_instance, sizeof(ev->plugin_instance), "%.127s",
           instance_of(alert_core_config(c->core), name));
  snprintf(ev->type, sizeof(ev->type), "%.127s",
           slash != NULL ? slash + 1 : "power");
  return name[0] != '\0' && ev->type[0] != '\0' ? 0 : -EINVAL;
}

/* What makes the answer uncertain, for people; "" = nothing. */
static void note_of(enum severity asked, enum severity verdict, int known,
                    char *note, size_t size) {
  note[0] = '\0';
  if (known == 0)
    snprintf(note, size, "collectd has no threshold for this series");
  else if (known > 0 && verdict == SEVERITY_NONE)
    snprintf(note, size,
             "its threshold is inverted or of percentages: the words may be "
             "others");
  else if (known > 0 && verdict != asked)
    snprintf(note, size, "by collectd's threshold this value is %s, not %s",
             severity_name(verdict), severity_name(asked));
}

/* Without a value it would pass for an event, which routes tell from what is
 * out of range: what people call by name, or has a threshold, is the latter. */
static void be_range(const struct command *c, struct event *ev, bool by_name,
                     int *known) {
  struct event tried = *ev;

  if (ev->class != ALERT_EVENT || ev->has_value || ev->key[0] != '\0')
    return;
  tried.value = 0;
  alert_core_threshold(c->core, &tried, known);
  if (*known <= 0 && !by_name)
    return;
  ev->class = ALERT_RANGE;
  event_fingerprint(ALERT_RANGE, ev->host, ev->plugin, ev->plugin_instance,
                    ev->type, ev->type_instance, "", ev->fingerprint);
}

static void be_missing(const struct command *c, struct event *ev) {
  ev->has_value = false;
  snprintf(ev->text, sizeof(ev->text),
           "%.150s has not been updated for 60.000 seconds.",
           command_text(c, "identifier"));
}

/* Nothing is wrong with it now. */
static void be_example(const struct command *c, struct event *ev, int *known,
                       char *note, size_t note_size) {
  enum severity asked = ev->severity;
  enum severity verdict;

  snprintf(ev->text, sizeof(ev->text), "an example%s",
           ev->has_value ? "" : ", as no value was given");
  if (ev->has_value) {
    verdict = alert_core_threshold(c->core, ev, known);
    note_of(asked, verdict, *known, note, note_size);
  }
}

/* The alert that a notification as asked for would open, as it is when people
 * hear of it. NULL and *error. */
static struct open_alert *imagined(struct command *c, cJSON **error, char *note,
                                   size_t note_size) {
  const struct notify_config *config = alert_core_config(c->core);
  const char *severity = command_text(c, "severity");
  struct open_alert *e;
  struct event ev;
  int known = -1;
  bool by_name, example;

  note[0] = '\0';
  event_init(&ev);
  ev.severity = SEVERITY_FAILURE;
  ev.value = command_number(c, "value", NAN);
  ev.has_value = isfinite(ev.value);
  ev.time = ev.received = alert_core_now(c->core);
  by_name = names_from(command_text(c, "identifier"), &ev) < 0;
  if ((by_name && names_of_device(c, command_text(c, "identifier"), &ev) < 0) ||
      (severity[0] != '\0' && strcmp(severity, "missing") != 0 &&
       severity_parse(severity, &ev.severity) < 0)) {
    *error = command_error("expected a device's name or an identifier "
                           "host/plugin-instance/type-instance, and severity "
                           "FAILURE, WARNING, OKAY or missing");
    return NULL;
  }
  example = strcmp(severity, "missing") != 0 && ev.text[0] == '\0';
  if (strcmp(severity, "missing") == 0)
    be_missing(c, &ev);
  else if (example)
    be_example(c, &ev, &known, note, note_size);
  event_classify(&ev, config->missing_scope == MISSING_SCOPE_DEVICE);
  if (example)
    be_range(c, &ev, by_name, &known);
  if (by_name && known == 0 && note[0] == '\0')
    note_of(ev.severity, SEVERITY_NONE, known, note, note_size);
  if (!event_bad(&ev) && !ev.oneshot && note[0] == '\0')
    snprintf(note, note_size,
             "the end is told to whoever was told of the beginning, and to "
             "nobody else; this is about a beginning");
  e = open_alert_new();
  if (e == NULL) {
    *error = command_error("out of memory");
    return NULL;
  }
  alert_build(config, &ev, alert_core_now(c->core), e);
  if (e->routes_num > 0) /* it lasts as long before it is told */
    e->a.since -= (int64_t)(1000 * config->routes[e->routes[0]].for_s);
  alert_core_last_power(c->core, e);
  e->a.state = ALERT_FIRING;
  e->a.sequence = 1;
  snprintf(e->a.episode, sizeof(e->a.episode), "%s-%" PRId64, e->a.fingerprint,
           e->a.since / 1000);
  return e;
}

/* "waits for RateLimit until 14:32:10"; "" when that is not ahead. */
static void until_line(const char *words, int64_t until, int64_t now,
                       char *line, size_t size) {
  time_t seconds = (time_t)(until / 1000);
  char clock[16];
  struct tm tm;

  line[0] = '\0';
  if (until > now && localtime_r(&seconds, &tm) != NULL &&
      strftime(clock, sizeof(clock), "%H:%M:%S", &tm) > 0)
    snprintf(line, size, "%s until %s", words, clock);
}

/* Until when the open alert that e would be is silent; 0 = it is not. */
static int64_t flapping_silent(const struct command *c,
                               const struct open_alert *e) {
  const struct open_alert *open = alert_table_find(
      state_open_alerts(alert_core_state(c->core)), e->a.fingerprint);

  return open != NULL && e->a.level <= open->a.flap_level
             ? flapping_until(alert_core_config(c->core), &open->a)
             : 0;
}

/* The moment that is asked about. */
static int64_t moment_of(const struct command *c) {
  double at = command_number(c, "at", 0);

  return at > 0 && at < 9e12 ? (int64_t)(at * 1000) : alert_core_now(c->core);
}

/* What each stage says on its own, in the order they are asked. */
static void add_chain(const struct policy_question *question, cJSON *object) {
  static const char *const words[] = {[POLICY_ALLOW] = "nothing",
                                      [POLICY_QUIET] = "quietly",
                                      [POLICY_HOLD] = "not now",
                                      [POLICY_SUPPRESS] = "never"};
  cJSON *chain = cJSON_AddArrayToObject(object, "chain");

  for (const struct policy *const *p = policies; *p != NULL; p++) {
    cJSON *stage = cJSON_CreateObject();
    char why[200] = "";
    enum policy_answer answer = (*p)->ask(question, why, sizeof(why));

    cJSON_AddStringToObject(stage, "policy", (*p)->name);
    cJSON_AddStringToObject(stage, "says", words[answer]);
    if (why[0] != '\0')
      cJSON_AddStringToObject(stage, "why", why);
    cJSON_AddItemToArray(chain, stage);
  }
}

static void add_escalation(struct command *c, const struct route_config *route,
                           cJSON *object) {
  const struct notify_config *config = alert_core_config(c->core);
  const struct escalation_config *e;
  cJSON *steps;

  if (route->escalation < 0)
    return;
  e = &config->escalations[route->escalation];
  cJSON_AddStringToObject(object, "escalation", e->name);
  steps = cJSON_AddArrayToObject(object, "steps");
  for (size_t s = 0; s < e->steps_num; s++) {
    cJSON *step = cJSON_CreateObject();
    cJSON *channels = cJSON_AddArrayToObject(step, "channels");

    cJSON_AddNumberToObject(step, "after", e->steps[s].after);
    cJSON_AddNumberToObject(step, "at",
                            (double)moment_of(c) + 1000 * e->steps[s].after);
    for (size_t i = 0; i < e->steps[s].channels_num; i++)
      cJSON_AddItemToArray(
          channels,
          cJSON_CreateString(config->channels[e->steps[s].channels[i]].name));
    cJSON_AddItemToArray(steps, step);
  }
}

/* "waits for others of its group until 14:03:20": what is open already and
 * waits, or what would. */
static void group_line(struct command *c, const struct open_alert *e,
                       int channel, const struct route_config *route,
                       char *line, size_t size) {
  const struct open_alert *open = alert_table_find(
      state_open_alerts(alert_core_state(c->core)), e->a.fingerprint);
  int64_t until =
      deliver_group_until(alert_core_deliver(c->core), channel,
                          (int)(route - alert_core_config(c->core)->routes),
                          open != NULL ? &open->a : &e->a, moment_of(c));
  time_t seconds = (time_t)(until / 1000);
  char clock[16] = "";
  struct tm tm;

  if (until == 0 || localtime_r(&seconds, &tm) == NULL)
    return;
  strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
  snprintf(line, size, "waits for others of its group until %s", clock);
}

static void explain_channel(struct command *c, const struct open_alert *e,
                            int channel, const struct route_config *route,
                            cJSON *list) {
  const struct channel_config *config =
      &alert_core_config(c->core)->channels[channel];
  const char *stopped = deliver_stopped(alert_core_deliver(c->core), channel);
  const struct policy *by = NULL;
  int64_t now = alert_core_now(c->core);
  int64_t silent = flapping_silent(c, e);
  char why[200];
  char line[300] = "";
  cJSON *object = cJSON_CreateObject();
  struct policy_question question = {
      .config = alert_core_config(c->core),
      .facts = deliver_facts(alert_core_deliver(c->core)),
      .alert = &e->a,
      .route = route,
      .channel = config,
      .kind = MESSAGE_OPEN,
      .reason = REASON_OPENED,
      .now = moment_of(c)};
  enum policy_answer answer = policy_ask(&question, &by, why, sizeof(why));

  if (stopped != NULL)
    snprintf(line, sizeof(line), "stopped: %s", stopped);
  else if (by != NULL)
    snprintf(line, sizeof(line), "%s: %s", by->name, why);
  else if (silent > now)
    until_line("is flapping: silent", silent, now, line, sizeof(line));
  else
    until_line("waits for RateLimit",
               deliver_rate_until(alert_core_deliver(c->core), channel, now),
               now, line, sizeof(line));
  if (line[0] == '\0' && stopped == NULL && by == NULL)
    group_line(c, e, channel, route, line, sizeof(line));
  cJSON_AddStringToObject(object, "channel", config->name);
  cJSON_AddBoolToObject(object, "delivers",
                        stopped == NULL && answer < POLICY_HOLD &&
                            silent <= now);
  if (line[0] != '\0')
    cJSON_AddStringToObject(object, "why", line);
  add_chain(&question, object);
  cJSON_AddItemToArray(list, object);
}

cJSON *command_explain(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  cJSON *answer = NULL;
  char note[160];
  struct open_alert *e = imagined(c, &answer, note, sizeof(note));
  const struct open_alert *open;
  cJSON *routes;

  if (e == NULL)
    return answer;
  answer = command_fine();
  if (note[0] != '\0')
    cJSON_AddStringToObject(answer, "note", note);
  cJSON_AddNumberToObject(answer, "at", (double)moment_of(c));
  cJSON_AddNumberToObject(answer, "now", (double)alert_core_now(c->core));
  cJSON_AddItemToObject(answer, "alert", command_alert(&e->a));
  if (e->a.severity == SEVERITY_OKAY && (e->a.flags & ALERT_ONESHOT) == 0)
    cJSON_AddTrueToObject(answer, "end");
  open = alert_table_find(state_open_alerts(alert_core_state(c->core)),
                          e->a.fingerprint);
  if (open != NULL)
    cJSON_AddNumberToObject(answer, "open_id", (double)open->a.id);
  if (open != NULL)
    cJSON_AddItemToObject(answer, "held", command_held(c, open->a.id));
  routes = cJSON_AddArrayToObject(answer, "routes");
  for (size_t r = 0; r < e->routes_num; r++) {
    const struct route_config *route = &config->routes[e->routes[r]];
    cJSON *object = cJSON_CreateObject();
    cJSON *channels;
    char key[64];

    route_key(config, e->routes[r], key, sizeof(key));
    cJSON_AddStringToObject(object, "route", key);
    cJSON_AddNumberToObject(object, "for", route->for_s);
    cJSON_AddNumberToObject(object, "repeat",
                            route->repeat[e->a.level] == SECONDS_UNSET
                                ? config->repeat[e->a.level]
                                : route->repeat[e->a.level]);
    channels = cJSON_AddArrayToObject(object, "channels");
    for (size_t i = 0; i < route->channels_num; i++)
      explain_channel(c, e, route->channels[i], route, channels);
    add_escalation(c, route, object);
    cJSON_AddItemToArray(routes, object);
  }
  open_alert_free(e);
  return answer;
}

static int64_t wall_of(void *core) { return alert_core_now(core); }

static void render_channel(struct command *c, const struct open_alert *e,
                           int channel, int route, cJSON *list) {
  const struct notify_config *config = alert_core_config(c->core);
  const struct channel_config *to = &config->channels[channel];
  static const atomic_bool never = false;
  struct sender_env env = {.abort = &never,
                           .wall_ms = wall_of,
                           .clock_arg = c->core,
                           .channel = to->name,
                           .collectd_host = alert_core_host(c->core),
                           .version = c->version};
  struct message m;
  cJSON *object = cJSON_CreateObject();
  struct buf title;
  struct buf body;
  struct buf payload;

  message_init(&m, &e->a);
  m.kind = MESSAGE_OPEN;
  m.reason = REASON_OPENED;
  m.level = e->a.level;
  m.channel = to->name;
  m.delivery_id = "00000000000000000000000000000000";
  m.message_id = "<rendered@localhost>";
  m.created = alert_core_now(c->core);
  m.words = &config->routes[route].words;
  m.style = &config->style;
  m.collectd_host = alert_core_host(c->core);
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&payload, 1024 * 1024);
  cJSON_AddStringToObject(object, "channel", to->name);
  if (message_texts(&m, TARGET_PLAIN, &title, &body) == 0 && title.len > 0) {
    m.title = title.data;
    m.body = body.len > 0 ? body.data : "";
    cJSON_AddStringToObject(object, "title", m.title);
    cJSON_AddStringToObject(object, "body", m.body);
    if (!to->broken && to->sender->render != NULL &&
        to->sender->render(to->settings, &m, &env, &payload) == 0 &&
        payload.len > 0)
      cJSON_AddStringToObject(object, "payload", payload.data);
  }
  cJSON_AddItemToArray(list, object);
  buf_free(&title);
  buf_free(&body);
  buf_free(&payload);
}

static bool is_channel(const struct notify_config *config, const char *name) {
  for (size_t i = 0; i < config->channels_num; i++)
    if (strcmp(config->channels[i].name, name) == 0)
      return true;
  return false;
}

cJSON *command_render(struct command *c) {
  const struct notify_config *config = alert_core_config(c->core);
  const char *only = command_text(c, "channel");
  cJSON *answer = NULL;
  char note[160];
  struct open_alert *e = imagined(c, &answer, note, sizeof(note));
  bool done[CHANNELS_MAX] = {false};
  cJSON *list;

  if (e == NULL)
    return answer;
  if (only[0] != '\0' && !is_channel(config, only)) {
    open_alert_free(e);
    return command_no_channel(c, only);
  }
  answer = command_fine();
  if (note[0] != '\0')
    cJSON_AddStringToObject(answer, "note", note);
  list = cJSON_AddArrayToObject(answer, "rendered");
  for (size_t r = 0; r < e->routes_num; r++) {
    const struct route_config *route = &config->routes[e->routes[r]];

    for (size_t i = 0; i < route->channels_num; i++) {
      int channel = route->channels[i];

      if (channel < 0 || channel >= CHANNELS_MAX || done[channel] ||
          (only[0] != '\0' &&
           strcmp(only, config->channels[channel].name) != 0))
        continue;
      done[channel] = true;
      render_channel(c, e, channel, e->routes[r], list);
    }
  }
  open_alert_free(e);
  return answer;
}
