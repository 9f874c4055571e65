/* Datagrams by which devices are found: what to send, and what an answer
 * says (doc/protocol.md, "Discovery"). Answers are told apart by content,
 * never by the port they come from. Pure functions. */
#ifndef DEVICE_DISCOVER_H
#define DEVICE_DISCOVER_H

#include "device/dialect.h"
#include "device/transport.h"

enum { DISCOVER_PORT_IOT = 9999, DATAGRAM_MAX = 8192, PROBE_MAX = 64 };

/* Writes the probe for port 9999; returns its length. */
size_t discover_probe_iot(char out[PROBE_MAX]);

/* Who answered and how to speak with it. */
struct introduction {
  struct device device; /* owned: device_free() */
  const struct dialect *dialect;
  const struct transport *transport;
};

/* Understands a datagram of len bytes, which it changes; it must have room
 * for one more. OUTCOME_OK, or what is wrong with it in why (the introduction
 * then holds nothing). Other makes of devices answer too: not worth a log
 * line. */
enum outcome discover_read(struct introduction *in, struct json *doc,
                           char *datagram, size_t len, char why[WHY_SIZE]);

#endif
