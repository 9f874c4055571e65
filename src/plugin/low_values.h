/* SPDX-License-Identifier: MIT */
/* Notes for reports what each plug takes when it does nothing: the lowest
 * five-minute mean of a day. In the engine's thread. */
#ifndef PLUGIN_LOW_VALUES_H
#define PLUGIN_LOW_VALUES_H

#include "plugin/kept_note.h"
#include "poll/registry/poll_device.h"

/* Before the first reading. */
void low_values_start(const struct note_keeper *keeper);

/* A reading of k and its plugs has come. */
void low_values_reading(const struct poll_device *k,
                        const struct poll_options *o);

/* Keeps what is known of today and forgets it; the engine has ended, the
 * keeper has not. */
void low_values_free(void);

#endif
