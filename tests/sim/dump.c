/* SPDX-License-Identifier: MIT */
/* Serving a published dump. */
#include "dump.h"

#include "dialect.h"
#include "smart_dump.h"
#include "transport.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dump_method {
  char *module;
  char *method;
  char *answer;
  cJSON *slotted; /* borrowed: holds a slot_id that must be the caller's */
};

struct dump {
  char *path;
  cJSON *root;
  struct dump_method *methods;
  size_t n_methods;
  char *sysinfo[2];     /* by short_ids */
  enum refusal refusal; /* of modules the file does not know */
  struct reading reading;
};

static cJSON *read_json(const char *path, const char **wrong) {
  static char buf[1 << 20];
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    *wrong = "dump: cannot be opened";
    return NULL;
  }
  size_t len = fread(buf, 1, sizeof(buf), file);
  fclose(file);
  cJSON *root = cJSON_ParseWithLength(buf, len);
  if (!cJSON_IsObject(root)) {
    *wrong = "dump: not a JSON object of at most 1 MiB";
    cJSON_Delete(root);
    return NULL;
  }
  return root;
}

static cJSON *sysinfo_of(const cJSON *root) {
  return cJSON_GetObjectItemCaseSensitive(
      cJSON_GetObjectItemCaseSensitive(root, "system"), "get_sysinfo");
}

static const char *word(const cJSON *object, const char *key) {
  const char *text =
      cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
  return text != NULL ? text : "";
}

static bool number(const cJSON *object, const char *key, double *value) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  if (!cJSON_IsNumber(item))
    return false;
  *value = item->valuedouble;
  return true;
}

static enum kind kind_of(const cJSON *sysinfo) {
  bool bulb = strcmp(word(sysinfo, "mic_type"), "IOT.SMARTBULB") == 0;
  if (bulb)
    return cJSON_GetObjectItem(sysinfo, "length") ? KIND_LIGHTSTRIP : KIND_BULB;
  if (cJSON_GetObjectItem(sysinfo, "children") != NULL)
    return KIND_STRIP;
  if (strstr(word(sysinfo, "dev_name"), "Dimmer") != NULL)
    return KIND_DIMMER;
  return strstr(word(sysinfo, "dev_name"), "Light") != NULL ? KIND_SWITCH
                                                            : KIND_PLUG;
}

static void read_meter(struct reading *r, const cJSON *realtime) {
  static const struct quantity {
    const char *key;
    unsigned bit;
    size_t offset;
    double divisor;
  } quantities[] = {
      {"power", HAS_WATTS, offsetof(struct reading, watts), 1},
      {"power_mw", HAS_WATTS, offsetof(struct reading, watts), 1000},
      {"voltage", HAS_VOLTS, offsetof(struct reading, volts), 1},
      {"voltage_mv", HAS_VOLTS, offsetof(struct reading, volts), 1000},
      {"current", HAS_AMPS, offsetof(struct reading, amps), 1},
      {"current_ma", HAS_AMPS, offsetof(struct reading, amps), 1000},
      {"total", HAS_WH, offsetof(struct reading, wh), 0.001},
      {"total_wh", HAS_WH, offsetof(struct reading, wh), 1},
  };
  for (size_t i = 0; i < COUNT(quantities); i++) {
    const struct quantity *q = &quantities[i];
    double value;
    if (!number(realtime, q->key, &value))
      continue;
    *(double *)(void *)((char *)r + q->offset) = value / q->divisor;
    r->has |= q->bit;
  }
}

static void read_plug(struct plug *plug, const cJSON *json, const char *relay) {
  double value = 0;
  number(json, relay, &value);
  plug->relay = value != 0;
  value = 0;
  number(json, "on_time", &value);
  plug->on_time = (int64_t)value;
  plug->on_time_fixed = true;
  text_addz(&plug->alias, word(json, "alias"));
}

static void read_state(struct device *d, const cJSON *sysinfo) {
  const cJSON *children = cJSON_GetObjectItem(sysinfo, "children");
  const cJSON *light = cJSON_GetObjectItem(sysinfo, "light_state");
  const cJSON *child = NULL;
  double value;
  size_t i = 0;
  int n = cJSON_GetArraySize(children);
  device_plugs(d, n > 0 ? (size_t)n : 1);
  if (n > 0)
    cJSON_ArrayForEach(child, children)
        read_plug(&d->plugs[i++], child, "state");
  else if (light != NULL)
    read_plug(&d->plugs[0], light, "on_off");
  else
    read_plug(&d->plugs[0], sysinfo, "relay_state");
  text_addz(&d->alias, word(sysinfo, "alias"));
  snprintf(d->model, sizeof(d->model), "%s", word(sysinfo, "model"));
  snprintf(d->hw_ver, sizeof(d->hw_ver), "%s", word(sysinfo, "hw_ver"));
  snprintf(d->sw_ver, sizeof(d->sw_ver), "%s", word(sysinfo, "sw_ver"));
  d->rssi = number(sysinfo, "rssi", &value) ? (int64_t)value : 0;
  d->led_off = number(sysinfo, "led_off", &value) && value != 0;
  d->updating = number(sysinfo, "updating", &value) && value != 0;
}

static void read_methods(struct dump *dump, const cJSON *root) {
  const cJSON *module = NULL;
  cJSON *method = NULL;
  cJSON_ArrayForEach(module, root) {
    double code;
    if (number(module, "err_code", &code) && code < -2000)
      dump->refusal = REFUSE_MODULE_2001;
    cJSON_ArrayForEach(method, module) {
      if (!cJSON_IsObject(method))
        continue;
      dump->methods = xrealloc(dump->methods,
                               (dump->n_methods + 1) * sizeof(*dump->methods));
      struct dump_method *m = &dump->methods[dump->n_methods++];
      bool slotted = cJSON_GetObjectItem(method, "slot_id") != NULL;
      *m = (struct dump_method){
          xstrdup(module->string), xstrdup(method->string),
          cJSON_PrintUnformatted(method), slotted ? method : NULL};
      if (strcmp(method->string, "get_realtime") == 0)
        read_meter(&dump->reading, method);
    }
  }
}

