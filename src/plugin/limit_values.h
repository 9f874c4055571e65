/* SPDX-License-Identifier: MIT */
/* <Limits> blocks of the site, of devices and of plugs: notifications of type
 * limit. Everything but start and free runs in the engine's thread. */
#ifndef PLUGIN_LIMIT_VALUES_H
#define PLUGIN_LIMIT_VALUES_H

#include "energy/ledger/ledger.h"
#include "energy/limits/limits_config.h"
#include "plugin/kept_note.h"

/* Whose limits are looked at. */
struct limit_owner {
  const char *plugin, *device, *plug; /* as in collectd's names */
  const char *identity;               /* of the device; "" for the site */
  unsigned slot;                      /* 0: the device itself */
};

void limit_values_start(const struct note_keeper *keeper);

/* currency: "" when there is none. Does nothing without a block. */
void limit_values_look(const struct limits_settings *s,
                       const struct limit_owner *owner,
                       const struct ledger_values *v, const char *currency,
                       uint64_t wall_us);

void limit_values_free(void);

#endif
