/* SPDX-License-Identifier: MIT */
/* What is configured for a channel of mail, and its checks at start. */
#ifndef ALERT_CHANNEL_EMAIL_EMAIL_SETTINGS_H
#define ALERT_CHANNEL_EMAIL_EMAIL_SETTINGS_H

#include "alert/channel/curl_transfer.h"
#include "alert/channel/email/smtp.h"
#include "alert/channel/secret.h"
#include "config/option.h"

#include <stdbool.h>

enum { EMAIL_TO_MAX = 50 };

struct email {
  struct curl_transfer_options options;
  struct smtp_session session;
  char *server;
  unsigned port;
  int tls; /* enum smtp_tls, -1 = not given */
  char *username;
  struct secret password;
  char *from;     /* NULL = made of this host's name */
  char *ehlo;     /* NULL = this host's name */
  char *mailname; /* what this host's mail server calls it, or NULL */
  struct option_strings to;
  bool thread_subject;
  bool warned; /* about a server without AUTH */
};

extern const struct option email_options[];

/* As those of struct sender. */
void email_defaults(void *settings);
int email_check(void *settings, const char *where,
                struct option_reporter *reporter);

#endif
