/* SPDX-License-Identifier: MIT */
/* Two kinds of channel for tests: a telephone and a mailbox that only remember
 * how they were configured. Define channel_types[] once per test by
 * including this. */
#ifndef TESTS_UNIT_SUPPORT_FAKE_SENDERS_H
#define TESTS_UNIT_SUPPORT_FAKE_SENDERS_H

#include "alert/channel/channel_types.h"
#include "alert/channel/sender.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct phone {
  char *user, *token;
  double retry;
};

static const struct option phone_options[] = {
    {.name = "User",
     .type = OPTION_STRING,
     .offset = offsetof(struct phone, user)},
    {.name = "Token",
     .type = OPTION_STRING,
     .offset = offsetof(struct phone, token)},
    {.name = "Retry",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct phone, retry),
     .min = 30,
     .max = 10800},
    {.name = NULL}};

static void phone_defaults(void *settings) {
  ((struct phone *)settings)->retry = 60;
}

static int phone_check(void *settings, const char *where,
                       struct option_reporter *reporter) {
  struct phone *p = settings;
  if (p->user != NULL && p->token != NULL)
    return 0;
  option_error(reporter, "%s: needs User and Token", where);
  return -EINVAL;
}

static void phone_destroy(void *settings) {
  struct phone *p = settings;
  free(p->user);
  free(p->token);
}

struct mail {
  struct option_strings to;
};

static const struct option mail_options[] = {
    {.name = "To", .type = OPTION_STRINGS, .offset = offsetof(struct mail, to)},
    {.name = NULL}};

static void mail_destroy(void *settings) {
  option_strings_free(&((struct mail *)settings)->to);
}

static const char *mail_recipient(const void *settings, size_t i) {
  const struct mail *m = settings;
  return i < m->to.count ? m->to.items[i] : NULL;
}

static void phone_send(void *settings, const struct message *message,
                       const struct sender_env *env,
                       struct send_result *result) {
  (void)settings;
  (void)message;
  (void)env;
  *result = (struct send_result){.outcome = SEND_SENT, .quota_left = -1};
}

static void mail_send(void *settings, const struct message *message,
                      const struct sender_env *env,
                      struct send_result *result) {
  phone_send(settings, message, env, result);
  result->outcome = SEND_RETRY;
  snprintf(result->why, sizeof(result->why), "the mail server is away");
}

static int phone_render(const void *settings, const struct message *message,
                        const struct sender_env *env, struct buf *out) {
  (void)settings;
  /* a letter has a date, a webhook a signature: the clock must be there */
  if (env->abort == NULL || env->wall_ms(env->clock_arg) == 0)
    return -EINVAL;
  return buf_addf(out, "token=***&title=%s", message->title);
}

static const char *const phone_line[] = {"User", "Token", NULL};
static const char *const mail_line[] = {"To", NULL};
static const struct sender phone = {.name = "pushover",
                                    .title = "Pushover",
                                    .line_name = "Pushover",
                                    .line = phone_line,
                                    .options = phone_options,
                                    .settings_size = sizeof(struct phone),
                                    .defaults = phone_defaults,
                                    .check = phone_check,
                                    .send = phone_send,
                                    .render = phone_render,
                                    .destroy = phone_destroy};
static const struct sender mail = {.name = "email",
                                   .title = "Email",
                                   .line_name = "Email",
                                   .line = mail_line,
                                   .options = mail_options,
                                   .settings_size = sizeof(struct mail),
                                   .send = mail_send,
                                   .recipient = mail_recipient,
                                   .destroy = mail_destroy};
const struct channel_type channel_types[] = {
    {"pushover", &phone}, {"email", &mail}, {"matrix", NULL},
    {"telegram", NULL},   {"twilio", NULL}, {NULL, NULL}};
const struct sender *const heartbeat_sender = NULL;

#endif
