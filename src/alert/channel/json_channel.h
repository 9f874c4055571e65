/* SPDX-License-Identifier: MIT */
/* The course of a message for a service that takes JSON by HTTP: it is written,
 * posted and judged, and tried once more where a secret file holds something
 * new. What is the service's own hangs in as functions.
 *
 * The settings begin with their http_channel, see HTTP_SETTINGS. */
#ifndef ALERT_CHANNEL_JSON_CHANNEL_H
#define ALERT_CHANNEL_JSON_CHANNEL_H

#include "alert/channel/http.h"
#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "alert/text/text_limits.h"
#include "base/buf.h"
#include "base/json_writer.h"

#include <stdbool.h>

/* Where a message goes. */
struct json_target {
  struct buf url;
  struct buf authorization; /* a header line, empty = none */
  const char *user;         /* basic authentication, NULL = none */
  const char *password;
};

struct json_channel {
  const char *method; /* "POST" "PUT" */
  /* Of the service; may be NULL. */
  const struct http_rule *rules;
  /* Fills target; with masked as for people, each secret as "***". */
  void (*target)(const void *settings, const struct message *message,
                 bool masked, struct json_target *target);
  /* Writes the object to j->root: 0, or -ENOMEM. */
  int (*payload)(const void *settings, const struct message *message,
                 const struct sender_env *env, struct json_writer *j);
  /* Looks at the body behind a good status; may change the outcome. json may
   * be NULL. */
  void (*accepted)(void *settings, const struct http_answer *answer,
                   const cJSON *json, struct send_result *result);
  /* The same behind a bad one; NULL = its status says all. */
  void (*refused)(void *settings, const struct http_answer *answer,
                  const cJSON *json, const struct sender_env *env,
                  struct send_result *result);
};

/* As those of struct sender. */
void json_channel_send(const struct json_channel *channel, void *settings,
                       const struct message *message,
                       const struct sender_env *env,
                       struct send_result *result);
int json_channel_render(const struct json_channel *channel,
                        const void *settings, const struct message *message,
                        const struct sender_env *env, struct buf *out);

/* Title, body and the dashboard's address as one plain text, the last two on
 * lines of their own; at most max characters in the service's unit. 0 or
 * negative errno. */
int json_channel_text(const struct message *message, enum text_limits_unit unit,
                      size_t max, struct buf *out)
    __attribute__((warn_unused_result));

/* A good status with a body that does not say so: it may have arrived. */
void json_channel_unreadable(void *settings, const struct http_answer *answer,
                             struct send_result *result);

/* An option that is an address: 0, or -EINVAL after reporting. */
int json_channel_check_url(const struct http_channel *http, const char *url,
                           const char *option, const char *where,
                           struct option_reporter *reporter);

#endif
