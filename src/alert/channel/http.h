/* SPDX-License-Identifier: MIT */
/* HTTP for the channels, all of its rules in one place: one
 * request at a time on a connection of its own, no redirects, answers of at
 * most 64 KiB, and what every outcome means.
 *
 * A client belongs to its channel's sender thread. */
#ifndef ALERT_CHANNEL_HTTP_H
#define ALERT_CHANNEL_HTTP_H

#include "alert/channel/curl_transfer.h"
#include "alert/channel/secret.h"
#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  HTTP_ANSWER_MAX = 64 * 1024,
  HTTP_HEADERS_MAX = 32 * 1024,
  HTTP_HOST_SIZE = 256,
  HTTP_SECRETS_MAX = 8,
  HTTP_WAIT_MAX = 24 * 3600, /* s: no answer holds a channel longer */
};

struct http_answer;
struct http_exchange;

struct http_channel {
  struct curl_transfer_options options;
  struct curl_transfer transfer;
  /* masked in everything that is said; borrowed, of the same settings */
  struct secret *secrets[HTTP_SECRETS_MAX];
  size_t secrets_num;
  /* of basic authentication, which sends both as one word */
  const char *user;
  const struct secret *password;
  /* of a type of channel whose messages are one request each, see
   * http_exchange.h; else NULL */
  const struct http_exchange *exchange;
};

void http_defaults(struct http_channel *c);
/* Remembers a secret to be masked. */
void http_keep_secret(struct http_channel *c, struct secret *s);
/* Looks at the secret files again. True when one of them holds something new,
 * so that another try makes sense. */
bool http_reread(struct http_channel *c);
void http_close(struct http_channel *c);
void http_free(struct http_channel *c);

/* reread() and close() of a sender whose settings begin with its client. */
bool http_settings_reread(void *settings);
void http_settings_close(void *settings);
#define HTTP_SETTINGS(TYPE)                                                    \
  _Static_assert(offsetof(TYPE, http) == 0,                                    \
                 "http_settings_... take the settings for the client")

/* 0 when url is one we would send to: https, or http with AllowInsecure or to
 * this very host; no user name in it. Else -EINVAL and the reason in why, which
 * does not repeat the address. host gets its host name and port. */
int http_url_check(const char *url, bool allow_insecure, char *host,
                   size_t host_size, char *why, size_t why_size);

struct http_request {
  const char *method;         /* "GET" "POST" "PUT" */
  const char *url;            /* never said anywhere */
  const char *const *headers; /* "Name: value", ended by NULL; may be NULL */
  const char *user;           /* basic authentication, NULL = none */
  const char *password;
  const char *body; /* NULL = none */
  size_t body_len;
};

struct http_answer {
  enum curl_transfer_failure failure; /* of the transfer */
  bool written;                       /* the request, or part of it, left us */
  long status;                        /* 0 = no answer */
  long proxy_status;  /* of a proxy that refused the CONNECT, else 0 */
  bool complete;      /* body holds all of the answer */
  double retry_after; /* s, -1 = none given */
  struct buf headers; /* of the final answer, raw lines */
  struct buf body;
  char error[CURL_ERROR_SIZE]; /* libcurl's words */
};

/* Blocking; always fills answer, which http_answer_free() releases. */
void http_perform(struct http_channel *c, const struct http_request *request,
                  const struct sender_env *env, struct http_answer *answer);
void http_answer_free(struct http_answer *answer);

/* The value of a header of the answer, cleaned; false = absent. */
bool http_header(const struct http_answer *answer, const char *name, char *out,
                 size_t size);
/* A header that is a number; -1 where absent, negative or none. */
double http_header_number(const struct http_answer *answer, const char *name);

/* Seconds to wait from a Retry-After value in either form, between 0 and
 * HTTP_WAIT_MAX; -1 for nonsense. now is in seconds since 1970, 0 = not known:
 * then a date says nothing. */
double http_retry_after(const char *value, int64_t now);

/* What a range of status codes means. */
struct http_rule {
  int from, to; /* to 0 ends a table */
  enum send_outcome outcome;
  double wait_s; /* least wait before the next request */
  bool stop;
  const char *advice; /* added to the text for people; NULL = none */
};
extern const struct http_rule http_rules[];

/* Judges by own rules first (NULL = none), then by http_rules. Fills all of
 * result but the why of a success. True when the status is good: the channel
 * then looks at the body and may still change the outcome. message tells
 * whether shrinking was tried. */
bool http_judge(const struct http_channel *c, const struct http_answer *answer,
                const struct http_rule *own, const struct message *message,
                struct send_result *result);

/* why := "format", cleaned, secrets masked, followed by what the service said
 * (answer may be NULL). */
void http_why(const struct http_channel *c, const struct http_answer *answer,
              struct send_result *result, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* result as nothing happened yet: retry, nothing known. */
void http_result_init(struct send_result *result);

/* Text of a secret without it: cleaned and masked, for logs and people. */
void http_mask(const struct http_channel *c, char *text);

#endif
