/* Discovery datagrams: see discover.h. */
#include <config.h>

#include "device/discover.h"

#include "device/xor.h"

#include <stdio.h>
#include <string.h>

size_t discover_probe_iot(char out[PROBE_MAX]) {
  static const char ask[] = "{\"system\":{\"get_sysinfo\":{}}}";

  _Static_assert(sizeof(ask) - 1 <= PROBE_MAX, "the probe fits");
  xor_encrypt(ask, out, sizeof(ask) - 1);
  return sizeof(ask) - 1;
}

enum outcome discover_read(struct introduction *in, struct json *doc,
                           char *datagram, size_t len, char why[WHY_SIZE]) {
  enum outcome outcome;

  *in = (struct introduction){0};
  xor_decrypt(datagram, len);
  datagram[len] = '\0';
  if (len == 0 || datagram[0] != '{') {
    snprintf(why, WHY_SIZE, "not the answer of a known kind of device");
    return OUTCOME_MALFORMED;
  }
  in->dialect = &dialect_iot;
  in->transport = &transport_xor;
  outcome = in->dialect->introduce(&in->device, doc, datagram, len, why);
  if (outcome != OUTCOME_OK)
    device_free(&in->device);
  return outcome;
}
