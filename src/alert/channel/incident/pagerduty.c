/* SPDX-License-Identifier: MIT */
/* PagerDuty's Events API v2. The incident is known by the alert's fingerprint.
 * A resolve must go out with the key that triggered, so a trace of that key is
 * the handle of what was sent. */
#include <config.h>

#include "alert/channel/incident/pagerduty.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/incident/incident.h"
#include "alert/channel/json_reply.h"
#include "alert/channel/signature.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  SUMMARY_MAX = 1024,
  BODY_MAX = 8000,
  URL_MAX = 2000,
  LEAST_WAIT = 30,
  KEY_SIZE = 32,
  TRACE_SIZE = 20, /* "pd:" and 16 digits */
};

static const char service[] = "https://events.pagerduty.com";

struct pagerduty {
  struct http_channel http;
  struct secret key;
  char *base_url;
};

HTTP_SETTINGS(struct pagerduty);

static const struct option options[] = {
    SECRET_OPTIONS("RoutingKey", struct pagerduty, key),
    {.name = "BaseURL", /* for tests and proxies; and of the EU region */
     .type = OPTION_STRING,
     .offset = offsetof(struct pagerduty, base_url)},
    TRANSFER_OPTIONS(struct pagerduty, http.options),
    {.name = NULL}};

static const char *const line[] = {"RoutingKey", NULL};

static const char *const severities[LEVEL_COUNT] = {
    [LEVEL_OK] = "info",           [LEVEL_INFO] = "info",
    [LEVEL_WARNING] = "warning",   [LEVEL_ERROR] = "error",
    [LEVEL_CRITICAL] = "critical", [LEVEL_EMERGENCY] = "critical",
};

static bool is_key(const char *text) {
  size_t n = 0;

  while (isalnum((unsigned char)text[n]))
    n++;
  return n == KEY_SIZE && text[n] == '\0';
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct pagerduty *p = settings;
  int err = curl_transfer_check(&p->http.options, where, reporter);

  if (http_exchange_need_secret(&p->http, &p->key, "RoutingKey", where,
                                reporter) < 0) {
    err = -EINVAL;
  } else if (!is_key(p->key.value)) {
    option_error(reporter,
                 "%s: RoutingKey: expected the %d letters and digits of an "
                 "Events API v2 integration",
                 where, KEY_SIZE);
    err = -EINVAL;
  }
  if (p->base_url != NULL &&
      http_exchange_check_url(&p->http, p->base_url, "BaseURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct pagerduty *p = settings;

  (void)message;
  if (!masked && !is_key(p->key.value))
    snprintf(where->why, sizeof(where->why), "RoutingKey: no key any more");
  buf_putf(&where->url, "%s/v2/enqueue",
           p->base_url != NULL ? p->base_url : service);
}

/* Names the key without telling it. */
static void trace_of(const char *key, char out[TRACE_SIZE]) {
  char signature[SIGNATURE_SIZE] = "";
  const char *digits = NULL;

  if (signature_of(key, 0, "", 0, signature) == 0)
    digits = strstr(signature, "v1=");
  snprintf(out, TRACE_SIZE, "pd:%.16s", digits != NULL ? digits + 3 : "");
}

static void add_links(struct json_writer *j, const struct message *message) {
  struct buf url;
  cJSON *link;

  json_writer_text(j, j->root, "client", "notify_kasa");
  buf_init(&url, URL_MAX + 1);
  if (message_url(message, URL_MAX, &url) < 0)
    j->failed = true;
  if (url.len > 0) {
    json_writer_text(j, j->root, "client_url", url.data);
    link = json_writer_object(j, json_writer_array(j, j->root, "links"), NULL);
    json_writer_text(j, link, "href", url.data);
    json_writer_text(j, link, "text", "Dashboard");
  }
  buf_free(&url);
}

static int add_trigger(struct json_writer *j, const struct message *message,
                       const struct sender_env *env) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, SUMMARY_MAX, BODY_MAX, 0};
  const struct alert *a = message->alert;
  cJSON *payload = json_writer_object(j, j->root, "payload");
  cJSON *details;
  struct buf title, body;
  int err;

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, 4 * BODY_MAX + 16);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0) {
    json_writer_text(j, payload, "summary", title.data);
    json_writer_text(j, payload, "source",
                     a->host[0] != '\0' ? a->host : env->collectd_host);
    json_writer_text(j, payload, "severity",
                     severities[message_level_now(message)]);
    json_writer_moment(j, payload, "timestamp",
                       a->since > 0 ? a->since : message->created);
    if (a->device[0] != '\0')
      json_writer_text(j, payload, "component", a->device);
    if (a->plugin[0] != '\0')
      json_writer_text(j, payload, "group", a->plugin);
    json_writer_text(j, payload, "class",
                     a->type[0] != '\0' ? a->type : alert_class_name(a->class));
    details = json_writer_object(j, payload, "custom_details");
    json_writer_text(j, details, "Text", body.data);
    incident_details(j, details, message);
    add_links(j, message);
  }
  buf_free(&title);
  buf_free(&body);
  return err;
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  static const char *const actions[] = {
      [INCIDENT_OPEN] = "trigger",
      [INCIDENT_UPDATE] = "trigger",
      [INCIDENT_ACKNOWLEDGE] = "acknowledge",
      [INCIDENT_CLOSE] = "resolve",
      [INCIDENT_NOTHING] = "trigger", /* shown only */
  };
  const struct pagerduty *p = settings;
  enum incident_act act = incident_act_of(message);

  json_writer_text(j, j->root, "routing_key",
                   p->key.value != NULL ? p->key.value : "");
  json_writer_text(j, j->root, "event_action", actions[act]);
  json_writer_text(j, j->root, "dedup_key", incident_key(message));
  if (act == INCIDENT_ACKNOWLEDGE || act == INCIDENT_CLOSE)
    return 0;
  return add_trigger(j, message, env);
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {408, 408, SEND_RETRY, LEAST_WAIT, false, NULL},
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  struct pagerduty *p = settings;
  const char *key = json_reply_text(json, "dedup_key");

  if (strcmp(json_reply_text(json, "status"), "success") != 0 ||
      key[0] == '\0') {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  trace_of(p->key.value, result->provider_ref);
  http_why(settings, NULL, result, "incident key %.64s", key);
}

