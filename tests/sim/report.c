/* SPDX-License-Identifier: MIT */
/* Truth and statistics as JSON. */
#include "report.h"

#include "dialect.h"
#include "dump.h"
#include "house.h"
#include "http.h"
#include "session.h"
#include "smart_dump.h"
#include "tdp.h"
#include "transport.h"
#include "udp.h"

#include <arpa/inet.h>
#include <string.h>

static void put_string(struct text *out, const char *key, const char *value) {
  text_key(out, key);
  text_quoted_clean(out, value, strlen(value));
}

static void put_int(struct text *out, const char *key, int64_t value) {
  text_key(out, key);
  text_int(out, value);
}

static void put_bool(struct text *out, const char *key, bool value) {
  text_key(out, key);
  text_addz(out, value ? "true" : "false");
}

static void put_number(struct text *out, const char *key, double value) {
  text_key(out, key);
  text_number(out, value);
}

static void put_alias(struct text *out, const struct text *alias) {
  text_key(out, "alias");
  text_quoted_clean(out, alias->p, alias->len);
  text_key(out, "alias_hex");
  text_char(out, '"');
  text_hex(out, alias->p, alias->len);
  text_char(out, '"');
}

static void put_reading(struct text *out, const struct reading *r) {
  if (r->has & HAS_WATTS)
    put_number(out, "watts", r->watts);
  if (r->has & HAS_VOLTS)
    put_number(out, "volts", r->volts);
  if (r->has & HAS_AMPS)
    put_number(out, "amps", r->amps);
  if (r->has & HAS_WH)
    put_number(out, "total_wh", r->wh);
  if (r->has & HAS_TODAY)
    put_number(out, "today_wh", r->today_wh);
  if (r->has & HAS_MONTH)
    put_number(out, "month_wh", r->month_wh);
}

/* Times beyond 10 digits: seconds with microseconds. */
static void put_epoch(struct text *out, const char *key, double epoch) {
  text_key(out, key);
  text_fixed(out, epoch, 6);
}

static void put_served(struct text *out, const struct served *s) {
  text_key(out, "served");
  text_char(out, '{');
  put_int(out, "readings", (int64_t)s->readings);
  put_int(out, "states", (int64_t)s->states);
  if (s->readings > 0) {
    put_reading(out, &s->reading);
    put_epoch(out, "reading_at", s->reading_epoch);
  }
  if (s->states > 0) {
    put_bool(out, "relay", s->relay);
    put_int(out, "on_time", s->on_time);
    put_epoch(out, "state_at", s->state_epoch);
  }
  text_char(out, '}');
}

static void put_plug(struct device *d, size_t slot, struct text *out) {
  const struct plug *plug = &d->plugs[slot];
  struct reading r;
  char id[43];
  device_reading(d, slot, &r);
  device_child_id(d, slot, id);
  text_char(out, '{');
  put_int(out, "slot", (int64_t)slot);
  put_string(out, "id", id);
  put_alias(out, &plug->alias);
  put_bool(out, "relay", plug->relay);
  put_int(out, "on_time", plug_on_time(d, plug));
  put_reading(out, &r);
  put_served(out, &plug->served);
  text_char(out, '}');
}

static void put_identity(const struct device *d, struct text *out) {
  char addr[INET_ADDRSTRLEN];
  const uint8_t *m = d->mac;
  inet_ntop(AF_INET, &d->addr, addr, sizeof(addr));
  put_string(out, "addr", addr);
  text_key(out, "mac");
  text_printf(out, "\"%02x:%02x:%02x:%02x:%02x:%02x\"", m[0], m[1], m[2], m[3],
              m[4], m[5]);
  put_string(out, "device_id", d->id);
}

static void put_state(const struct device *d, struct text *out) {
  put_string(out, "model", d->model);
  put_string(out, "kind", kind_name(d->kind));
  put_int(out, "generation", d->generation);
  put_string(out, "hw_ver", d->hw_ver);
  put_string(out, "sw_ver", d->sw_ver);
  put_int(out, "rssi", d->rssi);
  put_int(out, "served_rssi", d->served_rssi);
  put_bool(out, "led_off", d->led_off);
  put_bool(out, "updating", d->updating);
  put_int(out, "ntc_state", d->ntc_state);
  put_bool(out, "cloud", d->cloud);
  put_bool(out, "keep_open", d->keep_open);
  put_bool(out, "away", d->away);
  put_string(out, "transport", d->transport->name);
  put_string(out, "dialect", d->dialect->name);
  if (d->transport != &transport_xor) {
    put_int(out, "http_port", http_port(d));
    put_bool(out, "https", d->https);
    put_string(out, "user", account_user(d));
    put_string(out, "password", account_password(d));
    put_int(out, "sessions", session_count(d));
    put_int(out, "locked_s", session_locked_s(d));
  }
  if (d->kind & (KIND_DIMMER | KIND_LIGHTS))
    put_int(out, "brightness", d->brightness);
  if (d->sensor) {
    put_bool(out, "motion", d->motion);
    put_int(out, "ambient_light", d->ambient_light);
    put_bool(out, "dark", d->dark);
  }
  if (d->dialect == &dialect_smart) {
    put_bool(out, "overheated", d->overheated);
    put_bool(out, "overloaded", d->overloaded);
    put_int(out, "fw_status",
            d->fw_status != 0 ? d->fw_status
            : d->updating     ? 2
                              : 0);
  }
  if (d->dump != NULL)
    put_string(out, "dump", dump_path(d->dump));
  if (d->smart_dump != NULL)
    put_string(out, "dump", smart_dump_path(d->smart_dump));
  text_key(out, "faults");
  fault_list(d->faults, out);
}

