/* SPDX-License-Identifier: MIT */
/* Pushover: pushes, and emergencies that ring until someone
 * acknowledges them, here or on the telephone. */
#include <config.h>

#include "alert/channel/pushover/pushover.h"

#include "alert/channel/json_reply.h"
#include "alert/channel/pushover/pushover_form.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  KEY_LEN = 30, /* of tokens, user keys and receipts */
  RETRY_MIN = 30,
  EXPIRE_MAX = 10800,
  LEAST_WAIT = 5,
  QUOTA_WAIT_MAX = 32 * 24 * 3600, /* quotas count by the month */
};

static const char service[] = "https://api.pushover.net";

static const char *const from_levels[] = {
    "ok", "info", "warning", "error", "critical", "emergency", "never", NULL};

static const char *const formats[] = {"plain", "html", "monospace", NULL};

HTTP_SETTINGS(struct pushover);

static const struct option options[] = {
    SECRET_OPTIONS("Token", struct pushover, token),
    SECRET_OPTIONS("User", struct pushover, user),
    {.name = "Device",
     .type = OPTION_STRING,
     .offset = offsetof(struct pushover, device)},
    {.name = "Sound",
     .type = OPTION_STRING,
     .offset = offsetof(struct pushover, sound)},
    {.name = "EmergencyFrom",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct pushover, emergency_from),
     .choices = from_levels},
    {.name = "Retry",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct pushover, retry),
     .min = RETRY_MIN,
     .max = EXPIRE_MAX},
    {.name = "Expire",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct pushover, expire),
     .min = RETRY_MIN,
     .max = EXPIRE_MAX},
    {.name = "TTL",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct pushover, ttl),
     .min = 0,
     .max = 31536000},
    {.name = "Format",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct pushover, format),
     .choices = formats},
    {.name = "BaseURL", /* for tests and proxies */
     .type = OPTION_STRING,
     .offset = offsetof(struct pushover, base_url)},
    TRANSFER_OPTIONS(struct pushover, http.options),
    {.name = NULL}};

static const char *const line[] = {"User", "Token", NULL};

static void defaults(void *settings) {
  struct pushover *p = settings;

  http_defaults(&p->http);
  p->emergency_from = LEVEL_EMERGENCY;
  p->retry = 60;
  p->expire = 3600;
}

/* -- configuration --------------------------------------------------------- */

static bool is_key(const char *text) {
  return text != NULL && strlen(text) == KEY_LEN &&
         strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789") == KEY_LEN;
}

static int check_key(struct secret *s, const char *name, const char *where,
                     struct option_reporter *reporter) {
  if (secret_unset(s)) {
    option_error(reporter, "%s: needs %s or %sFile", where, name, name);
    return -EINVAL;
  }
  if (secret_load(s, where, name, reporter) < 0)
    return -EINVAL;
  if (!is_key(s->value)) {
    option_error(reporter,
                 "%s: %s: expected %d letters and digits, found %zu characters",
                 where, name, KEY_LEN, strlen(s->value));
    return -EINVAL;
  }
  return 0;
}

