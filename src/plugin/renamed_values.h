/* SPDX-License-Identifier: MIT */
/* That a device or an outlet has got another name, as a notification: its
 * values of the old name come no more, and whoever waits for what becomes of
 * them would wait for ever. */
#ifndef PLUGIN_RENAMED_VALUES_H
#define PLUGIN_RENAMED_VALUES_H

#include "poll/poll_engine.h"

/* In the engine's hook, for a report with REPORT_RENAMED. A name that another
 * device has taken meanwhile goes on with that one's values: nothing is said.
 */
void renamed_values_tell(const struct poll_engine *engine,
                         const struct poll_device *k);

#endif
