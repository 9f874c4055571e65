/* SPDX-License-Identifier: MIT */
/* SMS by Twilio: each costs money and none can be taken back, so it is one
 * segment, from critical on, without reminders, and what may have arrived is
 * looked for before it is sent again. One message per telephone. */
#include <config.h>

#include "alert/channel/twilio.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/text/gsm7.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  LEAST_WAIT = 5,
  DOUBT_WAIT = 600,
  TO_MAX = 20,
  SID_SIZE = 34,
  TEXT_MAX = 1000,
  EARLIER_S = 60, /* their clock against ours */
};

static const char service[] = "https://api.twilio.com";

struct twilio {
  struct http_channel http;
  char *account;
  char *api_key; /* instead of the account's own token */
  struct secret token;
  char *from;
  char *messaging_service;
  struct option_strings to;
  unsigned segments;
  char *base_url;
};

HTTP_SETTINGS(struct twilio);

#define TEXT_OPTION(NAME, MEMBER)                                              \
  {                                                                            \
    .name = NAME, .type = OPTION_STRING,                                       \
    .offset = offsetof(struct twilio, MEMBER)                                  \
  }

static const struct option options[] = {
    TEXT_OPTION("AccountSID", account),
    TEXT_OPTION("APIKeySID", api_key),
    SECRET_OPTIONS("AuthToken", struct twilio, token),
    TEXT_OPTION("From", from),
    TEXT_OPTION("MessagingServiceSID", messaging_service),
    {.name = "To",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct twilio, to)},
    {.name = "Segments",
     .type = OPTION_COUNT,
     .offset = offsetof(struct twilio, segments),
     .min = 1,
     .max = 3},
    TEXT_OPTION("BaseURL", base_url), /* for tests and proxies */
    TRANSFER_OPTIONS(struct twilio, http.options),
    {.name = NULL}};

static const char *const line[] = {"AccountSID", "AuthToken", "From", "To",
                                   NULL};

/* -- configuration --------------------------------------------------------- */

#define DIGITS "0123456789"

static bool is_sid(const char *text, const char *prefix) {
  return text != NULL && strlen(text) == SID_SIZE &&
         strncmp(text, prefix, 2) == 0 &&
         text[2 + strspn(text + 2, DIGITS "abcdefABCDEF")] == '\0';
}

static bool is_telephone(const char *text) {
  size_t n = text[0] == '+' ? strspn(text + 1, DIGITS) : 0;

  return n >= 7 && n <= 15 && text[n + 1] == '\0';
}

/* A number, a short code or a name of at most 11 letters. */
static bool is_from(const char *text) {
  size_t n = strspn(text, DIGITS " abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_&");

  return is_telephone(text) || (n >= 1 && n <= 11 && text[n] == '\0');
}

