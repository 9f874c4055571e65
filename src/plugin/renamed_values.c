/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"

#include "plugin/notification_queue.h"
#include "plugin/renamed_values.h"
#include "poll/poll_report.h"

#include <stdio.h>
#include <string.h>

/* The names are those that are over; the new one is in the words. */
static void tell(const struct poll_device *k, const char *plugin,
                 const char *device, const char *plug, const char *now) {
  char message[4 * DEVICE_NAME_SIZE];

  snprintf(message, sizeof(message), "%s is now called \"%s\"",
           plug[0] != '\0' ? plug : device, now);
  notification_queue_put(&(struct own_notification){
      .severity = NOTIF_OKAY,
      .plugin = plugin,
      .plugin_instance = device,
      .type = "renamed",
      .type_instance = plug,
      .message = message,
      .wall_us = k->report.time_us,
  });
}

static bool is_device(const struct poll_engine *engine, const char *name) {
  const struct poll_device *k = NULL;

  while ((k = poll_engine_next(engine, k)) != NULL)
    if (strcmp(k->name, name) == 0)
      return true;
  return false;
}

static bool is_plug(const struct poll_device *k, const char *name) {
  for (unsigned i = 0; i < k->plugs_num; i++)
    if (strcmp(k->plugs[i].name, name) == 0)
      return true;
  return false;
}

void renamed_values_tell(const struct poll_engine *engine,
                         const struct poll_device *k) {
  if (poll_report_other_name(k->report.as, k->name)) {
    if (!is_device(engine, k->report.as)) /* its plugs' values go with it */
      tell(k, "kasa", k->report.as, "", k->name);
    return;
  }
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const struct poll_device_plug *plug = &k->plugs[i];

    if (poll_report_other_name(plug->reported_as, plug->name) &&
        !is_plug(k, plug->reported_as))
      tell(k, "kasa_plug", k->name, plug->reported_as, plug->name);
  }
}
