/* SPDX-License-Identifier: MIT */
/* The generic webhook: schema 1 or a body of one's own,
 * signed, with an idempotency key that stays the same over retries. */
#include <config.h>

#include "alert/channel/webhook.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/message_json.h"
#include "alert/channel/signature.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  LEAST_WAIT = 5,
  OWN_HEADERS_MAX = 16,
};

enum method { METHOD_POST, METHOD_PUT };
static const char *const methods[] = {"POST", "PUT", NULL};

struct webhook {
  struct http_channel http;
  struct secret url;
  char host[HTTP_HOST_SIZE]; /* of the address at start, for `render` */
  int method;
  struct option_strings headers; /* name, value, name, value */
  struct secret bearer;
  char *username;
  struct secret password;
  struct secret hmac;
  char *content_type;
  char *body_text;
  struct template *body;
};

HTTP_SETTINGS(struct webhook);

static const struct option options[] = {
    SECRET_OPTIONS("URL", struct webhook, url),
    {.name = "Method",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct webhook, method),
     .choices = methods},
    {.name = "Header",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct webhook, headers)},
    SECRET_OPTIONS("BearerToken", struct webhook, bearer),
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct webhook, username)},
    SECRET_OPTIONS("Password", struct webhook, password),
    SECRET_OPTIONS("HMACSecret", struct webhook, hmac),
    {.name = "ContentType",
     .type = OPTION_STRING,
     .offset = offsetof(struct webhook, content_type)},
    {.name = "Body",
     .type = OPTION_STRING,
     .offset = offsetof(struct webhook, body_text)},
    TRANSFER_OPTIONS(struct webhook, http.options),
    {.name = NULL}};

static const char *const line[] = {"URL", NULL};

static const char *content_type(const struct webhook *w) {
  return w->content_type != NULL ? w->content_type
                                 : "application/json; charset=utf-8";
}

static bool is_json_type(const char *type) {
  size_t n = strcspn(type, "; ");

  return (n == 16 && strncasecmp(type, "application/json", n) == 0) ||
         (n > 5 && strncasecmp(type + n - 5, "+json", 5) == 0);
}

/* -- the body -------------------------------------------------------------- */

static int body_of(const void *settings, const struct message *message,
                   const struct sender_env *env, struct buf *out) {
  const struct webhook *w = settings;

  if (w->body == NULL)
    return message_json(message, env, out);
  return message_render(
      w->body, message,
      is_json_type(content_type(w)) ? TARGET_JSON : TARGET_PLAIN, out);
}

/* -- configuration --------------------------------------------------------- */

static int check_body(struct webhook *w, const char *where,
                      struct option_reporter *reporter) {
  /* quotes, a backslash, a NaN: what would break JSON breaks it here */
  static const char awkward[] = "A \"plug\" \\ K\xc3\xbc"
                                "che\nline two";
  struct alert alert;
  struct message message;
  char why[256] = "";
  struct buf out;
  int err = 0;

  if (w->body_text == NULL)
    return 0;
  w->body = template_compile(w->body_text, why, sizeof(why));
  if (w->body == NULL) {
    option_error(reporter, "%s: Body: %s", where, why);
    return -EINVAL;
  }
  if (!is_json_type(content_type(w)))
    return 0;
  alert_init(&alert);
  message_init(&message, &alert);
  message.kind = MESSAGE_TEST;
  message.reason = REASON_TEST;
  message.level = LEVEL_WARNING;
  message.title = message.body = awkward;
  message.delivery_id = "00000000000000000000000000000000";
  message.collectd_host = "localhost";
  snprintf(alert.device, sizeof(alert.device), "A \"plug\" \\");
  snprintf(alert.host, sizeof(alert.host), "host");
  buf_init(&out, TEMPLATE_OUTPUT_MAX);
  err = message_render(w->body, &message, TARGET_JSON, &out);
  if (err == 0) {
    const char *end = NULL;
    cJSON *json =
        cJSON_ParseWithOpts(out.data != NULL ? out.data : "", &end, true);
    if (json == NULL) {
      option_error(reporter,
                   "%s: Body: does not give valid JSON with a test alert; "
                   "values belong between quotes, numbers need a default",
                   where);
      err = -EINVAL;
    }
    cJSON_Delete(json);
  } else {
    option_error(reporter, "%s: Body: cannot be rendered", where);
  }
  buf_free(&out);
  return err;
}