static int check_numbers(const struct twilio *t, const char *where,
                         struct option_reporter *reporter) {
  int err = 0;

  if ((t->from == NULL) == (t->messaging_service == NULL) ||
      (t->from != NULL && !is_from(t->from)) ||
      (t->messaging_service != NULL && !is_sid(t->messaging_service, "MG"))) {
    option_error(reporter,
                 "%s: needs either From, like \"+15005550006\", or "
                 "MessagingServiceSID, like \"MG\" and 32 hex digits",
                 where);
    err = -EINVAL;
  }
  if (t->to.count < 1 || t->to.count > TO_MAX) {
    option_error(reporter, "%s: needs To, 1 to %d telephone numbers", where,
                 TO_MAX);
    err = -EINVAL;
  }
  for (size_t i = 0; i < t->to.count; i++)
    if (!is_telephone(t->to.items[i])) {
      option_error(reporter,
                   "%s: To %zu: expected a number like \"+10000000000\"", where,
                   i + 1);
      err = -EINVAL;
    }
  return err;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct twilio *t = settings;
  int err = curl_transfer_check(&t->http.options, where, reporter);

  t->http.user = t->api_key != NULL ? t->api_key : t->account;
  t->http.password = &t->token;
  if (!is_sid(t->account, "AC")) {
    option_error(reporter, "%s: needs AccountSID, \"AC\" and 32 hex digits",
                 where);
    err = -EINVAL;
  }
  if (t->api_key != NULL && !is_sid(t->api_key, "SK")) {
    option_error(reporter, "%s: APIKeySID: expected \"SK\" and 32 hex digits",
                 where);
    err = -EINVAL;
  }
  if (http_exchange_need_secret(&t->http, &t->token, "AuthToken", where,
                                reporter) < 0)
    err = -EINVAL;
  if (check_numbers(t, where, reporter) < 0)
    err = -EINVAL;
  if (t->base_url != NULL &&
      http_exchange_check_url(&t->http, t->base_url, "BaseURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static const char *telephone_of(const struct twilio *t,
                                const struct message *message) {
  if (message->recipient[0] != '\0')
    return message->recipient;
  return t->to.count > 0 ? t->to.items[0] : "";
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct twilio *t = settings;

  (void)message;
  where->content_type = "application/x-www-form-urlencoded";
  where->user = t->api_key != NULL ? t->api_key : t->account;
  where->password = masked ? NULL : t->token.value;
  buf_putf(&where->url, "%s/2010-04-01/Accounts/%s/Messages.json",
           t->base_url != NULL ? t->base_url : service, t->account);
}

/* The words as they go out. */
static int words_of(const struct twilio *t, const struct message *message,
                    struct buf *out) {
  static const struct text_limits limits = {
      TARGET_PLAIN, TEXT_LIMITS_CHARACTERS, TEXT_MAX, TEXT_MAX, 0};
  struct buf title, body, all;

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&all, TEMPLATE_OUTPUT_MAX);
  buf_put_result(out, text_limits_message(message, &limits, &title, &body));
  if (buf_error(out) == 0) {
    /* our own words often begin the body with the title */
    if (strncmp(body.data, title.data, title.len) != 0)
      buf_putf(&all, "%s\n", title.data);
    buf_puts(&all, body.data);
    buf_put_result(out, buf_error(&all) < 0
                            ? buf_error(&all)
                            : gsm7_text(all.data, t->segments, out));
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&all);
  return buf_error(out);
}

static void add_field(struct buf *form, const char *name, const char *value) {
  buf_putf(form, "%s%s=", form->len > 0 ? "&" : "", name);
  buf_put_result(form, text_escape(value, TARGET_URL, form));
}

static int body_of(const void *settings, const struct message *message,
                   const struct sender_env *env, struct buf *out) {
  const struct twilio *t = settings;
  struct buf words, form;

  (void)env;
  buf_init(&words, TEMPLATE_OUTPUT_MAX);
  buf_init(&form, 4 * TEMPLATE_OUTPUT_MAX);
  buf_put_result(&form, words_of(t, message, &words));
  add_field(&form, "To", telephone_of(t, message));
  if (t->from != NULL)
    add_field(&form, "From", t->from);
  else if (t->messaging_service != NULL)
    add_field(&form, "MessagingServiceSid", t->messaging_service);
  add_field(&form, "Body", words.data != NULL ? words.data : "");
  if (buf_error(&form) == 0)
    buf_puts(out, form.data);
  buf_put_result(out, buf_error(&form));
  buf_free(&words);
  buf_free(&form);
  return buf_error(out);
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* The codes of their errors; others are about the message. */
static const struct {
  int code;
  enum send_outcome outcome;
} errors[] = {
    {20003, SEND_REFUSED_CHANNEL}, /* not who it says */
    {20404, SEND_REFUSED_CHANNEL}, /* no such account */
    {21212, SEND_REFUSED_CHANNEL}, /* From is no number */
    {21606, SEND_REFUSED_CHANNEL}, /* From is not ours */
    {20429, SEND_RETRY},           /* too many requests */
    {30001, SEND_RETRY},           /* the queue is full */
};

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  const char *sid = json_reply_text(json, "sid");
  const char *status = json_reply_text(json, "status");

  if (!is_sid(sid, "SM") && !is_sid(sid, "MM")) {
    http_exchange_unreadable(settings, answer, result);
    return;
  }
  if (strcmp(status, "failed") == 0 || strcmp(status, "undelivered") == 0) {
    result->outcome = SEND_REFUSED_MESSAGE;
    http_why(settings, answer, result, "HTTP %ld, but %s", answer->status,
             status);
    return;
  }
  snprintf(result->provider_ref, sizeof(result->provider_ref), "%s", sid);
  http_why(settings, NULL, result, "message %s", sid);
}

static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  double code = json_reply_number(json, "code");

  (void)settings;
  (void)answer;
  (void)env;
  for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
    if (code == errors[i].code) {
      result->outcome = errors[i].outcome;
      if (result->outcome == SEND_RETRY && result->wait_s < LEAST_WAIT)
        result->wait_s = LEAST_WAIT;
    }
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = rules,
    .target = target,
    .body = body_of,
    .accepted = accepted,
    .refused = refused,
};

