/* SPDX-License-Identifier: MIT */
/* A device as the engine came to know it, copied out of the engine's thread.
 * Plain data. */
#ifndef CLI_DEVICES_DEVICE_INFO_H
#define CLI_DEVICES_DEVICE_INFO_H

#include "device/device.h"
#include "device/outcome.h"
#include "device/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct poll_device;

struct device_info_plug {
  char name[DEVICE_NAME_SIZE];
  unsigned slot;
  struct reading now;
};

struct device_info {
  enum device_kind kind;
  char name[DEVICE_NAME_SIZE];
  char alias[DEVICE_NAME_SIZE];
  char model[32], hardware[16], firmware[32]; /* clean, may be empty */
  char id[48];
  char mac[MAC_TEXT_SIZE]; /* "" when not known */
  char address[16];
  unsigned port;
  char transport[8];
  enum account_used account; /* of its session */
  bool met;                  /* something there speaks as a device does */
  bool configured;           /* has a <Device> block */
  bool up;
  enum outcome outcome;
  char why[WHY_SIZE]; /* "" when up; of an unsupported one the reason */
  double response;    /* s */
  uint64_t time_us;   /* of the reading, wall clock */
  struct reading now;
  struct device_info_plug plugs[DEVICE_PLUGS_MAX];
  size_t plugs_num;
};

/* "own", "shown", "default"; "": there is no session, or it needs none. */
const char *device_info_account(const struct device_info *f);

/* A copy of what the engine knows; in its hooks only. */
void device_info_copy(struct device_info *f, const struct poll_device *k);

/* A device that answered a search but cannot be polled. */
void device_info_unsupported(struct device_info *f, const struct device *d,
                             const char *address);

/* For sorting: those that cannot be polled last, then by name without regard
 * to case, then by address. */
int device_info_compare(const void *a, const void *b);

#endif
