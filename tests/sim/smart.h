/* SPDX-License-Identifier: MIT */
/* The SMART dialect inside: methods, each a function that appends its result
 * object. */
#ifndef KASASIM_SMART_H
#define KASASIM_SMART_H

#include "device.h"

enum {
  SMART_OK = 0,
  SMART_UNKNOWN_METHOD = -1002,
  SMART_NOT_JSON = -1003,
  SMART_LENGTH = -1006,
  SMART_PARAMS = -1008,
};

struct smart_call {
  struct device *device;
  int slot; /* the outlet; -1: the parent of a strip */
  struct slice params;
  struct text *out;
};

/* Returns SMART_OK or the error code. */
typedef int smart_answer(const struct smart_call *call);

smart_answer smart_components, smart_device_info, smart_children,
    smart_child_components, smart_device_time, smart_cloud, smart_led,
    smart_fw_state, smart_latest_fw, smart_auto_update;
smart_answer smart_energy_usage, smart_current_power, smart_emeter_data,
    smart_gain, smart_device_usage, smart_protection_power, smart_max_power;

/* Of a published model: what the house file leaves open. */
struct smart_model {
  const char *model;
  enum kind kind;
  unsigned energy;
  unsigned plugs;
  const char *hw_ver;
  const char *fw_ver;
  const char *family;
  enum parent_energy parent_energy;
  bool children_reverse;
};

/* By model's name (with or without region), else by kind and meter. */
const struct smart_model *smart_model_named(const char *name);
const struct smart_model *smart_model_of(enum kind kind, bool metered);
void smart_model_apply(struct device *d, const struct smart_model *model);
bool energy_parse(const char *name, unsigned *energy);
const char *energy_names(void);

#endif
