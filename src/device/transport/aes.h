/* SPDX-License-Identifier: MIT */
/* AES passthrough over HTTP (doc/protocol.md, "AES"). Its login hands what the
 * account is made of to whoever answers: see transports.h. */
#ifndef DEVICE_TRANSPORT_AES_H
#define DEVICE_TRANSPORT_AES_H

#include "device/transport.h"

extern const struct transport transport_aes;

#endif
