/* SPDX-License-Identifier: MIT */
/* Setters of members that are more than a number or a string. */
#include "settings_set.h"

#include "dialect.h"
#include "house.h"
#include "smart.h"
#include "transport.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char trouble[200];

const char *settings_complain(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  vsnprintf(trouble, sizeof(trouble), fmt, args);
  va_end(args);
  return trouble;
}

bool settings_text(const cJSON *json, struct text *out) {
  if (!cJSON_IsString(json) || strlen(json->valuestring) > 4096)
    return false;
  text_clear(out);
  text_addz(out, json->valuestring);
  return true;
}

const char *set_alias(struct device *d, struct plug *plug, const cJSON *json) {
  if (!settings_text(json, plug != NULL ? &plug->alias : &d->alias))
    return "alias: a string";
  return NULL;
}

const char *set_alias_hex(struct device *d, struct plug *plug,
                          const cJSON *json) {
  struct text *alias = plug != NULL ? &plug->alias : &d->alias;
  const char *hex = cJSON_GetStringValue(json);
  unsigned byte;
  int used;
  if (hex == NULL || strlen(hex) > 8192)
    return "alias_hex: a string of hex digits";
  text_clear(alias);
  for (; *hex != '\0'; hex += 2) {
    used = 0;
    if (sscanf(hex, "%2x%n", &byte, &used) != 1 || used != 2)
      return "alias_hex: a string of hex digits";
    text_char(alias, (char)byte);
  }
  return NULL;
}

const char *set_mac(struct device *d, struct plug *plug, const cJSON *json) {
  uint8_t mac[6];
  (void)plug;
  if (!cJSON_IsString(json) || !mac_parse(json->valuestring, mac))
    return "mac: like 50:C7:BF:00:11:22";
  device_set_mac(d, mac);
  return NULL;
}

const char *set_volts(struct device *d, struct plug *plug, const cJSON *json) {
  (void)plug;
  if (!cJSON_IsNumber(json) || !(fabs(json->valuedouble) < 1e6))
    return "volts: a number";
  d->volts = json->valuedouble;
  d->volts_fixed = true;
  return NULL;
}

const char *set_power_factor(struct device *d, struct plug *plug,
                             const cJSON *json) {
  (void)plug;
  if (!cJSON_IsNumber(json) || json->valuedouble <= 0 || json->valuedouble > 1)
    return "power_factor: above 0, up to 1";
  d->power_factor = json->valuedouble;
  return NULL;
}

static bool started(const struct plug *plug) {
  return plug->meter.clock != NULL;
}

const char *set_relay(struct device *d, struct plug *plug, const cJSON *json) {
  bool on = cJSON_IsTrue(json) || (cJSON_IsNumber(json) && json->valueint == 1);
  if (!cJSON_IsBool(json) && !cJSON_IsNumber(json))
    return "relay: true or false";
  if (started(plug))
    device_switch(d, plug, on);
  else
    plug->relay = on;
  return NULL;
}

const char *set_load(struct device *d, struct plug *plug, const cJSON *json) {
  if (started(plug)) /* what the old load has drawn until now counts */
    meter_advance(&plug->meter, &plug->load, plug->relay,
                  house_elapsed(d->house));
  return load_parse(&plug->load, json);
}

const char *set_total(struct device *d, struct plug *plug, const cJSON *json) {
  if (!cJSON_IsNumber(json) || !(fabs(json->valuedouble) < 1e12))
    return "total_wh: a number";
  meter_advance(&plug->meter, &plug->load, plug->relay,
                house_elapsed(d->house));
  plug->meter.wh = json->valuedouble;
  return NULL;
}

const char *set_on_time(struct device *d, struct plug *plug,
                        const cJSON *json) {
  (void)d;
  if (!cJSON_IsNumber(json) || !(fabs(json->valuedouble) < 1e15))
    return "on_time: seconds";
  plug->on_time_fixed = true;
  plug->on_time = (int64_t)json->valuedouble;
  return NULL;
}

/* On a living device this is a firmware update. */
const char *set_transport(struct device *d, struct plug *plug,
                          const cJSON *json) {
  const char *name = cJSON_GetStringValue(json), *wrong = NULL;
  const struct transport *to = name != NULL ? transport_named(name) : NULL;
  (void)plug;
  if (to == NULL)
    return "transport: xor klap aes tpap none";
  if (to == &transport_xor && d->dialect == &dialect_smart)
    return "transport: SMART devices never spoke xor";
  if (house_at(d->house, d->addr) == d && !d->away) {
    d->transport->close(d);
    d->transport = to;
    wrong = to->open(d);
  }
  d->transport = to;
  return wrong;
}

const char *set_credentials(struct device *d, struct plug *plug,
                            const cJSON *json) {
  const char *name = cJSON_GetStringValue(json);
  (void)plug;
  return name != NULL && credentials_parse(name, &d->credentials)
             ? NULL
             : "credentials: account kasa tapo blank";
}

const char *set_klap(struct device *d, struct plug *plug, const cJSON *json) {
  static const char *const names[] = {"v1", "v2", "mixed"};
  const char *name = cJSON_GetStringValue(json);
  (void)plug;
  for (size_t i = 0; name != NULL && i < COUNT(names); i++) {
    if (strcmp(names[i], name) != 0)
      continue;
    d->klap = (enum klap_version)i;
    return NULL;
  }
  return "klap: v1 v2 mixed";
}

const char *set_energy(struct device *d, struct plug *plug, const cJSON *json) {
  const char *name = cJSON_GetStringValue(json);
  (void)plug;
  if (name == NULL || !energy_parse(name, &d->energy))
    return settings_complain("energy: %s", energy_names());
  d->meter = d->energy != 0 ? METER_INT : METER_NONE;
  return NULL;
}

const char *set_passcode(struct device *d, struct plug *plug,
                         const cJSON *json) {
  const char *name = cJSON_GetStringValue(json);
  (void)plug;
  return name != NULL && passcode_parse(name, &d->tpap.passcode)
             ? NULL
             : settings_complain("tpap_passcode: %s", passcode_names());
}

const char *set_iterations(struct device *d, struct plug *plug,
                           const cJSON *json) {
  (void)plug;
  if (!cJSON_IsNumber(json) || json->valueint < 1 || json->valueint > 1000000)
    return "tpap_iterations: 1 to 1000000";
  d->tpap.iterations = json->valueint;
  return NULL;
}
