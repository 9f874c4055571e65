/* SPDX-License-Identifier: MIT */
/* What <Appliance> and <Spike> blocks bring: values of cycles, and
 * notifications of type cycle and watch. Everything but the last function runs
 * in the engine's thread. */
#ifndef PLUGIN_APPLIANCE_VALUES_H
#define PLUGIN_APPLIANCE_VALUES_H

#include "plugin/kept_note.h"
#include "poll/registry/poll_device.h"

struct appliance_money {
  double price; /* NAN: not known */
  const char *currency;
};

/* Where a value goes; type_instance "" but for plugs. */
struct appliance_sink {
  void (*gauge)(void *arg, const char *plugin, const char *type,
                const char *type_instance, double value);
  void (*derive)(void *arg, const char *plugin, const char *type,
                 const char *type_instance, uint64_t value);
  void *arg;
};

/* Before the first reading. */
void appliance_values_start(const struct note_keeper *keeper);

/* A reading of k and its plugs has come. money: what a kWh costs now. */
void appliance_values_reading(const struct poll_device *k,
                              const struct poll_options *o,
                              const struct appliance_money *money,
                              const struct appliance_sink *sink);

/* Keeps the state of all appliances and forgets them; the engine has ended,
 * the keeper has not. */
void appliance_values_free(void);

#endif
