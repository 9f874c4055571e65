/* SPDX-License-Identifier: MIT */
/* Devices' readings as one line of text, so that a test can say what it
 * expects the way a person would. */
#ifndef TESTS_UNIT_SUPPORT_READINGS_H
#define TESTS_UNIT_SUPPORT_READINGS_H

#include "device/device.h"

#include <stdio.h>
#include <string.h>

static inline const char *reading_text(const struct reading *r) {
  static const char *const names[QUANTITIES] = {
      [Q_POWER] = "W",
      [Q_VOLTAGE] = "V",
      [Q_CURRENT] = "A",
      [Q_ENERGY_TOTAL] = "Wh",
      [Q_KWH_TODAY] = "today",
      [Q_KWH_MONTH] = "month",
      [Q_RELAY] = "relay",
      [Q_ON_TIME] = "on",
      [Q_LED_OFF] = "led_off",
      [Q_UPDATING] = "updating",
      [Q_CLOUD] = "cloud",
      [Q_OVERHEATED] = "hot",
      [Q_OVERLOADED] = "load",
      [Q_SIGNAL] = "rssi",
      [Q_BRIGHTNESS] = "brightness",
      [Q_AMBIENT] = "ambient",
      [Q_MOTION] = "motion",
  };
  static char text[600];
  size_t used = 0;

  text[0] = '\0';
  for (unsigned q = 0; q < QUANTITIES; q++)
    if (reading_has(r, (enum quantity)q))
      used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%.10g",
                               used > 0 ? " " : "", names[q], r->value[q]);
  return text;
}

#endif
