/* SPDX-License-Identifier: MIT */
/* Slack: by incoming webhook, or by a bot's token, which can
 * put the recovery into the alert's thread. */
#include <config.h>

#include "alert/channel/slack.h"

#include "alert/channel/http_exchange.h"
#include "alert/channel/json_reply.h"
#include "alert/text/alert_fields.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/text_limits.h"
#include "base/json_writer.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  TITLE_MAX = 250,
  BODY_MAX = 700, /* beyond this, or five lines, Slack folds it away */
  LINES_MAX = 5,
  FIELDS_MAX = 8,
  URL_MAX = 2000,
  LEAST_WAIT = 1,
  BROKEN_WAIT = 30,
};

static const char service[] = "https://slack.com";

/* one colour per level, the same ones in every channel that has them */
static const char *const colours[LEVEL_COUNT] = {
    [LEVEL_OK] = "#2eb886",      [LEVEL_INFO] = "#439fe0",
    [LEVEL_WARNING] = "#daa038", [LEVEL_ERROR] = "#e8590c",
    [LEVEL_CRITICAL] = "danger", [LEVEL_EMERGENCY] = "danger",
};

struct slack {
  struct http_channel http;
  struct secret webhook_url; /* mode 1 */
  struct secret bot_token;   /* mode 2 */
  char *channel_id;
  bool broadcast;
  char *mention;
  char *username;
  char *icon_emoji;
  char *legacy_channel;
  char *base_url;
  bool thread_lost; /* runtime: what the last answer said */
};

HTTP_SETTINGS(struct slack);

static const struct option options[] = {
    SECRET_OPTIONS("WebhookURL", struct slack, webhook_url),
    SECRET_OPTIONS("BotToken", struct slack, bot_token),
    {.name = "ChannelID",
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, channel_id)},
    {.name = "ReplyBroadcast",
     .type = OPTION_BOOL,
     .offset = offsetof(struct slack, broadcast)},
    {.name = "Mention",
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, mention)},
    {.name = "Username",
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, username)},
    {.name = "IconEmoji",
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, icon_emoji)},
    {.name = "LegacyChannel",
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, legacy_channel)},
    {.name = "BaseURL", /* for tests and proxies */
     .type = OPTION_STRING,
     .offset = offsetof(struct slack, base_url)},
    TRANSFER_OPTIONS(struct slack, http.options),
    {.name = NULL}};

static const char *const line[] = {"WebhookURL", NULL};

/* -- configuration --------------------------------------------------------- */

static bool is_word(const char *text, const char *letters) {
  return *text != '\0' && text[strspn(text, letters)] == '\0';
}

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* What the option may be and what goes into the text for it. */
static int mention_of(const char *mention, char *out, size_t size) {
  if (strcmp(mention, "here") == 0 || strcmp(mention, "channel") == 0 ||
      strcmp(mention, "everyone") == 0)
    snprintf(out, size, "<!%s> ", mention);
  else if ((mention[0] == 'U' || mention[0] == 'W') &&
           is_word(mention, CAPITALS) && strlen(mention) < 32)
    snprintf(out, size, "<@%s> ", mention);
  else if (mention[0] == 'S' && is_word(mention, CAPITALS) &&
           strlen(mention) < 32)
    snprintf(out, size, "<!subteam^%s> ", mention);
  else
    return -EINVAL;
  return 0;
}

static bool is_bot(const struct slack *s) {
  return !secret_unset(&s->bot_token);
}

static int check_bot(const struct slack *s, const char *where,
                     struct option_reporter *reporter) {
  int err = 0;

  if (s->channel_id == NULL || !is_word(s->channel_id, CAPITALS)) {
    option_error(reporter, "%s: BotToken needs ChannelID, like \"C0123456789\"",
                 where);
    err = -EINVAL;
  }
  if (strpbrk(s->bot_token.value, " \t") != NULL) {
    option_error(reporter, "%s: BotToken: expected one word", where);
    err = -EINVAL;
  }
  return err;
}

