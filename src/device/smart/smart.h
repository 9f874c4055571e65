/* SPDX-License-Identifier: MIT */
/* The SMART dialect (doc/protocol.md, "SMART"). */
#ifndef DEVICE_SMART_SMART_H
#define DEVICE_SMART_SMART_H

#include "device/dialect.h"

extern const struct dialect dialect_smart;

#endif
