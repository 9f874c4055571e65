/* SPDX-License-Identifier: MIT */
/* Length-prefixed frames over TCP 9999 (doc/protocol.md, "XOR"). Any request
 * may be sent by anybody: there is no account. */
#ifndef DEVICE_TRANSPORT_XOR_TCP_H
#define DEVICE_TRANSPORT_XOR_TCP_H

#include "device/transport.h"

extern const struct transport transport_xor;

#endif
