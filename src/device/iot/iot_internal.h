/* SPDX-License-Identifier: MIT */
/* What the files of the IOT dialect share: its requests one by one, names of
 * modules, error codes. For iot*.c only. */
#ifndef DEVICE_IOT_IOT_INTERNAL_H
#define DEVICE_IOT_IOT_INTERNAL_H

#include "device/dialect.h"

/* Bits of device.refused and device.shaky. */
enum {
  ASK_METER = 1U << 0,
  ASK_SENSORS = 1U << 1,
  ASK_CLOUD = 1U << 2,
  ASK_TIME = 1U << 3,
  ASK_DAYS = 1U << 4,
  ASK_MONTHS = 1U << 5,
};

bool iot_is_light(const struct device *d);
/* Which module of that kind the device has. */
const char *iot_meter_module(const struct device *d);

bool iot_asks_meter(const struct device *d);

enum iot_verdict { IOT_FINE, IOT_REFUSED, IOT_FAILED, IOT_MISSING };

/* Looks for err_code on the module's level, then on the method's; *method is
 * the method's object. */
enum iot_verdict iot_judge(const struct json *doc, json_ref root,
                           const char *module, const char *name,
                           json_ref *method, double *code);

/* The requests, in the order of a poll. Kind and bit say what it means when
 * one fails. */
struct iot_step {
  enum next kind;
  bool each_plug;
  unsigned bit; /* in refused and shaky; 0: cannot be refused */
  bool (*wants)(const struct device *d, const struct progress *p);
  int (*ask)(const struct device *d, const struct progress *p,
             struct buf *request);
  enum outcome (*take)(struct device *d, struct progress *p,
                       const struct json *doc, json_ref root,
                       char why[WHY_SIZE]);
};

/* Sensors, cloud, clock, statistics: those that a reading can do without. */
extern const struct iot_step iot_rare[];
extern const unsigned iot_rare_num;

#endif
