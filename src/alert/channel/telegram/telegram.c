/* SPDX-License-Identifier: MIT */
/* Telegram's bots: plain text, so no markup of a name can spoil a message; the
 * recovery answers the message it ends. The token stands in the address, which
 * is therefore never shown. */
#include <config.h>

#include "alert/channel/telegram/telegram.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/channel/telegram/telegram_button.h"
#include "alert/channel/telegram/telegram_internal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 4096, LEAST_WAIT = 1 };

static const char service[] = "https://api.telegram.org";

HTTP_SETTINGS(struct telegram);

static const struct option options[] = {
    SECRET_OPTIONS("BotToken", struct telegram, token),
    {.name = "ChatID",
     .type = OPTION_STRING,
     .offset = offsetof(struct telegram, chat),
     .digits = true},
    {.name = "ThreadID",
     .type = OPTION_COUNT,
     .offset = offsetof(struct telegram, thread),
     .min = 1,
     .max = 2147483647},
    {.name = "AckButton",
     .type = OPTION_BOOL,
     .offset = offsetof(struct telegram, ack_button)},
    {.name = "BaseURL", /* for tests and proxies */
     .type = OPTION_STRING,
     .offset = offsetof(struct telegram, base_url)},
    TRANSFER_OPTIONS(struct telegram, http.options),
    {.name = NULL}};

static const char *const line[] = {"BotToken", "ChatID", NULL};

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* -- configuration --------------------------------------------------------- */

/* "123456789:AAF..." */
static bool is_token(const char *text) {
  size_t n = strspn(text, DIGITS);

  return n > 0 && text[n] == ':' && text[n + 1] != '\0' &&
         text[n + 1 + strspn(text + n + 1, DIGITS LETTERS "_-")] == '\0';
}

static bool is_number(const char *text) {
  const char *digits = *text == '-' ? text + 1 : text;

  return *digits != '\0' && strlen(digits) <= 15 &&
         digits[strspn(digits, DIGITS)] == '\0';
}

static bool is_chat(const char *text) {
  return is_number(text) ||
         (text[0] == '@' && text[1] != '\0' && strlen(text) <= 64 &&
          text[1 + strspn(text + 1, DIGITS LETTERS "_")] == '\0');
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct telegram *t = settings;
  int err = curl_transfer_check(&t->http.options, where, reporter);

  if (http_exchange_need_secret(&t->http, &t->token, "BotToken", where,
                                reporter) < 0) {
    err = -EINVAL;
  } else if (!is_token(t->token.value)) {
    option_error(reporter,
                 "%s: BotToken: expected digits, a colon and letters, as "
                 "BotFather gives it",
                 where);
    err = -EINVAL;
  }
  if (t->chat == NULL || !is_chat(t->chat)) {
    option_error(reporter,
                 "%s: needs ChatID, like \"-1001234567890\" or \"@channel\"%s"
                 "%.40s%s",
                 where, t->chat != NULL ? ", found \"" : "",
                 t->chat != NULL ? t->chat : "", t->chat != NULL ? "\"" : "");
    err = -EINVAL;
  }
  if (t->base_url != NULL &&
      http_exchange_check_url(&t->http, t->base_url, "BaseURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct telegram *t = settings;

  (void)message;
  buf_putf(&where->url, "%s/bot%s/sendMessage",
           t->base_url != NULL ? t->base_url : service,
           masked ? "***" : t->token.value);
}

static bool is_silent(const struct message *message) {
  return message->quiet || message->kind == MESSAGE_RESOLVED ||
         message->kind == MESSAGE_ACKED || message->level <= LEVEL_INFO;
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  const struct telegram *t = settings;
  struct buf text;
  int err;

  (void)env;
  buf_init(&text, 8 * TEXT_MAX);
  err = http_exchange_text(message, TEXT_LIMITS_UTF16, TEXT_MAX, &text);
  if (err == 0) {
    telegram_put_chat(t, j);
    if (t->thread > 0)
      json_writer_number(j, j->root, "message_thread_id", t->thread);
    json_writer_text(j, j->root, "text", text.data);
    json_writer_bool(j, j->root, "disable_notification", is_silent(message));
    json_writer_bool(j, json_writer_object(j, j->root, "link_preview_options"),
                     "is_disabled", true);
    if (is_number(message->root_ref)) {
      cJSON *reply = json_writer_object(j, j->root, "reply_parameters");

      json_writer_number(j, reply, "message_id",
                         strtod(message->root_ref, NULL));
      json_writer_bool(j, reply, "allow_sending_without_reply", true);
    }
    telegram_button_add(t, message, j);
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
  const cJSON *sent = cJSON_GetObjectItemCaseSensitive(json, "result");
  double id = json_reply_number(sent, "message_id");

  if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "ok")) ||
      !(id >= 1 && id < 1e15)) {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  snprintf(result->provider_ref, sizeof(result->provider_ref), "%.0f", id);
  http_why(settings, NULL, result, "message %.0f", id);
}

/* What the description of a 400 says; the rest is told by the status. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  const cJSON *more = cJSON_GetObjectItemCaseSensitive(json, "parameters");
  double wait = json_reply_number(more, "retry_after");
  double moved = json_reply_number(more, "migrate_to_chat_id");
  const char *words = json_reply_text(json, "description");

  (void)env;
  if (answer->status == 429 && wait > result->wait_s && wait < HTTP_WAIT_MAX)
    result->wait_s = wait;
  if (answer->status != 400)
    return;
  if (moved != 0 && fabs(moved) < 1e15) {
    result->outcome = SEND_REFUSED_CHANNEL;
    http_why(settings, NULL, result,
             "the group has another number now: ChatID \"%.0f\"", moved);
  } else if (strstr(words, "chat not found") != NULL ||
             strstr(words, "not enough rights") != NULL) {
    result->outcome = SEND_REFUSED_CHANNEL;
  } else if (strstr(words, "too long") != NULL) {
    result->outcome = SEND_SHRINK;
  }
}

static void send_message(void *settings, const struct message *message,
                         const struct sender_env *env,
                         struct send_result *result) {
  http_exchange_send(settings, message, env, result);
  if (result->outcome == SEND_SENT)
    telegram_button_sent(settings, message,
                         strtoll(result->provider_ref, NULL, 10));
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

const struct sender sender_telegram = {
    .name = "telegram",
    .title = "Telegram",
    .line_name = "Telegram",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct telegram),
    .rate_count = 20,
    .rate_window_s = 60,
    .defaults = defaults,
    .check = check,
    .send = send_message,
    .cancel = telegram_button_cancel,
    .poll = telegram_button_poll,
    .poll_every = 1,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
