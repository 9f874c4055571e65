/* SPDX-License-Identifier: MIT */
/* What SMART devices say about themselves: see smart_info.h. */
#include <config.h>

#include "device/smart/smart_info.h"

#include "base/text.h"
#include "device/crypto/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void get_text(const struct json *doc, json_ref object, const char *key,
                     char *out, size_t size) {
  char raw[256];

  out[0] = '\0';
  if (json_string(doc, json_get(doc, object, key), raw, sizeof(raw)))
    text_clean(raw, sizeof(raw), out, size);
}

/* Names are base64; one that is not is taken as it stands. */
static void get_nickname(const struct json *doc, json_ref object,
                         char out[DEVICE_NAME_SIZE]) {
  char raw[512];
  char name[512];
  int len;

  out[0] = '\0';
  if (!json_string(doc, json_get(doc, object, "nickname"), raw, sizeof(raw)))
    return;
  len = crypto_unbase64(raw, strlen(raw), name, sizeof(name));
  if (len >= 0)
    text_name(name, (size_t)len, out, DEVICE_NAME_SIZE);
  else
    text_name(raw, strlen(raw), out, DEVICE_NAME_SIZE);
}

static bool get_number(const struct json *doc, json_ref object, const char *key,
                       double *number) {
  return json_number(doc, json_get(doc, object, key), number);
}

static void offer(struct reading *now, enum quantity q, const struct json *doc,
                  json_ref object, const char *key, double factor) {
  double number;

  if (get_number(doc, object, key, &number))
    (void)reading_offer(now, q, number * factor);
}

/* A text that is "normal" or names what is wrong. */
static void offer_status(struct reading *now, enum quantity q,
                         const struct json *doc, json_ref object,
                         const char *key) {
  char status[32];

  get_text(doc, object, key, status, sizeof(status));
  if (status[0] == '\0')
    return;
  if (strcmp(status, "normal") != 0)
    reading_set(now, q, 1);
  else if (!reading_has(now, q))
    reading_set(now, q, 0);
}

/* What single devices and children have in common. */
static void get_state(struct reading *now, const struct json *doc,
                      json_ref object) {
  json_ref effect = json_get(doc, object, "lighting_effect");
  double number;

  offer(now, Q_RELAY, doc, object, "device_on", 1);
  offer(now, Q_BRIGHTNESS, doc, object, "brightness", 1);
  if (get_number(doc, effect, "enable", &number) && number == 1)
    offer(now, Q_BRIGHTNESS, doc, effect, "brightness", 1);
  if (get_number(doc, object, "on_time", &number)) {
    if (number < 0 || (reading_has(now, Q_RELAY) && now->value[Q_RELAY] == 0))
      number = 0;
    (void)reading_offer(now, Q_ON_TIME, number);
  }
  offer(now, Q_OVERHEATED, doc, object, "overheated", 1);
  offer_status(now, Q_OVERHEATED, doc, object, "overheat_status");
  offer_status(now, Q_OVERLOADED, doc, object, "power_protection_status");
  offer_status(now, Q_OVERLOADED, doc, object, "overcurrent_status");
}

/* -- who it is ----------------------------------------------------------------
 */

/* By a word in the type; the first that fits counts. */
static const struct {
  const char *word;
  enum device_kind kind;
  const char *unsupported;
} families[] = {
    {"PLUG", KIND_PLUG, NULL},
    {"HUB", KIND_UNSUPPORTED, "a hub: its sensors are not read"},
    {"CHIME", KIND_UNSUPPORTED, "a chime"},
    {"ROBOVAC", KIND_UNSUPPORTED, "a robot vacuum"},
    {"CAMERA", KIND_UNSUPPORTED, "a camera"},
    {"DOORBELL", KIND_UNSUPPORTED, "a doorbell"},
    {"SWITCH", KIND_SWITCH, NULL},
    {"BULB", KIND_BULB, NULL},
};

