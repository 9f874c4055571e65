/* SPDX-License-Identifier: MIT */
/* See telegram_button.h. */
#include <config.h>

#include "alert/channel/telegram/telegram_button.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/channel/telegram/telegram_internal.h"
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  LONG_POLL_S = 4,   /* how long the service may wait for a press; a message
                        of this channel waits as long at most */
  FRESH_MS = 1000,   /* so soon after an answer it is not asked again */
  UPDATES_MOST = 50, /* in one go; the rest is for the next */
  REQUEST_MAX = 4096,
};

#define ACK "ack:"

/* -- buttons ------------------------------------------------------------------
 */

static bool may_be_acknowledged(const struct telegram *t,
                                const struct message *message) {
  return t->ack_button && message->group == NULL && message->alert->id > 0 &&
         message_opens(message->kind) && message->kind != MESSAGE_NOTE &&
         (message->alert->flags & (ALERT_ONESHOT | ALERT_ACKED)) == 0;
}

void telegram_put_chat(const struct telegram *t, struct json_writer *j) {
  if (t->chat[0] == '@')
    json_writer_text(j, j->root, "chat_id", t->chat);
  else
    json_writer_number(j, j->root, "chat_id", strtod(t->chat, NULL));
}

/* {"inline_keyboard":[[{...}]]}; without a button the rows are none. */
static cJSON *add_keyboard(struct json_writer *j) {
  return json_writer_array(j, json_writer_object(j, j->root, "reply_markup"),
                           "inline_keyboard");
}

void telegram_button_add(const struct telegram *t,
                         const struct message *message, struct json_writer *j) {
  char data[40];
  cJSON *button;

  if (!may_be_acknowledged(t, message))
    return;
  snprintf(data, sizeof(data), ACK "%" PRId64, message->alert->id);
  button =
      json_writer_object(j, json_writer_array(j, add_keyboard(j), NULL), NULL);
  json_writer_text(j, button, "text", "Acknowledge");
  json_writer_text(j, button, "callback_data", data);
}

void telegram_button_sent(struct telegram *t, const struct message *message,
                          int64_t message_id) {
  if (may_be_acknowledged(t, message))
    t->buttons[t->buttons_num++ % TELEGRAM_BUTTONS] =
        (struct telegram_button){message_id, message->alert->id};
}

/* -- requests beside those of messages ----------------------------------------
 */

/* The answer's JSON, NULL when there is none; *answer is to be freed. */
static cJSON *ask(struct telegram *t, const char *method, struct json_writer *j,
                  const struct sender_env *env, struct http_answer *answer) {
  static const char *const headers[] = {"Content-Type: application/json", NULL};
  struct http_request request = {.method = "POST", .headers = headers};
  struct http_target where;
  struct buf body;

  memset(answer, 0, sizeof(*answer));
  http_target_init(&where);
  buf_init(&body, REQUEST_MAX);
  buf_putf(&where.url, "%s/bot%s/%s",
           t->base_url != NULL ? t->base_url : "https://api.telegram.org",
           t->token.value, method);
  if (json_writer_print(j, &body) == 0 && buf_error(&where.url) == 0) {
    request.url = where.url.data;
    request.body = body.data;
    request.body_len = body.len;
    http_perform(&t->http, &request, env, answer);
  }
  http_target_free(&where);
  buf_free(&body);
  return json_reply_parse(answer);
}

static bool is_ok(const cJSON *json) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "ok"));
}

static const cJSON *member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A whole number; 0 where there is none. */
static int64_t whole(const cJSON *object, const char *name) {
  const cJSON *item = member(object, name);

  return cJSON_IsNumber(item) && fabs(item->valuedouble) < 1e15
             ? (int64_t)item->valuedouble
             : 0;
}

/* -- presses ------------------------------------------------------------------
 */

static bool is_our_chat(const struct telegram *t, const cJSON *chat) {
  const char *name = json_reply_text(chat, "username");

  if (t->chat[0] == '@')
    return name[0] != '\0' && strcasecmp(t->chat + 1, name) == 0;
  return whole(chat, "id") == strtoll(t->chat, NULL, 10);
}

/* "Anna (@anna42)" */
static void name_of(const cJSON *from, char *out, size_t size) {
  const char *first = json_reply_text(from, "first_name");
  const char *user = json_reply_text(from, "username");

  if (first[0] != '\0' && user[0] != '\0')
    snprintf(out, size, "%.40s (@%.18s)", first, user);
  else
    snprintf(out, size, "%.60s", first[0] != '\0' ? first : user);
}

/* Ends the little clock on the button; that it fails is nobody's trouble. */
static void answer_press(struct telegram *t, const char *id,
                         const struct sender_env *env) {
  struct json_writer j;
  struct http_answer answer;

  json_writer_init(&j);
  json_writer_text(&j, j.root, "callback_query_id", id);
  json_writer_text(&j, j.root, "text", "Noted");
  cJSON_Delete(ask(t, "answerCallbackQuery", &j, env, &answer));
  http_answer_free(&answer);
  json_writer_free(&j);
}

static void take_press(struct telegram *t, const cJSON *query,
                       const struct sender_env *env) {
  const cJSON *message = member(query, "message");
  int64_t id = whole(message, "message_id");
  struct telegram_press *press;

  if (id <= 0 || !is_our_chat(t, member(message, "chat")) ||
      strncmp(json_reply_text(query, "data"), ACK, strlen(ACK)) != 0)
    return;
  press = &t->presses[t->presses_num++ % TELEGRAM_PRESSES];
  press->message_id = id;
  name_of(member(query, "from"), press->by, sizeof(press->by));
  answer_press(t, json_reply_text(query, "id"), env);
}

