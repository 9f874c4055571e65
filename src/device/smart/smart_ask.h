/* SPDX-License-Identifier: MIT */
/* The requests of the SMART dialect: which methods, in which order, how many at
 * once. */
#ifndef DEVICE_SMART_SMART_ASK_H
#define DEVICE_SMART_SMART_ASK_H

#include "device/dialect.h"
#include "device/smart/smart_methods.h"

/* "get_device_info", ... */
const char *smart_method_name(enum method method);

/* Whether asked holds one method only. */
bool smart_is_single(uint32_t asked);

/* What is remembered of the requests to the device or the plug that progress is
 * about, and where their values go. */
struct request_memory *smart_memory(struct device *d, const struct progress *p);
struct reading *smart_reading(struct device *d, const struct progress *p);

/* The request under way has been dealt with: on to the next. */
void smart_move_on(struct device *d, struct progress *p);
/* And no answer came to it. */
void smart_note_silence(struct device *d, struct progress *p);

/* The dialect's next(): writes what to ask, see dialect.h. */
enum next smart_next(struct device *d, struct progress *p, struct buf *request);

#endif
