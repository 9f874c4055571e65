/* SPDX-License-Identifier: MIT */
/* Discord by webhook, always with wait=true: without it a
 * message that was not kept is no error. */
#include <config.h>

#include "alert/channel/discord.h"

#include "alert/channel/http.h"
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
  REQUEST_MAX = 64 * 1024,
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

static void defaults(void *settings) {
  struct discord *d = settings;

  http_defaults(&d->http);
}

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

/* The address to post to, also after a change of the file: 0, or -EINVAL. */
static int address_of(const struct discord *d, struct buf *out, char *why,
                      size_t why_size) {
  if (http_url_check(d->url.value, d->http.options.allow_insecure, NULL, 0, why,
                     why_size) < 0)
    return -EINVAL;
  if (strchr(d->url.value, '?') != NULL || strchr(d->url.value, '#') != NULL) {
    snprintf(why, why_size, "expected an address without ? and #");
    return -EINVAL;
  }
  return buf_addf(out, "%s?wait=true%s%s", d->url.value,
                  d->thread_id != NULL ? "&thread_id=" : "",
                  d->thread_id != NULL ? d->thread_id : "");
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct discord *d = settings;
  int err = curl_transfer_check(&d->http.options, where, reporter);
  struct buf url;
  char why[200];

  http_keep_secret(&d->http, &d->url);
  if (secret_unset(&d->url)) {
    option_error(reporter, "%s: needs WebhookURL or WebhookURLFile", where);
    return -EINVAL;
  }
  if (secret_load(&d->url, where, "WebhookURL", reporter) < 0)
    return -EINVAL;
  buf_init(&url, 4096);
  if (address_of(d, &url, why, sizeof(why)) < 0) {
    option_error(reporter, "%s: WebhookURL: %s", where, why);
    err = -EINVAL;
  }
  if (url.data != NULL)
    explicit_bzero(url.data, url.len);
  buf_free(&url);
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
  enum level level = message->kind == MESSAGE_RESOLVED ? LEVEL_OK
                     : message->level < LEVEL_COUNT    ? message->level
                                                       : LEVEL_ERROR;
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

static int payload(const struct discord *d, const struct message *message,
                   const struct sender_env *env, struct buf *out) {
  struct json_writer j;
  struct buf title, body;
  bool silent = message->quiet || message->kind == MESSAGE_RESOLVED ||
                message->kind == MESSAGE_ACKED || message->level <= LEVEL_INFO;
  int err;

  json_writer_init(&j);
  buf_init(&title, TEMPLATE_OUTPUT_MAX * 2);
  buf_init(&body, TEMPLATE_OUTPUT_MAX * 2);
  err = texts_of(message, &title, &body);
  if (err == 0) {
    if (mentions(d, message)) {
      char text[64];
      mention_text(d, text, sizeof(text));
      json_writer_text(&j, j.root, "content", text);
    }
    add_embed(&j, message, env, title.data, body.data);
    if (silent)
      json_writer_number(&j, j.root, "flags", SILENT);
    if (d->username != NULL)
      json_writer_text(&j, j.root, "username", d->username);
    if (d->thread_name != NULL)
      json_writer_text(&j, j.root, "thread_name", d->thread_name);
    add_mentions(&j, d, message);
    err = json_writer_print(&j, out);
  }
  buf_free(&title);
  buf_free(&body);
  json_writer_free(&j);
  return err;
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

static void judge(struct discord *d, const struct http_answer *answer,
                  const struct message *message, struct send_result *result) {
  cJSON *json = json_reply_parse(answer);
  bool good = http_judge(&d->http, answer, rules, message, result);

  if (good) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");

    if (!cJSON_IsString(id) || !is_number(id->valuestring)) {
      result->outcome = SEND_AMBIGUOUS;
      result->wait_s = AMBIGUOUS_WAIT;
      http_why(&d->http, answer, result, "HTTP %ld without the id of a message",
               answer->status);
    } else {
      snprintf(result->provider_ref, sizeof(result->provider_ref), "%s",
               id->valuestring);
      http_why(&d->http, NULL, result, "message %.32s", id->valuestring);
    }
  }
  heed_limits(answer, json, result);
  cJSON_Delete(json);
}

static bool attempt(struct discord *d, const struct message *message,
                    const struct sender_env *env, const struct buf *body,
                    struct send_result *result) {
  static const char *const headers[] = {"Content-Type: application/json", NULL};
  struct http_request request = {.method = "POST",
                                 .headers = headers,
                                 .body = body->data,
                                 .body_len = body->len};
  struct http_answer answer;
  struct buf url;
  char why[200] = "out of memory";
  bool again;

  buf_init(&url, SECRET_SIZE_MAX + 128);
  if (address_of(d, &url, why, sizeof(why)) < 0) {
    result->outcome = SEND_REFUSED_CHANNEL;
    http_why(&d->http, NULL, result, "WebhookURL: %s", why);
    buf_free(&url);
    return false;
  }
  request.url = url.data;
  http_perform(&d->http, &request, env, &answer);
  judge(d, &answer, message, result);
  again = result->outcome == SEND_REFUSED_CHANNEL &&
          http_secrets_changed(&d->http, &answer);
  http_answer_free(&answer);
  explicit_bzero(url.data, url.len);
  buf_free(&url);
  return again;
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct discord *d = settings;
  struct buf body;

  http_result_init(result);
  buf_init(&body, REQUEST_MAX);
  if (payload(d, message, env, &body) < 0)
    snprintf(result->why, sizeof(result->why), "out of memory");
  else if (attempt(d, message, env, &body, result))
    attempt(d, message, env, &body, result);
  buf_free(&body);
}

static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct discord *d = settings;
  int err = buf_addf(out,
                     "POST https://***?wait=true%s%s\n"
                     "Content-Type: application/json\n\n",
                     d->thread_id != NULL ? "&thread_id=" : "",
                     d->thread_id != NULL ? d->thread_id : "");

  if (err == 0)
    err = payload(d, message, env, out);
  return err < 0 ? err : buf_adds(out, "\n");
}

static void destroy(void *settings) {
  struct discord *d = settings;

  http_free(&d->http);
  secret_free(&d->url);
  free(d->mention);
  free(d->username);
  free(d->thread_id);
  free(d->thread_name);
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
    .send = send_,
    .reread = http_settings_reread,
    .render = render,
    .close = http_settings_close,
    .destroy = destroy,
};
