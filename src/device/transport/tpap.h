/* SPDX-License-Identifier: MIT */
/* TPAP over HTTP or HTTPS (doc/protocol.md, "TPAP"). */
#ifndef DEVICE_TRANSPORT_TPAP_H
#define DEVICE_TRANSPORT_TPAP_H

#include "device/transport.h"

extern const struct transport transport_tpap;

#endif
