/* SPDX-License-Identifier: MIT */
/* What is known of one device: see device.h. */
#include <config.h>

#include "device/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void device_free(struct device *d) {
  free(d->plugs);
  d->plugs = NULL;
  d->plugs_num = 0;
}

int device_set_plugs(struct device *d, unsigned num) {
  struct plug *grown;

  if (num > DEVICE_PLUGS_MAX)
    return -E2BIG;
  if (num == d->plugs_num)
    return 0;
  if (num == 0) {
    device_free(d);
    return 0;
  }
  grown = realloc(d->plugs, num * sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  d->plugs = grown;
  for (unsigned i = d->plugs_num; i < num; i++)
    d->plugs[i] = (struct plug){.slot = i + 1};
  d->plugs_num = num;
  return 0;
}

const char *device_kind_name(enum device_kind kind) {
  static const char *const names[] = {
      [KIND_UNKNOWN] = "unknown",
      [KIND_PLUG] = "plug",
      [KIND_STRIP] = "strip",
      [KIND_SWITCH] = "switch",
      [KIND_DIMMER] = "dimmer",
      [KIND_BULB] = "bulb",
      [KIND_LIGHT_STRIP] = "light strip",
      [KIND_UNSUPPORTED] = "unsupported",
  };

  return names[kind];
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool device_parse_mac(const char *text, uint8_t mac[6]) {
  uint8_t bytes[6];
  uint8_t any = 0;
  char separator = '\0';

  for (int i = 0; i < 6; i++) {
    int high = hex_digit(text[0]);
    int low = high < 0 ? -1 : hex_digit(text[1]);

    if (low < 0)
      return false;
    bytes[i] = (uint8_t)(high * 16 + low);
    any |= bytes[i];
    text += 2;
    if (i == 0 && (*text == ':' || *text == '-'))
      separator = *text;
    if (separator != '\0' && i < 5 && *text++ != separator)
      return false;
  }
  if (*text != '\0' || any == 0)
    return false;
  memcpy(mac, bytes, 6);
  return true;
}

void device_format_mac(const uint8_t mac[6], char out[MAC_TEXT_SIZE]) {
  static const char digits[] = "0123456789abcdef";

  /* twice per poll: printf would be a tenth of it */
  for (size_t i = 0; i < 6; i++) {
    out[3 * i] = digits[mac[i] >> 4];
    out[3 * i + 1] = digits[mac[i] & 15];
    out[3 * i + 2] = i < 5 ? ':' : '\0';
  }
}

/* How a strip's value follows from those of its plugs. */
static const struct {
  enum quantity quantity;
  enum { BY_SUM, BY_MEAN, BY_ANY } by;
} strip_rules[] = {
    {Q_POWER, BY_SUM},      {Q_CURRENT, BY_SUM},      {Q_VOLTAGE, BY_MEAN},
    {Q_KWH_TODAY, BY_SUM},  {Q_KWH_MONTH, BY_SUM},    {Q_RELAY, BY_ANY},
    {Q_OVERHEATED, BY_ANY}, {Q_ENERGY_TOTAL, BY_SUM}, {Q_OVERLOADED, BY_ANY},
};

void device_sum_plugs(struct device *d) {
  for (size_t r = 0; r < sizeof(strip_rules) / sizeof(strip_rules[0]); r++) {
    enum quantity q = strip_rules[r].quantity;
    double sum = 0;
    unsigned have = 0;

    for (unsigned i = 0; i < d->plugs_num; i++) {
      if (!reading_has(&d->plugs[i].now, q))
        continue;
      sum += d->plugs[i].now.value[q];
      have++;
    }
    if (have == 0 || have < d->plugs_num)
      continue;
    if (strip_rules[r].by == BY_MEAN)
      sum /= have;
    else if (strip_rules[r].by == BY_ANY)
      sum = sum > 0;
    reading_set(&d->now, q, sum);
  }
}
