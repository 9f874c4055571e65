/* SPDX-License-Identifier: MIT */
/* The XOR transport over TCP: frames of be32(length) + cipher text. */
#include "transport.h"

#include "device.h"
#include "house.h"
#include "stream.h"
#include "xor_codec.h"

static uint16_t port(const struct device *d) { return d->house->options.port; }

static ssize_t measure(struct device *d, const char *p, size_t len) {
  const uint8_t *b = (const uint8_t *)p;
  (void)d;
  if (len < 4)
    return 0;
  size_t n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
  if (n == 0 || n > MAX_MESSAGE)
    return -1;
  return len < n + 4 ? 0 : (ssize_t)(n + 4);
}

static enum outcome answer(struct device *d, char *p, size_t len,
                           struct text *wire, struct delivery *how) {
  static struct text text; /* kept for its memory */
  static char plain[MAX_MESSAGE];
  xor_unscramble(plain, (const uint8_t *)p + 4, len - 4);
  text_clear(&text);
  enum outcome outcome = d->dialect->answer(d, plain, len - 4, false, &text);
  if (outcome == ANSWER_SEND)
    spoil(d, &text, wire, how);
  return outcome;
}

static const struct speech speech = {port, measure, answer, NULL};

static const char *xor_open(struct device *d) {
  return stream_open(d, &speech);
}

const struct transport transport_xor = {
    "xor", xor_open, stream_close, stream_hang_up, stream_faults_changed, NULL};
