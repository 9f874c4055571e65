/* SPDX-License-Identifier: MIT */
/* The energy ledger in kasa.so: what the engine counts goes in, energy and
 * cost come out. Everything but start and stop runs in the engine's thread. */
#ifndef PLUGIN_ENERGY_VALUES_H
#define PLUGIN_ENERGY_VALUES_H

#include "plugin/appliance_values.h"
#include "plugin/kept_note.h"
#include "poll/poll_engine.h"

/* Begins to read the ledger of a directory, and takes the tariffs out of the
 * options, which outlive it. */
void energy_values_start(struct poll_options *o, const char *directory);
/* Waits until it is read, at most some seconds; what takes longer is gone on
 * from when it has been read. */
void energy_values_wait(void);
/* From any thread: the engine shall end and not wait for that. */
void energy_values_end_is_near(void);
/* Writes what is left; the engine has ended. */
void energy_values_stop(void);

/* Where other parts keep what outlives the daemon; after start. */
struct note_keeper energy_values_keeper(void);

extern const struct poll_energy_hooks energy_values_hooks;

/* The values of a device and its plugs; wall_us as they are dispatched. */
void energy_values_device(const struct poll_device *k, uint64_t wall_us,
                          const struct appliance_sink *sink);
/* Of a kWh now, NAN when it is not known; and in which currency. */
double energy_values_price(uint64_t wall_us);
const char *energy_values_currency(void);

/* Of the site; sink NULL: only its limits are looked at. */
void energy_values_total(uint64_t wall_us, const struct appliance_sink *sink);

#endif
