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

void device_plugs_free(struct poll_device *k) {
  for (unsigned i = 0; i < k->plugs_num; i++)
    reported_name_forget(&k->plugs[i].reported);
  free(k->plugs);
  k->plugs = NULL;
  k->plugs_num = 0;
}

/* Of those that were, the ones that are still there. */
static void take_over(struct poll_device *k, struct poll_device_plug *plug,
                      unsigned slot) {
  for (unsigned i = 0; i < k->plugs_num; i++)
    if (k->plugs[i].slot == slot) {
      *plug = k->plugs[i];
      k->plugs[i].reported = (struct reported_name){0};
    }
  plug->slot = slot;
}

bool device_plugs_follow(struct poll_device *k) {
  unsigned num = k->device.plugs_num;
  struct poll_device_plug *plugs;

  if (!same_slots(k)) {
    plugs = num > 0 ? calloc(num, sizeof(*plugs)) : NULL;
    if (num > 0 && plugs == NULL)
      return false;
    for (unsigned i = 0; i < num; i++)
      take_over(k, &plugs[i], k->device.plugs[i].slot);
    device_plugs_free(k);
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
