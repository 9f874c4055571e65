/* SPDX-License-Identifier: MIT */
/* Understanding get_sysinfo: see iot_sysinfo.h. */
#include <config.h>

#include "device/iot/iot_sysinfo.h"

#include "base/text.h"
#include "device/member_digest.h"
#include "device/member_text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A name, left as it is where none is told. */
static void get_name(const struct json *doc, json_ref object, const char *key,
                     char out[DEVICE_NAME_SIZE]) {
  char raw[512];

  if (json_string(doc, json_get(doc, object, key), raw, sizeof(raw)))
    text_name(raw, sizeof(raw), out, DEVICE_NAME_SIZE);
}

/* -- who it is -- */

static bool contains(const char *text, const char *word) {
  return strcasestr(text, word) != NULL;
}

/* One that has a relay of its own and lists no plug is none, even if it has
 * room for the list, or counts none. */
static bool is_strip(const struct json *doc, json_ref sysinfo) {
  json_ref children = json_get(doc, sysinfo, "children");
  json_ref num = json_get(doc, sysinfo, "child_num");
  double announced = 0;

  if (children == 0 && num == 0)
    return false;
  return json_get(doc, sysinfo, "relay_state") == 0 ||
         json_first(doc, children) != 0 ||
         (json_number(doc, num, &announced) && announced > 0);
}

static enum device_kind kind_of(const struct json *doc, json_ref sysinfo,
                                bool was_strip) {
  char type[64];
  char name[96];

  member_text(doc, sysinfo, "type", type, sizeof(type));
  if (type[0] == '\0')
    member_text(doc, sysinfo, "mic_type", type, sizeof(type));
  member_text(doc, sysinfo, "dev_name", name, sizeof(name));

  if (contains(type, "camera") || contains(type, "doorbell"))
    return KIND_UNSUPPORTED;
  if (contains(name, "dimmer"))
    return KIND_DIMMER;
  if (contains(type, "smartbulb"))
    return json_get(doc, sysinfo, "length") != 0 ? KIND_LIGHT_STRIP : KIND_BULB;
  if (was_strip || is_strip(doc, sysinfo))
    return KIND_STRIP;
  return contains(name, "light") ? KIND_SWITCH : KIND_PLUG;
}

/* Whether it lacks a word by which kinds are told apart. */
static bool is_vague(const struct json *doc, json_ref sysinfo) {
  static const char *const keys[] = {"type", "mic_type", "dev_name"};
  unsigned told = 0;

  for (unsigned i = 0; i < 3; i++) {
    char word[64];

    member_text(doc, sysinfo, keys[i], word, sizeof(word));
    told |= word[0] != '\0' ? 1U << i : 0;
  }
  return (told & 3U) == 0 || (told & 4U) == 0;
}

/* What the same device was before, where the answer is vague: it has become
 * something plainer by that only. */
static enum device_kind kind_again(enum device_kind was, enum device_kind now,
                                   bool vague) {
  if (was == KIND_LIGHT_STRIP && now == KIND_BULB)
    return was;
  if (!vague || was == KIND_UNKNOWN || was == KIND_STRIP ||
      was == KIND_UNSUPPORTED || (now != KIND_PLUG && now != KIND_SWITCH))
    return now;
  return was;
}

/* Plugs say in "feature" whether they have a meter; lights always have one
 * (and refuse when they do not). had: what is known where it is not told. */
static bool meter_of(const struct json *doc, json_ref sysinfo,
                     enum device_kind kind, bool had) {
  char feature[64];

  if (kind == KIND_BULB || kind == KIND_LIGHT_STRIP)
    return true;
  member_text(doc, sysinfo, "feature", feature, sizeof(feature));
  if (feature[0] == '\0')
    return had;
  for (char *save = NULL, *word = strtok_r(feature, ":", &save); word != NULL;
       word = strtok_r(NULL, ":", &save))
    if (strcasecmp(word, "ENE") == 0)
      return true;
  return false;
}

static bool sensors_of(const struct json *doc, json_ref sysinfo, bool had) {
  char name[96];

  member_text(doc, sysinfo, "dev_name", name, sizeof(name));
  if (name[0] == '\0')
    return had;
  return contains(name, "PIR") || contains(name, "sensor");
}

static bool mac_of(const struct json *doc, json_ref sysinfo, uint8_t mac[6]) {
  static const char *const keys[] = {"mac", "mic_mac", "ethernet_mac"};

  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    char text[32];

    member_text(doc, sysinfo, keys[i], text, sizeof(text));
    if (text[0] != '\0')
      return device_parse_mac(text, mac);
  }
  return false;
}

/* -- its state -- */

/* Numbers that stand for themselves, wherever a device has them. */
static const struct {
  const char *key;
  enum quantity quantity;
} plain[] = {
    {"rssi", Q_SIGNAL},          {"relay_state", Q_RELAY},
    {"led_off", Q_LED_OFF},      {"updating", Q_UPDATING},
    {"ntc_state", Q_OVERHEATED}, {"brightness", Q_BRIGHTNESS},
};

