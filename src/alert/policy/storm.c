/* SPDX-License-Identifier: MIT */
/* Many devices gone at once: see storm.h. */
#include <config.h>

#include "alert/policy/storm.h"

#include "base/milliseconds.h"

#include <stdio.h>
#include <string.h>

bool storm_has(const struct storm_config *config, const struct alert *storm,
               const struct alert *device) {
  return device->class == ALERT_MISSING &&
         device->since >=
             storm->since - ms_of(config->window) - 2 * STORM_LOOK_MS;
}

void storm_count(const struct alert_table *open, int64_t since,
                 struct storm_count *out) {
  memset(out, 0, sizeof(*out));
  for (const struct open_alert *e = open->first; e != NULL; e = e->next) {
    if (e->a.class != ALERT_MISSING || e->a.state != ALERT_FIRING ||
        e->a.since < since)
      continue;
    if (out->devices < sizeof(out->names) / sizeof(out->names[0]))
      out->names[out->devices] = e->a.device;
    if (out->devices == 0 || e->a.since < out->first)
      out->first = e->a.since;
    out->devices++;
  }
}

void storm_words(const struct storm_count *count, char *out, size_t size) {
  const unsigned listed = sizeof(count->names) / sizeof(count->names[0]);
  size_t used = (size_t)snprintf(
      out, size,
      "%u devices stopped reporting together, probably the network or an "
      "access point:",
      count->devices);

  for (unsigned i = 0; i < count->devices && i < listed && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s %.40s",
                             i > 0 ? "," : "", count->names[i]);
  if (count->devices > listed && used < size)
    snprintf(out + used, size - used, " and %u more", count->devices - listed);
}
