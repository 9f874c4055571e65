/* What the control socket can be asked: see control.h for the list. */
#include <config.h>

#include "alert/command.h"

#include "alert/policy.h"
#include "alert/snapshot.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 10000, HISTORY_MAX = 10000, HISTORY_USUAL = 100 };

/* One request being answered. */
struct command {
  struct core *core;
  const char *version;
  const cJSON *request;
  struct command_wait *wait;
  char by[64];
};

cJSON *command_error(const char *format, ...) {
  char text[300];
  char clean[300];
  va_list args;
  cJSON *answer = cJSON_CreateObject();

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  text_clean(text, strlen(text), clean, sizeof(clean));
  cJSON_AddFalseToObject(answer, "ok");
  cJSON_AddStringToObject(answer, "error", clean);
  return answer;
}

static cJSON *fine(void) {
  cJSON *answer = cJSON_CreateObject();

  cJSON_AddTrueToObject(answer, "ok");
  return answer;
}

static const char *text_of(const struct command *c, const char *name) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->request, name);

  return cJSON_IsString(item) ? item->valuestring : "";
}

static double number_of(const struct command *c, const char *name,
                        double other) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(c->request, name);

  return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble
                                                             : other;
}

static int64_t id_of(const struct command *c) {
  double id = number_of(c, "id", 0);

  return id >= 1 && id < 9e15 ? (int64_t)id : 0;
}

static const char *by_of(struct command *c) {
  const char *by = text_of(c, "by");

  text_clean(by, strlen(by), c->by, sizeof(c->by));
  return c->by[0] != '\0' ? c->by : "command";
}

static cJSON *result_of(int err, const char *what, int64_t id) {
  if (err == 0)
    return fine();
  if (err == -ENOENT)
    return command_error("there is no %s %" PRId64, what, id);
  if (err == -EALREADY)
    return command_error("%s %" PRId64 " is in that state already", what, id);
  if (err == -EBUSY)
    return command_error("%s %" PRId64 " is being sent right now", what, id);
  if (err == -EINVAL)
    return command_error("%s %" PRId64 " cannot be changed any more", what, id);
  return command_error("%s %" PRId64 ": %s", what, id, strerror(-err));
}

/* -- alerts --------------------------------------------------------------- */

/* The snapshot with words in place of numbers. */
static cJSON *alert_json(const struct alert *a) {
  const struct {
    const char *name;
    const char *text;
  } words[] = {
      {"class", alert_class_name(a->class)},
      {"level", level_name(a->level)},
      {"severity", severity_name(a->severity)},
      {"state", alert_state_name(a->state)},
      {"reason", alert_reason_name(a->reason)},
      {"direction", alert_direction_name(a->direction)},
  };
  const struct {
    const char *name;
    unsigned flag;
  } flags[] = {
      {"acked", ALERT_ACKED},
      {"unconfirmed", ALERT_UNCONFIRMED},
      {"no_reading", ALERT_NO_READING},
      {"stale", ALERT_STALE},
  };
  char identifier[5 * ALERT_NAME_SIZE + 8];
  cJSON *object = snapshot_object(a);

  if (object == NULL)
    return NULL;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    cJSON_DeleteItemFromObjectCaseSensitive(object, words[i].name);
    if (words[i].text[0] != '\0')
      cJSON_AddStringToObject(object, words[i].name, words[i].text);
  }
  cJSON_DeleteItemFromObjectCaseSensitive(object, "flags");
  for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
    cJSON_AddBoolToObject(object, flags[i].name,
                          (a->flags & flags[i].flag) != 0);
  alert_identifier(a, identifier, sizeof(identifier));
  cJSON_AddStringToObject(object, "identifier", identifier);
  return object;
}

static cJSON *do_list(struct command *c) {
  const struct episodes *all = state_episodes(core_state(c->core));
  cJSON *answer = fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "alerts");
  int n = 0;

  for (const struct episode *e = all->first; e != NULL && n < LIST_MAX;
       e = e->next, n++)
    cJSON_AddItemToArray(list, alert_json(&e->a));
  cJSON_AddNumberToObject(answer, "open", (double)all->count);
  cJSON_AddNumberToObject(answer, "now", (double)core_now(c->core));
  return answer;
}

