/* SPDX-License-Identifier: MIT */
/* TCP of a device, whatever is spoken on it: a listening socket of its own, so
 * that one device can refuse, connections, and answers sent at the pace that
 * faults dictate. What a message is, a struct speech says. */
#ifndef KASASIM_STREAM_H
#define KASASIM_STREAM_H

#include "dialect.h"
#include "spoil.h"
#include "tls.h"

#include <sys/types.h>

struct device;
struct text;

#define MAX_MESSAGE 65536

struct speech {
  uint16_t (*port)(const struct device *d);
  /* Bytes of the first whole message at p; 0 when there is more to come; -1
   * when it can be none: the connection is closed. */
  ssize_t (*measure)(struct device *d, const char *p, size_t len);
  /* Answers one message: bytes to wire and how to send them. `how` is all zero
   * but for intact. The bytes may be changed in place. */
  enum outcome (*answer)(struct device *d, char *p, size_t len,
                         struct text *wire, struct delivery *how);
  /* The suites of devices that want TLS; NULL: there are none. */
  enum tls_suites (*tls)(const struct device *d);
};

/* Listens at the device's address. Returns what is wrong, or NULL. */
const char *stream_open(struct device *d, const struct speech *speech);
/* What the transport's functions of these names do. */
void stream_close(struct device *d);
void stream_hang_up(struct device *d);
/* Faults have changed, or whatever else decides about the listener. */
void stream_faults_changed(struct device *d);

#endif