/* Names of 1 to 25 of [A-Za-z0-9_-], separated by commas. */
static bool are_devices(const char *text) {
  while (*text != '\0') {
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                            "XYZ0123456789_-");
    if (n < 1 || n > 25)
      return false;
    text += n;
    if (*text == ',' && text[1] != '\0')
      text++;
    else if (*text != '\0')
      return false;
  }
  return true;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct pushover *p = settings;
  char why[200];
  int err = curl_transfer_check(&p->http.options, where, reporter);

  http_keep_secret(&p->http, &p->token);
  http_keep_secret(&p->http, &p->user);
  if (check_key(&p->token, "Token", where, reporter) < 0)
    err = -EINVAL;
  if (check_key(&p->user, "User", where, reporter) < 0)
    err = -EINVAL;
  if (p->device != NULL && !are_devices(p->device)) {
    option_error(reporter,
                 "%s: Device \"%s\": expected names of 1 to 25 letters, "
                 "digits, _ or -, separated by commas",
                 where, p->device);
    err = -EINVAL;
  }
  if (p->sound != NULL && !are_devices(p->sound)) {
    option_error(reporter, "%s: Sound \"%s\": expected the name of a sound",
                 where, p->sound);
    err = -EINVAL;
  }
  if (p->expire < p->retry) {
    option_error(reporter, "%s: Expire must not be shorter than Retry", where);
    err = -EINVAL;
  }
  if (p->base_url != NULL &&
      http_url_check(p->base_url, p->http.options.allow_insecure, NULL, 0, why,
                     sizeof(why)) < 0) {
    option_error(reporter, "%s: BaseURL: %s", where, why);
    err = -EINVAL;
  }
  return err;
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule rules[] = {
    {429, 429, SEND_RETRY, LEAST_WAIT, false, "the monthly quota is used up"},
    {500, 599, SEND_RETRY, LEAST_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

static void post(struct pushover *p, const char *method, const char *path,
                 const struct buf *form, const struct sender_env *env,
                 struct http_answer *answer) {
  static const char *const headers[] = {
      "Content-Type: application/x-www-form-urlencoded", NULL};
  struct buf url;
  struct http_request request = {.method = method};

  buf_init(&url, 2048);
  if (buf_addf(&url, "%s%s", p->base_url != NULL ? p->base_url : service,
               path) < 0) {
    memset(answer, 0, sizeof(*answer));
    answer->failure = CURL_TRANSFER_UNREACHABLE;
    return;
  }
  request.url = url.data;
  if (form != NULL) {
    request.headers = headers;
    request.body = form->data;
    request.body_len = form->len;
  }
  http_perform(&p->http, &request, env, answer);
  explicit_bzero(url.data, url.len); /* of a poll it holds the token */
  buf_free(&url);
}

/* Which of the two the errors are about: then no other message will pass. */
static bool key_is_refused(const cJSON *json) {
  return strcmp(json_reply_text(json, "token"), "invalid") == 0 ||
         strcmp(json_reply_text(json, "user"), "invalid") == 0;
}

static void note_quota(struct pushover *p, const struct http_answer *answer,
                       const struct sender_env *env,
                       struct send_result *result) {
  double limit = http_header_number(answer, "X-Limit-App-Limit");
  double left = http_header_number(answer, "X-Limit-App-Remaining");
  double reset = http_header_number(answer, "X-Limit-App-Reset");
  double now = (double)(env->wall_ms(env->clock_arg) / 1000);

  if (left >= 0 && left < 1e9)
    result->quota_left = (long)left;
  if (left >= 0 && limit > 0 && left <= limit / 10 &&
      reset != p->warned_reset) {
    p->warned_reset = reset;
    log_say(LOG_LEVEL_WARNING,
            "channel \"%s\": %.0f of %.0f messages left at Pushover this "
            "month",
            env->channel, left, limit);
  }
  if (answer->status == 429 && reset > now) {
    double wait = reset - now;
    result->wait_s = wait < QUOTA_WAIT_MAX ? wait : QUOTA_WAIT_MAX;
  }
}

/* The verdict on one answer. */
static void judge(struct pushover *p, const struct http_answer *answer,
                  const struct message *message, const struct sender_env *env,
                  struct send_result *result) {
  cJSON *json = json_reply_parse(answer);
  bool good = http_judge(&p->http, answer, rules, message, result);

  note_quota(p, answer, env, result);
  if (good &&
      !cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(json, "status"))) {
    result->outcome = SEND_AMBIGUOUS;
    result->wait_s = 30;
    http_why(&p->http, answer, result,
             "HTTP %ld with an answer that cannot be read", answer->status);
  } else if (good && json_reply_number(json, "status") != 1) {
    result->outcome = SEND_REFUSED_MESSAGE;
    http_why(&p->http, answer, result, "HTTP %ld, but status is not 1",
             answer->status);
  } else if (good) {
    const char *receipt = json_reply_text(json, "receipt");
    if (is_key(receipt))
      snprintf(result->provider_ref, sizeof(result->provider_ref), "%s",
               receipt);
    http_why(&p->http, NULL, result, "request %.64s",
             json_reply_text(json, "request"));
  } else if (answer->status >= 400 && answer->status < 500 &&
             answer->status != 429 && json != NULL && key_is_refused(json)) {
    result->outcome = SEND_REFUSED_CHANNEL;
  }
  cJSON_Delete(json);
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct pushover *p = settings;
  struct http_answer answer;
  struct buf form;
  bool again = true;

  buf_init(&form, PUSHOVER_FORM_MAX);
  for (int tries = 0; again && tries < 2; tries++) {
    again = false;
    http_result_init(result);
    buf_clear(&form);
    if (pushover_form(p, message, p->token.value, p->user.value, &form) < 0) {
      snprintf(result->why, sizeof(result->why), "out of memory");
      break;
    }
    post(p, "POST", "/1/messages.json", &form, env, &answer);
    judge(p, &answer, message, env, result);
    if (result->outcome == SEND_REFUSED_CHANNEL && answer.status >= 400) {
      again = http_reread(&p->http) && is_key(p->token.value) &&
              is_key(p->user.value);
    }
    http_answer_free(&answer);
  }
  if (form.data != NULL)
    explicit_bzero(form.data, form.len);
  buf_free(&form);
}

/* -- emergencies ----------------------------------------------------------- */

static void stop_ringing(struct pushover *p, const char *path,
                         const struct message *message,
                         const struct sender_env *env,
                         struct send_result *result) {
  struct http_answer answer;
  struct buf form;
  cJSON *json;

  buf_init(&form, 256);
  http_result_init(result);
  pushover_add_field(&form, "token", p->token.value);
  if (buf_error(&form) < 0) {
    snprintf(result->why, sizeof(result->why), "out of memory");
    return;
  }
  post(p, "POST", path, &form, env, &answer);
  json = json_reply_parse(&answer);
  if (http_judge(&p->http, &answer, rules, message, result)) {
    if (json == NULL || json_reply_number(json, "status") != 1) {
      result->outcome = SEND_REFUSED_MESSAGE;
      http_why(&p->http, &answer, result, "HTTP %ld, but not cancelled",
               answer.status);
    }
  } else if (answer.status == 404) { /* over already: just as well */
    result->outcome = SEND_SENT;
  } else if (json != NULL && key_is_refused(json)) {
    result->outcome = SEND_REFUSED_CHANNEL;
  }
  if (result->outcome == SEND_AMBIGUOUS)
    result->outcome = SEND_RETRY; /* twice cancelled is as good as once */
  cJSON_Delete(json);
  http_answer_free(&answer);
  explicit_bzero(form.data, form.len);
  buf_free(&form);
}

/* One receipt by its number; when several were given out for this episode, or
 * perhaps one that we know nothing of, all of them by the tag they share. */
static void cancel(void *settings, const struct message *message,
                   const struct sender_env *env, struct send_result *result) {
  struct pushover *p = settings;
  char path[128];
  char tag[PUSHOVER_TAG_SIZE];
  bool single = !message->ambiguous && is_key(message->last_ref) &&
                (message->root_ref[0] == '\0' ||
                 strcmp(message->root_ref, message->last_ref) == 0);

  pushover_tag(message->alert, tag);
  if (single)
    snprintf(path, sizeof(path), "/1/receipts/%s/cancel.json",
             message->last_ref);
  else
    snprintf(path, sizeof(path), "/1/receipts/cancel_by_tag/%s.json", tag);
  stop_ringing(p, path, message, env, result);
}

static int poll_(void *settings, const char *ref, const struct sender_env *env,
                 struct poll_result *result) {
  struct pushover *p = settings;
  struct http_answer answer;
  char path[160];
  cJSON *json;
  int err = -EAGAIN;

  memset(result, 0, sizeof(*result));
  if (!is_key(ref)) {
    result->over = true;
    return 0;
  }
  snprintf(path, sizeof(path), "/1/receipts/%s.json?token=%s", ref,
           p->token.value);
  post(p, "GET", path, NULL, env, &answer);
  explicit_bzero(path, sizeof(path));
  json = json_reply_parse(&answer);
  if (answer.status == 200 && json != NULL &&
      json_reply_number(json, "status") == 1) {
    const char *by = json_reply_text(json, "acknowledged_by_device");
    result->acknowledged = json_reply_number(json, "acknowledged") == 1;
    result->over =
        result->acknowledged || json_reply_number(json, "expired") == 1;
    if (json_reply_number(json, "acknowledged_at") > 0 &&
        json_reply_number(json, "acknowledged_at") < 1e11)
      result->acknowledged_at =
          (int64_t)json_reply_number(json, "acknowledged_at") * 1000;
    text_clean(by, strlen(by), result->by, sizeof(result->by));
    err = 0;
  } else if (answer.status == 404 || answer.status == 400) {
    result->over = true;
    err = 0;
  } else if (answer.status == 429 && answer.retry_after > 0) {
    result->wait_s = answer.retry_after;
  }
  cJSON_Delete(json);
  http_answer_free(&answer);
  return err;
}

static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct pushover *p = settings;
  struct buf form;
  int err;

  (void)env;
  buf_init(&form, PUSHOVER_FORM_MAX);
  err = pushover_form(p, message, "***", "***", &form);
  if (err == 0)
    err = buf_addf(out,
                   "POST %s/1/messages.json\n"
                   "Content-Type: application/x-www-form-urlencoded\n\n%s\n",
                   p->base_url != NULL ? p->base_url : service, form.data);
  buf_free(&form);
  return err;
}

static void destroy(void *settings) {
  struct pushover *p = settings;

  http_free(&p->http);
  secret_free(&p->token);
  secret_free(&p->user);
  free(p->device);
  free(p->sound);
  free(p->base_url);
}

static bool rings(const void *settings, enum level level) {
  return pushover_rings(settings, level);
}

const struct sender sender_pushover = {
    .name = "pushover",
    .title = "Pushover",
    .line_name = "Pushover",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct pushover),
    .rate_count = 20,
    .rate_window_s = 600,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .cancel = cancel,
    .rings = rings,
    .poll = poll_,
    .reread = http_settings_reread,
    .render = render,
    .close = http_settings_close,
    .destroy = destroy,
};
