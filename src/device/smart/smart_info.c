/* SPDX-License-Identifier: MIT */
/* What SMART devices say about themselves: see smart_info.h. */
#include <config.h>

#include "device/smart/smart_info.h"

#include "base/text.h"
#include "device/crypto/crypto.h"
#include "device/member_digest.h"
#include "device/member_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether bytes are a text; its last letter may have been cut. */
static bool is_text(const char *bytes, size_t len) {
  size_t at = 0;
  size_t taken = 1;

  while (at < len && taken > 0) {
    uint32_t code;

    taken = text_decode(bytes + at, len - at, &code);
    at += taken;
  }
  if (at == len || (unsigned char)bytes[at] < 0xc0)
    return at == len;
  for (at++; at < len && ((unsigned char)bytes[at] & 0xc0) == 0x80; at++)
    ;
  return at == len;
}

/* Names are base64; one that is not is taken as it stands. Many plain words
 * could be ("Test"): what they stand for is hardly ever a text. "=" at the
 * end is base64's alone. */
void smart_nickname(const struct json *doc, json_ref object,
                    char out[DEVICE_NAME_SIZE]) {
  char raw[512];
  char name[512];
  int len;

  if (!json_string(doc, json_get(doc, object, "nickname"), raw, sizeof(raw)))
    return;
  len = crypto_unbase64(raw, strlen(raw), name, sizeof(name));
  if (len >= 0 && (strchr(raw, '=') != NULL || is_text(name, (size_t)len)))
    text_name(name, (size_t)len, out, DEVICE_NAME_SIZE);
  else
    text_name(raw, strlen(raw), out, DEVICE_NAME_SIZE);
}

/* A text that is "normal" or names what is wrong. */
static void take_status(const struct value_source *s, enum quantity q,
                        const char *key) {
  struct reading *now = s->now;
  char status[32];

  member_text(s->doc, s->object, key, status, sizeof(status));
  if (status[0] == '\0')
    return;
  if (strncasecmp(status, "normal", 6) != 0)
    reading_set(now, q, 1);
  else if (!reading_has(now, q))
    reading_set(now, q, 0);
}

void smart_state(const struct value_source *s) {
  json_ref effect = json_get(s->doc, s->object, "lighting_effect");
  json_ref brightness = json_get(s->doc, s->object, "brightness");
  double number;

  if (json_number(s->doc, json_get(s->doc, effect, "enable"), &number) &&
      number == 1 && json_get(s->doc, effect, "brightness") != 0)
    brightness = json_get(s->doc, effect, "brightness");
  value_take(s, Q_RELAY, "device_on", 1);
  value_take_at(s, Q_BRIGHTNESS, brightness, "brightness", 1);
  value_take_on_time(s);
  value_take(s, Q_OVERHEATED, "overheated", 1);
  take_status(s, Q_OVERHEATED, "overheat_status");
  take_status(s, Q_OVERLOADED, "power_protection_status");
  take_status(s, Q_OVERLOADED, "overcurrent_status");
}

/* -- who it is -- */

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

/* Whether it is the device that answered before, by what it tells: id, or MAC.
 */
static bool is_same(const struct device *d, const struct json *doc,
                    json_ref result) {
  char id[sizeof(d->id)];
  char text[32];
  uint8_t mac[6];

  member_text(doc, result, "device_id", id, sizeof(id));
  if (id[0] != '\0')
    return strcmp(id, d->id) == 0;
  member_text(doc, result, "mac", text, sizeof(text));
  return d->mac_known && device_parse_mac(text, mac) &&
         memcmp(mac, d->mac, sizeof(mac)) == 0;
}