/* Who answers TDP speaks KLAP, the old version unless it says otherwise. */
static void read_discovery(struct device *d, const cJSON *root) {
  const cJSON *found = cJSON_GetObjectItem(
      cJSON_GetObjectItem(root, "discovery_result"), "result");
  const cJSON *scheme = cJSON_GetObjectItem(found, "mgt_encrypt_schm");
  double value;
  if (found == NULL)
    return;
  d->transport = &transport_klap;
  d->lv = number(scheme, "lv", &value) ? (int64_t)value : 0;
  d->new_klap = number(scheme, "new_klap", &value) && value != 0;
  d->klap = d->new_klap || d->lv >= 2 ? KLAP_V2 : KLAP_V1;
  d->factory_default =
      cJSON_IsTrue(cJSON_GetObjectItem(found, "factory_default"));
}

struct device *dump_load(struct house *house, const char *path, uint64_t index,
                         const char **wrong) {
  cJSON *root = read_json(path, wrong);
  if (root == NULL)
    return NULL;
  if (smart_dump_is(root))
    return smart_dump_load(house, root, path, index, wrong);
  cJSON *sysinfo = sysinfo_of(root);
  if (!cJSON_IsObject(sysinfo)) {
    *wrong = "dump: neither of the IOT nor of the SMART dialect";
    cJSON_Delete(root);
    return NULL;
  }
  struct device *d = device_new(
      house, kind_of(sysinfo),
      cJSON_GetObjectItem(sysinfo, "type") != NULL ? 1 : 2, false, index);
  d->dump = xcalloc(1, sizeof(*d->dump));
  d->dump->path = xstrdup(path);
  d->dump->root = root;
  read_methods(d->dump, root);
  read_state(d, sysinfo);
  read_discovery(d, root);
  return d;
}

static void replace(cJSON *object, const char *key, const char *value) {
  if (cJSON_GetObjectItemCaseSensitive(object, key) != NULL)
    cJSON_ReplaceItemInObjectCaseSensitive(object, key,
                                           cJSON_CreateString(value));
}

/* In the form the dump has: with colons or bare. */
static void replace_mac(cJSON *sysinfo, const char *key, const uint8_t m[6]) {
  char text[18];
  bool colons = strchr(word(sysinfo, key), ':') != NULL;
  snprintf(text, sizeof(text),
           colons ? "%02X:%02X:%02X:%02X:%02X:%02X"
                  : "%02X%02X%02X%02X%02X%02X",
           m[0], m[1], m[2], m[3], m[4], m[5]);
  replace(sysinfo, key, text);
}

void dump_render(struct device *d) {
  struct dump *dump = d->dump;
  cJSON *sysinfo = sysinfo_of(dump->root);
  cJSON *children = cJSON_GetObjectItem(sysinfo, "children");
  replace_mac(sysinfo, "mac", d->mac);
  replace_mac(sysinfo, "mic_mac", d->mac);
  replace(sysinfo, "deviceId", d->id);
  if (d->alias.len > 0)
    replace(sysinfo, "alias", d->alias.p);
  for (int form = 0; form < 2; form++) {
    for (size_t i = 0; i < d->n_plugs && children != NULL; i++) {
      char id[43];
      device_child_id(d, i, id);
      replace(cJSON_GetArrayItem(children, (int)i), "id",
              form == 1 ? id + 40 : id);
    }
    free(dump->sysinfo[form]);
    dump->sysinfo[form] = cJSON_PrintUnformatted(sysinfo);
  }
}

void dump_free(struct dump *dump) {
  if (dump == NULL)
    return;
  for (size_t i = 0; i < dump->n_methods; i++) {
    free(dump->methods[i].module);
    free(dump->methods[i].method);
    free(dump->methods[i].answer);
  }
  free(dump->methods);
  free(dump->sysinfo[0]);
  free(dump->sysinfo[1]);
  free(dump->path);
  cJSON_Delete(dump->root);
  free(dump);
}

const char *dump_path(const struct dump *dump) { return dump->path; }

void dump_sysinfo(const struct dump *dump, bool short_ids, struct text *out) {
  text_addz(out, dump->sysinfo[short_ids ? 1 : 0]);
}

void dump_method(const struct dump *dump, struct slice module,
                 struct slice method, size_t slot, struct text *out) {
  for (size_t i = 0; i < dump->n_methods; i++) {
    const struct dump_method *m = &dump->methods[i];
    if (!slice_is(module, m->module) || !slice_is(method, m->method))
      continue;
    if (m->slotted == NULL) {
      text_addz(out, m->answer);
      return;
    }
    cJSON_SetNumberValue(cJSON_GetObjectItem(m->slotted, "slot_id"),
                         (double)slot);
    char *answer = cJSON_PrintUnformatted(m->slotted);
    text_addz(out, answer);
    free(answer);
    return;
  }
  text_addz(out, "{\"err_code\":-2,\"err_msg\":\"member not support\"}");
}

bool dump_refuses(const struct dump *dump, struct slice module,
                  enum refusal *refusal) {
  for (size_t i = 0; i < dump->n_methods; i++)
    if (slice_is(module, dump->methods[i].module))
      return false;
  *refusal = dump->refusal;
  return true;
}

void dump_reading(const struct dump *dump, struct reading *out) {
  *out = dump->reading;
}