static void set_family(struct device *d, const char *type) {
  d->kind = KIND_PLUG;
  d->unsupported = NULL;
  for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
    if (strcasestr(type, families[i].word) != NULL) {
      d->kind = families[i].kind;
      d->unsupported = families[i].unsupported;
      return;
    }
}

void smart_settle_kind(struct device *d) {
  bool children = (d->can & SMART_CAN_CHILDREN) != 0;
  bool dims = (d->can & SMART_CAN_DIM) != 0;

  if (d->kind == KIND_PLUG && children)
    d->kind = KIND_STRIP;
  else if ((d->kind == KIND_PLUG || d->kind == KIND_SWITCH) && dims &&
           !children)
    d->kind = KIND_DIMMER;
  else if (d->kind == KIND_BULB && (d->can & SMART_CAN_STRIP_OF_LIGHT) != 0)
    d->kind = KIND_LIGHT_STRIP;
}

/* Another firmware may know more, or less. */
static void forget_learned(struct device *d) {
  d->refused = 0;
  d->shaky = 0;
  d->learned = false;
  d->can = 0;
  for (unsigned i = 0; i < d->plugs_num; i++) {
    d->plugs[i].refused = 0;
    d->plugs[i].learned = false;
  }
}

enum outcome smart_info(struct device *d, const struct json *doc,
                        json_ref result, char why[WHY_SIZE]) {
  static const uint32_t kept =
      1U << Q_CLOUD | 1U << Q_LED_OFF | 1U << Q_UPDATING;
  char firmware[sizeof(d->firmware)];
  char type[64];
  char mac[32];

  get_text(doc, result, "type", type, sizeof(type));
  if (json_type(doc, result) != JSON_OBJECT ||
      json_get(doc, result, "device_id") == 0 || type[0] == '\0') {
    snprintf(why, WHY_SIZE, "the answer names neither type nor device");
    return OUTCOME_MALFORMED;
  }
  get_text(doc, result, "fw_ver", firmware, sizeof(firmware));
  firmware[strcspn(firmware, " ")] = '\0';
  if (strcmp(firmware, d->firmware) != 0)
    forget_learned(d);
  memcpy(d->firmware, firmware, sizeof(d->firmware));
  set_family(d, type);
  get_text(doc, result, "device_id", d->id, sizeof(d->id));
  get_text(doc, result, "model", d->model, sizeof(d->model));
  get_text(doc, result, "hw_ver", d->hardware, sizeof(d->hardware));
  get_text(doc, result, "mac", mac, sizeof(mac));
  d->mac_known = device_parse_mac(mac, d->mac);
  get_nickname(doc, result, d->alias);
  d->now.has &= kept;
  offer(&d->now, Q_SIGNAL, doc, result, "rssi", 1);
  get_state(&d->now, doc, result);
  return OUTCOME_OK;
}

uint32_t smart_components(const struct json *doc, json_ref list) {
  static const struct {
    const char *id;
    uint32_t bit;
  } known[] = {
      {"energy_monitoring", SMART_CAN_METER},
      {"child_device", SMART_CAN_CHILDREN},
      {"brightness", SMART_CAN_DIM},
      {"led", SMART_CAN_LED},
      {"light_strip", SMART_CAN_STRIP_OF_LIGHT},
      {"light_strip_lighting_effect", SMART_CAN_STRIP_OF_LIGHT},
  };
  uint32_t can = 0;

  for (json_ref c = json_first(doc, list); c != 0; c = json_next(doc, c)) {
    char id[40];

    get_text(doc, c, "id", id, sizeof(id));
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
      if (strcmp(id, known[i].id) == 0)
        can |= known[i].bit;
  }
  return can;
}

/* -- children -----------------------------------------------------------------
 */

static void swap(struct plug *a, struct plug *b) {
  struct plug c = *a;

  *a = *b;
  *b = c;
}

