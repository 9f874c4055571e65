/* SPDX-License-Identifier: MIT */
/* Handing one mail to a server by SMTP, and what became of it: the outcome is
 * told by phase and reply code, not by libcurl's code alone.
 *
 * A session belongs to its channel's sender thread; its connection is kept for
 * a few seconds and at most ten messages. */
#ifndef ALERT_CHANNEL_EMAIL_SMTP_H
#define ALERT_CHANNEL_EMAIL_SMTP_H

#include "alert/channel/curl_transfer.h"
#include "alert/channel/sender.h"

#include <stdbool.h>
#include <stddef.h>

enum { SMTP_TEXT_SIZE = 512 };

enum smtp_tls { SMTP_STARTTLS, SMTP_IMPLICIT, SMTP_PLAIN };

/* How far it came; each phase includes those before it. */
enum smtp_phase {
  SMTP_CONNECT,  /* no greeting yet */
  SMTP_GREETING, /* EHLO and TLS */
  SMTP_AUTH,
  SMTP_MAIL,
  SMTP_RCPT,
  SMTP_DATA,  /* the text was announced or is on its way */
  SMTP_FINAL, /* all of it is out, the verdict was due */
};

struct smtp_server {
  const char *host;
  unsigned port;
  enum smtp_tls tls;
  const char *user; /* NULL = no authentication */
  const char *password;
};

struct smtp_session {
  struct curl_transfer transfer;
  unsigned sent; /* messages on this connection */
  bool single;   /* the server wants a connection for each */
};

struct smtp_mail {
  const char *from;      /* bare addresses */
  const char *const *to; /* ended by NULL */
  const char *data;      /* strict CRLF */
  size_t len;
  const char *ehlo; /* our own name; "" = localhost */
  bool utf8; /* some address has letters beyond ASCII in front of its @ */
};

struct smtp_report {
  enum curl_transfer_failure failure;
  enum smtp_phase phase;
  int reply;                 /* the last reply code; 0 = none */
  char text[SMTP_TEXT_SIZE]; /* and its lines as one, cleaned */
  unsigned refused;     /* index into to of the recipient that was refused */
  bool unauthenticated; /* delivered, but the server offered no AUTH */
  char methods[80];     /* of AUTH that the server offers, where none is ours */
  bool no_utf8;         /* the server does not take utf8 addresses */
  char error[CURL_ERROR_SIZE];
};

/* Blocking; always fills report. Delivered when failure is CURL_TRANSFER_OK. */
void smtp_send(struct smtp_session *session, const struct smtp_server *server,
               const struct curl_transfer_options *options,
               const struct smtp_mail *mail, const struct sender_env *env,
               struct smtp_report *report);
void smtp_close(struct smtp_session *session);

#endif
