/* SPDX-License-Identifier: MIT */
/* TDP, the newer discovery: UDP 20002, and 20004 for what runs on batteries. */
#ifndef KASASIM_TDP_H
#define KASASIM_TDP_H

#include "udp.h"

extern const struct udp_service udp_tdp;
extern const struct udp_service udp_tdp_battery;

#define TDP_HEADER 16

/* Puts header and checksum in front of the payload. */
void tdp_packet(uint8_t flags, uint32_t serial, const struct text *payload,
                struct text *out);
/* Probes whose checksum was wrong; they are answered all the same. */
uint64_t tdp_bad_crc(void);

/* The family of a device, like SMART.TAPOPLUG. */
const char *tdp_family(const struct device *d);

#endif
