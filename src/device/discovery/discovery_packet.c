/* SPDX-License-Identifier: MIT */
/* Discovery datagrams: see discovery_packet.h. */
#include <config.h>

#include "device/discovery/discovery_packet.h"

#include "device/iot/iot.h"
#include "device/member_text.h"
#include "device/smart/smart.h"
#include "device/transport/aes.h"
#include "device/transport/aes_crypto.h"
#include "device/transport/klap.h"
#include "device/transport/tpap.h"
#include "device/transport/transports.h"
#include "device/transport/xor_cipher.h"
#include "device/transport/xor_tcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

size_t discovery_packet_probe_iot(char out[PROBE_MAX]) {
  static const char ask[] = "{\"system\":{\"get_sysinfo\":{}}}";

  _Static_assert(sizeof(ask) - 1 <= PROBE_MAX, "the probe fits");
  xor_cipher_encrypt(ask, out, sizeof(ask) - 1);
  return sizeof(ask) - 1;
}

/* -- TDP's frame
 * ---------------------------------------------------------------
 */

enum { TDP_HEADER = 16, TDP_CRC_AT = 12 };

/* CRC-32 as in zlib; a probe is made once per round, a table is not worth
 * its memory. */
static uint32_t crc32_of(const char *bytes, size_t len) {
  uint32_t crc = 0xffffffffU;

  for (size_t i = 0; i < len; i++) {
    crc ^= (uint8_t)bytes[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

static void put32(char *out, uint32_t v) {
  for (int i = 0; i < 4; i++)
    out[i] = (char)(v >> (24 - 8 * i));
}

size_t discovery_packet_frame_tdp(uint8_t flags, uint32_t serial,
                                  const void *payload, size_t len, char *out) {
  memset(out, 0, TDP_HEADER);
  out[0] = 2; /* version */
  out[3] = 1; /* probe */
  out[4] = (char)(len >> 8);
  out[5] = (char)len;
  out[6] = (char)flags;
  put32(out + 8, serial);
  put32(out + TDP_CRC_AT, 0x5a6b7c8dU); /* stands there while summing up */
  if (len > 0)
    memcpy(out + TDP_HEADER, payload, len);
  put32(out + TDP_CRC_AT, crc32_of(out, TDP_HEADER + len));
  return TDP_HEADER + len;
}

size_t discovery_packet_probe_tdp(char out[PROBE_MAX]) {
  static const char before[] = "{\"params\":{\"rsa_key\":\"";
  static const char after[] = "\"}}";
  char payload[PROBE_MAX - TDP_HEADER];
  const char *pem = rsa_public_pem(false);
  size_t used = sizeof(before) - 1;
  uint32_t serial = 0;

  if (pem == NULL || crypto_random(&serial, sizeof(serial)) < 0)
    return discovery_packet_frame_tdp(0, 0, "", 0,
                                      out); /* most answer to this too */
  memcpy(payload, before, used);
  for (; *pem != '\0' && used + sizeof(after) + 2 < sizeof(payload); pem++) {
    if (*pem == '\n')
      payload[used++] = '\\';
    payload[used++] = *pem == '\n' ? 'n' : *pem;
  }
  memcpy(payload + used, after, sizeof(after) - 1);
  used += sizeof(after) - 1;
  return discovery_packet_frame_tdp(0x11, serial, payload, used, out);
}

bool discovery_packet_is_tdp(const char *datagram, size_t len) {
  return len > TDP_HEADER && datagram[0] == 2 && datagram[TDP_HEADER] == '{';
}

/* -- what a TDP answer says
 * ----------------------------------------------------
 */

/* Families that are recognised and no more. The first whose word is in the
 * type counts. */
static const struct {
  const char *word, *why;
} strangers[] = {
    {"IPCAMERA", "a camera"},
    {"DOORBELL", "a doorbell"},
    {"HUB", "a hub: its sensors are not read"},
    {"CHIME", "a chime"},
    {"ROBOVAC", "a robot vacuum"},
};

static unsigned get_count(const struct json *doc, json_ref object,
                          const char *key, unsigned max) {
  double number;

  if (!json_number(doc, json_get(doc, object, key), &number) || number < 0 ||
      number > max)
    return 0;
  return (unsigned)number;
}

static void read_scheme(struct introduction *in, const struct json *doc,
                        json_ref result) {
  json_ref scheme = json_get(doc, result, "mgt_encrypt_schm");
  json_ref tpap = json_get(doc, result, "tpap");
  char type[16];
  unsigned port;

  member_text(doc, scheme, "encrypt_type", type, sizeof(type));
  in->transport = transport_by_scheme(type);
  in->service.tls = get_count(doc, scheme, "is_support_https", 1) == 1;
  in->service.login = (uint8_t)get_count(doc, scheme, "lv", 9);
  if (in->transport == &transport_aes && in->service.login == 0)
    in->service.login = 2; /* never the one that shows more */
  port = get_count(doc, scheme, "http_port", 65535);
  if (in->transport == &transport_klap && json_type(doc, tpap) == JSON_OBJECT &&
      get_count(doc, result, "tpap_preferred", 1) == 1) {
    in->transport = &transport_tpap;
  }
  if (in->transport == &transport_tpap && in->service.tls && port == 0)
    port = get_count(doc, tpap, "port", 65535);
  in->service.port = (in_port_t)port;
}

static void read_owner(struct introduction *in, const struct json *doc,
                       json_ref result) {
  char hex[2 * OWNER_SIZE + 2];

  member_text(doc, result, "owner", hex, sizeof(hex));
  if (strlen(hex) != 2 * OWNER_SIZE ||
      strspn(hex, "0123456789ABCDEFabcdef") != 2 * OWNER_SIZE)
    return;
  for (size_t i = 0; i < OWNER_SIZE; i++) {
    char two[] = {hex[2 * i], hex[2 * i + 1], '\0'};

    in->owner[i] = (uint8_t)strtoul(two, NULL, 16);
  }
}

static enum outcome read_tdp(struct introduction *in, struct json *doc,
                             char *payload, size_t len, char why[WHY_SIZE]) {
  struct device *d = &in->device;
  json_ref root = json_parse(doc, payload, len);
  json_ref result = json_get(doc, root, "result");
  char type[64];
  char mac[32];

  member_text(doc, result, "device_type", type, sizeof(type));
  member_text(doc, result, "device_model", d->model, sizeof(d->model));
  if (type[0] == '\0' || d->model[0] == '\0') {
    snprintf(why, WHY_SIZE, "the answer names neither type nor model");
    return OUTCOME_MALFORMED;
  }
  member_text(doc, result, "mac", mac, sizeof(mac));
  d->mac_known = device_parse_mac(mac, d->mac);
  in->tdp = true;
  in->dialect =
      strncasecmp(type, "IOT.", 4) == 0 ? &dialect_iot : &dialect_smart;
  read_scheme(in, doc, result);
  read_owner(in, doc, result);
  for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
    if (strcasestr(type, strangers[i].word) != NULL) {
      d->kind = KIND_UNSUPPORTED;
      d->unsupported = strangers[i].why;
      return OUTCOME_OK;
    }
  if (in->transport == NULL) {
    d->kind = KIND_UNSUPPORTED;
    d->unsupported = "it speaks a protocol that is not known here";
  }
  return OUTCOME_OK;
}

/* -- either way
 * ----------------------------------------------------------------
 */

static enum outcome read_iot(struct introduction *in, struct json *doc,
                             char *datagram, size_t len, char why[WHY_SIZE]) {
  xor_cipher_decrypt(datagram, len);
  datagram[len] = '\0';
  if (len == 0 || datagram[0] != '{') {
    snprintf(why, WHY_SIZE, "not the answer of a known kind of device");
    return OUTCOME_MALFORMED;
  }
  in->dialect = &dialect_iot;
  in->transport = &transport_xor;
  return in->dialect->introduce(&in->device, doc, datagram, len, why);
}

enum outcome discovery_packet_read(struct introduction *in, struct json *doc,
                                   char *datagram, size_t len,
                                   char why[WHY_SIZE]) {
  enum outcome outcome;

  *in = (struct introduction){0};
  if (discovery_packet_is_tdp(datagram, len)) {
    size_t announced = (size_t)(uint8_t)datagram[4] << 8 | (uint8_t)datagram[5];

    len -= TDP_HEADER;
    if (announced < len)
      len = announced;
    outcome = read_tdp(in, doc, datagram + TDP_HEADER, len, why);
  } else {
    outcome = read_iot(in, doc, datagram, len, why);
  }
  if (outcome != OUTCOME_OK) {
    device_free(&in->device);
    *in = (struct introduction){0};
  }
  return outcome;
}

int discovery_packet_owner(const char *user, uint8_t out[OWNER_SIZE]) {
  _Static_assert((int)OWNER_SIZE == (int)MD5_SIZE, "an owner is a digest");

  return crypto_digest(DIGEST_MD5, &(struct span){user, strlen(user)}, 1, out);
}
