/* SPDX-License-Identifier: MIT */
/* One transfer by libcurl: what HTTP and SMTP channels share. TLS, timeouts,
 * proxies, stopping when the daemon stops, and what kind of failure it was.
 *
 * No curl handle exists before the first transfer: the daemon forks after the
 * configuration was read. Use a handle on one thread at a time. */
#ifndef ALERT_CHANNEL_CURL_TRANSFER_H
#define ALERT_CHANNEL_CURL_TRANSFER_H

#include "config/option.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Options every channel over the network has. */
struct curl_transfer_options {
  char *ca_file;
  char *client_cert;
  char *client_key;
  char *proxy; /* NULL = none, whatever the environment says */
  bool verify_peer;
  bool allow_insecure;
  double timeout; /* s for the whole transfer */
};

#define TRANSFER_ROW(NAME, TYPE, MEMBER, FIELD, KIND)                          \
  {                                                                            \
    .name = NAME, .type = KIND,                                                \
    .offset =                                                                  \
        offsetof(TYPE, MEMBER) + offsetof(struct curl_transfer_options, FIELD) \
  }

#define TRANSFER_OPTIONS(TYPE, MEMBER)                                         \
  TRANSFER_ROW("CAFile", TYPE, MEMBER, ca_file, OPTION_STRING),                \
      TRANSFER_ROW("ClientCert", TYPE, MEMBER, client_cert, OPTION_STRING),    \
      TRANSFER_ROW("ClientKey", TYPE, MEMBER, client_key, OPTION_STRING),      \
      TRANSFER_ROW("Proxy", TYPE, MEMBER, proxy, OPTION_STRING),               \
      TRANSFER_ROW("VerifyPeer", TYPE, MEMBER, verify_peer, OPTION_BOOL),      \
      TRANSFER_ROW("AllowInsecure", TYPE, MEMBER, allow_insecure,              \
                   OPTION_BOOL),                                               \
  {                                                                            \
    .name = "Timeout", .type = OPTION_SECONDS,                                 \
    .offset = offsetof(TYPE, MEMBER) +                                         \
              offsetof(struct curl_transfer_options, timeout),                 \
    .min = 1, .max = 300                                                       \
  }

void curl_transfer_defaults(struct curl_transfer_options *o, double timeout);
/* 0, or -EINVAL after reporting. Warns at every start about VerifyPeer false.
 */
int curl_transfer_check(const struct curl_transfer_options *o,
                        const char *where, struct option_reporter *reporter);
void curl_transfer_options_free(struct curl_transfer_options *o);

/* "localhost", 127.0.0.0/8 and ::1, with or without brackets. */
bool curl_transfer_is_loopback(const char *host);

enum curl_transfer_failure {
  CURL_TRANSFER_OK,
  CURL_TRANSFER_ABORTED,     /* the daemon is stopping */
  CURL_TRANSFER_UNREACHABLE, /* name, connection, TLS handshake: nothing was
                                sent */
  CURL_TRANSFER_CLOCK,       /* certificate expired or not yet valid */
  CURL_TRANSFER_UNTRUSTED, /* issuer or name of a certificate, theirs or ours */
  CURL_TRANSFER_TIMEOUT,
  CURL_TRANSFER_BROKEN,    /* the connection broke after it stood */
  CURL_TRANSFER_LOCAL,     /* a CA file that is none: our own side */
  CURL_TRANSFER_MALFORMED, /* the peer does not speak the protocol */
};

enum { CURL_TRANSFER_SOCKETS_MAX = 8 };

struct curl_transfer {
  CURLM *multi;
  CURL *easy;
  /* open now, kept connections included: to be cut when it must be quick */
  curl_socket_t sockets[CURL_TRANSFER_SOCKETS_MAX];
  size_t sockets_num;
  char error[CURL_ERROR_SIZE];
  double timeout; /* s, as configured, of the transfer that was prepared */
  unsigned late;  /* answers in a row that did not come in time */
};

/* All was sent and no answer came in time. From the second such end on the
 * channel is given twice as long each time, at most four times its Timeout,
 * until an answer comes within that again. */
void curl_transfer_was_late(struct curl_transfer *t);

/* Does not wait for the peer. */
void curl_transfer_close(struct curl_transfer *t);

/* Opens or resets the handle (connections stay) and sets what all transfers
 * share: 0 or -ENOMEM. */
int curl_transfer_prepare(struct curl_transfer *t,
                          const struct curl_transfer_options *o,
                          const char *url, const char *protocols);

/* Runs it; returns within half a second after *abort became true. */
enum curl_transfer_failure curl_transfer_run(struct curl_transfer *t,
                                             const atomic_bool *abort,
                                             CURLcode *code);

/* What a code of libcurl means; verify is CURLINFO_SSL_VERIFYRESULT. */
enum curl_transfer_failure curl_transfer_judge(CURLcode code, long verify,
                                               const char *error);

#endif
