/* SPDX-License-Identifier: MIT */
/* The table of transports: see transports.h. */
#include <config.h>

#include "device/transport/transports.h"

#include "device/iot/iot.h"
#include "device/smart/smart.h"
#include "device/transport/aes.h"
#include "device/transport/klap.h"
#include "device/transport/tpap.h"
#include "device/transport/xor_tcp.h"

#include <strings.h>

const struct transport_row transports[TRANSPORT_CHOICES] = {
    [TRANSPORT_XOR] = {&transport_xor, NULL, {&dialect_iot}, false},
    [TRANSPORT_KLAP] = {&transport_klap,
                        "KLAP",
                        {&dialect_smart, &dialect_iot},
                        false},
    [TRANSPORT_TPAP] = {&transport_tpap, "TPAP", {&dialect_smart}, false},
    [TRANSPORT_AES] = {&transport_aes, "AES", {&dialect_smart}, true},
};

const char *const transport_choices[TRANSPORT_CHOICES + 1] = {
    [TRANSPORT_AUTO] = "auto", [TRANSPORT_XOR] = "xor",
    [TRANSPORT_KLAP] = "klap", [TRANSPORT_TPAP] = "tpap",
    [TRANSPORT_AES] = "aes",
};

const struct transport *transport_by_scheme(const char *scheme) {
  for (int i = 0; i < TRANSPORT_CHOICES; i++)
    if (transports[i].scheme != NULL &&
        strcasecmp(transports[i].scheme, scheme) == 0)
      return transports[i].transport;
  return NULL;
}

const struct transport_row *
transport_row_of(const struct transport *transport) {
  for (int i = 0; i < TRANSPORT_CHOICES; i++)
    if (transports[i].transport == transport)
      return &transports[i];
  return &transports[TRANSPORT_AUTO];
}
