/* SPDX-License-Identifier: MIT */
/* The modules of the IOT dialect behind system: each function appends one
 * method's answer object. */
#ifndef KASASIM_IOT_MODULES_H
#define KASASIM_IOT_MODULES_H

#include "base.h"

struct device;
struct text;

struct iot_call {
  struct device *device;
  struct slice args;
  size_t slot; /* the outlet asked for, or 0 */
  bool udp;
  struct text *out;
};

void iot_error(struct text *out, int code);

void iot_sysinfo(const struct iot_call *call);
void iot_realtime(const struct iot_call *call);
void iot_daystat(const struct iot_call *call);
void iot_monthstat(const struct iot_call *call);
void iot_usage_days(const struct iot_call *call);
void iot_usage_months(const struct iot_call *call);
void iot_time(const struct iot_call *call);
void iot_timezone(const struct iot_call *call);
void iot_cloud(const struct iot_call *call);
void iot_next_action(const struct iot_call *call);
void iot_rules(const struct iot_call *call);
void iot_dimmer(const struct iot_call *call);
void iot_light_state(const struct iot_call *call);
void iot_pir_config(const struct iot_call *call);
void iot_pir_adc(const struct iot_call *call);
void iot_las_config(const struct iot_call *call);
void iot_las_brightness(const struct iot_call *call);
void iot_las_dark(const struct iot_call *call);

#endif
