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

/* -- requests -- */

void device_forget_requests(struct device *d) {
  d->told = 0;
  d->memory = (struct request_memory){0};
  d->learned = 0;
  d->can = 0;
  d->rated_w = 0;
  for (unsigned i = 0; i < d->plugs_num; i++) {
    d->plugs[i].memory = (struct request_memory){0};
    d->plugs[i].learned = false;
  }
}

void device_ask_refused_again(struct device *d, uint32_t which) {
  d->memory.refused &= ~which;
  for (unsigned i = 0; i < d->plugs_num; i++)
    d->plugs[i].memory.refused &= ~which;
}

/* The time it has been on falls also when it is switched off: no harm in asking
 * once more then. */
void device_note_restart(struct device *d, uint32_t which) {
  double on_time =
      reading_has(&d->now, Q_ON_TIME) ? d->now.value[Q_ON_TIME] : 0;

  for (unsigned i = 0; i < d->plugs_num; i++)
    if (reading_has(&d->plugs[i].now, Q_ON_TIME) &&
        d->plugs[i].now.value[Q_ON_TIME] > on_time)
      on_time = d->plugs[i].now.value[Q_ON_TIME];
  if (on_time < d->on_time)
    device_ask_refused_again(d, which);
  d->on_time = on_time;
}

