/* SPDX-License-Identifier: MIT */
/* One GET; its answer's status is all that counts: see heartbeat_sender.h. */
#include <config.h>

#include "alert/channel/heartbeat_sender.h"

#include "alert/channel/http.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct heartbeat_settings {
  struct heartbeat_times times; /* first: all senders of heartbeats have it */
  struct http_channel http;
  struct secret url; /* who has it can make a dead daemon look alive */
  char host[HTTP_HOST_SIZE];
};

_Static_assert(offsetof(struct heartbeat_settings, times) == 0,
               "the engine reads the times by the settings' address");

static const struct option options[] = {
    HEARTBEAT_OPTIONS,
    SECRET_OPTIONS("URL", struct heartbeat_settings, url),
    TRANSFER_OPTIONS(struct heartbeat_settings, http.options),
    {.name = NULL}};

static void defaults(void *settings) {
  struct heartbeat_settings *s = settings;

  heartbeat_times_defaults(&s->times);
  http_defaults(&s->http);
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  struct heartbeat_settings *s = settings;
  int err = curl_transfer_check(&s->http.options, where, reporter);
  char why[200];

  http_keep_secret(&s->http, &s->url);
  if (secret_unset(&s->url)) {
    option_error(reporter, "%s: needs URL or URLFile", where);
    return -EINVAL;
  }
  if (secret_load(&s->url, where, "URL", reporter) < 0)
    return -EINVAL;
  if (http_url_check(s->url.value, s->http.options.allow_insecure, s->host,
                     sizeof(s->host), why, sizeof(why)) < 0) {
    option_error(reporter, "%s: option URL: %s", where, why);
    err = -EINVAL;
  }
  return err;
}

static void ask(struct heartbeat_settings *s, const struct sender_env *env,
                struct send_result *result) {
  struct http_request request = {.method = "GET", .url = s->url.value};
  struct http_answer answer;
  char why[200];

  /* a file that was read again may hold anything */
  http_result_init(result);
  if (http_url_check(s->url.value, s->http.options.allow_insecure, NULL, 0, why,
                     sizeof(why)) < 0) {
    result->outcome = SEND_REFUSED_CHANNEL;
    http_why(&s->http, NULL, result, "%s", why);
    return;
  }
  http_perform(&s->http, &request, env, &answer);
  if (http_judge(&s->http, &answer, NULL, NULL, result))
    http_why(&s->http, NULL, result, "HTTP %ld", answer.status);
  http_answer_free(&answer);
}

static void send_ping(void *settings, const struct message *message,
                      const struct sender_env *env,
                      struct send_result *result) {
  struct heartbeat_settings *s = settings;

  (void)message;
  ask(s, env, result);
  /* somebody may have put another address into the file meanwhile */
  if (result->outcome != SEND_SENT && !atomic_load(env->abort) &&
      http_reread(&s->http))
    ask(s, env, result);
}

static const char *recipient(const void *settings, size_t i) {
  const struct heartbeat_settings *s = settings;

  return i == 0 ? s->host : NULL;
}

static void close_client(void *settings) {
  struct heartbeat_settings *s = settings;

  http_close(&s->http);
}

static void destroy(void *settings) {
  struct heartbeat_settings *s = settings;

  http_free(&s->http);
  secret_free(&s->url);
}

const struct sender sender_heartbeat = {
    .name = "heartbeat",
    .title = "Heartbeat",
    .options = options,
    .settings_size = sizeof(struct heartbeat_settings),
    .defaults = defaults,
    .check = check,
    .send = send_ping,
    .recipient = recipient,
    .close = close_client,
    .destroy = destroy,
};
