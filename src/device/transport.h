/* SPDX-License-Identifier: MIT */
/* How requests travel to one device and answers back: one vtable per kind
 * (XOR over TCP; KLAP, AES and TPAP over HTTP), one link per device.
 *
 * A link holds whatever outlives a request: the connection, session keys,
 * sequence numbers, what was learned of the device's manners. Handshakes and
 * re-handshakes happen inside send(), so callers see one request and one
 * answer whatever it took. All of it lives in the loop's thread, never blocks
 * and keeps no timers: the caller sets the deadline and calls abort().
 *
 * A link takes one request at a time. */
#ifndef DEVICE_TRANSPORT_H
#define DEVICE_TRANSPORT_H

#include "base/json.h"
#include "base/loop.h"
#include "device/account_spelling.h"
#include "device/outcome.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_pool;
struct worker;

enum { ANSWER_MAX = 64 * 1024 };

/* What all links of an engine share. */
struct transport_env {
  struct loop *loop;
  /* Where answers are received and decrypted: valid until done() returns. */
  char *scratch;          /* TRANSPORT_SCRATCH bytes */
  unsigned kept;          /* connections held open between requests */
  unsigned kept_max;      /* beyond: closed after each answer */
  struct http_pool *http; /* NULL: there is only XOR */
  struct worker *worker;  /* NULL: there is no TPAP */
  struct json json;       /* where handshakes are read */
};
enum { TRANSPORT_SCRATCH = ANSWER_MAX + 16 };

/* A TP-Link account. The texts belong to the options and outlive the links. */
struct account {
  const char *user, *pass;
};

/* How a device says it wants to be spoken to. */
struct service {
  in_port_t port; /* 0: the transport's usual one */
  bool tls;
  uint8_t login; /* of AES: 1 or 2; 0: as 2 */
};

/* Where a link leads and how it gets in. */
struct endpoint {
  struct sockaddr_in address;
  struct service service;
  const struct account *account; /* NULL: none is configured */
  /* how the device says that the account was registered */
  enum account_spelling spelling;
  bool foreign;  /* the device says that it belongs to another account */
  bool own_only; /* it has proved the account before: nothing less will do */
  bool reveal;   /* the account may be shown to whoever answers (AES) */
};

struct link;

/* The answer, or why there is none. answer (terminated, len bytes) may be
 * changed and lives until return; NULL unless outcome is OUTCOME_OK. why is
 * for the log, "" if OK. The link may be sent to or closed from here. */
typedef void link_done(void *arg, enum outcome outcome, char *answer,
                       size_t len, const char *why);

enum account_used {
  ACCOUNT_NONE,    /* there is no session, or it needs none */
  ACCOUNT_DEFAULT, /* the makers', or a blank one: anybody has it */
  ACCOUNT_SHOWN,   /* ours, which was shown to the device */
  ACCOUNT_PROVED,  /* ours, which the device knew without being told */
};

struct transport {
  const char *name;   /* as in option Transport */
  in_port_t port;     /* the usual one */
  in_port_t port_tls; /* the usual one with TLS; 0: there is none */
  /* A link to where; opens nothing yet. NULL when memory is out. */
  struct link *(*open)(struct transport_env *env, const struct endpoint *where);
  /* Starts a request; done follows exactly once, never from inside send(),
   * unless abort() or close() comes first. Anything but OUTCOME_OK: nothing
   * was started, *why says why, done does not follow. */
  enum outcome (*send)(struct link *link, const void *request, size_t len,
                       link_done *done, void *arg, const char **why);
  /* Forgets the request under way and its connection; the link stays. */
  void (*abort)(struct link *link);
  void (*close)(struct link *link);
  /* How many exchanges the next send() will take, handshakes included: the
   * caller gives each its time. NULL: always one. */
  unsigned (*exchanges)(const struct link *link);
  /* After OUTCOME_AUTH: for how many seconds the device wants to be left
   * alone (0: it did not say). NULL: never says. */
  unsigned (*locked)(const struct link *link);
  /* With which account its session was made. NULL: it needs none. */
  enum account_used (*account)(const struct link *link);
  /* Whether a session was ever made, also if it is lost: the device speaks like
   * that, and accepts the account. NULL: there are none. */
  bool (*entered)(const struct link *link);
};

#endif