enum outcome smart_child(struct device *d, unsigned index,
                         const struct json *doc, json_ref child,
                         char why[WHY_SIZE]) {
  char id[sizeof(d->plugs->id)];
  double position = 0;
  struct plug *plug;
  unsigned at = index;

  get_text(doc, child, "device_id", id, sizeof(id));
  if (id[0] == '\0' || strpbrk(id, "\"\\") != NULL) {
    snprintf(why, WHY_SIZE, "plug %u has no usable id", index + 1);
    return OUTCOME_MALFORMED;
  }
  while (at < d->plugs_num && strcmp(d->plugs[at].id, id) != 0)
    at++;
  if (at == d->plugs_num && device_set_plugs(d, d->plugs_num + 1) < 0) {
    snprintf(why, WHY_SIZE, "more than %d plugs are beyond belief",
             DEVICE_PLUGS_MAX);
    return OUTCOME_MALFORMED;
  }
  if (at != index)
    swap(&d->plugs[at], &d->plugs[index]);
  plug = &d->plugs[index];
  memcpy(plug->id, id, sizeof(plug->id));
  if (!get_number(doc, child, "position", &position) || position < 1 ||
      position > 1000)
    position = 0;
  plug->slot = (unsigned)position;
  get_nickname(doc, child, plug->alias);
  plug->now.has = 0;
  get_state(&plug->now, doc, child);
  return OUTCOME_OK;
}

/* Those without a position stand where the list had them. */
void smart_children_end(struct device *d, unsigned num) {
  (void)device_set_plugs(d, num);
  for (unsigned i = 0; i < num; i++)
    if (d->plugs[i].slot == 0)
      d->plugs[i].slot = i + 1;
  for (unsigned i = 1; i < num; i++)
    for (unsigned j = i; j > 0 && d->plugs[j].slot < d->plugs[j - 1].slot; j--)
      swap(&d->plugs[j], &d->plugs[j - 1]);
}

/* -- the meter
 * -----------------------------------------------------------------
 */

void smart_energy(struct reading *now, const struct json *doc,
                  json_ref result) {
  if (!reading_has(now, Q_POWER)) /* get_emeter_data is as good or better */
    offer(now, Q_POWER, doc, result, "current_power", 1e-3);
  offer(now, Q_KWH_TODAY, doc, result, "today_energy", 1e-3);
  offer(now, Q_KWH_MONTH, doc, result, "month_energy", 1e-3);
}

/* energy_wh is this month, or since some reset, by firmware: nothing to count
 * with. */
void smart_emeter(struct reading *now, const struct json *doc,
                  json_ref result) {
  offer(now, Q_POWER, doc, result, "power_mw", 1e-3);
  offer(now, Q_VOLTAGE, doc, result, "voltage_mv", 1e-3);
  offer(now, Q_CURRENT, doc, result, "current_ma", 1e-3);
  if (reading_has(now, Q_VOLTAGE) && now->value[Q_VOLTAGE] == 0) {
    reading_drop(now, Q_VOLTAGE);
    reading_drop(now, Q_CURRENT);
  }
}

/* Whole watts: only where nothing else says more. */
void smart_power(struct reading *now, const struct json *doc, json_ref result) {
  if (!reading_has(now, Q_POWER))
    offer(now, Q_POWER, doc, result, "current_power", 1);
}

/* -- seldom asked
 * --------------------------------------------------------------
 */

/* led_status is the lamp at this moment, off also with the relay. */
void smart_led(struct reading *now, const struct json *doc, json_ref result) {
  char rule[32];

  get_text(doc, result, "led_rule", rule, sizeof(rule));
  if (rule[0] != '\0')
    reading_set(now, Q_LED_OFF, strcmp(rule, "never") == 0);
}

void smart_firmware(struct reading *now, const struct json *doc,
                    json_ref result) {
  enum { DOWNLOADING = 2 }; /* 3: writing it down */
  double status;

  if (get_number(doc, result, "status", &status))
    reading_set(now, Q_UPDATING, status >= DOWNLOADING);
}

void smart_cloud(struct reading *now, const struct json *doc, json_ref result) {
  double status;

  if (get_number(doc, result, "status", &status))
    reading_set(now, Q_CLOUD, status == 0);
}
