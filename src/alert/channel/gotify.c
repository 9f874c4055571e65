/* SPDX-License-Identifier: MIT */
/* Gotify: the token of an application in a header, plain text in the body. */
#include <config.h>

#include "alert/channel/gotify.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_MAX = 250, MESSAGE_MAX = 8000, URL_MAX = 1000, LEAST_WAIT = 5 };

struct gotify {
  struct http_channel http;
  char *server;
  struct secret token;
};

HTTP_SETTINGS(struct gotify);

static const struct option options[] = {
    {.name = "Server",
     .type = OPTION_STRING,
     .offset = offsetof(struct gotify, server)},
    SECRET_OPTIONS("Token", struct gotify, token),
    TRANSFER_OPTIONS(struct gotify, http.options),
    {.name = NULL}};

static const char *const line[] = {"Server", "Token", NULL};

/* From 4 on the app makes a sound, from 8 on it stays on the screen. */
static const int priorities[LEVEL_COUNT] = {
    [LEVEL_OK] = 4,    [LEVEL_INFO] = 2,     [LEVEL_WARNING] = 5,
    [LEVEL_ERROR] = 7, [LEVEL_CRITICAL] = 8, [LEVEL_EMERGENCY] = 10,
};

enum { QUIET_PRIORITY = 2 };

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct gotify *g = settings;
  int err = curl_transfer_check(&g->http.options, where, reporter);

  if (g->server == NULL) {
    option_error(reporter, "%s: needs Server, like https://push.example.org",
                 where);
    err = -EINVAL;
  } else if (http_exchange_check_url(&g->http, g->server, "Server", where,
                                     reporter) < 0) {
    err = -EINVAL;
  }
  if (http_exchange_need_secret(&g->http, &g->token, "Token", where, reporter) <
      0)
    err = -EINVAL;
  return err;
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *t) {
  const struct gotify *g = settings;
  size_t len = strlen(g->server);

  (void)message;
  buf_putf(&t->url, "%s%smessage", g->server,
           len > 0 && g->server[len - 1] == '/' ? "" : "/");
  http_target_header(t, "X-Gotify-Key", masked ? "***" : g->token.value);
}

static void add_extras(struct json_writer *j, const char *url) {
  cJSON *extras = json_writer_object(j, j->root, "extras");
  cJSON *display = json_writer_object(j, extras, "client::display");

  json_writer_text(j, display, "contentType", "text/plain");
  if (url != NULL) {
    cJSON *note = json_writer_object(j, extras, "client::notification");

    json_writer_text(j, json_writer_object(j, note, "click"), "url", url);
  }
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, TITLE_MAX, MESSAGE_MAX, 0};
  enum level level = message_level_now(message);
  bool quiet = message->quiet || message->kind == MESSAGE_ACKED;
  struct buf title, body, url;
  int err;

  (void)settings;
  (void)env;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, 4 * MESSAGE_MAX + 16);
  buf_init(&url, URL_MAX + 1);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0)
    err = message_url(message, URL_MAX, &url);
  if (err == 0) {
    json_writer_text(j, j->root, "title", title.data);
    json_writer_text(j, j->root, "message", body.data);
    json_writer_number(j, j->root, "priority",
                       quiet ? QUIET_PRIORITY : priorities[level]);
    add_extras(j, url.len > 0 ? url.data : NULL);
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return err;
}

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  double id = json_reply_number(json, "id");

  if (!(id >= 1 && id < 1e15)) {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  snprintf(result->provider_ref, sizeof(result->provider_ref), "%.0f", id);
  http_why(settings, NULL, result, "message %.0f", id);
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = rules,
    .target = target,
    .payload = payload,
    .accepted = accepted,
};

static void defaults(void *settings) {
  http_exchange_defaults(settings, &exchange);
}

const struct sender sender_gotify = {
    .name = "gotify",
    .title = "Gotify",
    .line_name = "Gotify",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct gotify),
    .rate_count = 60,
    .rate_window_s = 600,
    .defaults = defaults,
    .check = check,
    .send = http_exchange_send,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
