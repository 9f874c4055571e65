/* SPDX-License-Identifier: MIT */
/* Matrix: an event of a room that is not encrypted. The delivery's id is the
 * transaction's, so a retry of what arrived makes no second message. */
#include <config.h>

#include "alert/channel/matrix.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 16000, LEAST_WAIT = 1 };

struct matrix {
  struct http_channel http;
  char *homeserver;
  char *room;
  struct secret token;
};

HTTP_SETTINGS(struct matrix);

static const struct option options[] = {
    {.name = "Homeserver",
     .type = OPTION_STRING,
     .offset = offsetof(struct matrix, homeserver)},
    {.name = "RoomID",
     .type = OPTION_STRING,
     .offset = offsetof(struct matrix, room)},
    SECRET_OPTIONS("AccessToken", struct matrix, token),
    TRANSFER_OPTIONS(struct matrix, http.options),
    {.name = NULL}};

static const char *const line[] = {"Homeserver", "RoomID", "AccessToken", NULL};

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct matrix *m = settings;
  int err = curl_transfer_check(&m->http.options, where, reporter);

  if (m->homeserver == NULL) {
    option_error(reporter, "%s: needs Homeserver, like https://example.org",
                 where);
    err = -EINVAL;
  } else if (http_exchange_check_url(&m->http, m->homeserver, "Homeserver",
                                     where, reporter) < 0) {
    err = -EINVAL;
  }
  if (m->room == NULL || m->room[0] != '!' || strlen(m->room) > 255) {
    option_error(reporter,
                 "%s: needs RoomID, like \"!abcdef:example.org\" (the "
                 "internal one, not the #name)",
                 where);
    err = -EINVAL;
  }
  if (http_exchange_need_secret(&m->http, &m->token, "AccessToken", where,
                                reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct matrix *m = settings;
  size_t len = strlen(m->homeserver);

  buf_putf(&where->url, "%s%s_matrix/client/v3/rooms/", m->homeserver,
           len > 0 && m->homeserver[len - 1] == '/' ? "" : "/");
  buf_put_result(&where->url, text_escape(m->room, TARGET_URL, &where->url));
  buf_puts(&where->url, "/send/m.room.message/");
  buf_put_result(&where->url,
                 text_escape(message->delivery_id, TARGET_URL, &where->url));
  where->method = "PUT";
  http_target_bearer(where, &m->token, masked);
}

/* A notice makes no sound. */
static bool is_notice(const struct message *message) {
  return message->quiet || message->kind == MESSAGE_RESOLVED ||
         message->kind == MESSAGE_ACKED || message->level < LEVEL_ERROR;
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  struct buf text;
  int err;

  (void)settings;
  (void)env;
  buf_init(&text, 5 * TEXT_MAX);
  err = http_exchange_text(message, TEXT_LIMITS_BYTES, TEXT_MAX, &text);
  if (err == 0) {
    json_writer_text(j, j->root, "msgtype",
                     is_notice(message) ? "m.notice" : "m.text");
    json_writer_text(j, j->root, "body", text.data);
    if (message->root_ref[0] == '$') {
      cJSON *relates = json_writer_object(j, j->root, "m.relates_to");

      json_writer_text(j, json_writer_object(j, relates, "m.in_reply_to"),
                       "event_id", message->root_ref);
    }
  }
  buf_free(&text);
  return err;
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, 5, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  const char *id = json_reply_text(json, "event_id");

  if (id[0] != '$' || strlen(id) >= sizeof(result->provider_ref)) {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  snprintf(result->provider_ref, sizeof(result->provider_ref), "%s", id);
  http_why(settings, NULL, result, "event %.100s", id);
}

/* Older servers tell the wait in the body. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  double wait = json_reply_number(json, "retry_after_ms") / 1000;

  (void)settings;
  (void)env;
  if (answer->status == 429 && answer->retry_after < 0 &&
      wait > result->wait_s && wait < HTTP_WAIT_MAX)
    result->wait_s = wait;
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

const struct sender sender_matrix = {
    .name = "matrix",
    .title = "Matrix",
    .line_name = "Matrix",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct matrix),
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
