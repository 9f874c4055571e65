/* SPDX-License-Identifier: MIT */
/* Prometheus Alertmanager, API v2. Labels are the identity of an alert there,
 * so no value and no words are among them. It forgets what it is not told
 * again: a firing alert ends three times Resend from now, and is sent anew each
 * Resend (see refresh). Each of several addresses gets everything; one that
 * took it is enough. */
#include <config.h>

#include "alert/channel/incident/alertmanager.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/incident/incident.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  URLS_MAX = 8,
  LABELS_MAX = 32,
  LABEL_NAME_MAX = 64,
  BATCH = 50, /* alerts per request when all are sent again */
  SUMMARY_MAX = 300,
  DESCRIPTION_MAX = 2000,
  URL_MAX = 2000,
  LEAST_WAIT = 5,
  LIVES = 3, /* resends until what nobody repeats is over */
};

struct alertmanager {
  struct http_channel http;
  struct option_strings urls;
  char *username;
  struct secret password;
  struct secret bearer;
  struct option_strings labels; /* name, value, name, value */
  double resend;
  size_t url;                  /* runtime: the address that is asked now */
  const struct message *batch; /* runtime: what goes out, NULL = the message */
  size_t batch_num;
};

HTTP_SETTINGS(struct alertmanager);

static const struct option options[] = {
    {.name = "URL",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct alertmanager, urls)},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct alertmanager, username)},
    SECRET_OPTIONS("Password", struct alertmanager, password),
    SECRET_OPTIONS("BearerToken", struct alertmanager, bearer),
    {.name = "Label",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct alertmanager, labels)},
    {.name = "Resend",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct alertmanager, resend),
     .min = 1,
     .max = 600},
    TRANSFER_OPTIONS(struct alertmanager, http.options),
    {.name = NULL}};

static const char *const line[] = {"URL", NULL};

/* -- configuration --------------------------------------------------------- */

