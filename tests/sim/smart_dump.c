/* SPDX-License-Identifier: MIT */
/* Serving a published dump of a SMART device. */
#include "smart_dump.h"

#include "crypto.h"
#include "dialect.h"
#include "json.h"
#include "smart.h"
#include "transport.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct smart_dump {
  char *path;
  cJSON *root;
  cJSON **children; /* what each answered; NULL: not in the file */
  char (*ids)[64];
  size_t n;
};

static cJSON *get(const cJSON *object, const char *key) {
  return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *word(const cJSON *object, const char *key) {
  const char *text = cJSON_GetStringValue(get(object, key));
  return text != NULL ? text : "";
}

static bool number(const cJSON *object, const char *key, double *value) {
  const cJSON *item = get(object, key);
  if (!cJSON_IsNumber(item))
    return false;
  *value = item->valuedouble;
  return true;
}

bool smart_dump_is(const cJSON *root) {
  return cJSON_IsObject(get(root, "get_device_info"));
}

static cJSON *discovery(const cJSON *root) {
  cJSON *outer = get(root, "discovery_result");
  cJSON *result = get(outer, "result");
  return result != NULL ? result : outer;
}

static cJSON *child_list(const cJSON *root) {
  return get(get(root, "get_child_device_list"), "child_device_list");
}

static enum kind kind_of(const cJSON *root) {
  static const struct {
    const char *word;
    enum kind kind;
  } words[] = {{"HUB", KIND_HUB},
               {"CHIME", KIND_CHIME},
               {"ROBOVAC", KIND_VACUUM},
               {"IPCAMERA", KIND_CAMERA}};
  const cJSON *info = get(root, "get_device_info");
  const char *family = word(info, "type");
  for (size_t i = 0; i < COUNT(words); i++)
    if (strstr(family, words[i].word) != NULL)
      return words[i].kind;
  if (cJSON_GetArraySize(child_list(root)) > 0)
    return KIND_STRIP;
  if (strstr(family, "BULB") != NULL)
    return KIND_BULB;
  if (get(info, "brightness") != NULL)
    return KIND_DIMMER;
  return strstr(family, "SWITCH") != NULL ? KIND_SWITCH : KIND_PLUG;
}

static void read_name(const cJSON *info, struct text *alias) {
  uint8_t name[512];
  const char *text = word(info, "nickname");
  int n = base64_get((struct slice){text, strlen(text)}, name, sizeof(name));
  if (n > 0)
    text_add(alias, name, (size_t)n);
}

static void read_plug(struct plug *plug, const cJSON *info) {
  double value = 0;
  plug->relay = cJSON_IsTrue(get(info, "device_on"));
  number(info, "on_time", &value);
  plug->on_time = (int64_t)value;
  plug->on_time_fixed = true;
  read_name(info, &plug->alias);
}

static void read_state(struct device *d, struct smart_dump *dump) {
  const cJSON *info = get(dump->root, "get_device_info");
  const cJSON *list = child_list(dump->root);
  double value;
  device_plugs(d, dump->n > 0 ? dump->n : 1);
  for (size_t i = 0; i < dump->n; i++)
    read_plug(&d->plugs[i], cJSON_GetArrayItem(list, (int)i));
  if (dump->n == 0)
    read_plug(&d->plugs[0], info);
  read_name(info, &d->alias);
  snprintf(d->hw_ver, sizeof(d->hw_ver), "%s", word(info, "hw_ver"));
  snprintf(d->sw_ver, sizeof(d->sw_ver), "%s", word(info, "fw_ver"));
  d->rssi = number(info, "rssi", &value) ? (int64_t)value : 0;
  const cJSON *led = get(dump->root, "get_led_info");
  d->led_off = strcmp(word(led, "led_rule"), "never") == 0;
}

static void read_discovery(struct device *d, const cJSON *found,
                           const cJSON *info) {
  const cJSON *scheme = get(found, "mgt_encrypt_schm");
  const char *model = word(found, "device_model");
  double value;
  snprintf(d->family, sizeof(d->family), "%s", word(info, "type"));
  snprintf(d->model, sizeof(d->model), "%s",
           *model != '\0' ? model : word(info, "model"));
  snprintf(d->obd_src, sizeof(d->obd_src), "%s", word(found, "obd_src"));
  d->factory_default = cJSON_IsTrue(get(found, "factory_default"));
  d->lv = number(scheme, "lv", &value) ? (int64_t)value : 0;
  d->transport = strcmp(word(scheme, "encrypt_type"), "AES") == 0
                     ? &transport_aes
                     : &transport_klap;
  if (cJSON_IsTrue(get(scheme, "is_support_https")))
    d->transport = &transport_none;
}

struct device *smart_dump_load(struct house *house, cJSON *root,
                               const char *path, uint64_t index,
                               const char **wrong) {
  (void)wrong;
  struct device *d = device_new(house, kind_of(root), 2, false, index);
  struct smart_dump *dump = xcalloc(1, sizeof(*dump));
  dump->path = xstrdup(path);
  dump->root = root;
  if (d->kind == KIND_STRIP)
    dump->n = (size_t)cJSON_GetArraySize(child_list(root));
  dump->ids = xcalloc(dump->n + 1, sizeof(*dump->ids));
  dump->children = xcalloc(dump->n + 1, sizeof(*dump->children));
  for (size_t i = 0; i < dump->n; i++) {
    const cJSON *child = cJSON_GetArrayItem(child_list(root), (int)i);
    dump->children[i] =
        get(get(root, "child_devices"), word(child, "device_id"));
  }
  d->smart_dump = dump;
  d->dialect = &dialect_smart;
  read_state(d, dump);
  read_discovery(d, discovery(root), get(root, "get_device_info"));
  return d;
}

static void replace(cJSON *object, const char *key, const char *value) {
  if (get(object, key) != NULL)
    cJSON_ReplaceItemInObjectCaseSensitive(object, key,
                                           cJSON_CreateString(value));
}

static void replace_child(struct device *d, cJSON *info, const char *id,
                          const char *bare_mac) {
  replace(info, "device_id", id);
  replace(info, "original_device_id", d->id);
  replace(info, "parent_device_id", d->id);
  replace(info, "mac", bare_mac);
}

/* Ids by position, which is what a real one has. */
static size_t place_of(const cJSON *info, size_t otherwise) {
  double value;
  return number(info, "position", &value) && value >= 1 ? (size_t)value - 1
                                                        : otherwise;
}

void smart_dump_render(struct device *d) {
  struct smart_dump *dump = d->smart_dump;
  cJSON *info = get(dump->root, "get_device_info"), *item = NULL;
  cJSON *components = get(get(dump->root, "get_child_device_component_list"),
                          "child_component_list");
  const uint8_t *m = d->mac;
  char mac[18], bare[13];
  struct text name = {0};
  snprintf(mac, sizeof(mac), "%02X-%02X-%02X-%02X-%02X-%02X", m[0], m[1], m[2],
           m[3], m[4], m[5]);
  snprintf(bare, sizeof(bare), "%02X%02X%02X%02X%02X%02X", m[0], m[1], m[2],
           m[3], m[4], m[5]);
  replace(info, "mac", mac);
  replace(info, "device_id", d->id);
  base64_put(&name, d->alias.p != NULL ? d->alias.p : "", d->alias.len);
  replace(info, "nickname", name.p != NULL ? name.p : "");
  text_free(&name);
  for (size_t i = 0; i < dump->n; i++) {
    cJSON *child = cJSON_GetArrayItem(child_list(dump->root), (int)i);
    char old[64];
    char id[43];
    snprintf(old, sizeof(old), "%s", word(child, "device_id"));
    device_child_id(d, place_of(child, i), id);
    snprintf(dump->ids[i], sizeof(dump->ids[i]), "%s", id);
    cJSON_ArrayForEach(
        item, components) if (strcmp(word(item, "device_id"), old) == 0)
        replace(item, "device_id", id);
    replace_child(d, child, id, bare);
    replace_child(d, get(dump->children[i], "get_device_info"), id, bare);
  }
}

void smart_dump_free(struct smart_dump *dump) {
  if (dump == NULL)
    return;
  cJSON_Delete(dump->root);
  free(dump->children);
  free(dump->ids);
  free(dump->path);
  free(dump);
}

const char *smart_dump_path(const struct smart_dump *dump) {
  return dump->path;
}

void smart_dump_child_id(const struct device *d, size_t slot, char out[64]) {
  memcpy(out, d->smart_dump->ids[slot], 64);
}

void smart_dump_reading(const struct smart_dump *dump, size_t slot,
                        struct reading *out) {
  static const struct {
    const char *method;
    const char *key;
    unsigned bit;
    size_t offset;
    double divisor;
  } parts[] = {
#define PART(bit, member) HAS_##bit, offsetof(struct reading, member)
      {"get_emeter_data", "power_mw", PART(WATTS, watts), 1000},
      {"get_energy_usage", "current_power", PART(WATTS, watts), 1000},
      {"get_current_power", "current_power", PART(WATTS, watts), 1},
      {"get_emeter_data", "voltage_mv", PART(VOLTS, volts), 1000},
      {"get_emeter_data", "current_ma", PART(AMPS, amps), 1000},
      {"get_energy_usage", "today_energy", PART(TODAY, today_wh), 1},
      {"get_energy_usage", "month_energy", PART(MONTH, month_wh), 1},
#undef PART
  };
  const cJSON *from = dump->n > 0 ? dump->children[slot] : dump->root;
  *out = (struct reading){0};
  for (size_t i = 0; i < COUNT(parts); i++) {
    double value;
    if ((out->has & parts[i].bit) != 0 ||
        !number(get(from, parts[i].method), parts[i].key, &value))
      continue;
    value /= parts[i].divisor;
    memcpy((char *)out + parts[i].offset, &value, sizeof(value));
    out->has |= parts[i].bit;
  }
}

static void note_state(struct device *d, size_t slot) {
  struct plug *plug = &d->plugs[slot];
  plug->state_pending = true;
  plug->pending_relay = plug->relay;
  plug->pending_on_time = plug->on_time;
}

/* What an answer tells, for the record. */
static void note(struct device *d, int slot, struct slice method) {
  size_t at = slot >= 0 ? (size_t)slot : 0;
  bool parent = slot < 0;
  if (slice_is(method, "get_child_device_list")) {
    for (size_t i = 0; i < d->n_plugs; i++)
      note_state(d, i);
  } else if (slice_is(method, "get_device_info") && parent == false) {
    note_state(d, at);
  } else if (!parent && (slice_is(method, "get_energy_usage") ||
                         slice_is(method, "get_emeter_data") ||
                         slice_is(method, "get_current_power"))) {
    d->plugs[at].reading_pending = true;
    smart_dump_reading(d->smart_dump, at, &d->plugs[at].pending);
  }
  if (slice_is(method, "get_device_info") &&
      (parent || d->kind != KIND_STRIP)) {
    d->rssi_pending = true;
    d->pending_rssi = d->rssi;
  }
}

/* A list in parts: the answer from start_index on. */
static void put_page(const struct device *d, const cJSON *answer, int64_t start,
                     struct text *out) {
  cJSON *part = cJSON_CreateObject(), *item = NULL, *entry = NULL;
  cJSON_ArrayForEach(item, answer) {
    if (strcmp(item->string, "start_index") == 0) {
      cJSON_AddNumberToObject(part, item->string, (double)start);
      continue;
    }
    if (!cJSON_IsArray(item)) {
      cJSON_AddItemToObject(part, item->string, cJSON_Duplicate(item, true));
      continue;
    }
    cJSON *list = cJSON_AddArrayToObject(part, item->string);
    int64_t i = 0;
    cJSON_ArrayForEach(entry, item) {
      if (i >= start && i < start + (int64_t)d->quirks.page)
        cJSON_AddItemToArray(list, cJSON_Duplicate(entry, true));
      i++;
    }
  }
  char *text = cJSON_PrintUnformatted(part);
  text_addz(out, text);
  free(text);
  cJSON_Delete(part);
}

int smart_dump_answer(struct device *d, int slot, struct slice method,
                      struct slice params, struct text *out) {
  const struct smart_dump *dump = d->smart_dump;
  bool child = slot >= 0 && dump->n > 0;
  const cJSON *from = child ? dump->children[slot] : dump->root, *item = NULL;
  if (child && from == NULL && slice_is(method, "get_device_info"))
    return SMART_UNKNOWN_METHOD;
  cJSON_ArrayForEach(item, from) {
    if (!slice_is(method, item->string) ||
        slice_is(method, "discovery_result") ||
        slice_is(method, "child_devices"))
      continue;
    if (cJSON_IsNumber(item)) /* what the device answered: an error */
      return item->valueint != 0 ? item->valueint : SMART_UNKNOWN_METHOD;
    int64_t start = 0;
    if (params.p != NULL)
      json_int(params, "start_index", &start);
    if (get(item, "start_index") != NULL && get(item, "sum") != NULL) {
      put_page(d, item, start, out);
    } else {
      char *text = cJSON_PrintUnformatted(item);
      text_addz(out, text);
      free(text);
    }
    note(d, slot, method);
    return SMART_OK;
  }
  return SMART_UNKNOWN_METHOD;
}
