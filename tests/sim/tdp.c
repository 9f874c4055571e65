/* SPDX-License-Identifier: MIT */
/* Probes of TDP and their answers. */
#include "tdp.h"

#include "crypto.h"
#include "device.h"
#include "house.h"
#include "http.h"
#include "json.h"
#include "spoil.h"
#include "tdp_form.h"
#include "tpap.h"
#include "transport.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const uint8_t placeholder[4] = {0x5a, 0x6b, 0x7c, 0x8d};
static uint64_t bad_crc;

uint64_t tdp_bad_crc(void) { return bad_crc; }

static uint16_t port(const struct house *house) {
  return house->options.tdp_port;
}

static uint16_t battery_port(const struct house *house) {
  return house->options.tdp_battery_port;
}

static void be(uint8_t *out, uint32_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++)
    out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

void tdp_packet(uint8_t flags, uint32_t serial, const struct text *payload,
                struct text *out) {
  size_t start = out->len;
  uint8_t head[TDP_HEADER] = {2, 0, 0, 1};
  be(head + 4, (uint32_t)payload->len, 2);
  head[6] = flags;
  be(head + 8, serial, 4);
  memcpy(head + 12, placeholder, 4);
  text_add(out, head, sizeof(head));
  text_add(out, payload->p, payload->len);
  be((uint8_t *)out->p + start + 12, crc32_of(out->p + start, out->len - start),
     4);
}

/* The key of {"params":{"rsa_key":"..."}}. */
static bool find_key(struct slice payload, struct slice *key) {
  struct cursor c = {payload.p, payload.p + payload.len};
  struct slice name, value;
  bool first = true;
  if (!json_enter(&c, '{'))
    return false;
  while (json_next(&c, '}', &first, &name) == 1) {
    struct cursor inner = c;
    enum json_type type = json_value(&c, &value);
    if (type == JSON_STRING && slice_is(name, "rsa_key")) {
      *key = value;
      return true;
    }
    if (type == JSON_OBJECT && slice_is(name, "params")) {
      inner.end = c.p;
      return find_key((struct slice){inner.p, (size_t)(inner.end - inner.p)},
                      key);
    }
    if (type == JSON_BAD)
      return false;
  }
  return false;
}

/* A request is the payload without the header. */
static bool understand(uint8_t *bytes, size_t *len) {
  uint8_t crc[4];
  if (*len < TDP_HEADER || bytes[0] != 2 || bytes[1] != 0 || bytes[2] != 0 ||
      bytes[3] != 1)
    return false;
  size_t payload = (size_t)bytes[4] << 8 | bytes[5];
  if (payload != *len - TDP_HEADER)
    return false;
  memcpy(crc, bytes + 12, 4);
  memcpy(bytes + 12, placeholder, 4);
  uint8_t expected[4];
  be(expected, crc32_of(bytes, *len), 4);
  if (memcmp(crc, expected, 4) != 0)
    bad_crc++;
  memmove(bytes, bytes + TDP_HEADER, payload);
  *len = payload;
  return true;
}

static bool on_a_port(const struct device *d, bool battery) {
  return d->quirks.battery == battery &&
         (d->transport != &transport_xor || d->quirks.tdp);
}

static bool hears(const struct device *d) { return on_a_port(d, false); }
static bool hears_battery(const struct device *d) { return on_a_port(d, true); }

const char *tdp_family(const struct device *d) {
  static const struct {
    enum kind kind;
    const char *smart;
    const char *iot;
  } families[] = {
      {KIND_BULB, "SMART.TAPOBULB", "IOT.SMARTBULB"},
      {KIND_LIGHTSTRIP, "SMART.TAPOBULB", "IOT.SMARTBULB"},
      {KIND_SWITCH, "SMART.TAPOSWITCH", "IOT.SMARTPLUGSWITCH"},
      {KIND_DIMMER, "SMART.TAPOSWITCH", "IOT.SMARTPLUGSWITCH"},
      {KIND_HUB, "SMART.TAPOHUB", "SMART.TAPOHUB"},
      {KIND_CAMERA, "SMART.IPCAMERA", "IOT.IPCAMERA"},
      {KIND_CHIME, "SMART.TAPOCHIME", "SMART.TAPOCHIME"},
      {KIND_VACUUM, "SMART.TAPOROBOVAC", "SMART.TAPOROBOVAC"},
  };
  bool smart = d->dialect == &dialect_smart;
  if (d->family[0] != '\0')
    return d->family;
  for (size_t i = 0; i < COUNT(families); i++)
    if (families[i].kind == d->kind)
      return smart ? families[i].smart : families[i].iot;
  return smart ? "SMART.TAPOPLUG" : "IOT.SMARTPLUGSWITCH";
}

static void put_string(struct text *out, const char *key, const char *value) {
  text_key(out, key);
  text_quoted(out, value, strlen(value));
}

static void put_flag(struct text *out, const char *key, bool value) {
  text_key(out, key);
  text_addz(out, value ? "true" : "false");
}

static void put_int(struct text *out, const char *key, int64_t value) {
  text_key(out, key);
  text_int(out, value);
}

/* Those that only answer discovery, and say that they want TLS. */
static bool is_closed(const struct device *d) {
  return d->transport == &transport_none &&
         (d->kind & (KIND_CAMERA | KIND_HUB | KIND_VACUUM)) != 0;
}

static int64_t port_of(const struct device *d) {
  if (is_closed(d))
    return d->kind == KIND_VACUUM ? 4433 : 443;
  return http_port(d);
}

