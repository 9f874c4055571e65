/* SPDX-License-Identifier: MIT */
/* Devices: defaults by kind, switching, metering. */
#include "device.h"

#include "dialect.h"
#include "dump.h"
#include "house.h"
#include "session.h"
#include "smart_dump.h"
#include "sysinfo.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The usual representative of each kind. The first row that fits wins. */
static const struct profile {
  enum kind kind;
  unsigned generation;
  bool metered;
  enum meter_form meter;
  enum refusal no_meter;
  enum refusal no_module;
  const char *model;
  const char *hw_ver;
  const char *sw_ver;
  const char *dev_name;
} profiles[] = {
    {KIND_PLUG, 1, true, METER_FLOAT, REFUSE_MODULE, REFUSE_MODULE, "HS110(EU)",
     "1.0", "1.2.5 Build 171213 Rel.101523",
     "Wi-Fi Smart Plug With Energy Monitoring"},
    {KIND_PLUG, 1, false, METER_NONE, REFUSE_MODULE, REFUSE_MODULE, "HS100(EU)",
     "1.0", "1.2.5 Build 171206 Rel.085954", "Wi-Fi Smart Plug"},
    {KIND_PLUG, 2, true, METER_INT, REFUSE_METHOD, REFUSE_MODULE, "KP115(EU)",
     "1.0", "1.0.16 Build 210205 Rel.163735", "Smart Wi-Fi Plug Mini"},
    {KIND_PLUG, 2, false, METER_NONE, REFUSE_METHOD, REFUSE_MODULE, "HS103(US)",
     "1.0", "1.5.7 Build 191114 Rel.105922", "Smart Wi-Fi Plug Lite"},
    {KIND_SWITCH, 0, false, METER_NONE, REFUSE_METHOD, REFUSE_MODULE,
     "HS200(US)", "2.0", "1.5.7 Build 191118 Rel.140152",
     "Smart Wi-Fi Light Switch"},
    {KIND_DIMMER, 0, false, METER_NONE, REFUSE_METHOD, REFUSE_MODULE,
     "HS220(US)", "1.0", "1.5.7 Build 180912 Rel.104837", "Smart Wi-Fi Dimmer"},
    {KIND_STRIP, 1, true, METER_INT, REFUSE_MODULE, REFUSE_MODULE, "HS300(US)",
     "1.0", "1.0.10 Build 190103 Rel.163517", ""},
    {KIND_STRIP, 2, true, METER_INT, REFUSE_MODULE, REFUSE_MODULE, "HS300(US)",
     "2.0", "1.0.12 Build 220121 Rel.175814", ""},
    {KIND_STRIP, 0, false, METER_NONE, REFUSE_MODULE, REFUSE_MODULE,
     "KP303(UK)", "1.0", "1.0.3 Build 191105 Rel.113122", ""},
    {KIND_BULB, 1, true, METER_POWER, REFUSE_MODULE_2001, REFUSE_MODULE_2001,
     "KL130(EU)", "1.0", "1.8.8 Build 190613 Rel.123436",
     "Smart Wi-Fi LED Bulb with Color Changing"},
    {KIND_BULB, 2, true, METER_POWER_TOTAL, REFUSE_MODULE_2001,
     REFUSE_MODULE_2001, "KL125(US)", "1.20", "1.0.5 Build 200831 Rel.141525",
     "Smart Wi-Fi LED Bulb with Color Changing"},
    {KIND_LIGHTSTRIP, 0, true, METER_PLACEHOLDER, REFUSE_MODULE, REFUSE_MODULE,
     "KL430(US)", "1.0", "1.0.10 Build 200522 Rel.104340",
     "Kasa Smart Light Strip, Multicolor"},
    {KIND_BULB, 0, false, METER_NONE, REFUSE_MODULE_2001, REFUSE_MODULE_2001,
     "KL110(US)", "1.0", "1.8.11 Build 191113 Rel.105336",
     "Smart Wi-Fi LED Bulb with Dimmable Light"},
};

static const struct kind_word {
  const char *name;
  enum kind kind;
  bool sensor;
} kind_words[] = {
    {"plug", KIND_PLUG, false},     {"switch", KIND_SWITCH, false},
    {"dimmer", KIND_DIMMER, false}, {"strip", KIND_STRIP, false},
    {"bulb", KIND_BULB, false},     {"lightstrip", KIND_LIGHTSTRIP, false},
    {"sensor", KIND_SWITCH, true},  {"hub", KIND_HUB, false},
    {"camera", KIND_CAMERA, false}, {"chime", KIND_CHIME, false},
    {"vacuum", KIND_VACUUM, false},
};

