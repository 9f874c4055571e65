/* SPDX-License-Identifier: MIT */
/* Microsoft Teams. A workflow takes an adaptive card and answers 202 before it
 * is shown; a connector (being retired) takes a MessageCard, and may answer 200
 * with the words of a failure. Which of the two is told by the address. */
#include <config.h>

#include "alert/channel/teams.h"

#include "alert/channel/http_exchange.h"
#include "alert/text/alert_fields.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TITLE_MAX = 250,
  BODY_MAX = 4000, /* bytes: all of it stays below 20 000, however escaped */
  FACT_MAX = 200,
  URL_MAX = 1500,
  LIMIT_WAIT = 60,
  BROKEN_WAIT = 30,
};

struct teams {
  struct http_channel http;
  struct secret url;
};

HTTP_SETTINGS(struct teams);

static const struct option options[] = {
    SECRET_OPTIONS("WebhookURL", struct teams, url),
    TRANSFER_OPTIONS(struct teams, http.options),
    {.name = NULL}};

static const char *const line[] = {"WebhookURL", NULL};

/* Of the title in a card, and the stripe of a MessageCard. */
static const struct {
  const char *name;
  const char *rgb;
} colours[LEVEL_COUNT] = {
    [LEVEL_OK] = {"good", "2EB886"},
    [LEVEL_INFO] = {"accent", "439FE0"},
    [LEVEL_WARNING] = {"warning", "DAA038"},
    [LEVEL_ERROR] = {"attention", "E8590C"},
    [LEVEL_CRITICAL] = {"attention", "A30200"},
    [LEVEL_EMERGENCY] = {"attention", "A30200"},
};

