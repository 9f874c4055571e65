/* SPDX-License-Identifier: MIT */
/* system.get_sysinfo, field by field. */
#include "sysinfo.h"

#include "device.h"
#include "dump.h"
#include "house.h"

#include <stdlib.h>
#include <string.h>

#define MAX_HOLES 32

struct hole {
  size_t at; /* in the text */
  size_t slot;
};

struct sysinfo_cache {
  struct text text;
  struct hole holes[MAX_HOLES];
  size_t n_holes;
};

/* What a rendering needs to know beside the device. */
struct render {
  const struct device *d;
  struct text *out;
  struct sysinfo_cache *cache; /* where holes go; NULL = fill them in */
  bool short_ids;
  bool control_chars;
  const uint8_t *mac;
  const char *id;
};

enum emit {
  LITERAL, /* the text as it stands */
  WORDS,   /* a char array of the device, quoted */
  INTEGER, /* an int64_t of the device */
  FLAG,    /* a bool of the device, as 0 or 1 */
  MAC_COLONS,
  MAC_BARE,
  DEVICE_ID,
  ALIAS,
  RELAY,
  ON_TIME,
  FEATURE,
  CHILDREN,
  CHILD_NUM,
  LIGHT_STATE,
};

#define SOCKETS (KIND_PLUG | KIND_SWITCH | KIND_DIMMER)
#define NOT_LIGHTS (SOCKETS | KIND_STRIP)
#define ZERO_ID "\"00000000000000000000000000000000\""
#define AT(member) offsetof(struct device, member)

static const struct field {
  const char *key;
  unsigned kinds;
  unsigned generations; /* 1, 2 or 3 = both */
  enum emit emit;
  size_t offset;
  const char *literal;
} fields[] = {
    {"sw_ver", KIND_ANY, 3, WORDS, AT(sw_ver), NULL},
    {"hw_ver", KIND_ANY, 3, WORDS, AT(hw_ver), NULL},
    {"type", NOT_LIGHTS, 1, LITERAL, 0, "\"IOT.SMARTPLUGSWITCH\""},
    {"mic_type", NOT_LIGHTS, 2, LITERAL, 0, "\"IOT.SMARTPLUGSWITCH\""},
    {"mic_type", KIND_LIGHTS, 3, LITERAL, 0, "\"IOT.SMARTBULB\""},
    {"model", KIND_ANY, 3, WORDS, AT(model), NULL},
    {"mac", NOT_LIGHTS, 3, MAC_COLONS, 0, NULL},
    {"mic_mac", KIND_LIGHTS, 3, MAC_BARE, 0, NULL},
    {"deviceId", KIND_ANY, 3, DEVICE_ID, 0, NULL},
    {"hwId", KIND_ANY, 3, LITERAL, 0, ZERO_ID},
    {"fwId", SOCKETS, 1, LITERAL, 0, ZERO_ID},
    {"oemId", KIND_ANY, 3, LITERAL, 0, ZERO_ID},
    {"alias", KIND_ANY, 3, ALIAS, 0, NULL},
    {"dev_name", SOCKETS, 3, WORDS, AT(dev_name), NULL},
    {"description", KIND_LIGHTS, 3, WORDS, AT(dev_name), NULL},
    {"icon_hash", SOCKETS, 3, LITERAL, 0, "\"\""},
    {"feature", NOT_LIGHTS, 3, FEATURE, 0, NULL},
    {"relay_state", SOCKETS, 3, RELAY, 0, NULL},
    {"on_time", SOCKETS, 3, ON_TIME, 0, NULL},
    {"brightness", KIND_DIMMER, 3, INTEGER, AT(brightness), NULL},
    {"active_mode", SOCKETS | KIND_LIGHTS, 3, LITERAL, 0, "\"none\""},
    {"next_action", SOCKETS, 2, LITERAL, 0, "{\"type\":-1}"},
    {"updating", NOT_LIGHTS, 3, FLAG, AT(updating), NULL},
    {"led_off", NOT_LIGHTS, 3, FLAG, AT(led_off), NULL},
    {"rssi", KIND_ANY, 3, INTEGER, AT(rssi), NULL},
    {"latitude", NOT_LIGHTS, 1, LITERAL, 0, "0"},
    {"longitude", NOT_LIGHTS, 1, LITERAL, 0, "0"},
    {"latitude_i", KIND_ANY, 2, LITERAL, 0, "0"},
    {"longitude_i", KIND_ANY, 2, LITERAL, 0, "0"},
    {"status", KIND_ANY, 2, LITERAL, 0, "\"new\""},
    {"ntc_state", NOT_LIGHTS, 2, INTEGER, AT(ntc_state), NULL},
    {"obd_src", SOCKETS, 2, LITERAL, 0, "\"tplink\""},
    {"children", KIND_STRIP, 3, CHILDREN, 0, NULL},
    {"child_num", KIND_STRIP, 3, CHILD_NUM, 0, NULL},
    {"disco_ver", KIND_LIGHTS, 3, LITERAL, 0, "\"1.0\""},
    {"ctrl_protocols", KIND_LIGHTS, 3, LITERAL, 0,
     "{\"name\":\"Linkie\",\"version\":\"1.0\"}"},
    {"dev_state", KIND_LIGHTS, 3, LITERAL, 0, "\"normal\""},
    {"heapsize", KIND_LIGHTS, 1, LITERAL, 0, "291620"},
    {"is_factory", KIND_LIGHTS, 3, LITERAL, 0, "false"},
    {"is_dimmable", KIND_LIGHTS, 3, LITERAL, 0, "1"},
    {"is_color", KIND_LIGHTS, 3, LITERAL, 0, "1"},
    {"is_variable_color_temp", KIND_LIGHTS, 3, LITERAL, 0, "1"},
    {"light_state", KIND_LIGHTS, 3, LIGHT_STATE, 0, NULL},
    {"length", KIND_LIGHTSTRIP, 3, LITERAL, 0, "16"},
    {"lighting_effect_state", KIND_LIGHTSTRIP, 3, LITERAL, 0,
     "{\"enable\":0,\"name\":\"Flicker\",\"custom\":0,\"brightness\":100,"
     "\"id\":\"bCTItKETDFfrKANolgldxfgOakaarARs\"}"},
    {"preferred_state", KIND_LIGHTS, 3, LITERAL, 0,
     "[{\"index\":0,\"hue\":0,\"saturation\":0,\"color_temp\":2700,"
     "\"brightness\":50},{\"index\":1,\"hue\":120,\"saturation\":75,"
     "\"color_temp\":0,\"brightness\":100}]"},
    {"preferred_state", KIND_DIMMER, 3, LITERAL, 0,
     "[{\"brightness\":100,\"index\":0},{\"brightness\":25,\"index\":1}]"},
    {"err_code", KIND_ANY, 3, LITERAL, 0, "0"},
};