unsigned device_year_built(const char *firmware) {
  static const char mark[] = "Build ";
  const char *build = strstr(firmware, mark);
  const char *digits = build != NULL ? build + sizeof(mark) - 1 : "";

  if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
    return 0;
  return 2000 + (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

/* -- plugs -- */

/* Of so many lists a plug is missing that was in one only, before it is gone.
 */
enum { MISSED_MOST = 3 };

static bool is_nobody(const struct plug *plug) {
  return plug->lists < PLUG_PROVEN && plug->missed >= MISSED_MOST;
}

/* Those that the list lacks: all, or who turned out to be nobody. */
static void drop_unlisted(struct device *d, bool all) {
  unsigned kept = 0;

  for (unsigned i = 0; i < d->plugs_num; i++)
    if (d->plugs[i].listed || (!all && !is_nobody(&d->plugs[i])))
      d->plugs[kept++] = d->plugs[i];
  (void)device_set_plugs(d, kept);
}

/* Outlets are in every list; what was in one by mistake is in no other. */
static void note_list(struct plug *plug) {
  if (plug->listed && plug->lists < PLUG_PROVEN)
    plug->lists++;
  if (plug->listed)
    plug->missed = 0;
  else if (plug->missed < MISSED_MOST)
    plug->missed++;
}

struct plug *device_plug(struct device *d, const char *id) {
  struct plug *plug;

  for (unsigned i = 0; i < d->plugs_num; i++)
    if (strcmp(d->plugs[i].id, id) == 0)
      return &d->plugs[i];
  if (d->plugs_num == DEVICE_PLUGS_MAX)
    drop_unlisted(d, true);
  if (device_set_plugs(d, d->plugs_num + 1) < 0)
    return NULL;
  plug = &d->plugs[d->plugs_num - 1];
  plug->slot = 0;
  plug->fresh = true;
  snprintf(plug->id, sizeof(plug->id), "%s", id);
  return plug;
}

/* By one of the plugs from first to before end. */
static bool slot_is_taken(const struct device *d, unsigned first, unsigned end,
                          unsigned slot) {
  for (unsigned i = first; i < end; i++)
    if (d->plugs[i].slot == slot)
      return true;
  return false;
}

/* Outlets do not fall off: fewer than before, or none, means that one is not
 * told of now. As many others mean that the device calls them by new ids. */
bool device_settle_plugs(struct device *d, unsigned listed, bool whole) {
  unsigned before = 0;

  for (unsigned i = 0; i < d->plugs_num; i++) {
    before += !d->plugs[i].fresh;
    note_list(&d->plugs[i]);
  }
  if (whole && listed > 0)
    drop_unlisted(d, listed >= before);
  for (unsigned i = 0; i < d->plugs_num; i++) {
    struct plug *plug = &d->plugs[i];

    plug->fresh = false;
    if (plug->slot != 0 && !slot_is_taken(d, 0, i, plug->slot))
      continue;
    plug->slot = 1;
    while (slot_is_taken(d, 0, i, plug->slot) ||
           slot_is_taken(d, i + 1, d->plugs_num, plug->slot))
      plug->slot++;
  }
  return d->plugs_num == listed;
}

void device_sort_plugs(struct device *d) {
  for (unsigned i = 1; i < d->plugs_num; i++)
    for (unsigned j = i; j > 0 && d->plugs[j].slot < d->plugs[j - 1].slot;
         j--) {
      struct plug swapped = d->plugs[j];

      d->plugs[j] = d->plugs[j - 1];
      d->plugs[j - 1] = swapped;
    }
}

/* -- what can be -- */

/* The most an outlet of 16 A at 250 V or a lamp shows, with room for the
 * moment before its protection acts. */
static const struct limit {
  double watts, amperes;
} outlet = {6000, 32}, lamp = {200, 5};
enum { STRIP_WATTS = 12000, RATED_MARGIN = 2, VOLTS_MOST = 400 };

static struct limit limit_of(const struct device *d) {
  struct limit limit =
      d->kind == KIND_BULB || d->kind == KIND_LIGHT_STRIP ? lamp : outlet;

  if (d->rated_w > 0)
    limit.watts = RATED_MARGIN * d->rated_w;
  return limit;
}

bool device_is_plausible(const struct device *d, enum quantity q, double v) {
  struct limit limit = limit_of(d);

  switch (q) {
  case Q_POWER:
    return v >= -limit.watts && v <= limit.watts;
  case Q_CURRENT:
    return v >= -limit.amperes && v <= limit.amperes;
  case Q_VOLTAGE:
    return v >= 0 && v <= VOLTS_MOST;
  case Q_KWH_TODAY:
    return v >= 0 && v <= limit.watts * 25 / 1000;
  case Q_KWH_MONTH:
    return v >= 0 && v <= limit.watts * 24 * 31 / 1000;
  default:
    return v >= quantities[q].min && v <= quantities[q].max;
  }
}

/* -- a strip's own values -- */

/* How a strip's value follows from those of its plugs. */
static const struct {
  enum quantity quantity;
  enum { BY_SUM, BY_MEAN, BY_ANY } by;
  bool own; /* a strip may tell it of itself */
} strip_rules[] = {
    {Q_POWER, BY_SUM, false},        {Q_CURRENT, BY_SUM, false},
    {Q_VOLTAGE, BY_MEAN, false},     {Q_KWH_TODAY, BY_SUM, false},
    {Q_KWH_MONTH, BY_SUM, false},    {Q_RELAY, BY_ANY, false},
    {Q_ENERGY_TOTAL, BY_SUM, false}, {Q_OVERHEATED, BY_ANY, true},
    {Q_OVERLOADED, BY_ANY, true},
};

void device_sum_plugs(struct device *d) {
  if (d->plugs_num == 0)
    return;
  for (size_t r = 0; r < sizeof(strip_rules) / sizeof(strip_rules[0]); r++) {
    enum quantity q = strip_rules[r].quantity;
    double sum = 0;
    unsigned have = 0;

    if (!strip_rules[r].own)
      reading_drop(&d->now, q);
    for (unsigned i = 0; i < d->plugs_num; i++) {
      if (!reading_has(&d->plugs[i].now, q))
        continue;
      sum += d->plugs[i].now.value[q];
      have++;
    }
    if (have < d->plugs_num || d->plugs_incomplete ||
        (q == Q_POWER && !(sum >= -STRIP_WATTS && sum <= STRIP_WATTS)))
      continue;
    if (strip_rules[r].by == BY_MEAN)
      sum /= have;
    else if (strip_rules[r].by == BY_ANY)
      sum = sum > 0;
    reading_set(&d->now, q, sum);
  }
}
