/* SPDX-License-Identifier: MIT */
/* A registry of devices, and who introduces himself to it, answers or is
 * silent. */
#ifndef TESTS_REGISTRY_FIXTURE_H
#define TESTS_REGISTRY_FIXTURE_H

#include "base/log.h"
#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/device_registry.h"
#include "poll/registry/registry_confirm.h"
#include "poll/registry/registry_meet.h"

#include "suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct poll_options options;
static struct device_registry *registry;
static unsigned gone, lines;
static char last_line[1000];

static void count_gone(void *arg, struct poll_device *k) {
  (void)arg;
  (void)k;
  gone++;
}

static void count_line(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  lines++;
  snprintf(last_line, sizeof(last_line), "%s", text);
}

static void setup(void) {
  gone = lines = 0;
  log_set_sink(count_line, NULL);
  poll_options_init(&options);
  registry = NULL;
}

static void teardown(void) {
  device_registry_free(registry);
  poll_options_free(&options);
  log_set_sink(NULL, NULL);
}

static void start(void) {
  registry = device_registry_create(&options, count_gone, NULL);
  ck_assert_ptr_nonnull(registry);
}

static struct device_options *add_block(const char *match,
                                        enum match_kind kind) {
  struct device_options *d;

  options.devices = realloc(options.devices, (options.devices_num + 1) *
                                                 sizeof(*options.devices));
  ck_assert_ptr_nonnull(options.devices);
  d = &options.devices[options.devices_num++];
  *d = (struct device_options){.match = strdup(match), .kind = kind};
  if (kind == MATCH_ADDRESS)
    ck_assert_int_eq(inet_pton(AF_INET, match, &d->address), 1);
  else if (kind == MATCH_MAC)
    ck_assert(device_parse_mac(match, d->mac));
  return d;
}

static struct sockaddr_in at(const char *address) {
  /* the port an answer comes from says nothing */
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(54321)};

  ck_assert_int_eq(inet_pton(AF_INET, address, &a.sin_addr), 1);
  return a;
}

static struct introduction introduce(const char *alias, const char *mac) {
  struct introduction in = {.dialect = &dialect_iot,
                            .transport = &transport_xor,
                            .device = {.kind = KIND_PLUG, .model = "X"}};

  snprintf(in.device.alias, sizeof(in.device.alias), "%s", alias);
  in.device.mac_known = device_parse_mac(mac, in.device.mac);
  return in;
}

static struct poll_device *meet(const char *alias, const char *mac,
                                const char *address) {
  struct introduction in = introduce(alias, mac);
  struct sockaddr_in from = at(address);

  return registry_meet(registry, &in, &from);
}

static void answer_as(struct poll_device *k, const char *alias,
                      const char *mac) {
  snprintf(k->device.alias, sizeof(k->device.alias), "%s", alias);
  k->device.mac_known = device_parse_mac(mac, k->device.mac);
}

/* k answered a poll as it should. */
static void alive(struct poll_device *k) {
  char why[WHY_SIZE];

  ck_assert_int_eq(registry_confirm(registry, k, why), CONFIRMED);
  k->status.up = k->status.answered = k->status.polled = true;
}

static void silent(struct poll_device *k) {
  k->status.up = false;
  k->status.polled = true;
}

#define MAC_A "50:c7:bf:00:aa:aa"
#define MAC_B "50:c7:bf:00:bb:bb"
#define MAC_C "50:c7:bf:00:cc:cc"

#endif