static int check_mode(struct slack *s, const char *where,
                      struct option_reporter *reporter) {
  if (secret_unset(&s->webhook_url) != is_bot(s)) {
    option_error(reporter,
                 "%s: needs either WebhookURL or BotToken (or their ...File)",
                 where);
    return -EINVAL;
  }
  if (is_bot(s))
    return http_exchange_need_secret(&s->http, &s->bot_token, "BotToken", where,
                                     reporter) < 0
               ? -EINVAL
               : check_bot(s, where, reporter);
  return http_exchange_need_secret(&s->http, &s->webhook_url, "WebhookURL",
                                   where, reporter) < 0
             ? -EINVAL
             : http_exchange_check_url(&s->http, s->webhook_url.value,
                                       "WebhookURL", where, reporter);
}

/* What the other way of sending needs; this one works without. */
static void check_other_mode(const struct slack *s, const char *where,
                             struct option_reporter *reporter) {
  const struct {
    const char *option;
    bool given, bot;
  } all[] = {{"ChannelID", s->channel_id != NULL, true},
             {"ReplyBroadcast", s->broadcast, true},
             {"LegacyChannel", s->legacy_channel != NULL, false}};

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    if (all[i].given && all[i].bot != is_bot(s))
      option_error(reporter, "%s: option %s does nothing without %s", where,
                   all[i].option, all[i].bot ? "BotToken" : "WebhookURL");
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct slack *s = settings;
  int err = curl_transfer_check(&s->http.options, where, reporter);
  char text[64];

  if (check_mode(s, where, reporter) < 0)
    err = -EINVAL;
  else
    check_other_mode(s, where, reporter);
  if (s->mention != NULL && mention_of(s->mention, text, sizeof(text)) < 0) {
    option_error(reporter,
                 "%s: Mention \"%s\": expected here, channel, everyone, or the "
                 "id of a user (U..) or group (S..)",
                 where, s->mention);
    err = -EINVAL;
  }
  if (s->base_url != NULL &&
      http_exchange_check_url(&s->http, s->base_url, "BaseURL", where,
                              reporter) < 0)
    err = -EINVAL;
  return err;
}

/* -- the message ----------------------------------------------------------- */

static int escaped(const char *text, size_t max, struct buf *out) {
  struct buf cut;
  int err;

  buf_init(&cut, 4096);
  err = text_limits_truncate(text, TEXT_LIMITS_CHARACTERS, max, 1, &cut);
  if (err == 0)
    err = text_escape(cut.data, TARGET_SLACK, out);
  buf_free(&cut);
  return err;
}

static void add_escaped(struct json_writer *j, cJSON *parent, const char *name,
                        const char *text, size_t max) {
  struct buf out;

  buf_init(&out, 16384);
  if (escaped(text, max, &out) < 0)
    j->failed = true;
  else
    json_writer_text(j, parent, name, out.data);
  buf_free(&out);
}

static void add_fields(struct json_writer *j, cJSON *attachment,
                       const struct message *message) {
  struct alert_field facts[ALERT_FIELDS_MAX];
  size_t n = alert_fields_of(message, facts);
  cJSON *fields;

  if (n == 0)
    return;
  fields = json_writer_array(j, attachment, "fields");
  for (size_t i = 0; i < n && i < FIELDS_MAX; i++) {
    cJSON *field = json_writer_object(j, fields, NULL);
    add_escaped(j, field, "title", facts[i].name, 100);
    add_escaped(j, field, "value", facts[i].value, 300);
    json_writer_bool(j, field, "short", true);
  }
}