void sysinfo_light_state(const struct device *d, struct text *out) {
  bool on = d->plugs[0].relay;
  text_addz(out, on ? "{\"on_off\":1" : "{\"on_off\":0,\"dft_on_state\":{");
  text_addz(out, on ? "," : "");
  text_addz(out, "\"mode\":\"normal\",\"hue\":0,\"saturation\":0,");
  text_addz(out, "\"color_temp\":");
  text_int(out, d->color_temp);
  text_addz(out, ",\"brightness\":");
  text_int(out, d->brightness);
  text_addz(out, on ? "}" : "}}");
}

static void emit_alias(struct render *r, const struct text *alias) {
  if (!r->control_chars) {
    text_quoted(r->out, alias->p, alias->len);
    return;
  }
  /* as some firmware does: raw, where JSON forbids it */
  text_char(r->out, '"');
  text_addz(r->out, "\x01\t\n\x1b");
  size_t before = r->out->len;
  text_quoted(r->out, alias->p, alias->len);
  memmove(r->out->p + before, r->out->p + before + 1, r->out->len - before - 1);
  r->out->len--;
}

static void emit_on_time(struct render *r, size_t slot) {
  if (r->cache == NULL)
    text_int(r->out, plug_on_time(r->d, &r->d->plugs[slot]));
  else if (r->cache->n_holes < MAX_HOLES)
    r->cache->holes[r->cache->n_holes++] = (struct hole){r->out->len, slot};
}

static void emit_children(struct render *r) {
  text_char(r->out, '[');
  for (size_t i = 0; i < r->d->n_plugs; i++) {
    const struct plug *plug = &r->d->plugs[i];
    text_addz(r->out, i > 0 ? ",{\"id\":\"" : "{\"id\":\"");
    if (!r->short_ids)
      text_addz(r->out, r->id);
    text_printf(r->out, "%02u", (unsigned)i);
    text_addz(r->out, plug->relay ? "\",\"state\":1,\"alias\":"
                                  : "\",\"state\":0,\"alias\":");
    emit_alias(r, &plug->alias);
    text_addz(r->out, ",\"on_time\":");
    emit_on_time(r, i);
    text_addz(r->out, ",\"next_action\":{\"type\":-1}}");
  }
  text_char(r->out, ']');
}

