/* SPDX-License-Identifier: MIT */
/* Opsgenie's Alert API. A legacy: its maker ends it on 5 April 2027. The alert
 * is known by an alias; that a request was taken says little, so what opens
 * and what closes is asked about once more. */
#include <config.h>

#include "alert/channel/incident/opsgenie.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/incident/incident.h"
#include "alert/channel/json_reply.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
  MESSAGE_MAX = 130,
  DESCRIPTION_MAX = 14000,
  SOURCE_MAX = 100,
  URL_MAX = 2000,
  LEAST_WAIT = 5,
  LIMIT_WAIT = 60,
  ASK_TRIES = 3,
  ASK_PAUSE_MS = 300,
  REQUEST_ID_MAX = 64,
};

enum region { REGION_US, REGION_EU };
static const char *const regions[] = {"us", "eu", NULL};
static const char *const services[] = {"https://api.opsgenie.com",
                                       "https://api.eu.opsgenie.com"};

struct opsgenie {
  struct http_channel http;
  struct secret key;
  int region;
  char *base_url;
  enum incident_act act; /* runtime: of the message that goes out */
  char request_id[REQUEST_ID_MAX + 1]; /* runtime: of the last answer */
};

HTTP_SETTINGS(struct opsgenie);

static const struct option options[] = {
    SECRET_OPTIONS("APIKey", struct opsgenie, key),
    {.name = "Region",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct opsgenie, region),
     .choices = regions},
    {.name = "BaseURL", /* for tests and proxies */
     .type = OPTION_STRING,
     .offset = offsetof(struct opsgenie, base_url)},
    TRANSFER_OPTIONS(struct opsgenie, http.options),
    {.name = NULL}};

static const char *const line[] = {"APIKey", NULL};

static const char *const priorities[LEVEL_COUNT] = {
    [LEVEL_OK] = "P5",    [LEVEL_INFO] = "P5",     [LEVEL_WARNING] = "P3",
    [LEVEL_ERROR] = "P2", [LEVEL_CRITICAL] = "P1", [LEVEL_EMERGENCY] = "P1",
};

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct opsgenie *o = settings;
  int err = curl_transfer_check(&o->http.options, where, reporter);

  log_say(LOG_LEVEL_WARNING,
          "%s: Opsgenie is a legacy service that ends on 5 April 2027", where);
  if (http_exchange_need_secret(&o->http, &o->key, "APIKey", where, reporter) <
      0) {
    err = -EINVAL;
  } else if (strpbrk(o->key.value, " \t") != NULL) {
    option_error(reporter, "%s: APIKey: expected one word", where);
    err = -EINVAL;
  }
  if (o->base_url != NULL &&
      http_exchange_check_url(&o->http, o->base_url, "BaseURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void begin_address(const struct opsgenie *o, bool masked,
                          struct http_target *where) {
  char text[SECRET_SIZE_MAX + 16];

  snprintf(text, sizeof(text), "GenieKey %s", masked ? "***" : o->key.value);
  http_target_header(where, "Authorization", text);
  explicit_bzero(text, sizeof(text));
  buf_puts(&where->url,
           o->base_url != NULL ? o->base_url : services[o->region]);
  buf_puts(&where->url, "/v2/alerts");
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  static const char *const acts[] = {
      [INCIDENT_UPDATE] = "notes",
      [INCIDENT_ACKNOWLEDGE] = "acknowledge",
      [INCIDENT_CLOSE] = "close",
  };
  enum incident_act act = incident_act_of(message);

  begin_address(settings, masked, where);
  if (act == INCIDENT_OPEN || act == INCIDENT_NOTHING)
    return;
  buf_puts(&where->url, "/");
  buf_put_result(&where->url,
                 text_escape(incident_key(message), TARGET_URL, &where->url));
  buf_putf(&where->url, "/%s?identifierType=alias", acts[act]);
}

static void add_cut(struct json_writer *j, cJSON *parent, const char *name,
                    const char *text, size_t max) {
  struct buf out;

  buf_init(&out, 4 * max + 16);
  if (text_limits_truncate(text, TEXT_LIMITS_CHARACTERS, max, 1, &out) < 0)
    j->failed = true;
  else if (out.len > 0)
    json_writer_text(j, parent, name, out.data);
  buf_free(&out);
}

static void add_alert(struct json_writer *j, const struct message *message,
                      const char *title, const char *body) {
  const struct alert *a = message->alert;
  cJSON *tags, *details;
  struct buf url;

  json_writer_text(j, j->root, "message", title);
  json_writer_text(j, j->root, "alias", incident_key(message));
  json_writer_text(j, j->root, "description", body);
  json_writer_text(j, j->root, "priority",
                   priorities[message_level_now(message)]);
  add_cut(j, j->root, "entity", a->device, ALERT_NAME_SIZE);
  tags = json_writer_array(j, j->root, "tags");
  json_writer_text(j, tags, NULL, "notify_kasa");
  json_writer_text(j, tags, NULL, level_name(message_level_now(message)));
  details = json_writer_object(j, j->root, "details");
  incident_details(j, details, message);
  buf_init(&url, URL_MAX + 1);
  if (message_url(message, URL_MAX, &url) < 0)
    j->failed = true;
  if (url.len > 0)
    json_writer_text(j, details, "Dashboard", url.data);
  buf_free(&url);
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  static const struct text_limits limits = {TARGET_PLAIN, TEXT_LIMITS_UTF16,
                                            MESSAGE_MAX, DESCRIPTION_MAX, 0};
  const char *host = message->alert->host;
  enum incident_act act = incident_act_of(message);
  struct buf title, body;
  int err;

  (void)settings;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, 4 * DESCRIPTION_MAX + 16);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0) {
    if (act == INCIDENT_OPEN || act == INCIDENT_NOTHING)
      add_alert(j, message, title.data, body.data);
    else
      json_writer_text(j, j->root, "note", body.data);
    add_cut(j, j->root, "source", host[0] != '\0' ? host : env->collectd_host,
            SOURCE_MAX);
  }
  buf_free(&title);
  buf_free(&body);
  return err;
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LIMIT_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  struct opsgenie *o = settings;
  const char *id = json_reply_text(json, "requestId");

  if (id[0] == '\0' || strlen(id) > REQUEST_ID_MAX) {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  snprintf(o->request_id, sizeof(o->request_id), "%s", id);
  http_why(settings, NULL, result, "request %s", id);
}

