/* SPDX-License-Identifier: MIT */
/* Devices from JSON, by a table of members. */
#include "settings.h"

#include "dialect.h"
#include "dump.h"
#include "house.h"
#include "settings_set.h"
#include "smart.h"
#include "smart_dump.h"
#include "transport.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum type { FLAG, INTEGER, SECONDS, WORDS, CUSTOM, MADE };

/* When a member counts: while the device is made (MADE members only there),
 * before its meters start, or after. */
enum phase { BEFORE = 1, AFTER = 2 };

#define AT(member) offsetof(struct device, member)

static const struct member {
  const char *key;
  enum type type;
  unsigned phase;
  size_t offset;
  size_t size;
  setter *set;
  bool per_plug; /* a single device's outlet, or each plug of a strip */
  const char *help;
} members[] = {
    {"addr", MADE, 0, 0, 0, NULL, false, "address; default: the next free one"},
    {"kind", MADE, 0, 0, 0, NULL, false,
     "plug switch dimmer strip bulb lightstrip sensor"},
    {"generation", MADE, 0, 0, 0, NULL, false, "1 or 2 (default 2)"},
    {"meter", MADE, 0, 0, 0, NULL, false,
     "true, false, float, int, power, power_total, placeholder"},
    {"plugs", MADE, 0, 0, 0, NULL, false,
     "of a strip: a number, or a list of objects or names"},
    {"quirks", MADE, 0, 0, 0, NULL, false, "see below"},
    {"dump", MADE, 0, 0, 0, NULL, false, "path of a real device's dump"},
    {"history_days", MADE, 0, 0, 0, NULL, false,
     "days of statistics before the start (60)"},
    {"fault", MADE, 0, 0, 0, NULL, false,
     "a fault's name or object to begin with"},
    {"mac", CUSTOM, BEFORE, 0, 0, set_mac, false, "decides the ids, too"},
    {"device_id", WORDS, BEFORE, AT(id), 41, NULL, false, "40 hex digits"},
    {"alias", CUSTOM, BEFORE, 0, 0, set_alias, false, "name"},
    {"alias_hex", CUSTOM, BEFORE, 0, 0, set_alias_hex, false,
     "name, any bytes"},
    {"model", WORDS, BEFORE, AT(model), 40, NULL, false, "like HS110(EU)"},
    {"hw_ver", WORDS, BEFORE, AT(hw_ver), 16, NULL, false, ""},
    {"sw_ver", WORDS, BEFORE, AT(sw_ver), 64, NULL, false, ""},
    {"dev_name", WORDS, BEFORE, AT(dev_name), 64, NULL, false, ""},
    {"rssi", INTEGER, BEFORE, AT(rssi), 0, NULL, false, "dBm"},
    {"relay", CUSTOM, BEFORE, 0, 0, set_relay, true, ""},
    {"led_off", FLAG, BEFORE, AT(led_off), 0, NULL, false, ""},
    {"updating", FLAG, BEFORE, AT(updating), 0, NULL, false, ""},
    {"ntc_state", INTEGER, BEFORE, AT(ntc_state), 0, NULL, false,
     "1: too hot (generation 2)"},
    {"brightness", INTEGER, BEFORE, AT(brightness), 0, NULL, false, ""},
    {"color_temp", INTEGER, BEFORE, AT(color_temp), 0, NULL, false, ""},
    {"cloud", FLAG, BEFORE, AT(cloud), 0, NULL, false, "connected"},
    {"sensor", FLAG, BEFORE, AT(sensor), 0, NULL, false, "has PIR and LAS"},
    {"motion", FLAG, BEFORE, AT(motion), 0, NULL, false, ""},
    {"ambient_light", INTEGER, BEFORE, AT(ambient_light), 0, NULL, false,
     "percent"},
    {"dark", FLAG, BEFORE, AT(dark), 0, NULL, false, ""},
    {"keep_open", FLAG, BEFORE, AT(keep_open), 0, NULL, false,
     "connections stay open after an answer"},
    {"volts", CUSTOM, BEFORE, 0, 0, set_volts, false,
     "exact; 230 with some noise when not given"},
    {"power_factor", CUSTOM, BEFORE, 0, 0, set_power_factor, false, ""},
    {"clock_offset", SECONDS, BEFORE, AT(clock_offset_s), 0, NULL, false,
     "how wrong its clock is, s"},
    {"load", CUSTOM, BEFORE, 0, 0, set_load, true,
     "watts, or {kind,file,watts,standby,on,off,swing,noise,period,offset}"},
    {"watts", CUSTOM, BEFORE, 0, 0, set_load, true, "a constant load"},
    {"dialect", MADE, 0, 0, 0, NULL, false,
     "iot or smart; default: smart unless the transport is xor"},
    {"transport", CUSTOM, BEFORE, 0, 0, set_transport, false,
     "xor klap aes tpap none; set: a firmware update"},
    {"http_port", INTEGER, BEFORE, AT(http_port), 0, NULL, false,
     "default: --http-port, or 4433"},
    {"https", FLAG, BEFORE, AT(https), 0, NULL, false,
     "KLAP and TPAP: TLS, on port 4433 by default"},
    {"user", WORDS, BEFORE, AT(user), 128, NULL, false,
     "the account it is bound to; default: --user"},
    {"password", WORDS, BEFORE, AT(password), 128, NULL, false,
     "default: --password"},
    {"credentials", CUSTOM, BEFORE, 0, 0, set_credentials, false,
     "what opens it: account kasa tapo blank"},
    {"owner", WORDS, BEFORE, AT(owner), 40, NULL, false,
     "in discovery, instead of the user's MD5"},
    {"obd_src", WORDS, BEFORE, AT(obd_src), 16, NULL, false, "tplink, tss, .."},
    {"family", WORDS, BEFORE, AT(family), 32, NULL, false,
     "like SMART.KASAPLUG; default: by kind"},
    {"factory_default", FLAG, BEFORE, AT(factory_default), 0, NULL, false,
     "was never bound"},
    {"klap", CUSTOM, BEFORE, 0, 0, set_klap, false, "v1 v2 mixed (v2)"},
    {"lv", INTEGER, BEFORE, AT(lv), 0, NULL, false,
     "login version: advertised, and that of AES; 0: absent"},
    {"new_klap", FLAG, BEFORE, AT(new_klap), 0, NULL, false, "advertised"},
    {"session_timeout", INTEGER, BEFORE, AT(session_timeout), 0, NULL, false,
     "real seconds (86400)"},
    {"tpap_passcode", CUSTOM, BEFORE, 0, 0, set_passcode, false,
     "shadow2 default plain shadow1 shadow3 shadow5 authkey .."},
    {"tpap_encryption", WORDS, BEFORE, AT(tpap.encryption), 24, NULL, false,
     "aes_128_ccm aes_256_ccm chacha20_poly1305"},
    {"tpap_iterations", CUSTOM, BEFORE, 0, 0, set_iterations, false, "(3000)"},
    {"tpap_salt", WORDS, BEFORE, AT(tpap.salt), 65, NULL, false, "hex digits"},
    {"tpap_user_hash", INTEGER, BEFORE, AT(tpap.user_hash_type), 0, NULL, false,
     "0: md5, 1: sha256"},
    {"tpap_tls", INTEGER, BEFORE, AT(tpap.tls), 0, NULL, false,
     "where https: mode 1 or 2 (1)"},
    {"tpap_dac", FLAG, BEFORE, AT(tpap.dac), 0, NULL, false, "advertised"},
    {"tpap_advertised", FLAG, BEFORE, AT(tpap.advertised), 0, NULL, false,
     "though it speaks something else"},
    {"tpap_preferred", FLAG, BEFORE, AT(tpap.preferred), 0, NULL, false, ""},
    {"energy", CUSTOM, BEFORE, 0, 0, set_energy, false,
     "SMART: none v1 no_emeter full no_current_power watts_only .."},
    {"refuse", WORDS, BEFORE, AT(refuse), 256, NULL, false,
     "SMART: methods it does not have"},
    {"overheated", FLAG, BEFORE, AT(overheated), 0, NULL, false, "SMART"},
    {"overloaded", FLAG, BEFORE, AT(overloaded), 0, NULL, false, "SMART"},
    {"signal_level", INTEGER, BEFORE, AT(signal_level), 0, NULL, false,
     "SMART: 0 to 3"},
    {"fw_status", INTEGER, BEFORE, AT(fw_status), 0, NULL, false,
     "SMART: 0 idle, 2 downloading, 3 flashing"},
    {"update_waiting", FLAG, BEFORE, AT(update_waiting), 0, NULL, false,
     "SMART"},
    {"total_wh", CUSTOM, AFTER, 0, 0, set_total, true, ""},
    {"on_time", CUSTOM, AFTER, 0, 0, set_on_time, true, "fixed, any sign"},
};