/* A light's state stands in light_state; what it returns to when switched on
 * in dft_on_state; a running effect has its own brightness. */
static void get_light(const struct value_source *s) {
  const struct json *doc = s->doc;
  json_ref state = json_get(doc, s->object, "light_state");
  json_ref later = json_get(doc, state, "dft_on_state");
  json_ref effect = json_get(doc, s->object, "lighting_effect_state");
  json_ref brightness = json_get(doc, state, "brightness");
  double running;

  if (state == 0)
    return;
  if (json_type(doc, state) != JSON_OBJECT) {
    progress_fail(s->p, OUTCOME_MALFORMED, "%s: light_state is no object",
                  s->method);
    return;
  }
  value_take_at(s, Q_RELAY, json_get(doc, state, "on_off"), "on_off", 1);
  if (brightness == 0)
    brightness = json_get(doc, later, "brightness");
  if (brightness == 0)
    brightness = json_get(doc, json_first(doc, json_get(doc, later, "groups")),
                          "brightness");
  if (json_number(doc, json_get(doc, effect, "enable"), &running) &&
      running == 1 && json_get(doc, effect, "brightness") != 0)
    brightness = json_get(doc, effect, "brightness");
  value_take_at(s, Q_BRIGHTNESS, brightness, "brightness", 1);
}

/* -- the plugs of a strip -- */

/* Over UDP, and on some firmware always, a plug's id is its two-digit slot
 * alone (where none has any, its place says it); requests want it behind the
 * strip's own id. False without an id, or for one that could not stand in a
 * request's quotes. */
static bool get_child_id(const struct device *d, const struct json *doc,
                         json_ref child, unsigned place, bool by_place,
                         char id[sizeof(d->plugs->id)]) {
  char raw[sizeof(d->plugs->id)] = "";

  member_text(doc, child, "id", raw, sizeof(raw));
  if (raw[0] == '\0' && !by_place)
    return false;
  if (strlen(raw) > 2)
    memcpy(id, raw, sizeof(raw));
  else if (raw[0] == '\0')
    snprintf(id, sizeof(raw), "%s%02u", d->id, place);
  else
    snprintf(id, sizeof(raw), "%s%s%.2s", d->id, strlen(raw) == 1 ? "0" : "",
             raw);
  return strpbrk(id, "\"\\") == NULL;
}

/* The digits behind the strip's own id count from 0; else 0: not told. */
static unsigned slot_of(const struct device *d, const char *id) {
  size_t len = strlen(d->id);
  const char *digits = id + len;

  if (strncmp(id, d->id, len) != 0 || strlen(digits) != 2 ||
      strspn(digits, "0123456789") != 2)
    return 0;
  return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0') + 1;
}

static bool has_id(const struct json *doc, json_ref child) {
  char id[sizeof((struct plug){0}.id)];

  member_text(doc, child, "id", id, sizeof(id));
  return id[0] != '\0';
}

static struct plug *find_child(struct device *d, const struct value_source *s,
                               unsigned place, bool by_place) {
  char id[sizeof(d->plugs->id)];
  struct plug *plug;

  if (json_type(s->doc, s->object) != JSON_OBJECT ||
      !get_child_id(d, s->doc, s->object, place, by_place, id)) {
    progress_fail(s->p, OUTCOME_MALFORMED, "plug %u has no usable id",
                  place + 1);
    return NULL;
  }
  plug = device_plug(d, id);
  if (plug == NULL || plug->listed) {
    progress_fail(s->p, OUTCOME_MALFORMED,
                  plug == NULL ? "more plugs than any strip has (%u)"
                               : "plug %u has the id of another one",
                  place + 1);
    return NULL;
  }
  if (plug->slot == 0)
    plug->slot = slot_of(d, id);
  if (plug->slot == 0)
    plug->slot = place + 1;
  return plug;
}

/* Each by its id: in the list they may change places, or be missing. */
static void get_children(struct device *d, const struct value_source *of) {
  const struct json *doc = of->doc;
  json_ref children = json_get(doc, of->object, "children");
  unsigned listed = 0;
  unsigned place = 0;
  double announced = 0;
  bool by_place = true;

  for (unsigned i = 0; i < d->plugs_num; i++) {
    d->plugs[i].listed = false;
    d->plugs[i].now.has &= QUANTITIES_RARE;
  }
  if (json_type(doc, children) != JSON_ARRAY) {
    progress_fail(of->p, OUTCOME_MALFORMED,
                  "the answer holds no list of plugs");
    return;
  }
  for (json_ref c = json_first(doc, children); c != 0; c = json_next(doc, c))
    by_place &= !has_id(doc, c);
  for (json_ref c = json_first(doc, children); c != 0;
       c = json_next(doc, c), place++) {
    struct value_source s = *of;
    struct plug *plug;

    s.object = c;
    plug = find_child(d, &s, place, by_place);
    if (plug == NULL)
      continue;
    plug->listed = true;
    listed++;
    s.now = &plug->now;
    get_name(doc, c, "alias", plug->alias);
    value_take(&s, Q_RELAY, "state", 1);
    value_take_on_time(&s);
  }
  if (json_number(doc, json_get(doc, of->object, "child_num"), &announced) &&
      announced > DEVICE_PLUGS_MAX)
    announced = 0; /* says nothing */
  d->plugs_incomplete = !device_settle_plugs(d, listed, true) ||
                        listed < announced || listed < place;
  if (d->plugs_incomplete)
    progress_fail(of->p, OUTCOME_MALFORMED, "the list of plugs lacks some");
  device_sort_plugs(d);
}