static void put_scheme(const struct device *d, struct text *out) {
  bool closed = is_closed(d);
  const char *name = d->transport == &transport_tpap  ? "TPAP"
                     : d->transport == &transport_aes ? "AES"
                     : d->kind == KIND_VACUUM         ? "AES"
                     : closed                         ? NULL
                                                      : "KLAP";
  text_key(out, "mgt_encrypt_schm");
  text_char(out, '{');
  put_flag(out, "is_support_https", closed || d->https);
  if (name != NULL) /* cameras say it in encrypt_info */
    put_string(out, "encrypt_type", name);
  put_int(out, "http_port", port_of(d));
  if (d->lv != 0 && name != NULL)
    put_int(out, "lv", d->lv);
  if (d->new_klap)
    put_int(out, "new_klap", 1);
  text_char(out, '}');
}

static void put_tpap(const struct device *d, struct text *out) {
  if (d->transport != &transport_tpap && !d->tpap.advertised)
    return;
  text_key(out, "tpap");
  tpap_describe(d, out);
  put_flag(out, "tpap_preferred",
           d->transport == &transport_tpap || d->tpap.preferred);
}

/* What cameras and hubs hide from others on the network: sealed with the
 * prober's key. */
static void put_encrypted(const struct device *d, struct slice key,
                          struct text *out) {
  struct text sealed = {0}, plain = {0};
  uint8_t secret[32];
  struct evp_pkey_st *rsa = rsa_read(key);
  random_bytes(secret, sizeof(secret));
  text_addz(&plain, "{\"connect_ssid\":\"\",\"connect_type\":\"wireless\","
                    "\"device_id\":\"");
  text_add(&plain, d->id, 32);
  text_addz(&plain, "\",\"http_port\":443,\"owner\":\"");
  account_owner(d, &plain);
  text_addz(&plain, "\",\"sd_status\":\"offline\"}");
  if (rsa != NULL && rsa_seal(rsa, true, secret, sizeof(secret), &sealed)) {
    text_addz(out, ",\"encrypt_type\":[\"3\"],\"encrypt_info\":{\"sym_schm\":"
                   "\"AES\",\"key\":\"");
    base64_put(out, sealed.p, sealed.len);
    text_clear(&sealed);
    aes_cbc_encrypt(secret, secret + 16, plain.p, plain.len, false, &sealed);
    text_addz(out, "\",\"data\":\"");
    base64_put(out, sealed.p, sealed.len);
    text_addz(out, "\"}");
  }
  rsa_free(rsa);
  text_free(&sealed);
  text_free(&plain);
}

static void describe(const struct device *d, struct slice key,
                     struct text *out) {
  char ip[INET_ADDRSTRLEN];
  const uint8_t *m = d->mac;
  inet_ntop(AF_INET, &d->addr, ip, sizeof(ip));
  text_addz(out, "{\"result\":{\"device_id\":\"");
  text_hex(out, m, 6); /* not the id of the device's own answers */
  text_add(out, d->id + 4, 20);
  text_addz(out, "\",\"owner\":\"");
  account_owner(d, out);
  text_char(out, '"');
  put_string(out, "device_type", tdp_family(d));
  put_string(out, "device_model", d->model);
  put_string(out, "ip", ip);
  text_printf(out, ",\"mac\":\"%02X-%02X-%02X-%02X-%02X-%02X\"", m[0], m[1],
              m[2], m[3], m[4], m[5]);
  put_flag(out, "is_support_iot_cloud", true);
  put_string(out, "obd_src", d->obd_src);
  put_flag(out, "factory_default", d->factory_default);
  put_scheme(d, out);
  put_tpap(d, out);
  if (is_closed(d) && d->kind != KIND_VACUUM && key.len > 0)
    put_encrypted(d, key, out);
  text_addz(out, "},\"error_code\":0}");
}

static enum outcome answer(struct device *d, const char *request, size_t len,
                           struct text *bytes, bool *intact) {
  static struct text text;
  struct slice key = {"", 0};
  d->stats.tdp_probes++;
  if (!d->awake) { /* the web server starts when somebody asks */
    d->awake = true;
    if (d->quirks.lazy_http)
      d->transport->faults_changed(d);
  }
  find_key((struct slice){request, len}, &key);
  if (key.len == 0 && d->quirks.tdp_needs_key)
    return ANSWER_SILENT;
  text_clear(&text);
  describe(d, key, &text);
  *intact = spoil_text(d, &text);
  tdp_form_payload(d, &text);
  tdp_packet(0, 0, &text, bytes);
  tdp_form_datagram(d, bytes);
  d->stats.tdp_replies++;
  return ANSWER_SEND;
}

static void forge(const uint8_t mac[6], unsigned long number,
                  struct in_addr addr, struct text *bytes) {
  static struct house nowhere;
  static struct text text;
  struct device *d = device_new(&nowhere, KIND_PLUG, 2, true, number);
  d->dialect = &dialect_smart;
  d->transport = &transport_klap;
  d->addr = addr;
  d->http_port = 80;
  snprintf(d->model, sizeof(d->model), "P110(EU)");
  device_set_mac(d, mac);
  text_clear(&text);
  describe(d, (struct slice){"", 0}, &text);
  tdp_packet(0, 0, &text, bytes);
  device_free(d);
}

const struct udp_service udp_tdp = {port, understand, hears, answer, forge};
const struct udp_service udp_tdp_battery = {battery_port, understand,
                                            hears_battery, answer, forge};
