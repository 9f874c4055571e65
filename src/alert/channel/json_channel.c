/* SPDX-License-Identifier: MIT */
/* Posting JSON: see json_channel.h. */
#include <config.h>

#include "alert/channel/json_channel.h"

#include "alert/channel/json_reply.h"
#include "alert/text/message_texts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_MAX = 256 * 1024, UNREADABLE_WAIT = 30 };

static void target_init(struct json_target *target) {
  memset(target, 0, sizeof(*target));
  buf_init(&target->url, SECRET_SIZE_MAX + 4096);
  buf_init(&target->authorization, SECRET_SIZE_MAX + 64);
}

/* Both may hold secrets. */
static void target_free(struct json_target *target) {
  if (target->url.data != NULL)
    explicit_bzero(target->url.data, target->url.len);
  if (target->authorization.data != NULL)
    explicit_bzero(target->authorization.data, target->authorization.len);
  buf_free(&target->url);
  buf_free(&target->authorization);
}

static int write_payload(const struct json_channel *channel,
                         const void *settings, const struct message *message,
                         const struct sender_env *env, struct buf *out) {
  struct json_writer j;
  int err;

  json_writer_init(&j);
  err = channel->payload(settings, message, env, &j);
  if (err == 0)
    err = json_writer_print(&j, out);
  json_writer_free(&j);
  return err;
}

/* One exchange; whether another makes sense. */
static bool exchange(const struct json_channel *channel, void *settings,
                     const struct message *message,
                     const struct sender_env *env, const struct buf *body,
                     struct send_result *result) {
  struct http_channel *http = settings;
  const char *headers[] = {"Content-Type: application/json", NULL, NULL};
  struct http_request request = {.method = channel->method,
                                 .headers = headers,
                                 .body = body->data,
                                 .body_len = body->len};
  struct http_answer answer;
  struct json_target target;
  bool again;
  cJSON *json;

  target_init(&target);
  channel->target(settings, message, false, &target);
  if (buf_error(&target.url) < 0 || buf_error(&target.authorization) < 0) {
    snprintf(result->why, sizeof(result->why), "out of memory");
    target_free(&target);
    return false;
  }
  request.url = target.url.data;
  if (target.authorization.len > 0)
    headers[1] = target.authorization.data;
  request.user = target.user;
  request.password = target.password;
  http_perform(http, &request, env, &answer);
  json = json_reply_parse(&answer);
  if (http_judge(http, &answer, channel->rules, message, result))
    channel->accepted(settings, &answer, json, result);
  else if (channel->refused != NULL && answer.status >= 200)
    channel->refused(settings, &answer, json, env, result);
  again = result->outcome == SEND_REFUSED_CHANNEL &&
          http_secrets_changed(http, &answer);
  cJSON_Delete(json);
  http_answer_free(&answer);
  target_free(&target);
  return again;
}

void json_channel_send(const struct json_channel *channel, void *settings,
                       const struct message *message,
                       const struct sender_env *env,
                       struct send_result *result) {
  struct buf body;

  http_result_init(result);
  buf_init(&body, REQUEST_MAX);
  if (write_payload(channel, settings, message, env, &body) < 0)
    snprintf(result->why, sizeof(result->why), "out of memory");
  else if (exchange(channel, settings, message, env, &body, result))
    (void)exchange(channel, settings, message, env, &body, result);
  buf_free(&body);
}

int json_channel_render(const struct json_channel *channel,
                        const void *settings, const struct message *message,
                        const struct sender_env *env, struct buf *out) {
  struct json_target target;

  target_init(&target);
  channel->target(settings, message, true, &target);
  buf_put_result(out, buf_error(&target.url));
  if (buf_error(out) == 0) {
    buf_putf(out, "%s %s\nContent-Type: application/json\n", channel->method,
             target.url.data);
    if (target.authorization.len > 0)
      buf_putf(out, "%s\n", target.authorization.data);
    if (target.user != NULL)
      buf_puts(out, "Authorization: Basic ***\n");
    buf_puts(out, "\n");
    buf_put_result(out, write_payload(channel, settings, message, env, out));
    buf_puts(out, "\n");
  }
  target_free(&target);
  return buf_error(out);
}

int json_channel_text(const struct message *message, enum text_limits_unit unit,
                      size_t max, struct buf *out) {
  enum { TITLE_MAX = 250, URL_MAX = 1000 };
  const struct text_limits limits = {TARGET_PLAIN, unit, TITLE_MAX,
                                     max - TITLE_MAX - URL_MAX - 2, 0};
  struct buf title, body, url;

  buf_init(&title, 4 * TITLE_MAX + 16);
  buf_init(&body, 4 * max + 16);
  buf_init(&url, URL_MAX + 1);
  buf_put_result(out, text_limits_message(message, &limits, &title, &body));
  buf_put_result(out, message_url(message, URL_MAX, &url));
  if (buf_error(out) == 0) {
    /* our own words often begin the body with the title */
    if (strncmp(body.data, title.data, title.len) != 0)
      buf_putf(out, "%s\n", title.data);
    buf_puts(out, body.data);
    if (url.len > 0)
      buf_putf(out, "\n%s", url.data);
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&url);
  return buf_error(out);
}

void json_channel_unreadable(void *settings, const struct http_answer *answer,
                             struct send_result *result) {
  result->outcome = SEND_AMBIGUOUS;
  result->wait_s = UNREADABLE_WAIT;
  http_why(settings, answer, result,
           "HTTP %ld with an answer that cannot be read", answer->status);
}

int json_channel_check_url(const struct http_channel *http, const char *url,
                           const char *option, const char *where,
                           struct option_reporter *reporter) {
  char why[200];

  if (http_url_check(url, http->options.allow_insecure, NULL, 0, why,
                     sizeof(why)) == 0)
    return 0;
  option_error(reporter, "%s: %s: %s", where, option, why);
  return -EINVAL;
}