static void complain(struct telegram *t, const struct http_answer *answer,
                     const struct sender_env *env) {
  struct send_result why;

  if (t->complained || atomic_load(env->abort))
    return;
  t->complained = true;
  http_judge(&t->http, answer, NULL, NULL, &why);
  log_say(LOG_LEVEL_WARNING,
          "channel \"%s\": nobody can acknowledge by the button now: %s",
          env->channel, why.why);
}

/* One update at a time: with the message it is about it may be long. Whether
 * there was one. */
static bool take_update(struct telegram *t, int wait_s,
                        const struct sender_env *env, int *err) {
  struct json_writer j;
  struct http_answer answer;
  const cJSON *update;
  cJSON *json;

  json_writer_init(&j);
  json_writer_number(&j, j.root, "offset", (double)t->next_update);
  json_writer_number(&j, j.root, "limit", 1);
  json_writer_number(&j, j.root, "timeout", wait_s);
  json_writer_text(&j, json_writer_array(&j, j.root, "allowed_updates"), NULL,
                   "callback_query");
  json = ask(t, "getUpdates", &j, env, &answer);
  *err = is_ok(json) ? 0 : -EAGAIN;
  update = cJSON_GetArrayItem(member(json, "result"), 0);
  if (*err < 0)
    complain(t, &answer, env);
  else
    t->complained = false;
  if (update != NULL && whole(update, "update_id") >= t->next_update) {
    t->next_update = whole(update, "update_id") + 1;
    take_press(t, member(update, "callback_query"), env);
  } else {
    update = NULL;
  }
  cJSON_Delete(json);
  http_answer_free(&answer);
  json_writer_free(&j);
  return update != NULL;
}

/* What was pressed since the last time; 0 or -EAGAIN. */
static int hear_presses(struct telegram *t, const struct sender_env *env) {
  int64_t now = env->wall_ms(env->clock_arg);
  int wait_s = t->http.options.timeout > 2 * LONG_POLL_S ? LONG_POLL_S : 0;
  int err = 0;

  /* asked about several messages, one answer is for all of them */
  if (now >= t->asked && now - t->asked < FRESH_MS)
    return 0;
  for (int i = 0; i < UPDATES_MOST && take_update(t, wait_s, env, &err); i++)
    wait_s = 0;
  t->asked = env->wall_ms(env->clock_arg);
  return err;
}

int telegram_button_poll(void *settings, const char *ref,
                         const struct sender_env *env,
                         struct poll_result *result) {
  struct telegram *t = settings;
  int64_t id = strtoll(ref, NULL, 10);
  int err;

  memset(result, 0, sizeof(*result));
  if (!t->ack_button) {
    result->over = true;
    return 0;
  }
  err = hear_presses(t, env);
  for (size_t i = 0; i < TELEGRAM_PRESSES && id > 0; i++) {
    struct telegram_press *press = &t->presses[i];

    if (press->message_id != id)
      continue;
    result->acknowledged = true;
    snprintf(result->by, sizeof(result->by), "%s", press->by);
    press->message_id = 0;
    return 0;
  }
  return err;
}

/* -- taking buttons away
 * --------------------------------------------------------
 */

/* True unless it is worth another try. */
static bool take_button(struct telegram *t, int64_t message_id,
                        const struct sender_env *env,
                        struct send_result *result) {
  struct json_writer j;
  struct http_answer answer;
  cJSON *json;

  json_writer_init(&j);
  telegram_put_chat(t, &j);
  json_writer_number(&j, j.root, "message_id", (double)message_id);
  (void)add_keyboard(&j);
  json = ask(t, "editMessageReplyMarkup", &j, env, &answer);
  http_judge(&t->http, &answer, NULL, NULL, result);
  /* it has none any more, is too old or was deleted: as good as done */
  if (answer.status == 400)
    result->outcome = SEND_SENT;
  if (result->outcome == SEND_RETRY || result->outcome == SEND_AMBIGUOUS)
    result->wait_s =
        fmax(result->wait_s,
             json_reply_number(member(json, "parameters"), "retry_after"));
  cJSON_Delete(json);
  http_answer_free(&answer);
  json_writer_free(&j);
  return result->outcome == SEND_SENT;
}

void telegram_button_cancel(void *settings, const struct message *message,
                            const struct sender_env *env,
                            struct send_result *result) {
  struct telegram *t = settings;
  /* of an earlier run only the first message and the last are known */
  int64_t known[2] = {strtoll(message->root_ref, NULL, 10),
                      strtoll(message->last_ref, NULL, 10)};

  http_result_init(result);
  result->outcome = SEND_SENT;
  if (!t->ack_button)
    return;
  for (size_t i = 0; i < TELEGRAM_BUTTONS; i++) {
    struct telegram_button *b = &t->buttons[i];

    if (b->message_id == 0 || b->alert_id != message->alert->id)
      continue;
    if (!take_button(t, b->message_id, env, result))
      return;
    for (int k = 0; k < 2; k++)
      if (known[k] == b->message_id)
        known[k] = 0;
    b->message_id = 0;
  }
  for (int k = 0; k < 2; k++)
    if (known[k] > 0 && (k == 0 || known[1] != known[0]) &&
        !take_button(t, known[k], env, result))
      return;
}