#define Q(member) offsetof(struct device, quirks.member)

enum quirk_type { Q_FLAG, Q_SIZE, Q_SECONDS, Q_REFUSAL, Q_PARENT };

static const struct quirk {
  const char *key;
  enum quirk_type type;
  size_t offset;
  const char *help;
} quirks[] = {
    {"null_drops", Q_FLAG, Q(null_drops), "methods with null args vanish"},
    {"udp_emeter_crash", Q_FLAG, Q(udp_emeter_crash), "reboots on it"},
    {"one_segment", Q_FLAG, Q(one_segment), "stalls on requests in pieces"},
    {"short_ids", Q_FLAG, Q(short_ids), "2-character child ids over TCP"},
    {"udp_other_port", Q_FLAG, Q(udp_other_port), "UDP answers from elsewhere"},
    {"stall_above", Q_SIZE, Q(stall_above), "no answer to longer requests"},
    {"crash_above", Q_SIZE, Q(crash_above), "reboots on longer requests"},
    {"udp_max", Q_SIZE, Q(udp_max), "longer UDP answers are lost (4096)"},
    {"max_connections", Q_SIZE, Q(max_connections), "further ones are reset"},
    {"reboot_s", Q_SECONDS, Q(reboot_s), "away after a crash (1)"},
    {"no_meter", Q_REFUSAL, Q(no_meter),
     "module method module2001 method2001 hang close crash"},
    {"no_module", Q_REFUSAL, Q(no_module), "the same, for other modules"},
    {"strict_headers", Q_FLAG, Q(strict_headers),
     "HTTP header names count with their case"},
    {"lower_headers", Q_FLAG, Q(lower_headers), "answers them in lower case"},
    {"lazy_http", Q_FLAG, Q(lazy_http), "port closed until a TDP probe comes"},
    {"no_third_party", Q_FLAG, Q(no_third_party), "403 to every login"},
    {"guards_session", Q_FLAG, Q(guards_session),
     "403 to handshakes while somebody is logged in"},
    {"one_request", Q_FLAG, Q(one_request), "KLAP: per session, then garbage"},
    {"one_module", Q_FLAG, Q(one_module), "KLAP: garbage to several modules"},
    {"plain_response", Q_FLAG, Q(plain_response), "AES: answers in plain text"},
    {"udp_9999", Q_FLAG, Q(udp_9999), "answers UDP 9999 beside TDP"},
    {"tdp", Q_FLAG, Q(tdp), "an XOR device answers TDP, too"},
    {"tdp_needs_key", Q_FLAG, Q(tdp_needs_key), "silent to the empty probe"},
    {"battery", Q_FLAG, Q(battery), "TDP on UDP 20004 only"},
    {"sessions", Q_SIZE, Q(sessions), "at once (1), 0: any number"},
    {"two_months", Q_FLAG, Q(two_months),
     "month_energy of SMART plugs holds 20 kWh of the last month, too"},
    {"lock_after", Q_SIZE, Q(lock_after), "wrong logins (10), 0: never"},
    {"lock_s", Q_SECONDS, Q(lock_s), "locked so long (1800)"},
    {"batch_stops", Q_FLAG, Q(batch_stops), "SMART: at the first error"},
    {"batch_reverse", Q_FLAG, Q(batch_reverse), "SMART: answers in reverse"},
    {"no_batch", Q_FLAG, Q(no_batch), "SMART: -1003 to multipleRequest"},
    {"batch_max", Q_SIZE, Q(batch_max), "SMART: 1200 to longer batches"},
    {"page", Q_SIZE, Q(page), "SMART: children per answer (10)"},
    {"children_reverse", Q_FLAG, Q(children_reverse), "SMART: last first"},
    {"parent_energy", Q_PARENT, Q(parent_energy),
     "SMART strip: error zero echo"},
};

