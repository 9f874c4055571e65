/* SPDX-License-Identifier: MIT */
/* Option Debug of a <Device> block: what was asked and what came back, one line
 * each, in plain text and without what should not stand in a log (position,
 * network name, anything that has to do with accounts). Engine's thread only.
 */
#ifndef POLL_POLL_DEBUG_H
#define POLL_POLL_DEBUG_H

#include "poll/registry/poll_device.h"

#include <stddef.h>

/* k is about to be asked for text (len bytes). */
void poll_debug_asked(const struct poll_device *k, const char *text,
                      size_t len);

/* How that ended. answer: NULL unless outcome is OUTCOME_OK. */
void poll_debug_answered(const struct poll_device *k, enum outcome outcome,
                         const char *answer, size_t len, const char *why);

/* Copies text to out (size bytes, terminated, cut to fit), with "***" in place
 * of the values of members that are nobody's business. */
void poll_debug_mask(const char *text, size_t len, char *out, size_t size);

#endif
