/* SPDX-License-Identifier: MIT */
/* Introductions in any order, true ones and lies, between answers to polls and
 * silence: whoever comes, no two devices have one name or one identity, and
 * nobody is beyond the limit.
 *
 * The input is read three bytes at a time: what happens, to whom, and how. */
#include <config.h>

#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/device_registry.h"
#include "poll/registry/registry_confirm.h"
#include "poll/registry/registry_meet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DEVICES_MAX = 12, ALIASES = 4, MACS = 16, ADDRESSES = 8 };

static void gone(void *arg, struct poll_device *k) {
  (void)arg;
  (void)k;
}

static struct poll_device *choose(struct device_registry *r, unsigned number) {
  struct poll_device *k = device_registry_next(r, NULL);

  for (unsigned i = number % (DEVICES_MAX + 1); k != NULL && i > 0; i--)
    k = device_registry_next(r, k);
  return k;
}

/* Aliases and MACs are few, so that they meet; some are not told. */
static void describe(struct device *d, uint8_t who, uint8_t how) {
  static const char *const aliases[ALIASES] = {"Lamp", "Lamp (0001)", "", "TV"};

  snprintf(d->alias, sizeof(d->alias), "%s", aliases[how % ALIASES]);
  memset(d->mac, 0, sizeof(d->mac));
  d->mac[5] = who % MACS;
  d->mac[4] = who % MACS / 2; /* ends that are alike */
  d->mac_known = (how & 0x40) == 0;
  d->id[0] = '\0';
  if ((how & 0x20) != 0)
    snprintf(d->id, sizeof(d->id), "8006%02u", who % MACS);
  d->kind = (how & 0x90) == 0x90 ? KIND_UNSUPPORTED : KIND_PLUG;
}

static void meet(struct device_registry *r, uint8_t who, uint8_t how) {
  struct introduction in = {.dialect = &dialect_iot,
                            .transport = &transport_xor,
                            .device = {.model = "X"}};
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(9999)};

  describe(&in.device, who, how);
  from.sin_addr.s_addr = htonl(0xc0000201U + (who / MACS) % ADDRESSES);
  (void)registry_meet(r, &in, &from);
  device_free(&in.device);
}

static void answer(struct device_registry *r, struct poll_device *k,
                   uint8_t who, uint8_t how) {
  char why[WHY_SIZE];

  describe(&k->device, who, how);
  switch (registry_confirm(r, k, why)) {
  case CONFIRMED:
    k->status.up = k->status.answered = k->status.polled = true;
    break;
  case CONFIRMED_KNOWN:
    device_registry_forget(r, k);
    break;
  case CONFIRMED_OTHER:
  case CONFIRMED_IGNORED:
    break;
  }
}

static void be_silent(struct device_registry *r, struct poll_device *k) {
  registry_unanswered(r, k);
  k->status.up = false;
  k->status.polled = true;
  (void)device_registry_try_candidate(r, k);
}

static void check(struct device_registry *r) {
  if (device_registry_count(r) > DEVICES_MAX)
    abort();
  for (struct poll_device *k = device_registry_next(r, NULL); k != NULL;
       k = device_registry_next(r, k)) {
    if (k->name[0] == '\0')
      abort();
    for (struct poll_device *o = device_registry_next(r, k); o != NULL;
         o = device_registry_next(r, o))
      if (strcmp(k->name, o->name) == 0 ||
          (k->identity[0] != '\0' && strcmp(k->identity, o->identity) == 0))
        abort();
  }
}

static void happen(struct device_registry *r, const uint8_t op[3]) {
  struct poll_device *k = choose(r, op[1]);

  if (op[0] % 4 == 0 || k == NULL)
    meet(r, op[1], op[2]);
  else if (op[0] % 4 == 1)
    answer(r, k, op[0] / 4, op[2]);
  else if (op[0] % 4 == 2)
    be_silent(r, k);
  else if (op[2] % 8 == 0)
    device_registry_forget(r, k);
  else
    answer(r, k, k->device.mac[5], op[2] & 0x0f);
  check(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct poll_options options;
  struct device_registry *r;

  poll_options_init(&options);
  options.max_devices = DEVICES_MAX;
  r = device_registry_create(&options, gone, NULL);
  if (r == NULL)
    return -1;
  for (size_t i = 0; i + 3 <= size && i < 600; i += 3)
    happen(r, data + i);
  device_registry_free(r);
  poll_options_free(&options);
  return 0;
}
