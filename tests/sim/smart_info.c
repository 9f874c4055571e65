/* SPDX-License-Identifier: MIT */
/* What a SMART device says about itself and its children. */
#include "smart.h"

#include "crypto.h"
#include "house.h"
#include "json.h"
#include "tdp.h"
#include "transport.h"

#include <string.h>

static void put_string(struct text *out, const char *key, const char *value) {
  text_key(out, key);
  text_quoted(out, value, strlen(value));
}

static void put_int(struct text *out, const char *key, int64_t value) {
  text_key(out, key);
  text_int(out, value);
}

static void put_flag(struct text *out, const char *key, bool value) {
  text_key(out, key);
  text_addz(out, value ? "true" : "false");
}

static void put_base64(struct text *out, const char *key, const char *p,
                       size_t len) {
  text_key(out, key);
  text_char(out, '"');
  base64_put(out, p != NULL ? p : "", len);
  text_char(out, '"');
}

/* As some firmware has them: raw, where nobody expects them. */
static void put_name(struct device *d, struct text *out,
                     const struct text *alias) {
  struct text hostile = {0};
  if (fault_peek(d->faults, FAULT_CONTROL_CHARS) == NULL) {
    put_base64(out, "nickname", alias->p, alias->len);
    return;
  }
  text_addz(&hostile, "\x01\t\n\x1b");
  text_add(&hostile, alias->p, alias->len);
  put_base64(out, "nickname", hostile.p, hostile.len);
  text_free(&hostile);
}

static void put_model(const struct device *d, struct text *out) {
  text_key(out, "model");
  text_quoted(out, d->model, strcspn(d->model, "("));
}

static int64_t zone_minutes(const struct device *d) {
  struct tm tm = clock_calendar(&d->house->clock, house_elapsed(d->house), 0);
  return tm.tm_gmtoff / 60;
}

static void put_identity(struct device *d, struct text *out) {
  const uint8_t *m = d->mac;
  struct device other = {.kind = d->kind};
  const char *id = d->id;
  const struct fault *f = fault_use(d->faults, FAULT_FOREIGN_MAC);
  uint8_t mac[6];
  if (f != NULL && mac_parse(f->word, mac)) {
    device_set_mac(&other, mac);
    m = other.mac;
    id = other.id;
  }
  put_string(out, "device_id", id);
  put_string(out, "fw_ver", d->sw_ver);
  put_string(out, "hw_ver", d->hw_ver);
  put_string(out, "type", tdp_family(d));
  put_model(d, out);
  text_printf(out, ",\"mac\":\"%02X-%02X-%02X-%02X-%02X-%02X\"", m[0], m[1],
              m[2], m[3], m[4], m[5]);
  text_addz(out, ",\"hw_id\":\"00000000000000000000000000000000\",\"fw_id\":"
                 "\"00000000000000000000000000000000\",\"oem_id\":"
                 "\"00000000000000000000000000000000\",\"specs\":\"\","
                 "\"ip\":\"127.0.0.123\",\"lang\":\"en_US\",\"avatar\":\"\"");
}

static void note_state(struct device *d, size_t slot) {
  struct plug *plug = &d->plugs[slot];
  plug->state_pending = true;
  plug->pending_relay = plug->relay;
  plug->pending_on_time = plug_on_time(d, plug);
}

static void put_health(const struct device *d, bool outlet, struct text *out) {
  if (d->energy == 0 && !outlet) {
    put_flag(out, "overheated", d->overheated);
    return;
  }
  put_string(out, "overheat_status", d->overheated ? "overheated" : "normal");
  if (d->energy == 0)
    return;
  put_string(out, "power_protection_status",
             d->overloaded ? "overloaded" : "normal");
  put_string(out, "overcurrent_status", d->overloaded ? "lifted" : "normal");
  put_string(out, "charging_status", "normal");
}

static void put_light(const struct device *d, struct text *out) {
  put_int(out, "brightness", d->brightness);
  if ((d->kind & KIND_LIGHTS) == 0)
    return;
  put_int(out, "color_temp", d->color_temp);
  text_addz(out,
            ",\"hue\":0,\"saturation\":0,\"color_temp_range\":[2500,6500]");
}

static void put_outlet(struct device *d, size_t slot, struct text *out) {
  const struct plug *plug = &d->plugs[slot];
  put_flag(out, "device_on", plug->relay);
  if ((d->kind & KIND_LIGHTS) == 0)
    put_int(out, "on_time", plug_on_time(d, plug));
  note_state(d, slot);
}