/* What is gone there needs no end. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  struct opsgenie *o = settings;

  (void)json;
  (void)env;
  if (answer->status == 404 && o->act == INCIDENT_CLOSE) {
    result->outcome = SEND_SENT;
    http_why(settings, NULL, result, "it is not open there any more");
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

enum fate { FATE_UNKNOWN, FATE_DONE, FATE_FAILED };

/* What became of the request; words says why it failed. */
static enum fate ask(struct opsgenie *o, const struct sender_env *env,
                     char *words, size_t size) {
  struct http_target where;
  struct http_request request = {.method = "GET"};
  enum fate fate = FATE_UNKNOWN;
  struct http_answer answer;
  cJSON *json;

  http_target_init(&where);
  begin_address(o, false, &where);
  buf_puts(&where.url, "/requests/");
  buf_put_result(&where.url,
                 text_escape(o->request_id, TARGET_URL, &where.url));
  if (!where.failed && buf_error(&where.url) == 0) {
    request.url = where.url.data;
    request.headers = (const char *const *)where.headers;
    http_perform(&o->http, &request, env, &answer);
    json = json_reply_parse(&answer);
    if (answer.status == 200) {
      const cJSON *data = cJSON_GetObjectItemCaseSensitive(json, "data");
      const cJSON *good = cJSON_GetObjectItemCaseSensitive(data, "success");

      if (cJSON_IsBool(good))
        fate = cJSON_IsTrue(good) ? FATE_DONE : FATE_FAILED;
      snprintf(words, size, "%.200s", json_reply_text(data, "status"));
    }
    cJSON_Delete(json);
    http_answer_free(&answer);
  }
  http_target_free(&where);
  return fate;
}

/* Not known in time is as good as taken: the alias makes a second one
 * harmless, but there is no reason to send it. */
static void follow(struct opsgenie *o, const struct sender_env *env,
                   struct send_result *result) {
  const struct timespec pause = {.tv_nsec = ASK_PAUSE_MS * 1000000L};
  char words[201] = "";

  for (int i = 0; i < ASK_TRIES && !*env->abort; i++) {
    enum fate fate = ask(o, env, words, sizeof(words));

    if (fate == FATE_DONE)
      return;
    if (fate == FATE_FAILED) {
      if (o->act != INCIDENT_CLOSE) /* else: it is not open any more */
        result->outcome = SEND_REFUSED_MESSAGE;
      http_why(&o->http, NULL, result, "taken, but then refused: %s", words);
      return;
    }
    nanosleep(&pause, NULL);
  }
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct opsgenie *o = settings;

  o->act = incident_act_of(message);
  o->request_id[0] = '\0';
  if (o->act == INCIDENT_NOTHING) {
    incident_nothing(result);
    return;
  }
  http_exchange_send(settings, message, env, result);
  if (result->outcome == SEND_SENT && o->request_id[0] != '\0' &&
      (o->act == INCIDENT_OPEN || o->act == INCIDENT_CLOSE))
    follow(o, env, result);
}

const struct sender sender_opsgenie = {
    .name = "opsgenie",
    .title = "Opsgenie",
    .line_name = "Opsgenie",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct opsgenie),
    .stateful = true,
    .rate_count = 60,
    .rate_window_s = 60,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .cancel = send_,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
