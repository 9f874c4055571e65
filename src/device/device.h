/* SPDX-License-Identifier: MIT */
/* What is known of one device, filled by its dialect: who it is, what it can
 * do, and the values of its last poll. No addresses, no times, no sockets. */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "device/quantity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum device_kind {
  KIND_UNKNOWN,
  KIND_PLUG,
  KIND_STRIP,
  KIND_SWITCH,
  KIND_DIMMER,
  KIND_BULB,
  KIND_LIGHT_STRIP,
  KIND_UNSUPPORTED, /* recognised, but with nothing to poll */
};

enum {
  DEVICE_PLUGS_MAX = 32,
  /* An instance name of collectd, cut to what its threshold plugin can put
   * into one message (doc/names.md). */
  DEVICE_NAME_MAX = 60,
  DEVICE_NAME_SIZE = DEVICE_NAME_MAX + 1,
};

struct plug {
  char id[64];      /* as the device wants it back */
  bool learned;     /* SMART: it is known whether */
  bool metered;     /* SMART: it has a meter of its own */
  uint32_t refused; /* as the device's, for requests to the plug */
  char alias[DEVICE_NAME_SIZE];
  unsigned slot; /* counted from 1 */
  struct reading now;
};

struct device {
  enum device_kind kind;
  const char *unsupported; /* of KIND_UNSUPPORTED: "a camera"; or NULL */
  bool learned; /* SMART: has told what it can do, for this firmware */
  uint32_t can; /* SMART: what that is, bits of smart_info.h */
  bool has_meter;
  bool has_sensors; /* motion and ambient light */
  bool mac_known;
  uint8_t mac[6];
  /* Optional requests the device refused or choked on: bits of the dialect's
   * own; cleared when the firmware changes. */
  uint32_t refused;
  uint32_t shaky;  /* failed once without a refusal */
  uint32_t proven; /* answered before: a refusal is trouble that passes */
  char id[48];     /* deviceId, hex */
  char model[32];
  char hardware[16];
  char firmware[32];
  char alias[DEVICE_NAME_SIZE]; /* clean, may be empty */
  unsigned plugs_num;
  struct plug *plugs; /* of a strip, by slot; NULL otherwise */
  struct reading now; /* a strip's: sums over its plugs */
  /* Local date of the device as year * 10000 + month * 100 + day, and its
   * seconds until midnight, at the moment of its answer; 0 = not told. */
  unsigned date;
  unsigned seconds_to_midnight;
};

/* Frees what the device owns, not the struct. */
void device_free(struct device *d);

/* Makes room for num plugs; keeps the first ones. 0, -ENOMEM, -E2BIG. */
int device_set_plugs(struct device *d, unsigned num);

/* "plug", "light strip", ... */
const char *device_kind_name(enum device_kind kind);

/* Reads "AA:BB:CC:DD:EE:FF", with dashes or bare; false when it is none or
 * all zero (masked devices). */
bool device_parse_mac(const char *text, uint8_t mac[6]);

enum { MAC_TEXT_SIZE = 18 };
/* "50:c7:bf:00:11:22" */
void device_format_mac(const uint8_t mac[6], char out[MAC_TEXT_SIZE]);

/* Sets a strip's own values from its plugs': power, current and energies are
 * sums over the plugs (only where every plug gave one), voltage is the mean,
 * the relay is on when any plug is. */
void device_sum_plugs(struct device *d);

#endif