static void take_identity(struct device *d, const struct json *doc,
                          json_ref result, bool same) {
  char firmware[64];
  char mac[32];

  member_text(doc, result, "fw_ver", firmware, sizeof(firmware));
  if (firmware[0] != '\0' || !same) {
    d->built = device_year_built(firmware);
    firmware[strcspn(firmware, " ")] = '\0';
    firmware[sizeof(d->firmware) - 1] = '\0';
    if (strcmp(firmware, d->firmware) != 0)
      device_forget_requests(d); /* another firmware may know more, or less */
    memcpy(d->firmware, firmware, sizeof(d->firmware));
  }
  member_text_again(doc, result, "device_id", same, d->id, sizeof(d->id));
  member_text_again(doc, result, "model", same, d->model, sizeof(d->model));
  member_text_again(doc, result, "hw_ver", same, d->hardware,
                    sizeof(d->hardware));
  member_text(doc, result, "mac", mac, sizeof(mac));
  d->mac_known = device_parse_mac(mac, d->mac) || (same && d->mac_known);
  if (!same)
    d->alias[0] = '\0';
  smart_nickname(doc, result, d->alias);
}

/* What changes from one answer to the next, and says nothing of who it is. */
static const char *const passing[] = {"rssi",
                                      "signal_level",
                                      "on_time",
                                      "device_on",
                                      "brightness",
                                      "overheated",
                                      "overheat_status",
                                      "charging_status",
                                      "power_protection_status",
                                      "overcurrent_status",
                                      NULL};

enum outcome smart_info(struct device *d, struct progress *p,
                        const struct json *doc, json_ref result,
                        char why[WHY_SIZE]) {
  static const uint32_t kept =
      1U << Q_CLOUD | 1U << Q_LED_OFF | 1U << Q_UPDATING;
  struct value_source s = {.d = d,
                           .p = p,
                           .now = &d->now,
                           .doc = doc,
                           .object = result,
                           .method = "get_device_info"};
  uint64_t told = member_digest(doc, result, passing);
  bool again = told == d->told;
  bool same = again || is_same(d, doc, result);
  char type[64];

  member_text(doc, result, "type", type, sizeof(type));
  /* An old answer that is played again decrypts but for some letters of its
   * first member, which this is. */
  if (json_type(doc, result) != JSON_OBJECT ||
      json_get(doc, result, "device_id") == 0 ||
      (type[0] == '\0' && !(same && d->kind != KIND_UNKNOWN))) {
    snprintf(why, WHY_SIZE, "the answer names neither type nor device");
    return OUTCOME_MALFORMED;
  }
  if (!again)
    take_identity(d, doc, result, same);
  d->told = told;
  if (type[0] != '\0')
    set_family(d, type);
  d->now.has &= kept;
  for (unsigned i = 0; i < d->plugs_num; i++)
    d->plugs[i].now.has = 0;
  value_take(&s, Q_SIGNAL, "rssi", 1);
  smart_state(&s);
  return OUTCOME_OK;
}

bool smart_has_components(const struct json *doc, json_ref list) {
  json_ref first = json_first(doc, list);

  for (json_ref c = first; c != 0; c = json_next(doc, c)) {
    char id[40];

    member_text(doc, c, "id", id, sizeof(id));
    if (id[0] == '\0')
      return false; /* it may be the one that counts */
  }
  return first != 0;
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

    member_text(doc, c, "id", id, sizeof(id));
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
      if (strcmp(id, known[i].id) == 0)
        can |= known[i].bit;
  }
  return can;
}

/* -- rarely asked -- */

/* led_status is the lamp at this moment, off also with the relay. */
void smart_led(const struct value_source *s) {
  char rule[32];

  member_text(s->doc, s->object, "led_rule", rule, sizeof(rule));
  reading_drop(s->now, Q_LED_OFF);
  if (rule[0] != '\0')
    reading_set(s->now, Q_LED_OFF, strcmp(rule, "never") == 0);
}

/* A number in a member "status". */
static bool get_status(const struct value_source *s, double *status) {
  return json_number(s->doc, json_get(s->doc, s->object, "status"), status);
}

void smart_firmware(const struct value_source *s) {
  enum { DOWNLOADING = 2 }; /* 3: writing it down */
  double status;

  reading_drop(s->now, Q_UPDATING);
  if (get_status(s, &status))
    reading_set(s->now, Q_UPDATING, status >= DOWNLOADING);
}

void smart_cloud(const struct value_source *s) {
  double status;

  reading_drop(s->now, Q_CLOUD);
  if (get_status(s, &status))
    reading_set(s->now, Q_CLOUD, status == 0);
}
