/* SPDX-License-Identifier: MIT */
/* One message, one request: see http_exchange.h. */
#include <config.h>

#include "alert/channel/http_exchange.h"

#include "alert/channel/json_reply.h"
#include "alert/text/message_texts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REQUEST_MAX = 256 * 1024, UNREADABLE_WAIT = 30 };

/* -- where to ------------------------------------------------------------- */

static void wipe(char *text, size_t len) {
  if (text != NULL)
    explicit_bzero(text, len);
}

void http_target_init(struct http_target *target) {
  memset(target, 0, sizeof(*target));
  target->method = "POST";
  target->content_type = "application/json";
  buf_init(&target->url, SECRET_SIZE_MAX + 4096);
}

void http_target_free(struct http_target *target) {
  wipe(target->url.data, target->url.len);
  buf_free(&target->url);
  for (size_t i = 0; i < target->headers_num; i++) {
    wipe(target->headers[i], strlen(target->headers[i]));
    free(target->headers[i]);
  }
}

void http_target_header(struct http_target *target, const char *name,
                        const char *value) {
  bool blank = value[strspn(value, " ")] == '\0'; /* libcurl's way to say so */
  char *text = NULL;

  if (target->headers_num == HTTP_TARGET_HEADERS_MAX ||
      asprintf(&text, blank ? "%s;" : "%s: %s", name, value) < 0) {
    target->failed = true;
    return;
  }
  target->headers[target->headers_num++] = text;
}

void http_target_bearer(struct http_target *target, const struct secret *token,
                        bool masked) {
  char text[SECRET_SIZE_MAX + 16];

  if (secret_unset(token))
    return;
  snprintf(text, sizeof(text), "Bearer %s", masked ? "***" : token->value);
  http_target_header(target, "Authorization", text);
  explicit_bzero(text, sizeof(text));
}

void http_target_secret_url(struct http_target *target,
                            const struct secret *url, bool masked) {
  buf_puts(&target->url, masked ? "https://***" : url->value);
}

static const struct http_exchange *exchange_of(const void *settings) {
  const struct http_channel *http = settings;

  return http->exchange;
}

/* Everything but the body; false when nothing can be sent, with the reason. */
static bool aim(const void *settings, const struct message *message,
                bool masked, struct http_target *target) {
  const struct http_channel *http = settings;

  exchange_of(settings)->target(settings, message, masked, target);
  if (target->failed || buf_error(&target->url) < 0) {
    snprintf(target->why, sizeof(target->why), "out of memory");
    target->failed = true;
    return false;
  }
  if (target->why[0] != '\0' || masked)
    return target->why[0] == '\0';
  return http_url_check(target->url.data, http->options.allow_insecure, NULL, 0,
                        target->why, sizeof(target->why)) == 0;
}

/* -- what ------------------------------------------------------------------ */

static int write_body(const void *settings, const struct message *message,
                      const struct sender_env *env, struct buf *out) {
  const struct http_exchange *exchange = exchange_of(settings);
  struct json_writer j;
  int err;

  if (exchange->body != NULL)
    return exchange->body(settings, message, env, out);
  json_writer_init(&j);
  err = exchange->payload(settings, message, env, &j);
  if (err == 0)
    err = json_writer_print(&j, out);
  json_writer_free(&j);
  return err;
}

static void judge(void *settings, const struct http_answer *answer,
                  const struct message *message, const struct sender_env *env,
                  struct send_result *result) {
  const struct http_exchange *exchange = exchange_of(settings);
  cJSON *json = json_reply_parse(answer);
  bool good = http_judge(settings, answer, exchange->rules, message, result);

  if (good && exchange->accepted != NULL)
    exchange->accepted(settings, answer, json, result);
  else if (good)
    http_why(settings, NULL, result, "HTTP %ld", answer->status);
  else if (exchange->refused != NULL && answer->status >= 200)
    exchange->refused(settings, answer, json, env, result);
  if (result->outcome == SEND_SHRINK && message->shrink)
    result->outcome = SEND_REFUSED_MESSAGE;
  cJSON_Delete(json);
}

/* One request; whether another makes sense. With once_more set, an address
 * that cannot be used leaves the verdict of the request before. */
static bool attempt(void *settings, const struct message *message,
                    const struct sender_env *env, const struct buf *body,
                    bool once_more, struct send_result *result) {
  struct http_target target;
  struct http_answer answer;
  char type[1024];
  const char *headers[HTTP_TARGET_HEADERS_MAX + 2] = {type};
  bool again = false;

  http_target_init(&target);
  target.body = body;
  target.env = env;
  if (aim(settings, message, false, &target)) {
    struct http_request request = {.method = target.method,
                                   .url = target.url.data,
                                   .headers = headers,
                                   .user = target.user,
                                   .password = target.password,
                                   .body = body->data,
                                   .body_len = body->len};

    snprintf(type, sizeof(type), "Content-Type: %s", target.content_type);
    memcpy(headers + 1, target.headers, sizeof(target.headers));
    http_perform(settings, &request, env, &answer);
    judge(settings, &answer, message, env, result);
    again = result->outcome == SEND_REFUSED_CHANNEL && answer.status >= 200 &&
            http_reread(settings);
    http_answer_free(&answer);
  } else if (!once_more) {
    if (!target.failed)
      result->outcome = SEND_REFUSED_CHANNEL;
    http_why(settings, NULL, result, "%s", target.why);
  }
  http_target_free(&target);
  return again;
}

