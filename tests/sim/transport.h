/* SPDX-License-Identifier: MIT */
/* How bytes reach a device. A transport is one file behind this interface; the
 * XOR transport is xor_tcp.c (with house-wide UDP in xor_udp.c); KLAP, AES and
 * TPAP are apps of one web server, http.c. */
#ifndef KASASIM_TRANSPORT_H
#define KASASIM_TRANSPORT_H

#include "base.h"

struct device;
struct http_app;

struct transport {
  const char *name;
  /* Listens at the device's address. Returns what is wrong, or NULL. */
  const char *(*open)(struct device *d);
  /* Closes listener and connections. */
  void (*close)(struct device *d);
  /* Connections die, the listener stays: what a reboot looks like at first. */
  void (*hang_up)(struct device *d);
  /* The device's faults have changed. */
  void (*faults_changed)(struct device *d);
  /* What is served over HTTP; NULL: nothing, or no HTTP. */
  const struct http_app *app;
};

extern const struct transport transport_xor;
extern const struct transport transport_klap;
extern const struct transport transport_aes;
extern const struct transport transport_tpap;
/* Answers discovery and nothing else: hubs, cameras and the like. */
extern const struct transport transport_none;

const struct transport *transport_named(const char *name);

#endif