/* A wrong key is a 400 like any other; its errors name the field. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  const cJSON *error = NULL;

  (void)settings;
  (void)env;
  if (answer->status != 400)
    return;
  cJSON_ArrayForEach(error, cJSON_GetObjectItemCaseSensitive(json, "errors")) {
    if (cJSON_IsString(error) &&
        (strstr(error->valuestring, "routing_key") != NULL ||
         strstr(error->valuestring, "routing key") != NULL))
      result->outcome = SEND_REFUSED_CHANNEL;
  }
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = rules,
    .target = target,
    .payload = payload,
    .accepted = accepted,
    .refused = refused,
};

static void defaults(void *settings) {
  http_exchange_defaults(settings, &exchange);
}

/* The service drops a resolve by another key without a word. */
static bool key_fits(const struct pagerduty *p, const struct message *message) {
  const char *ref =
      message->last_ref[0] != '\0' ? message->last_ref : message->root_ref;
  char trace[TRACE_SIZE];

  trace_of(p->key.value, trace);
  return strncmp(ref, "pd:", 3) != 0 || strcmp(ref, trace) == 0;
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  enum incident_act act = incident_act_of(message);

  if (act == INCIDENT_NOTHING) {
    incident_nothing(result);
  } else if ((act == INCIDENT_CLOSE || act == INCIDENT_ACKNOWLEDGE) &&
             !key_fits(settings, message)) {
    http_result_init(result);
    result->outcome = SEND_REFUSED_MESSAGE;
    http_why(settings, NULL, result,
             "RoutingKey is another one than when the incident began: close it "
             "at PagerDuty");
  } else {
    http_exchange_send(settings, message, env, result);
  }
}

static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct pagerduty *p = settings;
  struct pagerduty masked = {.http.exchange = p->http.exchange,
                             .base_url = p->base_url};

  masked.key.value = (char[]){"***"}; /* it stands in the body */
  return http_exchange_render(&masked, message, env, out);
}

const struct sender sender_pagerduty = {
    .name = "pagerduty",
    .title = "PagerDuty",
    .line_name = "PagerDuty",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct pagerduty),
    .stateful = true,
    .rate_count = 120,
    .rate_window_s = 60,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .cancel = send_,
    .reread = http_settings_reread,
    .render = render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
