/* SPDX-License-Identifier: MIT */
/* Discord by webhook, always with wait=true: without it a
 * message that was not kept is no error. */
#include <config.h>

#include "alert/channel/discord.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/text/alert_fields.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"
#include "base/json_writer.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TITLE_MAX = 240,
  TITLE_ESCAPED_MAX = 256,
  BODY_MAX = 2000,
  BODY_ESCAPED_MAX = 4096,
  CONTENT_MAX = 2000,
  FIELD_MAX = 200, /* escaped it may be five times as long: 1024 is the limit */
  FOOTER_MAX = 200,
  URL_MAX = 2000,
  SILENT = 4096, /* flag: no push sound */
  AFTER_429_MIN = 1,
  AMBIGUOUS_WAIT = 30,
};

/* one colour per level, the same ones in every channel that has them */
static const int colours[LEVEL_COUNT] = {
    [LEVEL_OK] = 3061894,        [LEVEL_INFO] = 4431840,
    [LEVEL_WARNING] = 14327864,  [LEVEL_ERROR] = 15227148,
    [LEVEL_CRITICAL] = 10682880, [LEVEL_EMERGENCY] = 10682880,
};

struct discord {
  struct http_channel http;
  struct secret url;
  char *mention;
  char *username;
  char *thread_id;
  char *thread_name;
};

HTTP_SETTINGS(struct discord);

static const struct option options[] = {
    SECRET_OPTIONS("WebhookURL", struct discord, url),
    {.name = "Mention",
     .type = OPTION_STRING,
     .offset = offsetof(struct discord, mention)},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct discord, username)},
    {.name = "ThreadID",
     .type = OPTION_STRING,
     .offset = offsetof(struct discord, thread_id)},
    {.name = "ThreadName",
     .type = OPTION_STRING,
     .offset = offsetof(struct discord, thread_name)},
    TRANSFER_OPTIONS(struct discord, http.options),
    {.name = NULL}};

static const char *const line[] = {"WebhookURL", NULL};

/* -- configuration --------------------------------------------------------- */

static bool is_number(const char *text) {
  return *text != '\0' && strlen(text) <= 20 &&
         text[strspn(text, "0123456789")] == '\0';
}

/* everyone, here, the number of a role, or user:NUMBER. */
static bool is_mention(const char *text) {
  return strcmp(text, "everyone") == 0 || strcmp(text, "here") == 0 ||
         is_number(text) ||
         (strncmp(text, "user:", 5) == 0 && is_number(text + 5));
}

/* What is added to the address has no place behind these. */
static bool is_plain(const char *url) { return strpbrk(url, "?#") == NULL; }

static const char not_plain[] =
    "WebhookURL: expected an address without ? and #";

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct discord *d = settings;
  int err = curl_transfer_check(&d->http.options, where, reporter);

  if (http_exchange_need_secret(&d->http, &d->url, "WebhookURL", where,
                                reporter) < 0)
    return -EINVAL;
  if (http_exchange_check_url(&d->http, d->url.value, "WebhookURL", where,
                              reporter) < 0) {
    err = -EINVAL;
  } else if (!is_plain(d->url.value)) {
    option_error(reporter, "%s: %s", where, not_plain);
    err = -EINVAL;
  }
  if (d->mention != NULL && !is_mention(d->mention)) {
    option_error(reporter,
                 "%s: Mention \"%s\": expected everyone, here, the number of a "
                 "role, or user:NUMBER",
                 where, d->mention);
    err = -EINVAL;
  }
  if (d->thread_id != NULL && !is_number(d->thread_id)) {
    option_error(reporter, "%s: ThreadID \"%s\": expected a number", where,
                 d->thread_id);
    err = -EINVAL;
  }
  if (d->thread_id != NULL && d->thread_name != NULL) {
    option_error(reporter, "%s: give ThreadID or ThreadName, not both", where);
    err = -EINVAL;
  }
  if (d->username != NULL &&
      (strlen(d->username) == 0 ||
       text_limits_length(d->username, TEXT_LIMITS_UTF16) > 80)) {
    option_error(reporter, "%s: Username: expected 1 to 80 characters", where);
    err = -EINVAL;
  }
  return err;
}

