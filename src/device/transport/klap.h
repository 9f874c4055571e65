/* SPDX-License-Identifier: MIT */
/* KLAP over HTTP or HTTPS (doc/protocol.md, "KLAP"). */
#ifndef DEVICE_TRANSPORT_KLAP_H
#define DEVICE_TRANSPORT_KLAP_H

#include "device/transport.h"

extern const struct transport transport_klap;

#endif