static void put_child(struct device *d, size_t slot, struct text *out) {
  char id[43];
  const uint8_t *m = d->mac;
  device_child_id(d, slot, id);
  text_char(out, '{');
  put_string(out, "device_id", id);
  put_string(out, "original_device_id", d->id);
  put_string(out, "category", "plug.powerstrip.sub-plug");
  put_string(out, "type", tdp_family(d));
  put_model(d, out);
  put_string(out, "fw_ver", d->sw_ver);
  put_string(out, "hw_ver", d->hw_ver);
  text_printf(out, ",\"mac\":\"%02X%02X%02X%02X%02X%02X\"", m[0], m[1], m[2],
              m[3], m[4], m[5]);
  put_int(out, "position", (int64_t)slot + 1);
  put_int(out, "slot_number", (int64_t)d->n_plugs);
  put_name(d, out, &d->plugs[slot].alias);
  put_outlet(d, slot, out);
  put_health(d, true, out);
  text_addz(out, ",\"avatar\":\"plug\",\"bind_count\":1,\"region\":\"UTC\","
                 "\"status_follow_edge\":true}");
}

int smart_device_info(const struct smart_call *call) {
  struct device *d = call->device;
  struct text *out = call->out;
  if (call->slot >= 0 && d->kind == KIND_STRIP) {
    put_child(d, (size_t)call->slot, out);
    return SMART_OK;
  }
  text_char(out, '{');
  put_identity(d, out);
  put_name(d, out, &d->alias);
  put_base64(out, "ssid", "Simulated", 9);
  put_int(out, "signal_level", d->signal_level);
  put_int(out, "rssi", d->rssi);
  d->rssi_pending = true;
  d->pending_rssi = d->rssi;
  put_string(out, "region", "UTC");
  put_int(out, "time_diff", zone_minutes(d));
  text_addz(out, ",\"has_set_location_info\":false,\"latitude\":0,"
                 "\"longitude\":0,\"default_states\":{\"type\":"
                 "\"last_states\",\"state\":{}}");
  if (call->slot >= 0) {
    put_outlet(d, 0, out);
    if (d->kind & (KIND_LIGHTS | KIND_DIMMER))
      put_light(d, out);
    put_health(d, false, out);
  }
  text_char(out, '}');
  fault_use(d->faults, FAULT_CONTROL_CHARS);
  return SMART_OK;
}

static const struct component {
  const char *id;
  int version;
  bool parent;
  bool child;
  unsigned kinds;
} components[] = {
    {"device", 2, true, true, KIND_ANY},
    {"firmware", 2, true, false, KIND_ANY},
    {"quick_setup", 3, true, false, KIND_ANY},
    {"time", 1, true, false, KIND_ANY},
    {"wireless", 1, true, false, KIND_ANY},
    {"account", 1, true, false, KIND_ANY},
    {"led", 1, true, false, KIND_ANY & ~(unsigned)KIND_LIGHTS},
    {"cloud_connect", 1, true, false, KIND_ANY},
    {"iot_cloud", 1, true, false, KIND_ANY},
    {"device_local_time", 1, true, false, KIND_ANY},
    {"default_states", 1, true, true, KIND_ANY},
    {"localSmart", 1, true, false, KIND_ANY},
    {"brightness", 1, true, false, KIND_LIGHTS | KIND_DIMMER},
    {"color", 1, true, false, KIND_LIGHTS},
    {"color_temperature", 1, true, false, KIND_LIGHTS},
    {"child_device", 2, true, false, KIND_STRIP},
    {"control_child", 2, true, false, KIND_STRIP},
};

static void put_component(struct text *out, const char *id, int version) {
  text_addz(out, out->p[out->len - 1] == '[' ? "{\"id\":\"" : ",{\"id\":\"");
  text_addz(out, id);
  text_printf(out, "\",\"ver_code\":%d}", version);
}

static bool lacks(const struct device *d, const char *id) {
  const struct fault *f = fault_peek(d->faults, FAULT_LACKS);
  return f != NULL && strcmp(f->word, id) == 0;
}

static void put_components(const struct device *d, bool child,
                           struct text *out) {
  text_key(out, "component_list");
  text_char(out, '[');
  for (size_t i = 0; i < COUNT(components); i++) {
    const struct component *c = &components[i];
    if ((c->kinds & d->kind) != 0 && (child ? c->child : c->parent) &&
        !lacks(d, c->id))
      put_component(out, c->id, c->version);
  }
  /* The parent of a strip lists it too, although only children have it. */
  if (d->energy != 0 && !lacks(d, "energy_monitoring"))
    put_component(out, "energy_monitoring",
                  (d->energy & ENERGY_USAGE_PAST) != 0 ? 1 : 2);
  if (d->transport == &transport_tpap || d->tpap.advertised)
    put_component(out, "tpap", 1);
  text_char(out, ']');
}

