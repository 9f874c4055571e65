/* SPDX-License-Identifier: MIT */
/* The plugs of a strip: see device_plugs.h. */
#include <config.h>

#include "poll/registry/device_plugs.h"

#include "base/log.h"
#include "poll/registry/device_names.h"

#include <stdlib.h>

static bool same_slots(const struct poll_device *k) {
  if (k->plugs_num != k->device.plugs_num)
    return false;
  for (unsigned i = 0; i < k->plugs_num; i++)
    if (k->plugs[i].slot != k->device.plugs[i].slot)
      return false;
  return true;
}

bool device_plugs_follow(struct poll_device *k) {
  unsigned num = k->device.plugs_num;
  struct poll_device_plug *plugs;

  if (!same_slots(k)) {
    plugs = num > 0 ? calloc(num, sizeof(*plugs)) : NULL;
    if (num > 0 && plugs == NULL)
      return false;
    for (unsigned i = 0; i < num; i++) {
      for (unsigned j = 0; j < k->plugs_num; j++)
        if (k->plugs[j].slot == k->device.plugs[i].slot)
          plugs[i] = k->plugs[j];
      plugs[i].slot = k->device.plugs[i].slot;
    }
    free(k->plugs);
    k->plugs = plugs;
    k->plugs_num = num;
  }
  if (num > 0 && device_name_plugs(k))
    log_say(
        LOG_LEVEL_WARNING,
        "%s: outlets with the same name: their number is added to tell them "
        "apart",
        k->name);
  return true;
}