static const char *quirk_apply(struct device *d, const cJSON *json) {
  for (size_t i = 0; i < COUNT(quirks); i++) {
    void *at = (char *)d + quirks[i].offset;
    double value = json->valuedouble;
    bool number = cJSON_IsNumber(json) && value >= 0 && value < 1e9;
    if (strcmp(quirks[i].key, json->string) != 0)
      continue;
    if (quirks[i].type == Q_FLAG && cJSON_IsBool(json))
      *(bool *)at = cJSON_IsTrue(json);
    else if (quirks[i].type == Q_SIZE && number)
      *(size_t *)at = (size_t)value;
    else if (quirks[i].type == Q_SECONDS && number)
      *(double *)at = value;
    else if (quirks[i].type == Q_PARENT && cJSON_IsString(json))
      *(enum parent_energy *)at =
          strcmp(json->valuestring, "echo") == 0   ? PARENT_ECHO
          : strcmp(json->valuestring, "zero") == 0 ? PARENT_ZERO
                                                   : PARENT_ERROR;
    else if (quirks[i].type != Q_REFUSAL || !cJSON_IsString(json) ||
             !refusal_parse(json->valuestring, at))
      return settings_complain("quirks: %s: %s", quirks[i].key, quirks[i].help);
    return NULL;
  }
  return settings_complain("quirks: no such member: %.80s", json->string);
}