static const char *const meter_words[] = {
    [METER_NONE] = "none",
    [METER_FLOAT] = "float",
    [METER_INT] = "int",
    [METER_POWER] = "power",
    [METER_POWER_TOTAL] = "power_total",
    [METER_PLACEHOLDER] = "placeholder",
};

static const char *const refusal_words[] = {
    [REFUSE_MODULE] = "module",
    [REFUSE_METHOD] = "method",
    [REFUSE_MODULE_2001] = "module2001",
    [REFUSE_METHOD_2001] = "method2001",
    [REFUSE_HANG] = "hang",
    [REFUSE_CLOSE] = "close",
    [REFUSE_CRASH] = "crash",
};

const char *kind_name(enum kind kind) {
  for (size_t i = 0; i < COUNT(kind_words); i++)
    if (kind_words[i].kind == kind)
      return kind_words[i].name;
  return "?";
}

bool kind_parse(const char *name, enum kind *kind, bool *sensor) {
  for (size_t i = 0; i < COUNT(kind_words); i++) {
    if (strcmp(kind_words[i].name, name) != 0)
      continue;
    *kind = kind_words[i].kind;
    *sensor = kind_words[i].sensor;
    return true;
  }
  return false;
}

static bool word_index(const char *const *words, size_t n, const char *name,
                       size_t *index) {
  for (*index = 0; *index < n; ++*index)
    if (strcmp(words[*index], name) == 0)
      return true;
  return false;
}

bool meter_form_parse(const char *name, enum meter_form *form) {
  size_t i;
  if (!word_index(meter_words, COUNT(meter_words), name, &i))
    return false;
  *form = (enum meter_form)i;
  return true;
}

bool refusal_parse(const char *name, enum refusal *refusal) {
  size_t i;
  if (!word_index(refusal_words, COUNT(refusal_words), name, &i))
    return false;
  *refusal = (enum refusal)i;
  return true;
}

void device_set_mac(struct device *d, const uint8_t mac[6]) {
  memcpy(d->mac, mac, 6);
  uint64_t a = 0;
  for (int i = 0; i < 6; i++)
    a = a << 8 | mac[i];
  /* Real ids of plugs begin 8006, of bulbs 8012. */
  snprintf(d->id, sizeof(d->id), "%s%016llX%016llX%04X",
           d->kind & KIND_LIGHTS ? "8012" : "8006",
           (unsigned long long)mix64(a), (unsigned long long)mix64(~a),
           (unsigned)(mix64(a * 3) & 0xffff));
  device_changed(d);
}

bool mac_parse(const char *text, uint8_t mac[6]) {
  for (int i = 0; i < 6; i++) {
    unsigned byte;
    int used = 0;
    if (i > 0 && (*text == ':' || *text == '-'))
      text++;
    if (sscanf(text, "%2x%n", &byte, &used) != 1 || used != 2)
      return false;
    mac[i] = (uint8_t)byte;
    text += 2;
  }
  return *text == '\0';
}

static void apply_profile(struct device *d, bool metered) {
  for (size_t i = 0; i < COUNT(profiles); i++) {
    const struct profile *p = &profiles[i];
    if (p->kind != d->kind || p->metered != metered ||
        (p->generation != 0 && p->generation != d->generation))
      continue;
    d->meter = p->meter;
    d->quirks.no_meter = p->no_meter;
    d->quirks.no_module = p->no_module;
    snprintf(d->model, sizeof(d->model), "%s", p->model);
    snprintf(d->hw_ver, sizeof(d->hw_ver), "%s", p->hw_ver);
    snprintf(d->sw_ver, sizeof(d->sw_ver), "%s", p->sw_ver);
    snprintf(d->dev_name, sizeof(d->dev_name), "%s", p->dev_name);
    return;
  }
  /* A switch with a meter and the like: no such model, but a fair question. */
  if (metered) {
    apply_profile(d, false);
    d->meter = d->generation == 1 ? METER_FLOAT : METER_INT;
  }
}