static void add_history(void *arg, const struct history_line *line) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, "at", (double)line->at);
  if (line->alert_id != 0)
    cJSON_AddNumberToObject(object, "id", (double)line->alert_id);
  cJSON_AddStringToObject(object, "what", line->what);
  if (line->device[0] != '\0')
    cJSON_AddStringToObject(object, "device", line->device);
  if (line->channel[0] != '\0')
    cJSON_AddStringToObject(object, "channel", line->channel);
  if (line->detail[0] != '\0')
    cJSON_AddStringToObject(object, "detail", line->detail);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_history(struct command *c) {
  double limit = number_of(c, "limit", HISTORY_USUAL);
  double since = number_of(c, "since", 0);
  cJSON *answer = fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "history");

  if (!(limit >= 1 && limit <= HISTORY_MAX))
    limit = HISTORY_MAX;
  store_history_each(core_store(c->core), text_of(c, "device"),
                     since > 0 && since < 9e12 ? (int64_t)(since * 1000) : 0,
                     (size_t)limit, add_history, list);
  return answer;
}

static void add_member(void *arg, const struct alert_member *m) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddStringToObject(object, "series", m->series);
  cJSON_AddNumberToObject(object, "missing_since", (double)m->missing_since);
  if (m->back_at != 0)
    cJSON_AddNumberToObject(object, "back_at", (double)m->back_at);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_show(struct command *c) {
  const struct notify_config *config = core_config(c->core);
  struct episode *e = state_find(core_state(c->core), id_of(c));
  struct alert a;
  cJSON *answer;
  cJSON *told;

  if (e != NULL)
    a = e->a;
  else if (store_alert_get(core_store(c->core), id_of(c), &a) < 0)
    return result_of(-ENOENT, "alert", id_of(c));
  answer = fine();
  cJSON_AddItemToObject(answer, "alert", alert_json(&a));
  store_member_each(core_store(c->core), a.id, add_member,
                    cJSON_AddArrayToObject(answer, "members"));
  told = cJSON_AddArrayToObject(answer, "told");
  for (size_t i = 0; i < config->channels_num; i++) {
    struct told t;
    cJSON *object;

    store_told_get(core_store(c->core), a.id, config->channels[i].name, &t);
    if (t.last_at == 0)
      continue;
    object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "channel", config->channels[i].name);
    cJSON_AddBoolToObject(object, "announced", t.announced);
    cJSON_AddNumberToObject(object, "last_at", (double)t.last_at);
    cJSON_AddItemToArray(told, object);
  }
  return answer;
}

static cJSON *do_ack(struct command *c) {
  double for_s = number_of(c, "for", 0);

  if (for_s < 0 || for_s > 366 * 86400.0)
    return command_error("\"for\" expects seconds, at most a year");
  return result_of(core_ack(c->core, id_of(c), for_s, by_of(c), "cli"),
                   "open alert", id_of(c));
}

static cJSON *do_unack(struct command *c) {
  return result_of(core_unack(c->core, id_of(c), by_of(c)), "open alert",
                   id_of(c));
}

static cJSON *do_resolve(struct command *c) {
  return result_of(core_resolve(c->core, id_of(c), by_of(c)), "open alert",
                   id_of(c));
}

/* -- channels ------------------------------------------------------------- */

static int channel_of(const struct command *c, const char *name) {
  const struct notify_config *config = core_config(c->core);

  for (size_t i = 0; i < config->channels_num; i++)
    if (strcmp(config->channels[i].name, name) == 0)
      return (int)i;
  return -1;
}

