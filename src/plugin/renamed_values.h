/* SPDX-License-Identifier: MIT */
/* That a device or an outlet has got another name, as a notification: its
 * values of the old name come no more, and whoever waits for what becomes of
 * them would wait for ever.
 *
 * What a device was called is kept with its energy, so that a name that changed
 * while collectd did not run is told, too. In the engine's hook only. */
#ifndef PLUGIN_RENAMED_VALUES_H
#define PLUGIN_RENAMED_VALUES_H

#include "plugin/kept_note.h"
#include "poll/poll_engine.h"

/* keeper is copied. */
void renamed_values_start(const struct note_keeper *keeper);

/* For a report with REPORT_RENAMED. A name that another device has taken
 * meanwhile goes on with that one's values: nothing is said.
 */
void renamed_values_tell(const struct poll_engine *engine,
                         const struct poll_device *k);

/* For a report with REPORT_NAMED. */
void renamed_values_compare(const struct poll_engine *engine,
                            const struct poll_device *k);

#endif