static const char *member_plain(struct device *d, const struct member *m,
                                const cJSON *json) {
  void *at = (char *)d + m->offset;
  bool flag = cJSON_IsTrue(json) || (cJSON_IsNumber(json) && json->valueint);
  if (m->type == WORDS) {
    if (!cJSON_IsString(json) || strlen(json->valuestring) >= m->size)
      return settings_complain("%s: a string of at most %zu bytes", m->key,
                               m->size - 1);
    memcpy(at, json->valuestring, strlen(json->valuestring) + 1);
    return NULL;
  }
  if (m->type == FLAG && (cJSON_IsBool(json) || cJSON_IsNumber(json))) {
    *(bool *)at = flag;
    return NULL;
  }
  if (!cJSON_IsNumber(json) || !(fabs(json->valuedouble) < 1e12))
    return settings_complain("%s: a number", m->key);
  if (m->type == INTEGER)
    *(int64_t *)at = (int64_t)json->valuedouble;
  else
    *(double *)at = json->valuedouble;
  return NULL;
}

static const char *member_apply(struct device *d, int slot,
                                const struct member *m, const cJSON *json) {
  if (m->type != CUSTOM)
    return slot >= 0 && d->kind == KIND_STRIP
               ? settings_complain("%s: not of a plug", m->key)
               : member_plain(d, m, json);
  if (!m->per_plug)
    return m->set(d, slot >= 0 ? &d->plugs[slot] : NULL, json);
  const char *wrong = NULL;
  for (size_t i = 0; i < d->n_plugs && wrong == NULL; i++)
    if (slot < 0 || i == (size_t)slot)
      wrong = m->set(d, &d->plugs[i], json);
  return wrong;
}

static bool is_extra(const char *key, const char *const *extra) {
  for (; *extra != NULL; extra++)
    if (strcmp(key, *extra) == 0)
      return true;
  return false;
}

/* Applies the members of these phases; others are only checked to exist. */
static const char *apply(struct device *d, int slot, const cJSON *json,
                         unsigned phases, const char *const *extra) {
  const cJSON *item = NULL;
  cJSON_ArrayForEach(item, json) {
    const struct member *m = NULL;
    for (size_t i = 0; i < COUNT(members); i++)
      if (strcmp(members[i].key, item->string) == 0)
        m = &members[i];
    if (is_extra(item->string, extra))
      continue;
    if (m == NULL)
      return settings_complain("no such member: %.80s", item->string);
    const char *wrong =
        (m->phase & phases) != 0 ? member_apply(d, slot, m, item) : NULL;
    if (wrong != NULL)
      return wrong;
  }
  return NULL;
}

static const char *apply_plugs(struct device *d, const cJSON *plugs,
                               unsigned phases) {
  static const char *const none[] = {NULL};
  const cJSON *item = NULL;
  int slot = 0;
  if (cJSON_IsNumber(plugs))
    return NULL;
  cJSON_ArrayForEach(item, plugs) {
    struct plug *plug = &d->plugs[slot];
    const char *wrong = NULL;
    if (cJSON_IsString(item))
      settings_text(item, &plug->alias);
    else if (cJSON_IsObject(item))
      wrong = apply(d, slot, item, phases, none);
    else
      wrong = "plugs: objects or names";
    if (wrong != NULL)
      return wrong;
    slot++;
  }
  return NULL;
}