static cJSON *do_status(struct command *c) {
  const struct notify_config *config = core_config(c->core);
  struct deliver *deliver = core_deliver(c->core);
  static const char *const conditions[] = {"on disk", "on disk, reserve used",
                                           "in memory only"};
  struct state_counts counts;
  cJSON *answer = fine();
  cJSON *list = cJSON_AddArrayToObject(answer, "channels");

  state_count(core_state(c->core), &counts);
  cJSON_AddStringToObject(answer, "version", c->version);
  cJSON_AddStringToObject(answer, "host", core_host(c->core));
  cJSON_AddStringToObject(answer, "store",
                          conditions[store_condition(core_store(c->core))]);
  cJSON_AddNumberToObject(answer, "open", (double)counts.open);
  cJSON_AddNumberToObject(answer, "firing", (double)counts.firing);
  cJSON_AddNumberToObject(answer, "now", (double)core_now(c->core));
  for (size_t i = 0; i < config->channels_num; i++) {
    const char *stopped = deliver_stopped(deliver, (int)i);
    struct deliver_counts n;
    cJSON *object = cJSON_CreateObject();

    deliver_count(deliver, (int)i, &n);
    cJSON_AddStringToObject(object, "name", config->channels[i].name);
    cJSON_AddStringToObject(object, "kind", config->channels[i].sender->name);
    cJSON_AddNumberToObject(object, "queued", (double)n.queued);
    cJSON_AddNumberToObject(object, "oldest", (double)n.oldest);
    cJSON_AddNumberToObject(object, "sent", (double)n.sent);
    cJSON_AddNumberToObject(object, "retried", (double)n.retried);
    cJSON_AddNumberToObject(object, "failed", (double)n.failed);
    cJSON_AddNumberToObject(object, "suppressed", (double)n.suppressed);
    cJSON_AddNumberToObject(object, "not_before",
                            (double)deliver_not_before(deliver, (int)i));
    if (stopped != NULL)
      cJSON_AddStringToObject(object, "stopped", stopped);
    cJSON_AddItemToArray(list, object);
  }
  return answer;
}

static cJSON *do_enable(struct command *c) {
  int channel = channel_of(c, text_of(c, "channel"));

  if (channel < 0)
    return command_error("there is no channel \"%s\"", text_of(c, "channel"));
  if (core_enable(c->core, channel) < 0)
    return command_error("channel \"%s\" is misconfigured: %s",
                         text_of(c, "channel"),
                         deliver_stopped(core_deliver(c->core), channel));
  return fine();
}

static void add_result(cJSON *results, const char *channel, bool ok,
                       const char *why, const char *ref) {
  cJSON *object = cJSON_CreateObject();

  cJSON_AddStringToObject(object, "channel", channel);
  cJSON_AddBoolToObject(object, "ok", ok);
  if (why[0] != '\0')
    cJSON_AddStringToObject(object, "why", why);
  if (ref[0] != '\0')
    cJSON_AddStringToObject(object, "ref", ref);
  cJSON_AddItemToArray(results, object);
}

static void test_one(struct command *c, int channel, enum level level,
                     cJSON *results) {
  const struct channel_config *config =
      &core_config(c->core)->channels[channel];
  int64_t row;

  if (config->broken) {
    add_result(results, config->name, false, config->broken_why, "");
    return;
  }
  row = core_test(c->core, channel, level);
  if (row < 0) {
    add_result(results, config->name, false, strerror((int)-row), "");
    return;
  }
  c->wait->rows[c->wait->num] = row;
  c->wait->channels[c->wait->num++] = channel;
}

static cJSON *do_test(struct command *c) {
  const char *name = text_of(c, "channel");
  const char *word = text_of(c, "level");
  enum level level = LEVEL_INFO;
  int channel = channel_of(c, name);
  bool all = strcmp(name, "all") == 0 && channel < 0;
  cJSON *answer;
  cJSON *results;

  if (word[0] != '\0' && level_parse(word, &level) < 0)
    return command_error("there is no level \"%s\"", word);
  if (!all && channel < 0)
    return command_error("there is no channel \"%s\"", name);
  answer = fine();
  results = cJSON_AddArrayToObject(answer, "results");
  for (size_t i = 0; i < core_config(c->core)->channels_num; i++)
    if ((all || (int)i == channel) && c->wait->num < CHANNELS_MAX)
      test_one(c, (int)i, level, results);
  return answer;
}

bool command_tested(struct core *core, cJSON *answer, struct command_wait *wait,
                    int64_t row_id, const struct send_result *r) {
  for (size_t i = 0; i < wait->num; i++) {
    if (wait->rows[i] != row_id)
      continue;
    add_result(cJSON_GetObjectItemCaseSensitive(answer, "results"),
               core_config(core)->channels[wait->channels[i]].name,
               r->outcome == SEND_SENT, r->why, r->provider_ref);
    wait->num--;
    wait->rows[i] = wait->rows[wait->num];
    wait->channels[i] = wait->channels[wait->num];
    return wait->num == 0;
  }
  return false;
}

/* -- the queue ------------------------------------------------------------ */