int smart_components(const struct smart_call *call) {
  const struct device *d = call->device;
  text_char(call->out, '{');
  put_components(d, call->slot >= 0 && d->kind == KIND_STRIP, call->out);
  fault_use(d->faults, FAULT_LACKS);
  text_char(call->out, '}');
  return SMART_OK;
}

/* Both lists of children are paged. */
static int paged(const struct smart_call *call, const char *key,
                 void (*put)(struct device *d, size_t slot, struct text *out)) {
  struct device *d = call->device;
  int64_t start = 0;
  if (call->params.p != NULL)
    json_int(call->params, "start_index", &start);
  size_t page = d->quirks.page > 0 ? d->quirks.page : d->n_plugs;
  text_char(call->out, '{');
  text_key(call->out, key);
  text_char(call->out, '[');
  for (size_t i = (size_t)start; i < d->n_plugs && i < (size_t)start + page;
       i++) {
    if (i > (size_t)start)
      text_char(call->out, ',');
    put(d, d->quirks.children_reverse ? d->n_plugs - 1 - i : i, call->out);
  }
  text_char(call->out, ']');
  put_int(call->out, "start_index", start);
  put_int(call->out, "sum", (int64_t)d->n_plugs);
  text_char(call->out, '}');
  return SMART_OK;
}

int smart_children(const struct smart_call *call) {
  return paged(call, "child_device_list", put_child);
}

static void put_child_components(struct device *d, size_t slot,
                                 struct text *out) {
  char id[43];
  device_child_id(d, slot, id);
  text_char(out, '{');
  put_string(out, "device_id", id);
  put_components(d, true, out);
  text_char(out, '}');
}

int smart_child_components(const struct smart_call *call) {
  return paged(call, "child_component_list", put_child_components);
}

int smart_device_time(const struct smart_call *call) {
  const struct device *d = call->device;
  text_char(call->out, '{');
  put_string(call->out, "region", "UTC");
  put_int(call->out, "time_diff", zone_minutes(d));
  put_int(call->out, "timestamp",
          (int64_t)(d->house->clock.start_epoch + house_elapsed(d->house) +
                    d->clock_offset_s));
  text_char(call->out, '}');
  return SMART_OK;
}

int smart_cloud(const struct smart_call *call) {
  text_addz(call->out,
            call->device->cloud ? "{\"status\":0}" : "{\"status\":1}");
  return SMART_OK;
}

int smart_led(const struct smart_call *call) {
  const struct device *d = call->device;
  bool any = false;
  for (size_t i = 0; i < d->n_plugs; i++)
    any = any || d->plugs[i].relay;
  text_char(call->out, '{');
  put_string(call->out, "led_rule", d->led_off ? "never" : "always");
  put_flag(call->out, "led_status", !d->led_off && any);
  text_addz(call->out,
            ",\"night_mode\":{\"night_mode_type\":\"sunrise_sunset\","
            "\"sunrise_offset\":0,\"sunset_offset\":0,\"start_time\":1140,"
            "\"end_time\":420}}");
  return SMART_OK;
}

int smart_fw_state(const struct smart_call *call) {
  const struct device *d = call->device;
  int64_t status = d->fw_status != 0 ? d->fw_status : d->updating ? 2 : 0;
  text_char(call->out, '{');
  put_int(call->out, "status", status);
  put_int(call->out, "download_progress", status == 3 ? 100 : 0);
  text_addz(call->out,
            ",\"reboot_time\":5,\"upgrade_time\":5,\"auto_upgrade\":false}");
  return SMART_OK;
}

int smart_latest_fw(const struct smart_call *call) {
  const struct device *d = call->device;
  text_char(call->out, '{');
  put_int(call->out, "type", 0);
  put_string(call->out, "fw_ver",
             d->update_waiting ? "9.9.9 Build 991231 Rel.000000" : d->sw_ver);
  put_flag(call->out, "need_to_upgrade", d->update_waiting);
  text_addz(call->out, ",\"release_date\":\"\",\"release_note\":\"\","
                       "\"fw_size\":0,\"oem_id\":\"\",\"hw_id\":\"\"}");
  return SMART_OK;
}

int smart_auto_update(const struct smart_call *call) {
  text_addz(call->out, "{\"enable\":false,\"random_range\":120,\"time\":180}");
  return SMART_OK;
}