static void emit(struct render *r, const struct field *f) {
  const struct device *d = r->d;
  const void *member = (const char *)d + f->offset;
  const uint8_t *m = r->mac;
  switch (f->emit) {
  case LITERAL:
    text_addz(r->out, f->literal);
    break;
  case WORDS:
    text_quoted(r->out, member, strlen(member));
    break;
  case INTEGER:
    text_int(r->out, *(const int64_t *)member);
    break;
  case FLAG:
    text_char(r->out, *(const bool *)member ? '1' : '0');
    break;
  case MAC_COLONS:
    text_printf(r->out, "\"%02X:%02X:%02X:%02X:%02X:%02X\"", m[0], m[1], m[2],
                m[3], m[4], m[5]);
    break;
  case MAC_BARE:
    text_printf(r->out, "\"%02X%02X%02X%02X%02X%02X\"", m[0], m[1], m[2], m[3],
                m[4], m[5]);
    break;
  case DEVICE_ID:
    text_quoted(r->out, r->id, strlen(r->id));
    break;
  case ALIAS:
    emit_alias(r, &d->alias);
    break;
  case RELAY:
    text_char(r->out, d->plugs[0].relay ? '1' : '0');
    break;
  case ON_TIME:
    emit_on_time(r, 0);
    break;
  case FEATURE:
    text_addz(r->out, d->meter != METER_NONE ? "\"TIM:ENE\"" : "\"TIM\"");
    break;
  case CHILDREN:
    emit_children(r);
    break;
  case CHILD_NUM:
    text_int(r->out, (int64_t)d->n_plugs);
    break;
  case LIGHT_STATE:
    sysinfo_light_state(d, r->out);
    break;
  }
}

static void render(struct render *r) {
  text_char(r->out, '{');
  for (size_t i = 0; i < COUNT(fields); i++) {
    const struct field *f = &fields[i];
    if ((f->kinds & r->d->kind) == 0 ||
        (f->generations & r->d->generation) == 0)
      continue;
    text_key(r->out, f->key);
    emit(r, f);
  }
  text_char(r->out, '}');
}

static void from_cache(struct device *d, struct text *out) {
  struct sysinfo_cache *cache = d->sysinfo;
  if (cache == NULL) {
    cache = d->sysinfo = xcalloc(1, sizeof(*cache));
    render(&(struct render){.d = d,
                            .out = &cache->text,
                            .cache = cache,
                            .short_ids = d->quirks.short_ids,
                            .mac = d->mac,
                            .id = d->id});
  }
  size_t from = 0;
  for (size_t i = 0; i < cache->n_holes; i++) {
    const struct hole *hole = &cache->holes[i];
    text_add(out, cache->text.p + from, hole->at - from);
    text_int(out, plug_on_time(d, &d->plugs[hole->slot]));
    from = hole->at;
  }
  text_add(out, cache->text.p + from, cache->text.len - from);
}

static void note_pending(struct device *d) {
  for (size_t i = 0; i < d->n_plugs; i++) {
    struct plug *plug = &d->plugs[i];
    plug->state_pending = true;
    plug->pending_relay = plug->relay;
    plug->pending_on_time = plug_on_time(d, plug);
  }
  d->rssi_pending = true;
  d->pending_rssi = d->rssi;
}

void sysinfo_answer(struct device *d, bool udp, struct text *out) {
  const struct fault *foreign = fault_use(d->faults, FAULT_FOREIGN_MAC);
  const struct fault *control = fault_use(d->faults, FAULT_CONTROL_CHARS);
  bool short_ids = udp || d->quirks.short_ids;
  note_pending(d);
  if (d->dump != NULL) {
    dump_sysinfo(d->dump, short_ids, out);
    return;
  }
  if (foreign == NULL && control == NULL &&
      (short_ids == d->quirks.short_ids || d->kind != KIND_STRIP)) {
    from_cache(d, out);
    return;
  }
  struct device other = {.kind = d->kind};
  if (foreign != NULL) {
    uint8_t mac[6];
    if (!mac_parse(foreign->word, mac))
      memcpy(mac, d->mac, 6);
    device_set_mac(&other, mac);
  }
  render(&(struct render){.d = d,
                          .out = out,
                          .short_ids = short_ids,
                          .control_chars = control != NULL,
                          .mac = foreign != NULL ? other.mac : d->mac,
                          .id = foreign != NULL ? other.id : d->id});
}

void sysinfo_forget(struct device *d) {
  if (d->sysinfo == NULL)
    return;
  text_free(&d->sysinfo->text);
  free(d->sysinfo);
  d->sysinfo = NULL;
}
