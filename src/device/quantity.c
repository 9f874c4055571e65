/* SPDX-License-Identifier: MIT */
/* The table of quantities: see quantity.h. */
#include <config.h>

#include "device/quantity.h"

const struct quantity_info quantities[QUANTITIES] = {
    [Q_POWER] = {"power", "power_w", GROUP_ALWAYS, -100000, 100000},
    [Q_VOLTAGE] = {"voltage", "voltage_v", GROUP_MAINS, 0, 400},
    [Q_CURRENT] = {"current", "current_a", GROUP_MAINS, -1000, 1000},
    [Q_ENERGY_TOTAL] = {0, "energy_total_wh", GROUP_ALWAYS, 0, 1e10},
    [Q_KWH_TODAY] = {"kwh_today", "kwh_today", GROUP_ALWAYS, 0, 1e5},
    [Q_KWH_MONTH] = {"kwh_month", "kwh_month", GROUP_ALWAYS, 0, 1e6},
    [Q_RELAY] = {"relay", "relay", GROUP_ALWAYS, 0, 1},
    [Q_ON_TIME] = {"on_time", "on_time_s", GROUP_ALWAYS, 0, 1e10},
    [Q_LED_OFF] = {"led_off", "led_off", GROUP_STATUS, 0, 1},
    [Q_UPDATING] = {"updating", "updating", GROUP_STATUS, 0, 1},
    [Q_CLOUD] = {"cloud_connected", "cloud_connected", GROUP_STATUS, 0, 1},
    [Q_OVERHEATED] = {"overheated", "overheated", GROUP_ALWAYS, 0, 1},
    [Q_OVERLOADED] = {"overloaded", "overloaded", GROUP_ALWAYS, 0, 1},
    [Q_SIGNAL] = {"signal_power", "signal_dbm", GROUP_LINK, -150, 0},
    [Q_BRIGHTNESS] = {"brightness", "brightness_percent", GROUP_LIGHTS, 0, 100},
    [Q_AMBIENT] = {"ambient_light", "ambient_light_percent", GROUP_SENSORS, 0,
                   100},
    [Q_MOTION] = {"motion", "motion", GROUP_SENSORS, 0, 1},
};

bool reading_offer(struct reading *r, enum quantity q, double v) {
  if (!(v >= quantities[q].min && v <= quantities[q].max)) /* NaN too */
    return false;
  reading_set(r, q, v);
  return true;
}
