/* SPDX-License-Identifier: MIT */
/* The course of a message for a service that takes it by one HTTP request: it
 * is written, sent and judged, and tried once more where a secret file holds
 * something new. What is the service's own hangs in as functions.
 *
 * The settings begin with their http_channel, see HTTP_SETTINGS, to which
 * defaults() gave the exchange. */
#ifndef ALERT_CHANNEL_HTTP_EXCHANGE_H
#define ALERT_CHANNEL_HTTP_EXCHANGE_H

#include "alert/channel/http.h"
#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "alert/text/text_limits.h"
#include "base/buf.h"
#include "base/json_writer.h"

#include <stdbool.h>

enum { HTTP_TARGET_HEADERS_MAX = 24 };

/* Where a message goes and how. */
struct http_target {
  const char *method;       /* "POST" */
  const char *content_type; /* "application/json" */
  struct buf url;
  char *headers[HTTP_TARGET_HEADERS_MAX + 1]; /* lines, ended by NULL */
  size_t headers_num;
  const char *user; /* basic authentication, NULL = none */
  const char *password;
  bool failed; /* out of memory */
  /* Set by target(): what a secret file holds now cannot be used. */
  char why[200];
  /* For target(): the bytes that will be sent, and the clock. NULL when
   * masked. */
  const struct buf *body;
  const struct sender_env *env;
};

struct http_exchange {
  const struct option *options; /* of the settings, for their end */
  /* Of the service; may be NULL. */
  const struct http_rule *rules;
  /* Fills target; with masked as for people, each secret as "***". */
  void (*target)(const void *settings, const struct message *message,
                 bool masked, struct http_target *target);
  /* One of the two: writes the object to j->root, or the body itself: 0, or
   * negative errno. */
  int (*payload)(const void *settings, const struct message *message,
                 const struct sender_env *env, struct json_writer *j);
  int (*body)(const void *settings, const struct message *message,
              const struct sender_env *env, struct buf *out);
  /* Looks at the body behind a good status; may change the outcome. json may
   * be NULL. Without it the status is all there is to say. */
  void (*accepted)(void *settings, const struct http_answer *answer,
                   const cJSON *json, struct send_result *result);
  /* The same behind a bad one; NULL = its status says all. */
  void (*refused)(void *settings, const struct http_answer *answer,
                  const cJSON *json, const struct sender_env *env,
                  struct send_result *result);
};

/* For requests beside the one of a message. Freed, it is wiped: all of it may
 * hold secrets. */
void http_target_init(struct http_target *target);
void http_target_free(struct http_target *target);
/* A header line more. */
void http_target_header(struct http_target *target, const char *name,
                        const char *value);
/* "Authorization: Bearer ..." where there is a token. */
void http_target_bearer(struct http_target *target, const struct secret *token,
                        bool masked);
/* The address of a secret URL or the place of one. */
void http_target_secret_url(struct http_target *target,
                            const struct secret *url, bool masked);

/* Those of struct sender. */
void http_exchange_send(void *settings, const struct message *message,
                        const struct sender_env *env,
                        struct send_result *result);
int http_exchange_render(const void *settings, const struct message *message,
                         const struct sender_env *env, struct buf *out);
/* Frees the secrets that were kept, and each text by the option table. */
void http_exchange_destroy(void *settings);

/* The first half of defaults(). */
void http_exchange_defaults(void *settings,
                            const struct http_exchange *exchange);

/* Title, body and the dashboard's address as one plain text, the last two on
 * lines of their own; at most max characters in the service's unit. 0 or
 * negative errno. */
int http_exchange_text(const struct message *message,
                       enum text_limits_unit unit, size_t max, struct buf *out)
    __attribute__((warn_unused_result));

/* A good status with a body that does not say so: it may have arrived. */
void http_exchange_unreadable(void *settings, const struct http_answer *answer,
                              struct send_result *result);

/* A page for people where a program's answer is expected: of a captive portal,
 * of a login that stands before the service. */
bool http_exchange_is_page(const struct http_answer *answer);
/* The page of a network that asks people to log in first, beyond doubt: it
 * holds what tells their programs so (WISPr). */
bool http_exchange_is_portal(const struct http_answer *answer);
/* Somebody between here and the service has answered, and will be gone: the
 * message was not taken. */
void http_exchange_intercepted(void *settings, const struct http_answer *answer,
                               struct send_result *result, const char *what);

/* An option that is an address: 0, or -EINVAL after reporting. */
int http_exchange_check_url(const struct http_channel *http, const char *url,
                            const char *option, const char *where,
                            struct option_reporter *reporter);
/* A secret that must be there: 0, or -EINVAL after reporting. */
int http_exchange_need_secret(struct http_channel *http, struct secret *secret,
                              const char *option, const char *where,
                              struct option_reporter *reporter);

#endif
