/* SPDX-License-Identifier: MIT */
/* What may stand in <Appliance>, and what the kinds of appliance change in its
 * defaults. One thread at a time. */
#ifndef APPLIANCE_APPLIANCE_SETTINGS_H
#define APPLIANCE_APPLIANCE_SETTINGS_H

#include "appliance/cycle.h"
#include "appliance/expect.h"
#include "appliance/spike.h"
#include "config/option.h"

#include <stdbool.h>

enum appliance_kind {
  APPLIANCE_WASHER,
  APPLIANCE_DISHWASHER,
  APPLIANCE_DRYER,
  APPLIANCE_FRIDGE,
  APPLIANCE_FREEZER,
  APPLIANCE_COFFEE,
  APPLIANCE_HEATER,
  APPLIANCE_OTHER,
  APPLIANCE_KINDS
};

/* A time limit that may also be learned. */
enum { LIMIT_NONE = -1, LIMIT_AUTO = 0 };

struct appliance_settings {
  int kind; /* enum appliance_kind */
  struct cycle_settings cycle;
  double max_duration_s; /* LIMIT_NONE: it may run on */
  double expect_every_s; /* LIMIT_NONE, LIMIT_AUTO or seconds */
  double max_run_s;      /* likewise */
  struct expect_window expect;
  double remind_s; /* after the end, until it is unloaded; 0: never */
};

/* NULL-terminated, in the order of enum appliance_kind. */
extern const char *const appliance_kind_names[];

/* Of a kind, as long as the configuration says nothing else. */
const struct appliance_settings *appliance_defaults(int kind);

/* Whether the end of a run is worth an announcement: not of those that start
 * again and again by themselves. */
bool appliance_announces(const struct appliance_settings *s);

/* The options of the block; offsets are those of struct appliance_settings. */
extern const struct option appliance_options[];

/* Fills s with the defaults of the kind that the block names (APPLIANCE_OTHER
 * where it names none), then with what else stands in the block. where names
 * the block in messages. Returns how many options could not be taken. */
unsigned appliance_settings_read(struct appliance_settings *s,
                                 const struct conf_item *block,
                                 const char *where,
                                 struct option_reporter *reporter);

/* The blocks of a <Device> or <Plug> that are about what is behind it. */
struct appliance_blocks {
  bool has_appliance, has_spike;
  struct appliance_settings appliance;
  struct spike_settings spike;
};

/* Reads one block, <Appliance> or <Spike>, into b. where names what it stands
 * in, like <Device "Washer">. */
void appliance_block_read(struct appliance_blocks *b,
                          const struct conf_item *item, const char *where,
                          struct option_reporter *reporter);

/* The options of <Spike>; offsets are those of struct spike_settings. */
extern const struct option spike_options[];

#endif
