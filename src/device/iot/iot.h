/* SPDX-License-Identifier: MIT */
/* The IOT dialect (doc/protocol.md, "IOT"). */
#ifndef DEVICE_IOT_IOT_H
#define DEVICE_IOT_IOT_H

#include "device/dialect.h"

extern const struct dialect dialect_iot;

#endif