/* -- the message ----------------------------------------------------------- */

/* Escaped text that stays below limit: backslashes count as well, so what
 * became too long is cut again, before escaping. */
static int escaped(const char *text, size_t max, size_t max_lines, size_t limit,
                   struct buf *out) {
  struct buf cut;
  int err = 0;

  buf_init(&cut, TEMPLATE_OUTPUT_MAX * 4);
  for (;;) {
    buf_clear(&cut);
    buf_clear(out);
    err = text_limits_truncate(text, TEXT_LIMITS_UTF16, max, max_lines, &cut);
    if (err == 0)
      err = text_escape(cut.data, TARGET_DISCORD, out);
    if (err < 0 || text_limits_length(out->data, TEXT_LIMITS_UTF16) <= limit ||
        max < 8)
      break;
    max = max / 2 + max / 4;
  }
  buf_free(&cut);
  return err;
}

static void add_escaped(struct json_writer *j, cJSON *parent, const char *name,
                        const char *text, size_t max) {
  struct buf out;

  buf_init(&out, TEMPLATE_OUTPUT_MAX);
  if (escaped(text, max, 1, 5 * max, &out) < 0)
    j->failed = true;
  else
    json_writer_text(j, parent, name, out.data);
  buf_free(&out);
}

static bool mentions(const struct discord *d, const struct message *message) {
  return d->mention != NULL && message->level == LEVEL_EMERGENCY &&
         !message->quiet &&
         (message->kind == MESSAGE_OPEN || message->kind == MESSAGE_UPDATE ||
          message->kind == MESSAGE_REPEAT || message->kind == MESSAGE_TEST);
}

/* Whatever stands in the texts, only what was configured may call people. */
static void add_mentions(struct json_writer *j, const struct discord *d,
                         const struct message *message) {
  cJSON *allowed = json_writer_object(j, j->root, "allowed_mentions");
  cJSON *parse = json_writer_array(j, allowed, "parse");

  if (!mentions(d, message))
    return;
  if (strncmp(d->mention, "user:", 5) == 0)
    json_writer_text(j, json_writer_array(j, allowed, "users"), NULL,
                     d->mention + 5);
  else if (is_number(d->mention))
    json_writer_text(j, json_writer_array(j, allowed, "roles"), NULL,
                     d->mention);
  else
    json_writer_text(j, parse, NULL, "everyone");
}

static void mention_text(const struct discord *d, char *out, size_t size) {
  if (strncmp(d->mention, "user:", 5) == 0)
    snprintf(out, size, "<@%s> ", d->mention + 5);
  else if (is_number(d->mention))
    snprintf(out, size, "<@&%s> ", d->mention);
  else
    snprintf(out, size, "@%s ", d->mention);
}

static void add_fields(struct json_writer *j, cJSON *embed,
                       const struct message *message) {
  struct alert_field facts[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, facts);
  cJSON *fields;

  if (n == 0)
    return;
  fields = json_writer_array(j, embed, "fields");
  for (size_t i = 0; i < n; i++) {
    cJSON *field = json_writer_object(j, fields, NULL);
    json_writer_text(j, field, "name", facts[i].name);
    add_escaped(j, field, "value", facts[i].value, FIELD_MAX);
    json_writer_bool(j, field, "inline", true);
  }
}

static void add_embed(struct json_writer *j, const struct message *message,
                      const struct sender_env *env, const char *title,
                      const char *body) {
  cJSON *embed =
      json_writer_object(j, json_writer_array(j, j->root, "embeds"), NULL);
  enum level level = message_level_now(message);
  char foot[300];
  struct buf url;

  json_writer_text(j, embed, "title", title);
  json_writer_text(j, embed, "description", body);
  json_writer_number(j, embed, "color", colours[level]);
  json_writer_moment(j, embed, "timestamp", message->created);
  buf_init(&url, URL_MAX + 1);
  if (message_url(message, URL_MAX, &url) < 0)
    j->failed = true;
  if (url.len > 0)
    json_writer_text(j, embed, "url", url.data);
  buf_free(&url);
  add_fields(j, embed, message);
  alert_fields_source(message, env->collectd_host, foot, sizeof(foot));
  add_escaped(j, json_writer_object(j, embed, "footer"), "text", foot,
              FOOTER_MAX);
}

