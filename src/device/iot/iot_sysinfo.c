/* SPDX-License-Identifier: MIT */
/* Understanding get_sysinfo: see iot_sysinfo.h. */
#include <config.h>

#include "device/iot/iot_sysinfo.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A text member, cleaned. Empty when it is not there. */
static void get_text(const struct json *doc, json_ref object, const char *key,
                     char *out, size_t size) {
  char raw[512];

  out[0] = '\0';
  if (json_string(doc, json_get(doc, object, key), raw, sizeof(raw)))
    text_clean(raw, sizeof(raw), out, size);
}

static void get_name(const struct json *doc, json_ref object, const char *key,
                     char out[DEVICE_NAME_SIZE]) {
  char raw[512];

  out[0] = '\0';
  if (json_string(doc, json_get(doc, object, key), raw, sizeof(raw)))
    text_name(raw, sizeof(raw), out, DEVICE_NAME_SIZE);
}

/* -- who it is -- */

static bool contains(const char *text, const char *word) {
  return strcasestr(text, word) != NULL;
}

static enum device_kind kind_of(const struct json *doc, json_ref sysinfo) {
  char type[64];
  char name[96];

  get_text(doc, sysinfo, "type", type, sizeof(type));
  if (type[0] == '\0')
    get_text(doc, sysinfo, "mic_type", type, sizeof(type));
  get_text(doc, sysinfo, "dev_name", name, sizeof(name));

  if (contains(type, "camera") || contains(type, "doorbell"))
    return KIND_UNSUPPORTED;
  if (contains(name, "dimmer"))
    return KIND_DIMMER;
  if (contains(type, "smartbulb"))
    return json_get(doc, sysinfo, "length") != 0 ? KIND_LIGHT_STRIP : KIND_BULB;
  if (json_type(doc, json_get(doc, sysinfo, "children")) == JSON_ARRAY)
    return KIND_STRIP;
  return contains(name, "light") ? KIND_SWITCH : KIND_PLUG;
}

/* Plugs say in "feature" whether they have a meter; lights always have one
 * (and refuse when they do not). */
static bool meter_of(const struct json *doc, json_ref sysinfo,
                     enum device_kind kind) {
  char feature[64];

  if (kind == KIND_BULB || kind == KIND_LIGHT_STRIP)
    return true;
  get_text(doc, sysinfo, "feature", feature, sizeof(feature));
  for (char *save = NULL, *word = strtok_r(feature, ":", &save); word != NULL;
       word = strtok_r(NULL, ":", &save))
    if (strcasecmp(word, "ENE") == 0)
      return true;
  return false;
}

static bool sensors_of(const struct json *doc, json_ref sysinfo) {
  char name[96];

  get_text(doc, sysinfo, "dev_name", name, sizeof(name));
  return contains(name, "PIR") || contains(name, "sensor");
}

static bool mac_of(const struct json *doc, json_ref sysinfo, uint8_t mac[6]) {
  static const char *const keys[] = {"mac", "mic_mac", "ethernet_mac"};

  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    char text[32];

    get_text(doc, sysinfo, keys[i], text, sizeof(text));
    if (text[0] != '\0')
      return device_parse_mac(text, mac);
  }
  return false;
}

/* -- its state -- */

static void offer(struct reading *r, enum quantity q, const struct json *doc,
                  json_ref value) {
  double number;

  if (json_number(doc, value, &number))
    (void)reading_offer(r, q, number);
}

/* Numbers that stand for themselves, wherever a device has them. */
static const struct {
  const char *key;
  enum quantity quantity;
} plain[] = {
    {"rssi", Q_SIGNAL},          {"relay_state", Q_RELAY},
    {"led_off", Q_LED_OFF},      {"updating", Q_UPDATING},
    {"ntc_state", Q_OVERHEATED}, {"brightness", Q_BRIGHTNESS},
};

/* on_time may be negative, or left over from when the plug was last on. */
static void get_on_time(struct reading *r, const struct json *doc,
                        json_ref object) {
  double seconds;

  if (!json_number(doc, json_get(doc, object, "on_time"), &seconds))
    return;
  if (seconds < 0 || (reading_has(r, Q_RELAY) && r->value[Q_RELAY] == 0))
    seconds = 0;
  (void)reading_offer(r, Q_ON_TIME, seconds);
}

/* A light's state stands in light_state; what it returns to when switched on
 * in dft_on_state; a running effect has its own brightness. */
