/* SPDX-License-Identifier: MIT */
/* Datagrams by which devices are found: what to send, and what an answer
 * says (doc/protocol.md, "Discovery"). Answers are told apart by content,
 * never by the port they come from. Pure functions. */
#ifndef DEVICE_DISCOVERY_DISCOVERY_PACKET_H
#define DEVICE_DISCOVERY_DISCOVERY_PACKET_H

#include "device/dialect.h"
#include "device/transport.h"

enum {
  DISCOVERY_PORT_IOT = 9999,
  DISCOVERY_PORT_TDP = 20002,
  DISCOVERY_PORT_TDP_BATTERY = 20004, /* doorbells and other sleepers */
  DATAGRAM_MAX = 8192,
  PROBE_MAX = 1024,
};

/* Writes the probe for port 9999; returns its length. */
size_t discovery_packet_probe_iot(char out[PROBE_MAX]);

/* Writes the TDP probe for ports 20002 and 20004; returns its length. It
 * holds the process's RSA key: rsa_prepare() it where that may take time. */
size_t discovery_packet_probe_tdp(char out[PROBE_MAX]);

/* A datagram in TDP's frame around a payload of len bytes; returns the length.
 * out has room for len + 16. */
size_t discovery_packet_frame_tdp(uint8_t flags, uint32_t serial,
                                  const void *payload, size_t len, char *out);

/* Whether a datagram is framed as TDP; the others are XOR or nothing. */
bool discovery_packet_is_tdp(const char *datagram, size_t len);

enum { OWNER_SIZE = 16 };

/* Who answered and how to speak with it. */
struct introduction {
  struct device device; /* owned: device_free() */
  const struct dialect *dialect;
  const struct transport *transport; /* NULL: none that we speak */
  struct service service;
  bool tdp; /* the device itself said how: this counts more than a guess */
  uint8_t owner[OWNER_SIZE]; /* discovery_packet_owner(); all 0: not told */
};

/* Understands a datagram of len bytes, which it changes; it must have room
 * for one more. OUTCOME_OK, or what is wrong with it in why (the introduction
 * then holds nothing). Other makes of devices answer too: not worth a log
 * line. A TDP answer tells little of the device itself: its kind stays
 * KIND_UNKNOWN unless it is one we do not support. */
enum outcome discovery_packet_read(struct introduction *in, struct json *doc,
                                   char *datagram, size_t len,
                                   char why[WHY_SIZE]);

/* How devices name the account they belong to. 0 or -ENOMEM. */
int discovery_packet_owner(const char *user, uint8_t out[OWNER_SIZE]);

#endif
