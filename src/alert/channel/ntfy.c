/* SPDX-License-Identifier: MIT */
/* ntfy: JSON to the root of the server, the topic inside. The topic is the
 * secret, for who knows it can read along. An alert's messages share one
 * sequence id, so a recovery takes the place of what it ends. */
#include <config.h>

#include "alert/channel/ntfy.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TITLE_MAX = 250,
  MESSAGE_MAX = 3800, /* beyond 4096 bytes a message becomes an attachment */
  TOPIC_MAX = 64,
  URL_MAX = 1000,
  LEAST_WAIT = 5,
  DAILY_QUOTA = 42908, /* of the service's own error codes */
  DAY = 86400,
};

static const char service[] = "https://ntfy.sh";

struct ntfy {
  struct http_channel http;
  char *server;
  struct secret topic;
  struct secret token;
  char *username;
  struct secret password;
};

HTTP_SETTINGS(struct ntfy);

static const struct option options[] = {
    {.name = "Server",
     .type = OPTION_STRING,
     .offset = offsetof(struct ntfy, server)},
    SECRET_OPTIONS("Topic", struct ntfy, topic),
    SECRET_OPTIONS("Token", struct ntfy, token),
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct ntfy, username)},
    SECRET_OPTIONS("Password", struct ntfy, password),
    TRANSFER_OPTIONS(struct ntfy, http.options),
    {.name = NULL}};

static const char *const line[] = {"Topic", NULL};

/* The least is shown without a sound, the most rings on. */
static const struct {
  int priority;
  const char *tag; /* ntfy shows these as pictures */
} levels[LEVEL_COUNT] = {
    [LEVEL_OK] = {3, "white_check_mark"},
    [LEVEL_INFO] = {2, "information_source"},
    [LEVEL_WARNING] = {3, "warning"},
    [LEVEL_ERROR] = {4, "warning"},
    [LEVEL_CRITICAL] = {5, "rotating_light"},
    [LEVEL_EMERGENCY] = {5, "rotating_light"},
};

enum { QUIET_PRIORITY = 2 };

/* -- configuration --------------------------------------------------------- */

static bool is_topic(const char *text) {
  size_t len = strlen(text);

  return len > 0 && len <= TOPIC_MAX &&
         strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789-_") == len;
}

static int check_secrets(struct ntfy *n, const char *where,
                         struct option_reporter *reporter) {
  const struct {
    struct secret *secret;
    const char *name;
  } secrets[] = {
      {&n->topic, "Topic"}, {&n->token, "Token"}, {&n->password, "Password"}};
  int err = 0;

  n->http.user = n->username;
  n->http.password = &n->password;
  for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
    http_keep_secret(&n->http, secrets[i].secret);
    if (secret_load(secrets[i].secret, where, secrets[i].name, reporter) < 0)
      err = -EINVAL;
  }
  if (secret_unset(&n->topic)) {
    option_error(reporter, "%s: needs Topic or TopicFile", where);
    err = -EINVAL;
  } else if (n->topic.value != NULL && !is_topic(n->topic.value)) {
    option_error(reporter,
                 "%s: Topic: expected 1 to %d letters, digits, - or _", where,
                 TOPIC_MAX);
    err = -EINVAL;
  }
  if ((n->username == NULL) != secret_unset(&n->password)) {
    option_error(reporter, "%s: Username and Password belong together", where);
    err = -EINVAL;
  }
  if (n->username != NULL && !secret_unset(&n->token)) {
    option_error(reporter, "%s: give Username or Token, not both", where);
    err = -EINVAL;
  }
  return err;
}

/* What is sent to an address with a topic in it is shown there as it stands,
 * and the answer is the same as to a message. */
static bool has_path(const char *url) {
  const char *host = strstr(url, "://");
  const char *path = host != NULL ? strpbrk(host + 3, "/?#") : NULL;

  return path != NULL && strcmp(path, "/") != 0;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct ntfy *n = settings;
  int err = curl_transfer_check(&n->http.options, where, reporter);

  if (check_secrets(n, where, reporter) < 0)
    err = -EINVAL;
  if (n->server == NULL)
    return err;
  if (http_exchange_check_url(&n->http, n->server, "Server", where, reporter) <
      0) {
    err = -EINVAL;
  } else if (has_path(n->server)) { /* a proxy may want one */
    option_error(reporter,
                 "%s: Server \"%.80s\": expected an address without a path, "
                 "like %s; the topic is an option: Topic",
                 where, n->server, service);
  }
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *t) {
  const struct ntfy *n = settings;

  (void)message;
  buf_puts(&t->url, n->server != NULL ? n->server : service);
  t->user = n->username;
  t->password = masked ? NULL : n->password.value;
  http_target_bearer(t, &n->token, masked);
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  static const struct text_limits limits = {TARGET_PLAIN, TEXT_LIMITS_BYTES,
                                            TITLE_MAX, MESSAGE_MAX, 0};
  const struct ntfy *n = settings;
  enum level level = message_level_now(message);
  bool quiet = message->quiet || message->kind == MESSAGE_ACKED;
  struct buf title, body, url;
  int err;

  (void)env;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&url, URL_MAX + 1);
  err = text_limits_message(message, &limits, &title, &body);
  if (err == 0)
    err = message_url(message, URL_MAX, &url);
  if (err == 0) {
    json_writer_text(j, j->root, "topic",
                     n->topic.value != NULL ? n->topic.value : "");
    json_writer_text(j, j->root, "title", title.data);
    json_writer_text(j, j->root, "message", body.data);
    json_writer_number(j, j->root, "priority",
                       quiet ? QUIET_PRIORITY : levels[level].priority);
    json_writer_text(j, json_writer_array(j, j->root, "tags"), NULL,
                     levels[level].tag);
    if (url.len > 0)
      json_writer_text(j, j->root, "click", url.data);
    if (is_topic(message->alert->episode))
      json_writer_text(j, j->root, "sequence_id", message->alert->episode);
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return err;
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {507, 507, SEND_REFUSED_MESSAGE, 0, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  const char *id = json_reply_text(json, "id");

  if (id[0] == '\0') {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  snprintf(result->provider_ref, sizeof(result->provider_ref), "%.64s", id);
  http_why(settings, NULL, result, "message %.64s", id);
}

/* The daily quota begins again at midnight UTC. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  int64_t now = env->wall_ms(env->clock_arg) / 1000;

  (void)settings;
  if (answer->status == 429 && json_reply_number(json, "code") == DAILY_QUOTA)
    result->wait_s = (double)(DAY - now % DAY);
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

/* The topic is the secret and stands in the body. */
static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct ntfy *n = settings;
  struct ntfy masked = {.http.exchange = n->http.exchange,
                        .server = n->server,
                        .username = n->username};

  masked.topic.value = masked.token.text = (char[]){"***"};
  if (secret_unset(&n->token))
    masked.token.text = NULL;
  return http_exchange_render(&masked, message, env, out);
}

const struct sender sender_ntfy = {
    .name = "ntfy",
    .title = "ntfy",
    .line_name = "Ntfy",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct ntfy),
    .rate_count = 60,
    .rate_window_s = 600,
    .defaults = defaults,
    .check = check,
    .send = http_exchange_send,
    .reread = http_settings_reread,
    .render = render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