static void add_attachment(struct json_writer *j, const struct message *message,
                           const struct sender_env *env, const char *title,
                           const char *body) {
  cJSON *list = json_writer_array(j, j->root, "attachments");
  cJSON *a = json_writer_object(j, list, NULL);
  char foot[300];
  struct buf url;

  json_writer_text(j, a, "color", colours[message_level_now(message)]);
  json_writer_text(j, a, "fallback", title);
  buf_init(&url, URL_MAX + 1);
  if (message_url(message, URL_MAX, &url) < 0)
    j->failed = true;
  if (url.len > 0) {
    add_escaped(j, a, "title", message->alert->device, TITLE_MAX);
    json_writer_text(j, a, "title_link", url.data);
  }
  buf_free(&url);
  json_writer_text(j, a, "text", body);
  add_fields(j, a, message);
  alert_fields_source(message, env->collectd_host, foot, sizeof(foot));
  add_escaped(j, a, "footer", foot, 300);
  json_writer_number(j, a, "ts", (double)(message->created / 1000));
  json_writer_text(j, json_writer_array(j, a, "mrkdwn_in"), NULL, "text");
}

/* The thread this message belongs to: "C0123:1700000000.000100" came back from
 * its first message. NULL = a message of its own. */
static const char *thread_of(const struct slack *s,
                             const struct message *message) {
  const char *colon = strchr(message->root_ref, ':');

  if (s->channel_id == NULL || colon == NULL ||
      strncmp(message->root_ref, s->channel_id,
              (size_t)(colon - message->root_ref)) != 0)
    return NULL;
  return colon[1] != '\0' ? colon + 1 : NULL;
}

static void add_addressing(struct json_writer *j, const struct slack *s,
                           const struct message *message) {
  const char *thread = thread_of(s, message);

  if (s->channel_id != NULL)
    json_writer_text(j, j->root, "channel", s->channel_id);
  else if (s->legacy_channel != NULL)
    json_writer_text(j, j->root, "channel", s->legacy_channel);
  if (s->username != NULL)
    json_writer_text(j, j->root, "username", s->username);
  if (s->icon_emoji != NULL)
    json_writer_text(j, j->root, "icon_emoji", s->icon_emoji);
  if (thread != NULL) {
    json_writer_text(j, j->root, "thread_ts", thread);
    if (s->broadcast)
      json_writer_bool(j, j->root, "reply_broadcast", true);
  }
}

static int payload(const void *settings, const struct message *message,
                   const struct sender_env *env, struct json_writer *j) {
  static const struct text_limits limits = {
      TARGET_SLACK, TEXT_LIMITS_CHARACTERS, TITLE_MAX, BODY_MAX, LINES_MAX};
  const struct slack *s = settings;
  struct buf title, body, text;
  char mention[64] = "";

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  buf_init(&text, TEMPLATE_OUTPUT_MAX);
  if (s->mention != NULL && message->level == LEVEL_EMERGENCY &&
      message->kind != MESSAGE_RESOLVED && message->kind != MESSAGE_ACKED &&
      !message->quiet)
    mention_of(s->mention, mention, sizeof(mention));
  buf_put_result(&text, text_limits_message(message, &limits, &title, &body));
  if (buf_error(&text) == 0)
    buf_putf(&text, "%s%s", mention, title.data);
  if (buf_error(&text) == 0) {
    json_writer_text(j, j->root, "text", text.data);
    add_addressing(j, s, message);
    add_attachment(j, message, env, title.data, body.data);
  } else {
    j->failed = true;
  }
  buf_free(&title);
  buf_free(&body);
  buf_free(&text);
  return j->failed ? -ENOMEM : 0;
}

static void target(const void *settings, const struct message *message,
                   bool masked, struct http_target *where) {
  const struct slack *s = settings;

  (void)message;
  where->content_type = "application/json; charset=utf-8";
  if (is_bot(s))
    buf_putf(&where->url, "%s/api/chat.postMessage",
             s->base_url != NULL ? s->base_url : service);
  else
    http_target_secret_url(where, &s->webhook_url, masked);
  http_target_bearer(where, &s->bot_token, masked);
}

/* -- talking --------------------------------------------------------------- */

static const struct http_rule webhook_rules[] = {
    {404, 404, SEND_REFUSED_CHANNEL, 0, true, "check the WebhookURL"},
    {410, 410, SEND_REFUSED_CHANNEL, 0, true, "the channel is archived"},
    {429, 429, SEND_RETRY, LEAST_WAIT, false, NULL},
    {500, 599, SEND_RETRY, BROKEN_WAIT, false, NULL},
    {0, 0, SEND_RETRY, 0, false, NULL},
};