void report_truth(struct device *d, struct text *out) {
  struct reading total;
  bool strip = d->kind == KIND_STRIP, any = false;
  for (size_t i = 0; i < d->n_plugs; i++)
    any = any || d->plugs[i].relay;
  device_total(d, &total);
  text_char(out, '{');
  put_identity(d, out);
  put_alias(out, &d->alias);
  put_state(d, out);
  put_bool(out, "relay", any);
  put_reading(out, &total);
  if (!strip) {
    put_int(out, "on_time", plug_on_time(d, &d->plugs[0]));
    put_served(out, &d->plugs[0].served);
  }
  text_key(out, "plugs");
  text_char(out, '[');
  for (size_t i = 0; strip && i < d->n_plugs; i++) {
    if (i > 0)
      text_char(out, ',');
    put_plug(d, i, out);
  }
  text_addz(out, "]}");
}

static void put_asked(const struct house *house, const uint64_t bits[2],
                      const char *key, struct text *out) {
  bool first = true;
  text_key(out, key);
  text_char(out, '[');
  for (size_t i = 0; i < house->n_asked; i++) {
    if ((bits[i / 64] >> (i % 64) & 1) == 0)
      continue;
    if (!first)
      text_char(out, ',');
    text_quoted_clean(out, house->asked[i], strlen(house->asked[i]));
    first = false;
  }
  text_char(out, ']');
}

static const struct counter {
  const char *key;
  size_t offset;
} counters[] = {
    {"accepted", offsetof(struct stats, accepted)},
    {"requests", offsetof(struct stats, requests)},
    {"replies", offsetof(struct stats, replies)},
    {"udp_probes", offsetof(struct stats, udp_probes)},
    {"udp_replies", offsetof(struct stats, udp_replies)},
    {"tdp_probes", offsetof(struct stats, tdp_probes)},
    {"tdp_replies", offsetof(struct stats, tdp_replies)},
    {"handshakes", offsetof(struct stats, handshakes)},
    {"logins", offsetof(struct stats, logins)},
    {"failed_logins", offsetof(struct stats, failed_logins)},
    {"evictions", offsetof(struct stats, evictions)},
    {"refusals", offsetof(struct stats, refusals)},
    {"bad_frames", offsetof(struct stats, bad_frames)},
    {"bad_requests", offsetof(struct stats, bad_requests)},
    {"bytes_in", offsetof(struct stats, bytes_in)},
    {"bytes_out", offsetof(struct stats, bytes_out)},
};

static uint64_t counter_of(const struct device *d, const struct counter *c) {
  return *(const uint64_t *)(const void *)((const char *)&d->stats + c->offset);
}

/* The modules of the methods asked, each once. */
static void put_modules(const struct device *d, struct text *out) {
  const struct house *house = d->house;
  const char *seen[ASKED_MAX];
  size_t n = 0;
  text_key(out, "modules");
  text_char(out, '[');
  for (size_t i = 0; i < house->n_asked; i++) {
    uint64_t bits = d->stats.asked[i / 64] | d->stats.udp_asked[i / 64];
    if ((bits >> (i % 64) & 1) == 0)
      continue;
    const char *dot = strrchr(house->asked[i], '.');
    size_t len = (size_t)(dot - house->asked[i]), k = 0;
    while (k < n && (strncmp(seen[k], house->asked[i], len) != 0 ||
                     strrchr(seen[k], '.') != seen[k] + len))
      k++;
    if (k < n)
      continue;
    if (n > 0)
      text_char(out, ',');
    text_quoted_clean(out, house->asked[i], len);
    seen[n++] = house->asked[i];
  }
  text_char(out, ']');
}

void report_stats(const struct device *d, struct text *out) {
  text_char(out, '{');
  put_identity(d, out);
  for (size_t i = 0; i < COUNT(counters); i++)
    put_int(out, counters[i].key, (int64_t)counter_of(d, &counters[i]));
  put_int(out, "open", d->stats.open);
  put_int(out, "max_open", d->stats.max_open);
  put_int(out, "unanswered", d->stats.unanswered);
  put_int(out, "max_unanswered", d->stats.max_unanswered);
  put_modules(d, out);
  put_asked(d->house, d->stats.asked, "asked", out);
  put_asked(d->house, d->stats.udp_asked, "udp_asked", out);
  text_char(out, '}');
}

void report_totals(const struct house *house, struct text *out) {
  unsigned open = 0, max_unanswered = 0, max_open = 0;
  text_char(out, '{');
  put_int(out, "devices", (int64_t)house->count);
  for (size_t k = 0; k < COUNT(counters); k++) {
    uint64_t sum = 0;
    for (size_t i = 0; i < house->count; i++)
      sum += counter_of(house->devices[i], &counters[k]);
    put_int(out, counters[k].key, (int64_t)sum);
  }
  for (size_t i = 0; i < house->count; i++) {
    const struct stats *s = &house->devices[i]->stats;
    open += s->open;
    max_open = s->max_open > max_open ? s->max_open : max_open;
    if (s->max_unanswered > max_unanswered)
      max_unanswered = s->max_unanswered;
  }
  put_int(out, "open", open);
  put_int(out, "max_open", max_open);
  put_int(out, "max_unanswered", max_unanswered);
  put_int(out, "forged", (int64_t)udp_forged(house));
  put_int(out, "tdp_bad_crc", (int64_t)tdp_bad_crc());
  put_int(out, "udp_malformed", (int64_t)udp_malformed(house));
  text_char(out, '}');
}

void report_reset(struct house *house) {
  for (size_t i = 0; i < house->count; i++) {
    struct stats *s = &house->devices[i]->stats;
    unsigned open = s->open, waiting = s->unanswered;
    *s = (struct stats){.open = open,
                        .max_open = open,
                        .unanswered = waiting,
                        .max_unanswered = waiting};
  }
}