static bool is_connector(const struct teams *t) {
  return t->url.value != NULL &&
         strstr(t->url.value, "/IncomingWebhook/") != NULL;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct teams *t = settings;
  int err = curl_transfer_check(&t->http.options, where, reporter);

  if (http_exchange_need_secret(&t->http, &t->url, "WebhookURL", where,
                                reporter) < 0 ||
      http_exchange_check_url(&t->http, t->url.value, "WebhookURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct teams *t = settings;

  (void)message;
  http_target_secret_url(where, &t->url, masked);
}

/* Lines of a card are paragraphs of its markdown. */
static void add_paragraphs(struct json_writer *j, cJSON *parent,
                           const char *text) {
  struct buf out;

  buf_init(&out, 4 * BODY_MAX * 2);
  for (; *text != '\0'; text++)
    buf_puts(&out, *text == '\n' ? "\n\n" : (char[]){*text, '\0'});
  if (buf_error(&out) < 0)
    j->failed = true;
  json_writer_text(j, parent, "text", out.data != NULL ? out.data : "");
  buf_free(&out);
}

static void add_cut(struct json_writer *j, cJSON *parent, const char *name,
                    const char *text, enum text_target how) {
  struct buf cut, out;

  buf_init(&cut, 4 * FACT_MAX);
  buf_init(&out, 16 * FACT_MAX);
  if (text_limits_truncate(text, TEXT_LIMITS_BYTES, FACT_MAX, 1, &cut) < 0 ||
      text_escape(cut.data != NULL ? cut.data : "", how, &out) < 0)
    j->failed = true;
  else
    json_writer_text(j, parent, name, out.data != NULL ? out.data : "");
  buf_free(&cut);
  buf_free(&out);
}

static void add_facts(struct json_writer *j, cJSON *facts, const char *key,
                      const struct message *message, enum text_target how) {
  struct alert_field fields[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, fields);

  for (size_t i = 0; i < n; i++) {
    cJSON *fact = json_writer_object(j, facts, NULL);

    json_writer_text(j, fact, key, fields[i].name);
    add_cut(j, fact, "value", fields[i].value, how);
  }
}

static void add_workflow(struct json_writer *j, const struct message *message,
                         const char *title, const char *body, const char *url) {
  cJSON *attachment, *card, *content, *block;

  json_writer_text(j, j->root, "type", "message");
  attachment =
      json_writer_object(j, json_writer_array(j, j->root, "attachments"), NULL);
  json_writer_text(j, attachment, "contentType",
                   "application/vnd.microsoft.card.adaptive");
  json_writer_null(j, attachment, "contentUrl");
  card = json_writer_object(j, attachment, "content");
  json_writer_text(j, card, "$schema",
                   "http://adaptivecards.io/schemas/adaptive-card.json");
  json_writer_text(j, card, "type", "AdaptiveCard");
  json_writer_text(j, card, "version", "1.2");
  content = json_writer_array(j, card, "body");
  block = json_writer_object(j, content, NULL);
  json_writer_text(j, block, "type", "TextBlock");
  json_writer_text(j, block, "weight", "bolder");
  json_writer_text(j, block, "color", colours[message_level_now(message)].name);
  json_writer_bool(j, block, "wrap", true);
  json_writer_text(j, block, "text", title);
  block = json_writer_object(j, content, NULL);
  json_writer_text(j, block, "type", "TextBlock");
  json_writer_bool(j, block, "wrap", true);
  add_paragraphs(j, block, body);
  block = json_writer_object(j, content, NULL);
  json_writer_text(j, block, "type", "FactSet");
  add_facts(j, json_writer_array(j, block, "facts"), "title", message,
            TARGET_DISCORD);
  if (url[0] != '\0') {
    cJSON *action =
        json_writer_object(j, json_writer_array(j, card, "actions"), NULL);

    json_writer_text(j, action, "type", "Action.OpenUrl");
    json_writer_text(j, action, "title", "Open the dashboard");
    json_writer_text(j, action, "url", url);
  }
  json_writer_text(j, json_writer_object(j, card, "msteams"), "width", "full");
}

static void add_connector(struct json_writer *j, const struct message *message,
                          const char *title, const char *body,
                          const char *url) {
  cJSON *section;

  json_writer_text(j, j->root, "@type", "MessageCard");
  json_writer_text(j, j->root, "@context", "http://schema.org/extensions");
  json_writer_text(j, j->root, "themeColor",
                   colours[message_level_now(message)].rgb);
  json_writer_text(j, j->root, "summary", title);
  json_writer_text(j, j->root, "title", title);
  section =
      json_writer_object(j, json_writer_array(j, j->root, "sections"), NULL);
  json_writer_bool(j, section, "markdown", false);
  add_paragraphs(j, section, body);
  add_facts(j, json_writer_array(j, section, "facts"), "name", message,
            TARGET_PLAIN);
  if (url[0] != '\0') {
    cJSON *action = json_writer_object(
        j, json_writer_array(j, j->root, "potentialAction"), NULL);
    cJSON *uri;

    json_writer_text(j, action, "@type", "OpenUri");
    json_writer_text(j, action, "name", "Open the dashboard");
    uri = json_writer_object(j, json_writer_array(j, action, "targets"), NULL);
    json_writer_text(j, uri, "os", "default");
    json_writer_text(j, uri, "uri", url);
  }
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  const struct teams *t = settings;
  const struct text_limits limits = {is_connector(t) ? TARGET_PLAIN
                                                     : TARGET_DISCORD,
                                     TEXT_LIMITS_BYTES, TITLE_MAX, BODY_MAX, 0};
  struct buf title, body, url;
  int err;

  (void)env;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&url, URL_MAX + 1);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0)
    err = message_url(message, URL_MAX, &url);
  if (err == 0)
    (is_connector(t) ? add_connector : add_workflow)(
        j, message, title.data, body.data, url.len > 0 ? url.data : "");
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return err;
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {404, 404, SEND_REFUSED_CHANNEL, 0, true, "check the WebhookURL"},
    {410, 410, SEND_REFUSED_CHANNEL, 0, true,
     "the connector is retired: make a workflow"},
    {500, 599, SEND_RETRY, BROKEN_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* "Webhook message delivery failed with error: Microsoft Teams endpoint
 * returned HTTP error 429 with ..." behind a 200. */
static void judge_words(struct teams *t, const struct http_answer *answer,
                        const char *words, struct send_result *result) {
  const char *code = strstr(words, "HTTP error ");
  long status =
      code != NULL ? strtol(code + strlen("HTTP error "), NULL, 10) : 0;

  result->outcome = SEND_REFUSED_MESSAGE;
  if (status == 413) {
    result->outcome = SEND_SHRINK;
  } else if (status == 429 || status >= 500) {
    result->outcome = SEND_RETRY;
    result->wait_s = LIMIT_WAIT;
  } else if (status == 401 || status == 403 || status == 404 || status == 410) {
    result->outcome = SEND_REFUSED_CHANNEL;
  }
  http_why(&t->http, answer, result, "HTTP %ld, but it was not shown",
           answer->status);
}

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  struct teams *t = settings;
  char words[512] = "";

  (void)json;
  if (answer->body.data != NULL)
    text_clean(answer->body.data, answer->body.len, words, sizeof(words));
  if (!answer->complete)
    http_exchange_unreadable(settings, answer, result);
  else if (is_connector(t) ? strcmp(words, "1") == 0 : answer->status == 202)
    http_why(&t->http, NULL, result, "HTTP %ld", answer->status);
  else if (is_connector(t) && words[0] != '\0')
    judge_words(t, answer, words, result);
  else
    http_exchange_unreadable(settings, answer, result);
}

static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  (void)settings;
  (void)json;
  (void)env;
  if (answer->status == 429 && answer->retry_after < 0)
    result->wait_s = LIMIT_WAIT;
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

const struct sender sender_teams = {
    .name = "teams",
    .title = "Teams",
    .line_name = "Teams",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct teams),
    .rate_count = 30,
    .rate_window_s = 600,
    .defaults = defaults,
    .check = check,
    .send = http_exchange_send,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