/* Whether it is the device that answered before, by what it tells: id, or MAC.
 */
static bool is_same(const struct device *d, const struct json *doc,
                    json_ref sysinfo) {
  char id[sizeof(d->id)];
  uint8_t mac[6];

  member_text(doc, sysinfo, "deviceId", id, sizeof(id));
  if (id[0] != '\0')
    return strcmp(id, d->id) == 0;
  return d->mac_known && mac_of(doc, sysinfo, mac) &&
         memcmp(mac, d->mac, sizeof(mac)) == 0;
}

/* "1.0.4 Build 191111 Rel.143500". True when it is another one. */
static bool take_firmware(struct device *d, const struct json *doc,
                          json_ref sysinfo, bool same) {
  char firmware[64];

  member_text(doc, sysinfo, "sw_ver", firmware, sizeof(firmware));
  if (firmware[0] == '\0' && same)
    return false;
  d->built = device_year_built(firmware);
  firmware[strcspn(firmware, " ")] = '\0';
  firmware[text_cut(firmware, sizeof(d->firmware) - 1)] = '\0';
  if (strcmp(firmware, d->firmware) == 0)
    return false;
  memcpy(d->firmware, firmware, sizeof(d->firmware));
  return true;
}

/* What an answer of the same device does not tell is as it was. */
static void get_identity(struct device *d, const struct json *doc,
                         json_ref sysinfo) {
  bool same = is_same(d, doc, sysinfo);
  bool renewed = take_firmware(d, doc, sysinfo, same);
  bool was_strip =
      d->kind == KIND_STRIP && d->plugs_num > 0 && same && !renewed;
  enum device_kind kind = kind_of(doc, sysinfo, was_strip);

  if (renewed)
    device_forget_requests(d); /* another firmware may know more */
  member_text_again(doc, sysinfo, "deviceId", same, d->id, sizeof(d->id));
  d->kind = same ? kind_again(d->kind, kind, is_vague(doc, sysinfo)) : kind;
  d->has_meter = meter_of(doc, sysinfo, d->kind, same && d->has_meter);
  d->has_sensors = sensors_of(doc, sysinfo, same && d->has_sensors);
  d->mac_known = mac_of(doc, sysinfo, d->mac) || (same && d->mac_known);
  member_text_again(doc, sysinfo, "model", same, d->model, sizeof(d->model));
  member_text_again(doc, sysinfo, "hw_ver", same, d->hardware,
                    sizeof(d->hardware));
  if (!same)
    d->alias[0] = '\0';
  get_name(doc, sysinfo, "alias", d->alias);
}

/* What changes from one answer to the next, and says nothing of who it is. */
static const char *const passing[] = {
    "rssi",     "relay_state", "on_time",   "led_off",     "updating",
    "err_code", "brightness",  "ntc_state", "active_mode", NULL};

/* False, with the reason, when it is no device's. */
static bool take_identity(struct device *d, const struct json *doc,
                          json_ref sysinfo, char why[WHY_SIZE]) {
  uint64_t told = member_digest(doc, sysinfo, passing);

  if (told == d->told)
    return true;
  if (json_get(doc, sysinfo, "model") == 0 &&
      json_get(doc, sysinfo, "deviceId") == 0) {
    snprintf(why, WHY_SIZE, "the answer names neither model nor device");
    return false;
  }
  get_identity(d, doc, sysinfo);
  d->told = told;
  return true;
}

enum outcome iot_sysinfo(struct device *d, struct progress *p,
                         const struct json *doc, json_ref sysinfo,
                         char why[WHY_SIZE]) {
  struct value_source s = {
      .d = d, .p = p, .now = &d->now, .doc = doc, .method = "get_sysinfo"};
  json_ref nested = json_get(doc, sysinfo, "system"); /* cameras */

  s.object = nested != 0 ? nested : sysinfo;
  if (!take_identity(d, doc, s.object, why))
    return OUTCOME_MALFORMED;
  d->now.has &= QUANTITIES_RARE;
  d->plugs_incomplete = false;
  for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
    value_take(&s, plain[i].quantity, plain[i].key, 1);
  get_light(&s);
  if (d->kind == KIND_STRIP) {
    get_children(d, &s);
  } else {
    value_take_on_time(&s);
    (void)device_set_plugs(d, 0);
  }
  device_note_restart(d, UINT32_MAX);
  return OUTCOME_OK;
}