static bool is_label(const char *name) {
  size_t n = strlen(name);

  return n > 0 && n <= LABEL_NAME_MAX && !isdigit((unsigned char)name[0]) &&
         name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

static bool is_ours(const char *name) {
  static const char *const ours[] = {
      "alertname",       "severity", "device",        "host", "plugin",
      "plugin_instance", "type",     "type_instance", "key"};

  for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
    if (strcmp(ours[i], name) == 0)
      return true;
  return false;
}

static int check_labels(const struct alertmanager *a, const char *where,
                        struct option_reporter *reporter) {
  int err = 0;

  if (a->labels.count % 2 != 0 || a->labels.count / 2 > LABELS_MAX) {
    option_error(reporter,
                 "%s: Label: expected a name and a value each, like Label "
                 "\"site\" \"berlin\", at most %d times",
                 where, LABELS_MAX);
    return -EINVAL;
  }
  for (size_t i = 0; i < a->labels.count; i += 2) {
    const char *name = a->labels.items[i];

    if (!is_label(name)) {
      option_error(reporter,
                   "%s: Label \"%.64s\": expected a name of letters, digits "
                   "and _",
                   where, name);
      err = -EINVAL;
    } else if (is_ours(name)) { /* ours stays, and the channel works */
      option_error(reporter,
                   "%s: Label \"%.64s\" does nothing: this channel writes it "
                   "itself",
                   where, name);
    }
  }
  return err;
}

static int check_access(struct alertmanager *a, const char *where,
                        struct option_reporter *reporter) {
  int err = 0;

  a->http.user = a->username;
  a->http.password = &a->password;
  http_keep_secret(&a->http, &a->password);
  http_keep_secret(&a->http, &a->bearer);
  if (secret_load(&a->password, where, "Password", reporter) < 0 ||
      secret_load(&a->bearer, where, "BearerToken", reporter) < 0)
    err = -EINVAL;
  if ((a->username == NULL) != secret_unset(&a->password)) {
    option_error(reporter, "%s: Username and Password belong together", where);
    err = -EINVAL;
  }
  if (a->username != NULL && !secret_unset(&a->bearer)) {
    option_error(reporter, "%s: give Username or BearerToken, not both", where);
    err = -EINVAL;
  }
  return err;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct alertmanager *a = settings;
  int err = curl_transfer_check(&a->http.options, where, reporter);

  if (a->urls.count < 1 || a->urls.count > URLS_MAX) {
    option_error(reporter,
                 "%s: needs URL, like http://localhost:9093, at most %d times",
                 where, URLS_MAX);
    err = -EINVAL;
  }
  for (size_t i = 0; i < a->urls.count && i < URLS_MAX; i++)
    if (http_exchange_check_url(&a->http, a->urls.items[i], "URL", where,
                                reporter) < 0)
      err = -EINVAL;
  if (check_access(a, where, reporter) < 0 ||
      check_labels(a, where, reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- one alert ------------------------------------------------------------- */

/* "disk_ops" as "DiskOps". */
static size_t add_camel(const char *text, char *out, size_t size) {
  bool begin = true;
  size_t n = 0;

  for (; *text != '\0' && n + 1 < size; text++) {
    unsigned char c = (unsigned char)*text;

    if (!isalnum(c)) {
      begin = true;
      continue;
    }
    out[n++] = (char)(begin ? toupper(c) : c);
    begin = false;
  }
  out[n] = '\0';
  return n;
}

/* KasaPower, KasaMissing, CpuPercent. */
static void alert_name(const struct message *message, char *out, size_t size) {
  const struct alert *a = message->alert;
  size_t n;

  if (message->kind == MESSAGE_TEST) {
    snprintf(out, size, "NotifyKasaTest");
    return;
  }
  n = add_camel(a->plugin[0] != '\0' ? a->plugin : "collectd", out, size);
  add_camel(a->class == ALERT_MISSING ? "missing"
            : a->type[0] != '\0'      ? a->type
                                      : "event",
            out + n, size - n);
}

static void add_label(struct json_writer *j, cJSON *labels, const char *name,
                      const char *value) {
  char clean[LABEL_NAME_MAX + 1];
  size_t n = 0;

  for (; n < LABEL_NAME_MAX && name[n] != '\0'; n++)
    clean[n] = isalnum((unsigned char)name[n]) ? name[n] : '_';
  clean[n] = '\0';
  if (value[0] == '\0' || n == 0)
    return; /* an empty label is none */
  if (isdigit((unsigned char)clean[0]))
    clean[0] = '_';
  if (!cJSON_HasObjectItem(labels, clean))
    json_writer_text(j, labels, clean, value);
}

/* Ours first: nothing that is configured may take the place of what tells
 * alerts apart. */
static void add_labels(const struct alertmanager *settings,
                       struct json_writer *j, const struct message *message,
                       enum level level) {
  const struct alert *a = message->alert;
  cJSON *labels = json_writer_object(j, j->root, "labels");
  char name[2 * ALERT_NAME_SIZE];

  alert_name(message, name, sizeof(name));
  add_label(j, labels, "alertname", name);
  add_label(j, labels, "severity", level_name(level));
  add_label(j, labels, "device", a->device);
  add_label(j, labels, "host", a->host);
  add_label(j, labels, "plugin", a->plugin);
  add_label(j, labels, "plugin_instance", a->plugin_instance);
  add_label(j, labels, "type", a->type);
  add_label(j, labels, "type_instance", a->type_instance);
  add_label(j, labels, "key", a->key);
  for (size_t i = 0; i < a->labels_num; i++)
    add_label(j, labels, a->labels[i].name, a->labels[i].value);
  for (size_t i = 0; i + 1 < settings->labels.count; i += 2)
    add_label(j, labels, settings->labels.items[i],
              settings->labels.items[i + 1]);
}

/* The words of the standard texts, so that what is sent again says the same as
 * what was sent first, whichever route it was. */
static void add_annotations(struct json_writer *j,
                            const struct message *message) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, SUMMARY_MAX, DESCRIPTION_MAX, 0};
  struct message plain = *message;
  cJSON *annotations = json_writer_object(j, j->root, "annotations");
  struct buf title, body, summary, description, url;

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&summary, TEMPLATE_OUTPUT_MAX);
  buf_init(&description, TEMPLATE_OUTPUT_MAX);
  buf_init(&url, URL_MAX + 1);
  plain.words = NULL;
  plain.delay_s = 0;
  plain.fallback_for = "";
  if (message_texts(&plain, TARGET_PLAIN, &title, &body) < 0) {
    j->failed = true;
  } else {
    plain.title = title.data;
    plain.body = body.data != NULL ? body.data : "";
    if (text_limits_message(&plain, &limits, &summary, &description) < 0 ||
        message_url(&plain, URL_MAX, &url) < 0)
      j->failed = true;
  }
  json_writer_text(j, annotations, "summary",
                   summary.data != NULL ? summary.data : "");
  if (description.len > 0)
    json_writer_text(j, annotations, "description", description.data);
  json_writer_text(j, j->root, "generatorURL",
                   url.data != NULL ? url.data : "");
  buf_free(&title);
  buf_free(&body);
  buf_free(&summary);
  buf_free(&description);
  buf_free(&url);
}

static void add_moment(struct json_writer *j, const char *name, int64_t ms) {
  json_writer_moment(j, j->root, name, ms > 1000 ? ms : 1000);
}

/* Appends one alert with this severity; over = it ended at end. */
static void add_alert(const struct alertmanager *settings,
                      const struct message *message, enum level level,
                      int64_t end, struct buf *out) {
  const struct alert *a = message->alert;
  struct json_writer j;
  int64_t start = a->since > 0 ? a->since : message->created;

  json_writer_init(&j);
  add_labels(settings, &j, message, level);
  add_annotations(&j, message);
  add_moment(&j, "startsAt", start < end ? start : end);
  add_moment(&j, "endsAt", end);
  if (out->len > 1)
    buf_puts(out, ",");
  buf_put_result(out, json_writer_print(&j, out));
  json_writer_free(&j);
}

static void add_message(const struct alertmanager *a,
                        const struct message *message, int64_t now,
                        struct buf *out) {
  const struct alert *alert = message->alert;
  int64_t live = (int64_t)(a->resend * 1000) * LIVES;
  enum level level = alert->level > LEVEL_OK && alert->level < LEVEL_COUNT
                         ? alert->level
                         : LEVEL_INFO;

  if (incident_act_of(message) == INCIDENT_CLOSE) {
    int64_t end = alert->resolved_at > 0 ? alert->resolved_at : now;

    add_alert(a, message, level, end < now ? end : now, out);
    return;
  }
  add_alert(a, message, level, now + live, out);
  if (message->kind != MESSAGE_UPDATE)
    return;
  /* with another severity it is another alert there: the old one is over */
  for (int other = LEVEL_INFO; other < LEVEL_COUNT; other++)
    if (other != (int)level)
      add_alert(a, message, (enum level)other, now, out);
}

static int body_of(const void *settings, const struct message *message,
                   const struct sender_env *env, struct buf *out) {
  const struct alertmanager *a = settings;
  const struct message *first = a->batch != NULL ? a->batch : message;
  size_t n = a->batch != NULL ? a->batch_num : 1;
  int64_t now = env->wall_ms(env->clock_arg);
  struct buf list;

  buf_init(&list, out->max);
  buf_puts(&list, "[");
  for (size_t i = 0; i < n; i++)
    add_message(a, &first[i], now, &list);
  buf_puts(&list, "]");
  if (buf_error(&list) == 0)
    buf_puts(out, list.data);
  buf_put_result(out, buf_error(&list));
  buf_free(&list);
  return buf_error(out);
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct alertmanager *a = settings;
  const char *url = a->url < a->urls.count ? a->urls.items[a->url] : "";
  size_t len = strlen(url);

  (void)message;
  buf_putf(&where->url, "%s%sapi/v2/alerts", url,
           len > 0 && url[len - 1] == '/' ? "" : "/");
  where->user = a->username;
  where->password = masked ? NULL : a->password.value;
  http_target_bearer(where, &a->bearer, masked);
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* It answers with nothing, or with JSON. */
static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  (void)json;
  if (http_exchange_is_page(answer))
    http_exchange_intercepted(
        settings, answer, result,
        "with a page, which is no answer of Alertmanager");
  else
    http_why(settings, NULL, result, "HTTP %ld", answer->status);
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = rules,
    .target = target,
    .body = body_of,
    .accepted = accepted,
};

static void defaults(void *settings) {
  struct alertmanager *a = settings;

  http_exchange_defaults(settings, &exchange);
  a->resend = 60;
}

/* To every address. What one of them took is sent; else the last verdict, so
 * that a repetition, which does no harm here, reaches whoever missed it. */
static void send_to_all(struct alertmanager *a, const struct message *message,
                        const struct sender_env *env,
                        struct send_result *result) {
  struct send_result one = {0};
  bool taken = false;

  http_result_init(result);
  for (a->url = 0; a->url < a->urls.count; a->url++) {
    http_exchange_send(a, message, env, &one);
    if (!taken)
      *result = one;
    taken = taken || one.outcome == SEND_SENT;
  }
  a->url = 0;
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  enum incident_act act = incident_act_of(message);

  if (act == INCIDENT_NOTHING || act == INCIDENT_ACKNOWLEDGE)
    incident_nothing(result); /* there are silences for it over there */
  else
    send_to_all(settings, message, env, result);
}

static double refresh_every(const void *settings) {
  const struct alertmanager *a = settings;

  return a->resend;
}

static void refresh(void *settings, const struct message *messages, size_t n,
                    const struct sender_env *env, struct send_result *result) {
  struct alertmanager *a = settings;

  http_result_init(result);
  result->outcome = SEND_SENT;
  for (size_t i = 0; i < n && !*env->abort; i += BATCH) {
    a->batch = messages + i;
    a->batch_num = n - i < BATCH ? n - i : BATCH;
    send_to_all(a, a->batch, env, result);
  }
  a->batch = NULL;
}

const struct sender sender_alertmanager = {
    .name = "alertmanager",
    .title = "Alertmanager",
    .line_name = "Alertmanager",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct alertmanager),
    .stateful = true,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .cancel = send_,
    .refresh_every = refresh_every,
    .refresh = refresh,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
