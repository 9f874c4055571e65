/* SPDX-License-Identifier: MIT */
/* The XOR protocol over UDP: the cipher text alone. */
#include "udp.h"

#include "device.h"
#include "house.h"
#include "spoil.h"
#include "transport.h"
#include "xor_codec.h"

static uint16_t port(const struct house *house) { return house->options.port; }

static bool understand(uint8_t *bytes, size_t *len) {
  static char plain[65536];
  if (*len == 0 || *len > sizeof(plain))
    return false;
  xor_unscramble(plain, bytes, *len);
  for (size_t i = 0; i < *len; i++)
    bytes[i] = (uint8_t)plain[i];
  return plain[0] == '{';
}

static bool hears(const struct device *d) {
  return d->transport == &transport_xor || d->quirks.udp_9999;
}

static void put_cipher(struct text *out, const struct text *plain) {
  xor_scramble((uint8_t *)text_room(out, plain->len), plain->p, plain->len);
  out->len += plain->len;
}

static enum outcome answer(struct device *d, const char *request, size_t len,
                           struct text *bytes, bool *intact) {
  static struct text text;
  text_clear(&text);
  enum outcome outcome = d->dialect->answer(d, request, len, true, &text);
  if (outcome != ANSWER_SEND)
    return outcome;
  *intact = spoil_text(d, &text);
  put_cipher(bytes, &text);
  return ANSWER_SEND;
}

static void forge(const uint8_t mac[6], unsigned long number,
                  struct in_addr addr, struct text *bytes) {
  static struct text text;
  (void)addr;
  text_clear(&text);
  dialect_iot.forge(mac, number, &text);
  put_cipher(bytes, &text);
}

const struct udp_service udp_xor = {port, understand, hears, answer, forge};