static void get_light(struct reading *r, const struct json *doc,
                      json_ref sysinfo) {
  json_ref state = json_get(doc, sysinfo, "light_state");
  json_ref later = json_get(doc, state, "dft_on_state");
  json_ref effect = json_get(doc, sysinfo, "lighting_effect_state");
  double running;

  if (state == 0)
    return;
  offer(r, Q_RELAY, doc, json_get(doc, state, "on_off"));
  offer(r, Q_BRIGHTNESS, doc, json_get(doc, state, "brightness"));
  if (!reading_has(r, Q_BRIGHTNESS))
    offer(r, Q_BRIGHTNESS, doc, json_get(doc, later, "brightness"));
  if (!reading_has(r, Q_BRIGHTNESS))
    offer(r, Q_BRIGHTNESS, doc,
          json_get(doc, json_first(doc, json_get(doc, later, "groups")),
                   "brightness"));
  if (json_number(doc, json_get(doc, effect, "enable"), &running) &&
      running == 1)
    offer(r, Q_BRIGHTNESS, doc, json_get(doc, effect, "brightness"));
}

/* Over UDP, and on some firmware always, a plug's id is its two-digit slot
 * alone (without any, its place says it); requests want it behind the strip's
 * own id. False for an id that could not stand in a request's quotes. */
static bool get_child_id(const struct device *d, const struct json *doc,
                         json_ref child, struct plug *plug) {
  char id[sizeof(plug->id)] = "";

  get_text(doc, child, "id", id, sizeof(id));
  if (strlen(id) > 2)
    memcpy(plug->id, id, sizeof(id));
  else if (id[0] == '\0')
    snprintf(plug->id, sizeof(plug->id), "%s%02u", d->id, plug->slot - 1);
  else
    snprintf(plug->id, sizeof(plug->id), "%s%s%.2s", d->id,
             strlen(id) == 1 ? "0" : "", id);
  return strpbrk(plug->id, "\"\\") == NULL;
}

static enum outcome get_children(struct device *d, const struct json *doc,
                                 json_ref children, char why[WHY_SIZE]) {
  unsigned num = 0;
  json_ref c;

  for (c = json_first(doc, children); c != 0; c = json_next(doc, c))
    num++;
  if (device_set_plugs(d, num) < 0) {
    snprintf(why, WHY_SIZE, "a strip of %u plugs is beyond belief", num);
    return OUTCOME_MALFORMED;
  }
  c = json_first(doc, children);
  for (unsigned i = 0; i < num; i++, c = json_next(doc, c)) {
    struct plug *plug = &d->plugs[i];

    plug->slot = i + 1;
    plug->now.has &= QUANTITIES_RARE;
    if (!get_child_id(d, doc, c, plug)) {
      snprintf(why, WHY_SIZE, "plug %u has an id with quotes", plug->slot);
      return OUTCOME_MALFORMED;
    }
    get_name(doc, c, "alias", plug->alias);
    offer(&plug->now, Q_RELAY, doc, json_get(doc, c, "state"));
    get_on_time(&plug->now, doc, c);
  }
  return OUTCOME_OK;
}

static void get_identity(struct device *d, const struct json *doc,
                         json_ref sysinfo) {
  char firmware[sizeof(d->firmware)];
  char *build;

  get_text(doc, sysinfo, "sw_ver", firmware, sizeof(firmware));
  build = strchr(firmware, ' '); /* "1.0.4 Build 191111 Rel.143500" */
  if (build != NULL)
    *build = '\0';
  if (strcmp(firmware, d->firmware) != 0) {
    d->refused = 0; /* another firmware may know more */
    d->shaky = 0;
    d->proven = 0;
  }
  memcpy(d->firmware, firmware, sizeof(d->firmware));
  d->kind = kind_of(doc, sysinfo);
  d->has_meter = meter_of(doc, sysinfo, d->kind);
  d->has_sensors = sensors_of(doc, sysinfo);
  d->mac_known = mac_of(doc, sysinfo, d->mac);
  get_text(doc, sysinfo, "deviceId", d->id, sizeof(d->id));
  get_text(doc, sysinfo, "model", d->model, sizeof(d->model));
  get_text(doc, sysinfo, "hw_ver", d->hardware, sizeof(d->hardware));
  get_name(doc, sysinfo, "alias", d->alias);
}

enum outcome iot_sysinfo(struct device *d, const struct json *doc,
                         json_ref sysinfo, char why[WHY_SIZE]) {
  json_ref nested = json_get(doc, sysinfo, "system"); /* cameras */

  if (nested != 0)
    sysinfo = nested;
  if (json_get(doc, sysinfo, "model") == 0 &&
      json_get(doc, sysinfo, "deviceId") == 0) {
    snprintf(why, WHY_SIZE, "the answer names neither model nor device");
    return OUTCOME_MALFORMED;
  }
  d->now.has &= QUANTITIES_RARE;
  get_identity(d, doc, sysinfo);
  for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
    offer(&d->now, plain[i].quantity, doc,
          json_get(doc, sysinfo, plain[i].key));
  get_light(&d->now, doc, sysinfo);
  if (d->kind != KIND_STRIP) {
    get_on_time(&d->now, doc, sysinfo);
    return device_set_plugs(d, 0) == 0 ? OUTCOME_OK : OUTCOME_DEVICE;
  }
  return get_children(d, doc, json_get(doc, sysinfo, "children"), why);
}