static const char *make_plugs(struct device *d, const cJSON *json,
                              int otherwise) {
  const cJSON *plugs = cJSON_GetObjectItemCaseSensitive(json, "plugs");
  int n = d->kind != KIND_STRIP   ? 1
          : cJSON_IsNumber(plugs) ? plugs->valueint
          : cJSON_IsArray(plugs)  ? cJSON_GetArraySize(plugs)
                                  : otherwise;
  if (n < 1 || n > 32)
    return "plugs: 1 to 32 of them";
  device_plugs(d, (size_t)n);
  for (int i = 0; d->kind == KIND_STRIP && i < n; i++)
    text_printf(&d->plugs[i].alias, "Plug %d", i + 1);
  text_printf(&d->alias, "%s %02X%02X", d->model, d->mac[4], d->mac[5]);
  return NULL;
}

static bool is_smart(const cJSON *json, enum kind kind,
                     const struct transport *transport) {
  const char *dialect =
      cJSON_GetStringValue(cJSON_GetObjectItem(json, "dialect"));
  if (dialect != NULL)
    return strcmp(dialect, "smart") == 0;
  return transport != &transport_xor || (kind & KIND_SILENT) != 0;
}

/* By model, or by kind (0: a plug) and meter. */
static struct device *make_smart(struct house *house, const cJSON *json,
                                 enum kind kind, uint64_t index,
                                 const char **wrong) {
  const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(json, "model"));
  const cJSON *meter = cJSON_GetObjectItem(json, "meter");
  const struct smart_model *model =
      name != NULL ? smart_model_named(name) : NULL;
  bool metered = meter == NULL || cJSON_IsTrue(meter);
  if (model == NULL)
    model = smart_model_of(kind != 0 ? kind : KIND_PLUG, metered);
  struct device *d =
      device_new(house, kind != 0 ? kind : model->kind, 2, false, index);
  d->dialect = &dialect_smart;
  smart_model_apply(d, model);
  if (kind != 0 && (kind & KIND_SILENT) != 0)
    d->transport = &transport_none;
  *wrong = make_plugs(d, json, (int)model->plugs);
  if (*wrong == NULL)
    return d;
  device_free(d);
  return NULL;
}

static struct device *make(struct house *house, const cJSON *json,
                           const struct transport *transport,
                           const char **wrong) {
  const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(json, "dump"));
  const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(json, "kind"));
  const cJSON *generation = cJSON_GetObjectItem(json, "generation");
  const cJSON *meter = cJSON_GetObjectItem(json, "meter");
  const char *form_name = cJSON_GetStringValue(meter);
  enum kind kind = KIND_PLUG;
  enum meter_form form = METER_NONE;
  bool sensor = false;
  uint64_t index = house->made++;
  if (path != NULL)
    return dump_load(house, path, index, wrong);
  if (name != NULL && !kind_parse(name, &kind, &sensor)) {
    *wrong = "kind: plug switch dimmer strip bulb lightstrip sensor";
    return NULL;
  }
  if (form_name != NULL && !meter_form_parse(form_name, &form)) {
    *wrong = "meter: true false none float int power power_total placeholder";
    return NULL;
  }
  if (is_smart(json, kind, transport))
    return make_smart(house, json, name != NULL ? kind : 0, index, wrong);
  bool metered = (kind & (KIND_SWITCH | KIND_DIMMER)) == 0;
  if (meter != NULL)
    metered = cJSON_IsTrue(meter) || (form_name != NULL && form != METER_NONE);
  struct device *d = device_new(
      house, kind,
      cJSON_IsNumber(generation) && generation->valueint == 1 ? 1 : 2, metered,
      index);
  if (form_name != NULL)
    d->meter = form;
  if (sensor) {
    d->sensor = true;
    snprintf(d->model, sizeof(d->model), "KS200M(US)");
    snprintf(d->dev_name, sizeof(d->dev_name), "Smart Light Switch with PIR");
  }
  *wrong = make_plugs(d, json, d->meter != METER_NONE ? 6 : 3);
  if (*wrong == NULL)
    return d;
  device_free(d);
  return NULL;
}