struct device *device_new(struct house *house, enum kind kind,
                          unsigned generation, bool metered, uint64_t index) {
  struct device *d = xcalloc(1, sizeof(*d));
  d->house = house;
  d->kind = kind;
  d->generation = generation;
  d->seed = mix64(house->options.seed ^ mix64(index + 1));
  d->keep_open = !(kind == KIND_PLUG && generation == 1);
  d->cloud = true;
  d->brightness = 75;
  d->color_temp = 2700;
  d->ambient_light = 40;
  d->rssi = -45 - (int64_t)(d->seed % 25);
  d->volts = 230;
  d->power_factor = 1;
  /* null_drops was seen on a KP303; an HS300 answers null like {}. */
  d->quirks = (struct quirks){.null_drops = kind == KIND_STRIP && !metered,
                              .udp_max = 4096,
                              .reboot_s = 1,
                              .sessions = 1,
                              .lock_after = 10,
                              .lock_s = 1800,
                              .page = 10};
  d->klap = KLAP_V2;
  d->lv = 2;
  d->session_timeout = 86400;
  d->signal_level = 3;
  d->tpap.iterations = 3000;
  d->tpap.tls = 1;
  snprintf(d->tpap.encryption, sizeof(d->tpap.encryption), "aes_128_ccm");
  snprintf(d->obd_src, sizeof(d->obd_src), "tplink");
  snprintf(d->user, sizeof(d->user), "%s",
           house->options.user != NULL ? house->options.user : "");
  snprintf(d->password, sizeof(d->password), "%s",
           house->options.password != NULL ? house->options.password : "");
  apply_profile(d, metered);
  const uint8_t mac[6] = {0x50,
                          0xc7,
                          (uint8_t)(0xb0 + (index >> 24 & 15)),
                          (uint8_t)(index >> 16),
                          (uint8_t)(index >> 8),
                          (uint8_t)index};
  device_set_mac(d, mac);
  return d;
}

void device_plugs(struct device *d, size_t n) {
  d->plugs = xcalloc(n, sizeof(*d->plugs));
  d->n_plugs = n;
  for (size_t i = 0; i < n; i++) {
    d->plugs[i].relay = true;
    d->plugs[i].load.seed = mix64(d->seed + i);
  }
}

void device_start(struct device *d, unsigned history_days) {
  double now = house_elapsed(d->house);
  for (size_t i = 0; i < d->n_plugs; i++) {
    struct plug *plug = &d->plugs[i];
    plug->on_since = now - (double)(plug->load.seed % 400000);
    meter_start(&plug->meter, &d->house->clock, &plug->load, d->clock_offset_s,
                history_days, now);
  }
}

void device_free(struct device *d) {
  for (size_t i = 0; i < d->n_plugs; i++) {
    text_free(&d->plugs[i].alias);
    meter_free(&d->plugs[i].meter);
  }
  free(d->plugs);
  free(d->faults);
  session_end_all(d);
  free(d->sessions);
  text_free(&d->alias);
  sysinfo_forget(d);
  dump_free(d->dump);
  smart_dump_free(d->smart_dump);
  free(d);
}

void device_child_id(const struct device *d, size_t slot, char out[43]) {
  snprintf(out, 43, "%s%02u", d->id, (unsigned)(slot % 100));
}

void device_switch(struct device *d, struct plug *plug, bool on) {
  double now = house_elapsed(d->house);
  meter_advance(&plug->meter, &plug->load, plug->relay, now);
  if (on && !plug->relay)
    plug->on_since = now;
  plug->relay = on;
  plug->on_time_fixed = false;
  device_changed(d);
}

int64_t plug_on_time(const struct device *d, const struct plug *plug) {
  if (plug->on_time_fixed)
    return plug->on_time;
  if (!plug->relay)
    return 0;
  return (int64_t)fmax(house_elapsed(d->house) - plug->on_since, 0);
}

static double volts_now(const struct device *d, double t) {
  if (d->volts_fixed)
    return d->volts;
  return d->volts * (1 + 0.004 * noise_at(d->seed, (int64_t)(t / 10)));
}

static double round_to(double value, double scale) {
  return (double)llround(value * scale) / scale;
}

/* Only what one of the device's methods says, as it says it. */
static void smart_reading(const struct device *d, const struct plug *plug,
                          double watts, double volts, double amps,
                          struct reading *out) {
  unsigned energy = d->energy;
  bool fine = (energy & (ENERGY_USAGE_POWER | ENERGY_EMETER)) != 0;
  if (fine || (energy & ENERGY_POWER) != 0) {
    out->has |= HAS_WATTS;
    out->watts = fine ? round_to(watts, 1e3) : trunc(watts);
  }
  if (energy & ENERGY_EMETER) {
    out->has |= HAS_VOLTS | HAS_AMPS;
    out->volts = round_to(volts, 1e3);
    out->amps = round_to(amps, 1e3);
  }
  if (energy & ENERGY_USAGE) {
    out->has |= HAS_TODAY | HAS_MONTH;
    meter_now_wh(&plug->meter, &out->today_wh, &out->month_wh);
    out->today_wh = floor(out->today_wh);
    out->month_wh = floor(out->month_wh);
  }
}

