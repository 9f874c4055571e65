/* SPDX-License-Identifier: MIT */
/* Many devices gone at once: see storm.h. */
#include <config.h>

#include "alert/policy/storm.h"

#include "alert/model/event.h"
#include "base/milliseconds.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

int64_t storm_moment(const struct notify_config *config,
                     const struct open_alert *device) {
  double wait =
      device->routes_num > 0 ? config->routes[device->routes[0]].for_s : 0;

  return device->a.since + ms_of(wait);
}

bool storm_has(const struct notify_config *config, const struct alert *storm,
               const struct open_alert *device) {
  return alert_is_away(&device->a) &&
         storm_moment(config, device) >=
             storm->since - ms_of(config->storm.window) - 2 * STORM_LOOK_MS;
}

/* A device whose values are missing is counted as such, not by its "up". */
static bool is_counted_elsewhere(const struct alert_table *open,
                                 const struct alert *a) {
  char fingerprint[33];
  const struct open_alert *missing;

  if (a->class == ALERT_MISSING)
    return false;
  event_fingerprint(ALERT_MISSING, a->host, a->plugin, a->plugin_instance, "",
                    "", "", fingerprint);
  missing = alert_table_find(open, fingerprint);
  return missing != NULL && missing->a.state == ALERT_FIRING;
}

static void count_one(struct storm_count *out, const struct alert *a,
                      int64_t moment) {
  if (out->devices < sizeof(out->names) / sizeof(out->names[0]))
    out->names[out->devices] = a->device;
  if (out->devices == 0)
    out->host = a->host;
  else if (out->host != NULL && strcmp(out->host, a->host) != 0)
    out->host = NULL;
  if (out->devices == 0 || moment < out->first)
    out->first = moment;
  out->devices++;
}

void storm_count(const struct notify_config *config,
                 const struct alert_table *open, int64_t since,
                 struct storm_count *out) {
  memset(out, 0, sizeof(*out));
  for (const struct open_alert *e = open->first; e != NULL; e = e->next) {
    int64_t moment;

    if (e->a.state != ALERT_FIRING || !alert_is_away(&e->a))
      continue;
    moment = storm_moment(config, e);
    if (moment >= since && !is_counted_elsewhere(open, &e->a))
      count_one(out, &e->a, moment);
  }
}

/* A name is cut so that three of them fit beside the words. */
static size_t put_name(const char *before, const char *name, char *out,
                       size_t size) {
  enum { NAME_MAX_BYTES = 36 };

  return (size_t)snprintf(out, size, "%s%.*s", before,
                          (int)text_cut(name, NAME_MAX_BYTES), name);
}

void storm_words(const struct storm_count *count, bool all, char *out,
                 size_t size) {
  const unsigned listed = sizeof(count->names) / sizeof(count->names[0]);
  size_t used = (size_t)snprintf(
      out, size,
      all ? "No device answers any more. "
            "Probably the network, or only the connection of the computer that "
            "watches. %u stopped together:"
          : "%u devices stopped reporting together. "
            "Probably the Wi-Fi (an access point) or the network. Away:",
      count->devices);

  for (unsigned i = 0; i < count->devices && i < listed && used < size; i++)
    used +=
        put_name(i > 0 ? ", " : " ", count->names[i], out + used, size - used);
  if (count->devices > listed && used < size)
    used += (size_t)snprintf(out + used, size - used, " and %u more",
                             count->devices - listed);
  if (used < size)
    snprintf(out + used, size - used, ".");
}