/* The texts, with markup of the template's author as long as they fit. */
static int texts_of(const struct message *message, struct buf *title,
                    struct buf *body) {
  static const struct text_limits limits = {TARGET_DISCORD, TEXT_LIMITS_UTF16,
                                            TITLE_MAX, BODY_MAX, 0};
  const char *text = message->body[0] != '\0' ? message->body : message->title;
  int err = text_limits_message(message, &limits, title, body);

  if (err == 0 &&
      text_limits_length(title->data, TEXT_LIMITS_UTF16) > TITLE_ESCAPED_MAX)
    err = escaped(message->title, TITLE_MAX, 1, TITLE_ESCAPED_MAX, title);
  if (err == 0 &&
      text_limits_length(body->data, TEXT_LIMITS_UTF16) > BODY_ESCAPED_MAX / 2)
    err = escaped(text, BODY_MAX, message->shrink ? 1 : 0, BODY_ESCAPED_MAX / 2,
                  body);
  return err;
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  const struct discord *d = settings;
  struct buf title, body;
  bool silent = message->quiet || message->kind == MESSAGE_RESOLVED ||
                message->kind == MESSAGE_ACKED || message->level <= LEVEL_INFO;
  int err;

  buf_init(&title, TEMPLATE_OUTPUT_MAX * 2);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 2);
  err = texts_of(message, &title, &body);
  if (err == 0) {
    if (mentions(d, message)) {
      char text[64];
      mention_text(d, text, sizeof(text));
      json_writer_text(j, j->root, "content", text);
    }
    add_embed(j, message, env, title.data, body.data);
    if (silent)
      json_writer_number(j, j->root, "flags", SILENT);
    if (d->username != NULL)
      json_writer_text(j, j->root, "username", d->username);
    if (d->thread_name != NULL)
      json_writer_text(j, j->root, "thread_name", d->thread_name);
    add_mentions(j, d, message);
  }
  buf_free(&title);
  buf_free(&body);
  return err;
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct discord *d = settings;

  (void)message;
  if (!masked && !is_plain(d->url.value))
    snprintf(where->why, sizeof(where->why), "%s", not_plain);
  http_target_secret_url(where, &d->url, masked);
  buf_putf(&where->url, "?wait=true%s%s",
           d->thread_id != NULL ? "&thread_id=" : "",
           d->thread_id != NULL ? d->thread_id : "");
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {404, 404, SEND_REFUSED_CHANNEL, 0, true,
     "the webhook is gone and must not be called again"},
    {429, 429, SEND_RETRY, AFTER_429_MIN, false, NULL},
    {500, 599, SEND_RETRY, 5, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* What the answer says about the next request, also that of a success. */
static void heed_limits(const struct http_answer *answer, const cJSON *json,
                        struct send_result *result) {
  const cJSON *wait = cJSON_GetObjectItemCaseSensitive(json, "retry_after");
  double reset = http_header_number(answer, "X-RateLimit-Reset-After");

  if (answer->status == 429 && cJSON_IsNumber(wait) &&
      isfinite(wait->valuedouble) && wait->valuedouble > result->wait_s)
    result->wait_s = wait->valuedouble;
  if (http_header_number(answer, "X-RateLimit-Remaining") == 0 &&
      reset > result->wait_s)
    result->wait_s = reset;
  if (result->wait_s > HTTP_WAIT_MAX)
    result->wait_s = HTTP_WAIT_MAX;
}

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  const char *id = json_reply_text(json, "id");

  if (!is_number(id)) {
    result->outcome = SEND_AMBIGUOUS;
    result->wait_s = AMBIGUOUS_WAIT;
    http_why(settings, answer, result, "HTTP %ld without the id of a message",
             answer->status);
  } else {
    snprintf(result->provider_ref, sizeof(result->provider_ref), "%s", id);
    http_why(settings, NULL, result, "message %.32s", id);
  }
  heed_limits(answer, json, result);
}

static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  (void)settings;
  (void)env;
  heed_limits(answer, json, result);
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

const struct sender sender_discord = {
    .name = "discord",
    .title = "Discord",
    .line_name = "Discord",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct discord),
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