static void add_row(void *arg, const struct outbox_row *row) {
  static const char *const states[] = {"queued", "sending", "sent", "dead",
                                       "superseded"};
  cJSON *object = cJSON_CreateObject();

  cJSON_AddNumberToObject(object, "id", (double)row->id);
  if (row->alert_id != 0)
    cJSON_AddNumberToObject(object, "alert", (double)row->alert_id);
  cJSON_AddStringToObject(object, "channel", row->channel);
  cJSON_AddStringToObject(object, "kind", message_kind_name(row->kind));
  cJSON_AddStringToObject(object, "state", states[row->state]);
  cJSON_AddStringToObject(object, "level", level_name(row->level));
  cJSON_AddNumberToObject(object, "created", (double)row->created);
  cJSON_AddNumberToObject(object, "not_before", (double)row->not_before);
  cJSON_AddNumberToObject(object, "attempts", row->attempts);
  cJSON_AddStringToObject(object, "title", row->title);
  if (row->last_error[0] != '\0')
    cJSON_AddStringToObject(object, "last_error", row->last_error);
  cJSON_AddItemToArray(arg, object);
}

static cJSON *do_queue(struct command *c) {
  cJSON *answer = fine();

  store_outbox_each(core_store(c->core), LIST_MAX, add_row,
                    cJSON_AddArrayToObject(answer, "rows"));
  cJSON_AddNumberToObject(answer, "now", (double)core_now(c->core));
  return answer;
}

static cJSON *do_retry(struct command *c) {
  return result_of(core_retry(c->core, id_of(c)), "message", id_of(c));
}

static cJSON *do_drop(struct command *c) {
  return result_of(core_drop(c->core, id_of(c)), "message", id_of(c));
}

/* -- what would happen ---------------------------------------------------- */

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
  if (type == NULL)
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

/* The alert that a notification as asked for would open. NULL and *error. */
static struct episode *imagined(struct command *c, cJSON **error) {
  const struct notify_config *config = core_config(c->core);
  const char *severity = text_of(c, "severity");
  struct episode *e;
  struct event ev;

  event_init(&ev);
  ev.severity = SEVERITY_FAILURE;
  ev.value = number_of(c, "value", NAN);
  ev.has_value = isfinite(ev.value);
  ev.time = ev.received = core_now(c->core);
  if (names_from(text_of(c, "identifier"), &ev) < 0 ||
      (severity[0] != '\0' && strcmp(severity, "missing") != 0 &&
       severity_parse(severity, &ev.severity) < 0)) {
    *error = command_error("expected identifier host/plugin-instance/"
                           "type-instance and severity FAILURE, WARNING, OKAY "
                           "or missing");
    return NULL;
  }
  if (strcmp(severity, "missing") == 0) {
    ev.has_value = false;
    snprintf(ev.text, sizeof(ev.text),
             "%.150s has not been updated for 60.000 seconds.",
             text_of(c, "identifier"));
  } else {
    snprintf(ev.text, sizeof(ev.text), "An imagined notification.");
  }
  event_classify(&ev, config->missing_scope == MISSING_SCOPE_DEVICE);
  e = episode_new();
  if (e == NULL) {
    *error = command_error("out of memory");
    return NULL;
  }
  state_describe(config, &ev, core_now(c->core), e);
  e->a.state = ALERT_FIRING;
  e->a.sequence = 1;
  snprintf(e->a.episode, sizeof(e->a.episode), "%s-%" PRId64, e->a.fingerprint,
           e->a.since / 1000);
  return e;
}

static void explain_channel(struct command *c, const struct episode *e,
                            int channel, const struct route_config *route,
                            cJSON *list) {
  const struct channel_config *config =
      &core_config(c->core)->channels[channel];
  const char *stopped = deliver_stopped(core_deliver(c->core), channel);
  const struct policy *by = NULL;
  char why[200];
  char line[300] = "";
  cJSON *object = cJSON_CreateObject();
  enum policy_answer answer =
      policy_ask(&(struct policy_question){.config = core_config(c->core),
                                           .alert = &e->a,
                                           .route = route,
                                           .channel = config,
                                           .kind = MESSAGE_OPEN,
                                           .reason = REASON_OPENED,
                                           .now = core_now(c->core)},
                 &by, why, sizeof(why));

  if (stopped != NULL)
    snprintf(line, sizeof(line), "stopped: %s", stopped);
  else if (by != NULL)
    snprintf(line, sizeof(line), "%s: %s", by->name, why);
  cJSON_AddStringToObject(object, "channel", config->name);
  cJSON_AddBoolToObject(object, "delivers",
                        stopped == NULL && answer != POLICY_DROP);
  if (line[0] != '\0')
    cJSON_AddStringToObject(object, "why", line);
  cJSON_AddItemToArray(list, object);
}