static bool is_header_name(const char *name) {
  return *name != '\0' && strlen(name) < 128 &&
         name[strspn(name,
                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789!#$%&'*+-.^_`|~")] == '\0';
}

static bool is_header_value(const char *value) {
  for (; *value != '\0'; value++)
    if ((unsigned char)*value < 0x20 || *value == 0x7f)
      return false;
  return true;
}

/* Those we write ourselves. */
static bool is_taken(const char *name) {
  static const char *const taken[] = {
      "Content-Type",    "Content-Length", "Host",
      "Idempotency-Key", "Authorization",  "Transfer-Encoding",
      "User-Agent",      "Expect",         "Connection"};
  for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
    if (strcasecmp(name, taken[i]) == 0)
      return true;
  return strncasecmp(name, "X-Kasa-", 7) == 0;
}

static int check_headers(const struct webhook *w, const char *where,
                         struct option_reporter *reporter) {
  int err = 0;

  if (w->headers.count % 2 != 0 || w->headers.count / 2 > OWN_HEADERS_MAX) {
    option_error(reporter,
                 "%s: Header: expected a name and a value each, like Header "
                 "\"X-House\" \"main\", at most %d times",
                 where, OWN_HEADERS_MAX);
    return -EINVAL;
  }
  for (size_t i = 0; i < w->headers.count; i += 2) {
    const char *name = w->headers.items[i];
    if (!is_header_name(name) || !is_header_value(w->headers.items[i + 1])) {
      option_error(reporter,
                   "%s: Header %zu: not a name of letters, digits and dashes "
                   "with a value of one line",
                   where, i / 2 + 1);
      err = -EINVAL;
    } else if (is_taken(name)) {
      option_error(reporter, "%s: Header \"%s\" is written by this channel",
                   where, name);
      err = -EINVAL;
    }
  }
  if (w->content_type != NULL && !is_header_value(w->content_type)) {
    option_error(reporter, "%s: ContentType: expected one line", where);
    err = -EINVAL;
  }
  return err;
}

static int check_access(struct webhook *w, const char *where,
                        struct option_reporter *reporter) {
  const struct {
    struct secret *secret;
    const char *name;
  } secrets[] = {{&w->url, "URL"},
                 {&w->bearer, "BearerToken"},
                 {&w->password, "Password"},
                 {&w->hmac, "HMACSecret"}};
  char why[200];
  int err = 0;

  if (secret_unset(&w->url)) {
    option_error(reporter, "%s: needs URL or URLFile", where);
    return -EINVAL;
  }
  w->http.user = w->username;
  w->http.password = &w->password;
  for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
    http_keep_secret(&w->http, secrets[i].secret);
    if (secret_load(secrets[i].secret, where, secrets[i].name, reporter) < 0)
      err = -EINVAL;
  }
  if (w->url.value != NULL &&
      http_url_check(w->url.value, w->http.options.allow_insecure, w->host,
                     sizeof(w->host), why, sizeof(why)) < 0) {
    option_error(reporter, "%s: URL: %s", where, why);
    err = -EINVAL;
  }
  if (w->username != NULL && !secret_unset(&w->bearer)) {
    option_error(reporter, "%s: give Username or BearerToken, not both", where);
    err = -EINVAL;
  }
  if ((w->username == NULL) != secret_unset(&w->password)) {
    option_error(reporter, "%s: Username and Password belong together", where);
    err = -EINVAL;
  }
  if (w->username != NULL && strchr(w->username, ':') != NULL) {
    option_error(reporter, "%s: Username: must not contain a colon", where);
    err = -EINVAL;
  }
  return err;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct webhook *w = settings;
  int err = curl_transfer_check(&w->http.options, where, reporter);

  if (check_access(w, where, reporter) < 0)
    err = -EINVAL;
  if (check_headers(w, where, reporter) < 0)
    err = -EINVAL;
  if (check_body(w, where, reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- talking --------------------------------------------------------------- */

static void add_headers(const struct webhook *w, const struct message *message,
                        bool masked, struct http_target *where) {
  char number[16];

  snprintf(number, sizeof(number), "%u",
           message->attempt > 0 ? message->attempt : 1);
  http_target_header(where, "Idempotency-Key", message->delivery_id);
  http_target_header(where, "X-Kasa-Event", message_json_event(message));
  http_target_header(where, "X-Kasa-Delivery", message->delivery_id);
  http_target_header(where, "X-Kasa-Attempt", number);
  if (!secret_unset(&w->hmac) && masked)
    http_target_header(where, "X-Kasa-Signature", "t=***,v1=***");
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct webhook *w = settings;
  char signature[SIGNATURE_SIZE];

  where->method = methods[w->method];
  where->content_type = content_type(w);
  where->user = w->username;
  where->password = masked ? NULL : w->password.value;
  if (masked)
    buf_putf(&where->url, "https://%s/***", w->host);
  else
    buf_puts(&where->url, w->url.value);
  add_headers(w, message, masked, where);
  if (w->hmac.value != NULL && !masked) {
    if (signature_of(w->hmac.value,
                     where->env->wall_ms(where->env->clock_arg) / 1000,
                     where->body->data, where->body->len, signature) < 0)
      where->failed = true;
    else
      http_target_header(where, "X-Kasa-Signature", signature);
  }
  http_target_bearer(where, &w->bearer, masked);
  for (size_t i = 0; i + 1 < w->headers.count; i += 2)
    http_target_header(where, w->headers.items[i], w->headers.items[i + 1]);
}

static const struct http_rule rules[] = {
    {408, 408, SEND_RETRY, LEAST_WAIT, false, NULL},
    {425, 425, SEND_RETRY, LEAST_WAIT, false, NULL},
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* Whatever a receiver answers, a page even, it has taken the message. */
static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  (void)json;
  if (http_exchange_is_portal(answer))
    http_exchange_intercepted(settings, answer, result,
                              "with the page of a network that wants a login");
  else
    http_why(settings, NULL, result, "HTTP %ld", answer->status);
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = rules,
    .target = target,
    .body = body_of,
    .accepted = accepted,
};

static void defaults(void *settings) {
  http_exchange_defaults(settings, &exchange);
}

static void destroy(void *settings) {
  struct webhook *w = settings;

  template_free(w->body);
  http_exchange_destroy(settings);
}

const struct sender sender_webhook = {
    .name = "webhook",
    .title = "Webhook",
    .line_name = "Webhook",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct webhook),
    .stateful = true,
    .defaults = defaults,
    .check = check,
    .send = http_exchange_send,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = destroy,
};