static void defaults(void *settings) {
  struct twilio *t = settings;

  http_exchange_defaults(settings, &exchange);
  t->segments = 1;
}

/* -- what may have arrived ------------------------------------------------- */

static bool is_ours(const cJSON *item, const struct message *message,
                    const char *words) {
  time_t made = curl_getdate(json_reply_text(item, "date_created"), NULL);

  return strcmp(json_reply_text(item, "body"), words) == 0 &&
         is_sid(json_reply_text(item, "sid"), "SM") && made > 0 &&
         (int64_t)made >= message->created / 1000 - EARLIER_S;
}

/* Looks through the last messages to this telephone. 1 = it is there, 0 = it
 * is not, negative: cannot be told. */
static int look_for(struct twilio *t, const struct message *message,
                    const struct sender_env *env, struct send_result *result) {
  struct http_request request = {
      .method = "GET", .user = t->http.user, .password = t->token.value};
  struct http_target where;
  struct http_answer answer;
  const cJSON *item = NULL;
  struct buf words;
  cJSON *json;
  int found = -EAGAIN;

  http_target_init(&where);
  buf_init(&words, TEMPLATE_OUTPUT_MAX);
  target(t, message, false, &where);
  buf_puts(&where.url, "?PageSize=50&To=");
  buf_put_result(&where.url,
                 text_escape(telephone_of(t, message), TARGET_URL, &where.url));
  if (words_of(t, message, &words) == 0 && buf_error(&where.url) == 0) {
    request.url = where.url.data;
    http_perform(&t->http, &request, env, &answer);
    json = json_reply_parse(&answer);
    item = cJSON_GetObjectItemCaseSensitive(json, "messages");
    if (answer.status == 200 && cJSON_IsArray(item)) {
      found = 0;
      for (item = item->child; item != NULL && found == 0; item = item->next)
        if (is_ours(item, message, words.data)) {
          snprintf(result->provider_ref, sizeof(result->provider_ref), "%s",
                   json_reply_text(item, "sid"));
          found = 1;
        }
    }
    cJSON_Delete(json);
    http_answer_free(&answer);
  }
  buf_free(&words);
  http_target_free(&where);
  return found;
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct twilio *t = settings;
  int found = 0;

  http_result_init(result);
  if (message->kind == MESSAGE_REPEAT) {
    result->outcome = SEND_SENT;
    snprintf(result->why, sizeof(result->why), "reminders are not sent by SMS");
    return;
  }
  if (message->recipient[0] == '\0' && t->to.count > 1) {
    result->outcome = SEND_SPLIT;
    snprintf(result->why, sizeof(result->why), "one SMS for each number");
    return;
  }
  if (message->ambiguous)
    found = look_for(t, message, env, result);
  if (found == 0) {
    http_exchange_send(settings, message, env, result);
  } else {
    result->outcome = found > 0 ? SEND_SENT : SEND_AMBIGUOUS;
    snprintf(result->why, sizeof(result->why),
             found > 0 ? "it had arrived"
                       : "cannot be looked for, so it is not sent again");
  }
  if (result->outcome == SEND_AMBIGUOUS && result->wait_s < DOUBT_WAIT)
    result->wait_s = DOUBT_WAIT;
}

static const char *recipient(const void *settings, size_t i) {
  const struct twilio *t = settings;

  return i < t->to.count ? t->to.items[i] : NULL;
}

const struct sender sender_twilio = {
    .name = "twilio",
    .title = "Twilio",
    .line_name = "Twilio",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct twilio),
    .least_level = LEVEL_CRITICAL,
    .rate_count = 5,
    .rate_window_s = 3600,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .reread = http_settings_reread,
    .recipient = recipient,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
