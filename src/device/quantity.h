/* SPDX-License-Identifier: MIT */
/* What a device or plug can tell, each with its unit and plausible range, and
 * a reading: the values one poll brought. */
#ifndef DEVICE_QUANTITY_H
#define DEVICE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

enum quantity {
  Q_POWER,        /* W */
  Q_VOLTAGE,      /* V */
  Q_CURRENT,      /* A */
  Q_ENERGY_TOTAL, /* Wh by the device's own count; falls when it is reset */
  Q_KWH_TODAY,    /* kWh since the device's midnight */
  Q_KWH_MONTH,    /* kWh since the first of the device's month */
  Q_RELAY,        /* 0/1 */
  Q_ON_TIME,      /* s since switched on, 0 while off */
  Q_LED_OFF,      /* 0/1 */
  Q_UPDATING,     /* 0/1 */
  Q_CLOUD,        /* 0/1 connected to the maker's cloud */
  Q_OVERHEATED,   /* 0/1 */
  Q_OVERLOADED,   /* 0/1 a protection against too much load has acted */
  Q_SIGNAL,       /* dBm */
  Q_BRIGHTNESS,   /* percent, the stored value while off */
  Q_AMBIENT,      /* percent */
  Q_MOTION,       /* 0/1 */
};
enum { QUANTITIES = Q_MOTION + 1 };

/* Optional groups of values, switched by the option Report. */
enum quantity_group {
  GROUP_ALWAYS,
  GROUP_MAINS,
  GROUP_STATUS,
  GROUP_LINK,
  GROUP_LIGHTS,
  GROUP_SENSORS
};

struct quantity_info {
  const char *type; /* in types.db; NULL for what is not dispatched as it is */
  const char *json; /* key in kasactl's JSON */
  enum quantity_group group;
  double min, max; /* beyond: nonsense from the device */
};
extern const struct quantity_info quantities[QUANTITIES];

struct reading {
  uint32_t has; /* bit (1 << quantity) for each value that is there */
  double value[QUANTITIES];
};

static inline bool reading_has(const struct reading *r, enum quantity q) {
  return (r->has >> q & 1U) != 0;
}

static inline void reading_set(struct reading *r, enum quantity q, double v) {
  r->has |= 1U << q;
  r->value[q] = v;
}

static inline void reading_drop(struct reading *r, enum quantity q) {
  r->has &= ~(1U << q);
}

/* Sets q if v lies in its plausible range; false otherwise, nothing set. */
bool reading_offer(struct reading *r, enum quantity q, double v);

/* values that are polled rarely (option EnergyInterval) and kept between. */
static const uint32_t QUANTITIES_RARE =
    1U << Q_KWH_TODAY | 1U << Q_KWH_MONTH | 1U << Q_CLOUD;

#endif