static const char *place(struct device *d, const cJSON *json) {
  const cJSON *addr = cJSON_GetObjectItemCaseSensitive(json, "addr");
  if (addr == NULL)
    d->addr = house_free_address(d->house);
  else if (!cJSON_IsString(addr) ||
           inet_pton(AF_INET, addr->valuestring, &d->addr) != 1)
    return "addr: like 127.77.0.1";
  return NULL;
}

static const char *furnish(struct device *d, const cJSON *json) {
  static const char *const none[] = {NULL};
  const cJSON *plugs = cJSON_GetObjectItemCaseSensitive(json, "plugs");
  const cJSON *days = cJSON_GetObjectItemCaseSensitive(json, "history_days");
  const cJSON *fault = cJSON_GetObjectItemCaseSensitive(json, "fault");
  const cJSON *quirk = NULL;
  const char *wrong = place(d, json);
  if (wrong == NULL)
    wrong = apply(d, -1, json, BEFORE, none);
  if (wrong == NULL && d->dump == NULL && d->smart_dump == NULL)
    wrong = apply_plugs(d, plugs, BEFORE);
  cJSON_ArrayForEach(quirk, cJSON_GetObjectItemCaseSensitive(json, "quirks")) {
    if (wrong == NULL)
      wrong = quirk_apply(d, quirk);
  }
  if (days != NULL &&
      (!cJSON_IsNumber(days) || days->valueint < 0 || days->valueint > 4000))
    wrong = wrong != NULL ? wrong : "history_days: 0 to 4000";
  if (wrong != NULL)
    return wrong;
  if (d->dump != NULL)
    dump_render(d);
  if (d->smart_dump != NULL)
    smart_dump_render(d);
  device_start(d, days != NULL ? (unsigned)days->valueint : 60);
  wrong = apply(d, -1, json, AFTER, none);
  if (wrong == NULL && d->dump == NULL && d->smart_dump == NULL)
    wrong = apply_plugs(d, plugs, AFTER);
  if (wrong == NULL && fault != NULL)
    wrong = fault_set(&d->faults, fault);
  return wrong;
}

struct device *settings_device(struct house *house, const cJSON *json,
                               const char **wrong) {
  *wrong = "a device is a JSON object";
  const char *name =
      cJSON_GetStringValue(cJSON_GetObjectItem(json, "transport"));
  const struct transport *transport =
      name != NULL ? transport_named(name) : &transport_xor;
  struct device *d =
      cJSON_IsObject(json) ? make(house, json, transport, wrong) : NULL;
  if (d == NULL)
    return NULL;
  if (d->dialect == NULL)
    d->dialect = &dialect_iot;
  if (d->transport == NULL)
    d->transport = d->dialect == &dialect_smart ? &transport_klap : transport;
  *wrong = furnish(d, json);
  if (house->options.keep_open >= 0)
    d->keep_open = house->options.keep_open != 0;
  if (*wrong == NULL)
    return d;
  device_free(d);
  return NULL;
}

const char *settings_change(struct device *d, int slot, const cJSON *json) {
  static const char *const extra[] = {"cmd", "device", "plug", "quirks", NULL};
  const cJSON *quirk = NULL;
  const char *wrong = NULL;
  for (size_t i = 0; i < COUNT(members); i++)
    if (members[i].type == MADE && strcmp(members[i].key, "quirks") != 0 &&
        cJSON_GetObjectItemCaseSensitive(json, members[i].key) != NULL)
      return settings_complain("%s: cannot change", members[i].key);
  if (d->dump != NULL || d->smart_dump != NULL)
    return "a dump never changes";
  cJSON_ArrayForEach(quirk, cJSON_GetObjectItemCaseSensitive(json, "quirks")) {
    if (wrong == NULL)
      wrong = quirk_apply(d, quirk);
  }
  if (wrong == NULL)
    wrong = apply(d, slot, json, BEFORE | AFTER, extra);
  device_changed(d);
  return wrong;
}

void settings_help(struct text *out) {
  text_addz(out, "Members of a device:\n");
  for (size_t i = 0; i < COUNT(members); i++)
    text_printf(out, "  %-17s%s\n", members[i].key, members[i].help);
  text_addz(out, "Members of its quirks:\n");
  for (size_t i = 0; i < COUNT(quirks); i++)
    text_printf(out, "  %-17s%s\n", quirks[i].key, quirks[i].help);
}