/* The errors of a 200 that is none; others are about the message. */
static const struct {
  const char *error;
  enum send_outcome outcome;
  double wait_s;
  bool stop;
} bot_errors[] = {
    {"rate_limited", SEND_RETRY, 30, false},
    {"ratelimited", SEND_RETRY, 30, false},
    {"internal_error", SEND_RETRY, BROKEN_WAIT, false},
    {"fatal_error", SEND_RETRY, BROKEN_WAIT, false},
    {"service_unavailable", SEND_RETRY, BROKEN_WAIT, false},
    {"request_timeout", SEND_RETRY, BROKEN_WAIT, false},
    {"team_added_to_org", SEND_RETRY, 60, false},
    {"msg_too_long", SEND_SHRINK, 0, false},
    {"invalid_auth", SEND_REFUSED_CHANNEL, 0, false},
    {"not_authed", SEND_REFUSED_CHANNEL, 0, false},
    {"token_revoked", SEND_REFUSED_CHANNEL, 0, false},
    {"token_expired", SEND_REFUSED_CHANNEL, 0, false},
    {"account_inactive", SEND_REFUSED_CHANNEL, 0, true},
    {"no_permission", SEND_REFUSED_CHANNEL, 0, false},
    {"missing_scope", SEND_REFUSED_CHANNEL, 0, false},
    {"not_allowed_token_type", SEND_REFUSED_CHANNEL, 0, false},
    {"channel_not_found", SEND_REFUSED_CHANNEL, 0, true},
    {"not_in_channel", SEND_REFUSED_CHANNEL, 0, false},
    {"is_archived", SEND_REFUSED_CHANNEL, 0, true},
    {"restricted_action", SEND_REFUSED_CHANNEL, 0, false},
    {"ekm_access_denied", SEND_REFUSED_CHANNEL, 0, false},
    {"access_denied", SEND_REFUSED_CHANNEL, 0, false},
};

static void unreadable(struct slack *s, const struct http_answer *answer,
                       struct send_result *result) {
  result->outcome = SEND_AMBIGUOUS;
  result->wait_s = BROKEN_WAIT;
  http_why(&s->http, answer, result,
           "HTTP %ld with an answer that cannot be read", answer->status);
}

/* The words of servers that take Slack's webhooks: "ok" of Slack itself, JSON
 * of Mattermost, Rocket.Chat and Zulip, nothing at all of workflows. */
enum verdict { VERDICT_GOOD, VERDICT_BAD, VERDICT_UNKNOWN };

static enum verdict verdict_of(const cJSON *json) {
  static const char *const flags[] = {"ok", "success"};
  static const char *const words[] = {"result", "status"};

  for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
    const cJSON *flag = cJSON_GetObjectItemCaseSensitive(json, flags[i]);

    if (cJSON_IsBool(flag))
      return cJSON_IsTrue(flag) ? VERDICT_GOOD : VERDICT_BAD;
  }
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    const char *word = json_reply_text(json, words[i]);

    if (word[0] != '\0')
      return strcasecmp(word, "success") == 0 || strcasecmp(word, "ok") == 0
                 ? VERDICT_GOOD
                 : VERDICT_BAD;
  }
  return VERDICT_UNKNOWN;
}

static bool is_slack_itself(const struct slack *s) {
  static const char own[] = "https://hooks.slack.com/";

  return strncasecmp(s->webhook_url.value, own, sizeof(own) - 1) == 0;
}