static cJSON *do_explain(struct command *c) {
  const struct notify_config *config = core_config(c->core);
  cJSON *answer = NULL;
  struct episode *e = imagined(c, &answer);
  const struct episode *open;
  cJSON *routes;

  if (e == NULL)
    return answer;
  answer = fine();
  cJSON_AddItemToObject(answer, "alert", alert_json(&e->a));
  open = episodes_find(state_episodes(core_state(c->core)), e->a.fingerprint);
  if (open != NULL)
    cJSON_AddNumberToObject(answer, "open_id", (double)open->a.id);
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
    cJSON_AddItemToArray(routes, object);
  }
  episode_free(e);
  return answer;
}

static int64_t wall_of(void *core) { return core_now(core); }

static void render_channel(struct command *c, const struct episode *e,
                           int channel, int route, cJSON *list) {
  const struct notify_config *config = core_config(c->core);
  const struct channel_config *to = &config->channels[channel];
  static const atomic_bool never = false;
  struct sender_env env = {.abort = &never,
                           .wall_ms = wall_of,
                           .clock_arg = c->core,
                           .channel = to->name,
                           .collectd_host = core_host(c->core),
                           .version = c->version};
  struct message m = {.kind = MESSAGE_OPEN,
                      .reason = REASON_OPENED,
                      .level = e->a.level,
                      .alert = &e->a,
                      .title = "",
                      .body = "",
                      .channel = to->name,
                      .delivery_id = "00000000000000000000000000000000",
                      .message_id = "<rendered@localhost>",
                      .thread_root = "",
                      .previous = "",
                      .root_ref = "",
                      .last_ref = "",
                      .recipient = "",
                      .attempt = 1,
                      .created = core_now(c->core),
                      .delay_why = "",
                      .fallback_for = "",
                      .route = &config->routes[route],
                      .config = config,
                      .collectd_host = core_host(c->core)};
  cJSON *object = cJSON_CreateObject();
  struct buf title;
  struct buf body;
  struct buf payload;

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

static cJSON *do_render(struct command *c) {
  const struct notify_config *config = core_config(c->core);
  const char *only = text_of(c, "channel");
  cJSON *answer = NULL;
  struct episode *e = imagined(c, &answer);
  bool done[CHANNELS_MAX] = {false};
  cJSON *list;

  if (e == NULL)
    return answer;
  answer = fine();
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
  episode_free(e);
  return answer;
}

/* -- the table ------------------------------------------------------------ */

static const struct {
  const char *name;
  cJSON *(*answer)(struct command *c);
} commands[] = {
    {"status", do_status},   {"list", do_list},     {"history", do_history},
    {"show", do_show},       {"ack", do_ack},       {"unack", do_unack},
    {"resolve", do_resolve}, {"test", do_test},     {"queue", do_queue},
    {"retry", do_retry},     {"drop", do_drop},     {"enable", do_enable},
    {"explain", do_explain}, {"render", do_render},
};

cJSON *command_answer(struct core *core, const char *version, const char *line,
                      size_t len, struct command_wait *wait) {
  cJSON *request = cJSON_ParseWithLength(line, len);
  struct command c = {
      .core = core, .version = version, .request = request, .wait = wait};
  cJSON *answer = NULL;
  const char *name = text_of(&c, "command");

  wait->num = 0;
  if (!cJSON_IsObject(request))
    answer = command_error("expected one JSON object per line");
  for (size_t i = 0;
       answer == NULL && i < sizeof(commands) / sizeof(commands[0]); i++)
    if (strcmp(commands[i].name, name) == 0)
      answer = commands[i].answer(&c);
  if (answer == NULL)
    answer = command_error("unknown command \"%s\"", name);
  cJSON_Delete(request);
  return answer;
}