void device_reading(struct device *d, size_t slot, struct reading *out) {
  *out = (struct reading){0};
  if (d->dump != NULL) {
    dump_reading(d->dump, out);
    return;
  }
  if (d->smart_dump != NULL) {
    smart_dump_reading(d->smart_dump, slot, out);
    return;
  }
  if (d->meter == METER_NONE)
    return;
  struct plug *plug = &d->plugs[slot];
  double now = house_elapsed(d->house);
  meter_advance(&plug->meter, &plug->load, plug->relay, now);
  double watts = plug->relay ? load_at(&plug->load, now).watts : 0;
  double volts = volts_now(d, now);
  double amps =
      volts * d->power_factor > 0 ? watts / (volts * d->power_factor) : 0;
  const struct fault *f = fault_peek(d->faults, FAULT_NEGATIVE);
  double sign = f != NULL && (f->plug < 0 || f->plug == (int)slot) ? -1 : 1;

  if (d->dialect == &dialect_smart) {
    smart_reading(d, plug, watts * sign, volts, amps * sign, out);
    return;
  }
  static const unsigned has[] = {
      [METER_FLOAT] = 15,        [METER_INT] = 15,
      [METER_POWER] = HAS_WATTS, [METER_POWER_TOTAL] = HAS_WATTS | HAS_WH,
      [METER_PLACEHOLDER] = 15,
  };
  double scale = d->meter == METER_FLOAT ? 1e6 : 1e3;
  bool zero = d->meter == METER_PLACEHOLDER;
  out->has = has[d->meter];
  out->watts = round_to(watts * sign, scale);
  out->volts = zero ? 0 : round_to(volts, scale);
  out->amps = zero ? 0 : round_to(amps * sign, scale);
  out->wh = (d->meter == METER_FLOAT ? round_to(plug->meter.wh, 1)
                                     : floor(plug->meter.wh)) *
            sign;
}

void device_total(struct device *d, struct reading *out) {
  struct reading one;
  device_reading(d, 0, out);
  for (size_t i = 1; i < d->n_plugs; i++) {
    device_reading(d, i, &one);
    out->watts += one.watts;
    out->volts += one.volts;
    out->amps += one.amps;
    out->wh += one.wh;
    out->today_wh += one.today_wh;
    out->month_wh += one.month_wh;
  }
  if (d->n_plugs > 1)
    out->volts /= (double)d->n_plugs;
}

/* SMART devices tell a reading by several methods: what this answer did not
 * hold stays what it was. */
static void merge(struct reading *to, const struct reading *from) {
  static const struct {
    unsigned bit;
    size_t offset;
  } parts[] = {
      {HAS_WATTS, offsetof(struct reading, watts)},
      {HAS_VOLTS, offsetof(struct reading, volts)},
      {HAS_AMPS, offsetof(struct reading, amps)},
      {HAS_WH, offsetof(struct reading, wh)},
      {HAS_TODAY, offsetof(struct reading, today_wh)},
      {HAS_MONTH, offsetof(struct reading, month_wh)},
  };
  for (size_t i = 0; i < COUNT(parts); i++)
    if (from->has & parts[i].bit)
      memcpy((char *)to + parts[i].offset, (const char *)from + parts[i].offset,
             sizeof(double));
  to->has |= from->has;
}

void device_served(struct device *d) {
  double now = 0;
  for (size_t i = 0; i < d->n_plugs; i++) {
    struct plug *plug = &d->plugs[i];
    if (!plug->reading_pending && !plug->state_pending)
      continue;
    if (now == 0)
      now = real_epoch();
    if (plug->reading_pending) {
      merge(&plug->served.reading, &plug->pending);
      plug->served.reading_epoch = now;
      plug->served.readings++;
    }
    if (plug->state_pending) {
      plug->served.relay = plug->pending_relay;
      plug->served.on_time = plug->pending_on_time;
      plug->served.state_epoch = now;
      plug->served.states++;
    }
  }
  if (d->rssi_pending)
    d->served_rssi = d->pending_rssi;
  device_unserved(d);
}

void device_unserved(struct device *d) {
  for (size_t i = 0; i < d->n_plugs; i++) {
    d->plugs[i].reading_pending = false;
    d->plugs[i].state_pending = false;
  }
  d->rssi_pending = false;
}

void device_changed(struct device *d) { sysinfo_forget(d); }
