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
  /* So many lists of plugs a plug must have been in to be one for good. */
  PLUG_PROVEN = 2,
  /* So many lists of what a device can do are read. */
  COMPONENTS_PROVEN = 2,
  /* An instance name of collectd, cut to what its threshold plugin can put
   * into one message (doc/names.md). */
  DEVICE_NAME_MAX = 60,
  DEVICE_NAME_SIZE = DEVICE_NAME_MAX + 1,
};

/* What is remembered of the requests to a device or a plug: bits of the
 * dialect's own (doc/readings.md). */
struct request_memory {
  uint32_t refused; /* it does not have that: asked again with what is polled
                     * rarely, and after a restart */
  uint32_t proven;  /* has answered before: whatever it says now will pass */
  uint32_t failing; /* was left out when last asked: is asked by itself, after
                     * everything else, in each poll */
};

struct plug {
  char id[64];           /* as the device wants it back */
  bool learned;          /* SMART: it is known whether */
  bool metered;          /* SMART: it has a meter of its own */
  bool listed;           /* is in the list of plugs that was read last */
  bool fresh;            /* was not in the one before */
  uint8_t lists, missed; /* how many it was in, and was not, as far as counts */
  struct request_memory memory;
  char alias[DEVICE_NAME_SIZE];
  unsigned slot; /* counted from 1 */
  struct reading now;
  double since_kwh, recent_kwh; /* as the device's */
};

struct device {
  enum device_kind kind;
  unsigned built;               /* year of its firmware; 0: not told */
  const char *unsupported;      /* of KIND_UNSUPPORTED: "a camera"; or NULL */
  struct request_memory memory; /* of this firmware */
  unsigned repeat_from;         /* which of the failing requests comes first */
  uint32_t can; /* SMART: what it can do, bits of smart_info.h */
  unsigned plugs_num;
  struct plug *plugs; /* of a strip, by slot; NULL otherwise */
  double on_time;     /* the last, s: it falls when the device restarts */
  double rated_w;     /* what it says it can carry; 0: not told */
  uint64_t told;      /* what it last said of itself (member_digest.h), and
                       * has been read from; 0: nothing */
  struct reading now; /* a strip's: sums over its plugs */
  uint8_t learned;    /* SMART: how often it has told what it can do, for this
                       * firmware; counted up to COMPONENTS_PROVEN */
  bool has_meter;
  bool has_sensors;      /* motion and ambient light */
  bool plugs_incomplete; /* it has plugs that it did not list */
  bool mac_known;
  uint8_t mac[6];
  char id[48]; /* deviceId, hex */
  char model[32];
  char hardware[16];
  char firmware[32];
  char alias[DEVICE_NAME_SIZE]; /* clean, may be empty */
  /* Local date of the device as year * 10000 + month * 100 + day, and its
   * seconds until midnight, at the moment of its answer; 0 = not told. */
  unsigned date;
  unsigned seconds_to_midnight;
  /* As date, also when that cannot be: the clock was never set. */
  unsigned shown_date;
  /* Since which date of this month or the one before its lists of days are
   * summed (as date; 0: they are not), and the sum, kWh, today in it; of a
   * strip the plugs have theirs. 0: the lists have not come. recent: of this
   * month, while the other one is to come. */
  unsigned since_date;
  double since_kwh, recent_kwh;
};

/* Frees what the device owns, not the struct. */
void device_free(struct device *d);

/* Makes room for num plugs; keeps the first ones. 0, -ENOMEM, -E2BIG. */
int device_set_plugs(struct device *d, unsigned num);

/* Forgets what was learned of its requests, and of its plugs': another firmware
 * or dialect may know more, or less. */
void device_forget_requests(struct device *d);

/* What it refused may work now: its clock has been set. */
void device_ask_refused_again(struct device *d, uint32_t which);

/* To be called with each reading of its state: the same for a device that has
 * restarted since the last one. */
void device_note_restart(struct device *d, uint32_t which);

/* 2019 of "1.0.4 Build 191111 Rel.143500"; 0 when it does not say. */
unsigned device_year_built(const char *firmware);

/* A list of so many plugs has been read, to its end or not: those that are not
 * in it keep their place, without values, unless it is a new set of plugs or
 * they were in one list by mistake.
 * False when one is missing. */
bool device_settle_plugs(struct device *d, unsigned listed, bool whole);

/* The plug of that id, or a new one; NULL when there are too many. */
struct plug *device_plug(struct device *d, const char *id);

/* Puts the plugs in the order of their slots. */
void device_sort_plugs(struct device *d);

/* Whether v can be q's value of this device, or of one of its plugs: more than
 * its rating and an overload can explain is none. */
bool device_is_plausible(const struct device *d, enum quantity q, double v);

/* "plug", "light strip", ... */
const char *device_kind_name(enum device_kind kind);

/* Reads "AA:BB:CC:DD:EE:FF", with dashes or bare; false when it is none or
 * all zero (masked devices). */
bool device_parse_mac(const char *text, uint8_t mac[6]);

enum { MAC_TEXT_SIZE = 18 };
/* "50:c7:bf:00:11:22" */
void device_format_mac(const uint8_t mac[6], char out[MAC_TEXT_SIZE]);

/* Sets a strip's own values from its plugs': power, current and energies are
 * sums over the plugs, voltage is the mean, the relay is on when any plug is;
 * each only where every plug gave a value. */
void device_sum_plugs(struct device *d);

#endif
