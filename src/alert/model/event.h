/* SPDX-License-Identifier: MIT */
/* One notification, copied out of the daemon: what it is about, told apart by
 * class and identity.
 *
 * The glue fills the first part and may hand over anything: every field is a
 * stranger's. event_classify() cleans it and fills the second part. Pure, any
 * thread. */
#ifndef ALERT_MODEL_EVENT_H
#define ALERT_MODEL_EVENT_H

#include "alert/model/alert.h"

#include <stdbool.h>
#include <stdint.h>

struct event {
  enum severity severity;
  int64_t time;     /* as the notification says, wall ms; may be nonsense */
  int64_t received; /* by our clock, wall ms */
  char host[ALERT_NAME_SIZE];
  char plugin[ALERT_NAME_SIZE];
  char plugin_instance[ALERT_NAME_SIZE];
  char type[ALERT_NAME_SIZE];
  char type_instance[ALERT_NAME_SIZE];
  char text[ALERT_TEXT_SIZE];
  char key[ALERT_NAME_SIZE]; /* string metadata AlertKey */
  bool has_value;            /* metadata CurrentValue was there */
  double value;
  double warning_min, warning_max, failure_min, failure_max;
  char data_source[64];
  struct alert_meta meta[ALERT_META_MAX];
  bool forwarded; /* by another machine, over the network plugin */

  /* from here on by event_classify() */
  enum alert_class class;
  char fingerprint[33];
  char missing_fingerprint[33]; /* of its device, were that missing */
  double percent;
  double limit;
  enum alert_direction direction;
  bool nan;     /* collectd says that there is no number, which a text that
                   was cut off before it does not */
  bool oneshot; /* an announcement (cycle, limit, report), told once */
};

/* Empty: numbers NaN, the rest zero. */
void event_init(struct event *event);

/* True when the name fields were overrun by collectd's own text
 * (doc/collectd-notes.md, "Values") and had to be read from the text instead.
 * device_scope: a missing series is its device's matter (MissingScope). */
bool event_classify(struct event *event, bool device_scope);

/* Hex SHA-256 prefix of class and the five names; key replaces the names
 * where it is not empty. out holds 33 bytes. */
void event_fingerprint(enum alert_class class, const char *host,
                       const char *plugin, const char *plugin_instance,
                       const char *type, const char *type_instance,
                       const char *key, char *out);

/* "type" or "type-type_instance": a member of a missing device. */
void event_series(const struct event *event, char *out, size_t size);

/* Bad is anything but OKAY. */
bool event_bad(const struct event *event);

#endif