static void judge_webhook(struct slack *s, const struct http_answer *answer,
                          const cJSON *json, struct send_result *result) {
  char text[64] = "";
  enum verdict verdict = verdict_of(json);
  bool good;

  if (!answer->complete) {
    unreadable(s, answer, result);
    return;
  }
  if (answer->body.data != NULL)
    text_name(answer->body.data, answer->body.len, text, sizeof(text));
  if (verdict != VERDICT_UNKNOWN)
    good = verdict == VERDICT_GOOD;
  else /* a page of somebody on the way is no "ok" */
    good = strcasecmp(text, "ok") == 0 || strcasecmp(text, "\"ok\"") == 0 ||
           (answer->body.len == 0 && !is_slack_itself(s));
  if (good) {
    http_why(&s->http, NULL, result, "ok");
    return;
  }
  /* a page of a login or of a router says nothing of the message */
  result->passes = text[0] == '<';
  result->outcome =
      result->passes ? SEND_REFUSED_CHANNEL : SEND_REFUSED_MESSAGE;
  http_why(&s->http, answer, result, "HTTP %ld, but the answer is not ok",
           answer->status);
}

static void bot_failed(struct slack *s, const struct http_answer *answer,
                       const char *error, struct send_result *result) {
  result->outcome = SEND_REFUSED_MESSAGE;
  for (size_t i = 0; i < sizeof(bot_errors) / sizeof(bot_errors[0]); i++)
    if (strcmp(error, bot_errors[i].error) == 0) {
      result->outcome = bot_errors[i].outcome;
      result->wait_s = bot_errors[i].wait_s;
      result->stop = bot_errors[i].stop;
    }
  if (result->outcome == SEND_RETRY && answer->retry_after >= 0)
    result->wait_s = answer->retry_after;
  s->thread_lost = strcmp(error, "thread_not_found") == 0;
  http_why(&s->http, NULL, result, "HTTP %ld, but not ok: %.100s",
           answer->status, error);
}

static void judge_bot(struct slack *s, const struct http_answer *answer,
                      const cJSON *json, struct send_result *result) {
  const cJSON *ok = cJSON_GetObjectItemCaseSensitive(json, "ok");
  const char *channel = json_reply_text(json, "channel");
  const char *ts = json_reply_text(json, "ts");

  if (!cJSON_IsBool(ok)) {
    unreadable(s, answer, result);
  } else if (cJSON_IsTrue(ok)) {
    if (strlen(ts) < 64 && strlen(channel) < 64)
      snprintf(result->provider_ref, sizeof(result->provider_ref), "%s:%s",
               channel, ts);
    http_why(&s->http, NULL, result, "ok, ts %.64s", ts);
  } else {
    bot_failed(s, answer, json_reply_text(json, "error"), result);
  }
}

static void accepted(void *settings, const struct http_answer *answer,
                     const cJSON *json, struct send_result *result) {
  struct slack *s = settings;

  if (is_bot(s))
    judge_bot(s, answer, json, result);
  else
    judge_webhook(s, answer, json, result);
}

/* 429 with the wait in the body. */
static void refused(void *settings, const struct http_answer *answer,
                    const cJSON *json, const struct sender_env *env,
                    struct send_result *result) {
  double wait = json_reply_number(json, "retry_after");

  (void)settings;
  (void)env;
  if (answer->status == 429 && wait > result->wait_s && wait < HTTP_WAIT_MAX)
    result->wait_s = wait;
}

static const struct http_exchange exchange = {
    .options = options,
    .rules = webhook_rules,
    .target = target,
    .payload = payload,
    .accepted = accepted,
    .refused = refused,
};

static void defaults(void *settings) {
  http_exchange_defaults(settings, &exchange);
}

/* A thread that somebody deleted must not keep the message from people. */
static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  struct slack *s = settings;
  struct message alone = *message;

  s->thread_lost = false;
  http_exchange_send(settings, message, env, result);
  alone.root_ref = "";
  if (s->thread_lost && thread_of(s, message) != NULL)
    http_exchange_send(settings, &alone, env, result);
}

const struct sender sender_slack = {
    .name = "slack",
    .title = "Slack",
    .line_name = "Slack",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct slack),
    .rate_count = 30,
    .rate_window_s = 600,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .reread = http_settings_reread,
    .render = http_exchange_render,
    .close = http_settings_close,
    .destroy = http_exchange_destroy,
};
