/* What an alert is about, in the words its sentences are made of:
 * "<subject>: <quantity><value><suffix>" gives "Freezer: 1 620 W", "Heater:
 * 52.4 kWh today", "nas: disk / 97 % full". Table-driven by collectd's names;
 * pure, safe from any thread. */
#ifndef ALERT_TOPIC_H
#define ALERT_TOPIC_H

#include "alert/alert.h"
#include "alert/config.h"
#include "alert/format.h"

#include <stdbool.h>
#include <stddef.h>

/* Which sentences a value gets. */
enum topic_kind {
  TOPIC_PLAIN,  /* value, limit, how long */
  TOPIC_POWER,  /* also since when; a low value may mean "stopped" */
  TOPIC_ENERGY, /* reaches its limit rather than staying above it */
  TOPIC_COST,   /* names the largest part */
  TOPIC_SWITCH, /* is something or is not */
  TOPIC_AWAY,   /* a device that does not answer */
  TOPIC_PARTLY, /* of which some readings came back */
  TOPIC_EVENT,  /* somebody's own words */
  TOPIC_KINDS
};

enum { TOPIC_SIZE = 3 * ALERT_NAME_SIZE + 64 };

enum topic_kind topic_kind(const struct alert *alert);
/* A missing device of which some readings, not all, have come back. */
bool topic_partly_back(const struct alert *alert);

/* "Freezer", "Desk strip, Fan", "nas", "Cost today". */
void topic_subject(const struct alert *alert, char *out, size_t size);

/* "", "CPU ", "disk / ": stands before the value, ends in a blank. */
void topic_quantity(const struct alert *alert, char *out, size_t size);

/* "", " today", " full": stands behind the value, begins with a blank. */
const char *topic_suffix(const struct alert *alert);

/* What a switch is at this value: "on", "not running"; "" for others. */
const char *topic_switch(const struct alert *alert, double value);

/* Unit of the alert's values: <Unit> of the configuration, else the type's;
 * percent where the threshold judges a percentage. Texts inside are borrowed
 * from the tables, the configuration or the alert. */
struct unit topic_unit(const struct alert *alert,
                       const struct notify_config *config);

#endif
