/* SPDX-License-Identifier: MIT */
/* Damage to TDP answers. */
#ifndef KASASIM_TDP_FORM_H
#define KASASIM_TDP_FORM_H

#include "base.h"

struct device;
struct text;

/* Before the header is put on: what the fault udp_form makes of the payload. */
void tdp_form_payload(const struct device *d, struct text *payload);
/* And of the whole datagram. */
void tdp_form_datagram(struct device *d, struct text *bytes);

#endif
