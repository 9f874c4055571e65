/* SPDX-License-Identifier: MIT */
/* The answer to system.get_sysinfo, for each kind of device. Rendered once and
 * kept; only the seconds an outlet has been on are filled in per request. */
#ifndef KASASIM_SYSINFO_H
#define KASASIM_SYSINFO_H

#include "base.h"

struct device;
struct text;

/* Appends the answer object. Over UDP child ids are two characters. */
void sysinfo_answer(struct device *d, bool udp, struct text *out);
/* Something changed: render anew next time. */
void sysinfo_forget(struct device *d);
/* The light_state object, also answered by the lighting modules. */
void sysinfo_light_state(const struct device *d, struct text *out);

#endif
