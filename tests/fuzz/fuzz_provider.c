/* SPDX-License-Identifier: MIT */
/* Whatever a provider answers, a channel comes to a verdict: never a crash,
 * never a hang, no secret in its words, "sent" only for a good status.
 *
 * http_perform() is replaced at link time (--wrap), so no network is touched.
 * Input: byte 0 picks the channel and what is asked of it, bytes 1 and 2 the
 * status, byte 3 how the transfer ended; then header lines up to an empty line,
 * then the body. */
#include <config.h>

#include "alert/channel/discord.h"
#include "alert/channel/http.h"
#include "alert/channel/pushover/pushover.h"
#include "alert/channel/slack.h"
#include "alert/channel/webhook.h"
#include "base/log.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "TokenTokenTokenTokenTokenToken"
#define PATH "SecretSecretSecretSecret"
#define WEB "https://localhost/hooks/" PATH

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __wrap_http_perform(struct http_channel *c,
                         const struct http_request *request,
                         const struct sender_env *env,
                         struct http_answer *answer);

static struct {
  long status;
  uint8_t how;
  const char *headers, *body;
  size_t headers_len, body_len;
} next;

static const struct {
  const struct sender *sender;
  const char *secret; /* that no text may hold */
  const char *options[8];
} kinds[] = {
    {&sender_pushover, TOKEN, {"Token", TOKEN, "User", TOKEN}},
    {&sender_slack, PATH, {"WebhookURL", WEB}},
    {&sender_slack,
     "xoxb-" TOKEN,
     {"BotToken", "xoxb-" TOKEN, "ChannelID", "C1"}},
    {&sender_webhook,
     TOKEN,
     {"URL", WEB, "HMACSecret", TOKEN, "BearerToken", TOKEN}},
    {&sender_discord, PATH, {"WebhookURL", WEB}},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
static void *settings[KINDS];

void __wrap_http_perform(struct http_channel *c,
                         const struct http_request *request,
                         const struct sender_env *env,
                         struct http_answer *answer) {
  char value[128];

  (void)c;
  (void)request;
  memset(answer, 0, sizeof(*answer));
  buf_init(&answer->body, HTTP_ANSWER_MAX);
  buf_init(&answer->headers, HTTP_HEADERS_MAX);
  answer->status = next.status;
  answer->failure =
      (enum curl_transfer_failure)(next.how % (CURL_TRANSFER_MALFORMED + 1));
  answer->written = (next.how & 0x40) != 0 || next.status != 0;
  answer->complete = (next.how & 0x80) == 0;
  answer->retry_after = -1;
  if (buf_add(&answer->headers, next.headers, next.headers_len) < 0 ||
      buf_add(&answer->body, next.body, next.body_len) < 0)
    answer->complete = false;
  if (http_header(answer, "Retry-After", value, sizeof(value)))
    answer->retry_after =
        http_retry_after(value, env->wall_ms(env->clock_arg) / 1000);
}

static int64_t wall_ms(void *arg) {
  (void)arg;
  return INT64_C(1790000000) * 1000;
}

static void say_nothing(void *arg, const char *line) {
  (void)arg;
  (void)line;
}

static void log_nothing(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  if (strstr(text, TOKEN) != NULL)
    abort();
}

static void set_up(void) {
  struct option_reporter reporter = {.say = say_nothing};

  log_set_sink(log_nothing, NULL);
  for (size_t i = 0; i < KINDS; i++) {
    struct conf_item *block = conf_new("Channel");
    const struct sender *s = kinds[i].sender;

    for (const char *const *o = kinds[i].options; *o != NULL; o += 2)
      if (conf_add_string(conf_add_child(block, o[0]), o[1]) < 0)
        abort();
    settings[i] = calloc(1, s->settings_size);
    s->defaults(settings[i]);
    options_read(s->options, settings[i], block, "fuzz", &reporter);
    if (s->check(settings[i], "fuzz", &reporter) < 0)
      abort();
    conf_free(block);
  }
}

static void check_result(const struct send_result *r, const char *secret) {
  if ((int)r->outcome < SEND_SENT || r->outcome > SEND_SPLIT ||
      !isfinite(r->wait_s) || r->wait_s < 0 || r->wait_s > 40.0 * 86400 ||
      memchr(r->why, '\0', sizeof(r->why)) == NULL ||
      memchr(r->provider_ref, '\0', sizeof(r->provider_ref)) == NULL ||
      strstr(r->why, secret) != NULL)
    abort();
  for (const char *c = r->why; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20)
      abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char fingerprint[] = "0123456789abcdef0123456789abcdef";
  const struct sender_env env = {.wall_ms = wall_ms,
                                 .channel = "fuzz",
                                 .collectd_host = "localhost",
                                 .version = "0"};
  struct alert alert;
  struct message m = {.kind = MESSAGE_OPEN,
                      .level = LEVEL_EMERGENCY,
                      .alert = &alert,
                      .title = "Freezer: 1 620 W",
                      .body = "Freezer: 1 620 W, above 1 500 W",
                      .channel = "fuzz",
                      .delivery_id = fingerprint,
                      .message_id = "<a@b>",
                      .thread_root = "",
                      .previous = "",
                      .root_ref = "C1:1700000000.000100",
                      .last_ref = TOKEN,
                      .recipient = "",
                      .attempt = 1,
                      .delay_why = "",
                      .fallback_for = ""};
  struct send_result result;
  struct poll_result poll;
  const uint8_t *gap;
  size_t kind;

  if (size < 4)
    return 0;
  if (settings[0] == NULL)
    set_up();
  kind = data[0] % KINDS;
  next.status = (data[1] << 8 | data[2]) % 700;
  if (next.status < 100)
    next.status = 0;
  next.how = data[3];
  next.headers = (const char *)data + 4;
  gap = memmem(data + 4, size - 4, "\n\n", 2);
  next.headers_len = gap != NULL ? (size_t)(gap - data) - 4 : 0;
  next.body = next.headers + next.headers_len + (gap != NULL ? 2 : 0);
  next.body_len = (size_t)((const char *)data + size - next.body);
  alert_init(&alert);
  memcpy(alert.fingerprint, fingerprint, sizeof(fingerprint));
  kinds[kind].sender->send(settings[kind], &m, &env, &result);
  check_result(&result, kinds[kind].secret);
  if (result.outcome == SEND_SENT && (next.status < 200 || next.status > 299))
    abort();
  if (kinds[kind].sender->cancel != NULL) {
    kinds[kind].sender->cancel(settings[kind], &m, &env, &result);
    check_result(&result, kinds[kind].secret);
    if (kinds[kind].sender->poll(settings[kind], TOKEN, &env, &poll) == 0 &&
        memchr(poll.by, '\0', sizeof(poll.by)) == NULL)
      abort();
  }
  return 0;
}