void http_exchange_send(void *settings, const struct message *message,
                        const struct sender_env *env,
                        struct send_result *result) {
  bool again = true;
  struct buf body;

  http_result_init(result);
  buf_init(&body, REQUEST_MAX);
  for (int tries = 0; again && tries < 2; tries++) {
    again = false;
    buf_clear(&body);
    /* anew for each: some services want a secret in it */
    if (write_body(settings, message, env, &body) < 0 || body.data == NULL)
      snprintf(result->why, sizeof(result->why), "cannot write the message");
    else
      again = attempt(settings, message, env, &body, tries > 0, result);
  }
  wipe(body.data, body.len);
  buf_free(&body);
}

int http_exchange_render(const void *settings, const struct message *message,
                         const struct sender_env *env, struct buf *out) {
  struct http_target target;

  http_target_init(&target);
  if (!aim(settings, message, true, &target)) {
    buf_put_result(out, target.failed ? -ENOMEM : -EINVAL);
  } else {
    buf_putf(out, "%s %s\nContent-Type: %s\n", target.method, target.url.data,
             target.content_type);
    for (size_t i = 0; i < target.headers_num; i++)
      buf_putf(out, "%s\n", target.headers[i]);
    if (target.user != NULL)
      buf_puts(out, "Authorization: Basic ***\n");
    buf_puts(out, "\n");
    buf_put_result(out, write_body(settings, message, env, out));
    buf_puts(out, "\n");
  }
  http_target_free(&target);
  return buf_error(out);
}

/* -- from beginning to end --------------------------------------------------
 */

void http_exchange_defaults(void *settings,
                            const struct http_exchange *exchange) {
  struct http_channel *http = settings;

  http_defaults(http);
  http->exchange = exchange;
}

/* The options of the transfer stand in the same table, but are freed by
 * http_free(), as are secrets by secret_free(): each leaves NULL behind. */
void http_exchange_destroy(void *settings) {
  struct http_channel *http = settings;

  http_free(http);
  for (size_t i = 0; i < http->secrets_num; i++)
    secret_free(http->secrets[i]);
  for (const struct option *o = http->exchange->options; o->name != NULL; o++) {
    void *member = (char *)settings + o->offset;

    if (o->type == OPTION_STRING) {
      char **text = member;

      wipe(*text, *text != NULL ? strlen(*text) : 0);
      free(*text);
      *text = NULL;
    } else if (o->type == OPTION_STRINGS) {
      option_strings_free(member);
    }
  }
}

/* -- for the services ------------------------------------------------------ */

int http_exchange_text(const struct message *message,
                       enum text_limits_unit unit, size_t max,
                       struct buf *out) {
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

void http_exchange_unreadable(void *settings, const struct http_answer *answer,
                              struct send_result *result) {
  result->outcome = SEND_AMBIGUOUS;
  result->wait_s = UNREADABLE_WAIT;
  http_why(settings, answer, result,
           "HTTP %ld with an answer that cannot be read", answer->status);
}

bool http_exchange_is_page(const struct http_answer *answer) {
  char type[64];
  size_t blank = 0;

  while (blank < answer->body.len &&
         isspace((unsigned char)answer->body.data[blank]))
    blank++;
  if (blank == answer->body.len)
    return false;
  return answer->body.data[blank] == '<' ||
         (http_header(answer, "Content-Type", type, sizeof(type)) &&
          strncasecmp(type, "text/html", 9) == 0);
}

bool http_exchange_is_portal(const struct http_answer *answer) {
  return answer->body.len > 0 &&
         strstr(answer->body.data, "<WISPAccessGatewayParam") != NULL;
}

void http_exchange_intercepted(void *settings, const struct http_answer *answer,
                               struct send_result *result, const char *what) {
  result->outcome = SEND_REFUSED_CHANNEL;
  result->passes = true;
  http_why(settings, answer, result, "HTTP %ld, but %s", answer->status, what);
}

int http_exchange_check_url(const struct http_channel *http, const char *url,
                            const char *option, const char *where,
                            struct option_reporter *reporter) {
  char why[200];

  if (http_url_check(url, http->options.allow_insecure, NULL, 0, why,
                     sizeof(why)) == 0)
    return 0;
  option_error(reporter, "%s: %s: %s", where, option, why);
  return -EINVAL;
}

int http_exchange_need_secret(struct http_channel *http, struct secret *secret,
                              const char *option, const char *where,
                              struct option_reporter *reporter) {
  http_keep_secret(http, secret);
  if (!secret_unset(secret))
    return secret_load(secret, where, option, reporter);
  option_error(reporter, "%s: needs %s or %sFile", where, option, option);
  return -EINVAL;
}
