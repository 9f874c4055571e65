/* SPDX-License-Identifier: MIT */
/* What an alert is about, in the words its sentences are made of:
 * "<subject>: <quantity><value><suffix>" gives "Freezer: 1 620 W", "Heater:
 * 52.4 kWh today", "nas: disk / 97 % full". Table-driven by collectd's names;
 * pure, safe from any thread. */
#ifndef ALERT_TEXT_ALERT_SUBJECT_H
#define ALERT_TEXT_ALERT_SUBJECT_H

#include "alert/model/alert.h"

#include <stdbool.h>
#include <stddef.h>

/* Which sentences a value gets. */
enum alert_subject_kind {
  SUBJECT_PLAIN,  /* value, limit, how long */
  SUBJECT_POWER,  /* also since when; a low value may mean "stopped" */
  SUBJECT_ENERGY, /* reaches its limit rather than staying above it */
  SUBJECT_COST,   /* names the largest part */
  SUBJECT_SWITCH, /* is something or is not */
  SUBJECT_AWAY,   /* a device that does not answer */
  SUBJECT_PARTLY, /* of which some readings came back */
  SUBJECT_EVENT,  /* somebody's own words */
  SUBJECT_STORM,  /* ours of many devices that went at once */
  SUBJECT_KINDS
};

enum { SUBJECT_SIZE = 3 * ALERT_NAME_SIZE + 64 };

enum alert_subject_kind alert_subject_kind(const struct alert *alert);
/* A missing device of which some readings, not all, have come back. */
bool alert_subject_partly_back(const struct alert *alert);

/* About a plug or a device of ours, not about a host or somebody's event. */
bool alert_subject_is_plug(const struct alert *alert);

/* "Freezer", "Desk strip, Fan", "nas", "Cost today". */
void alert_subject(const struct alert *alert, char *out, size_t size);

/* "", "CPU ", "disk / ": stands before the value, ends in a blank. */
void alert_subject_quantity(const struct alert *alert, char *out, size_t size);

/* "", " today", " full": stands behind the value, begins with a blank. */
const char *alert_subject_suffix(const struct alert *alert);

/* What a switch is at this value: "on", "not running"; "" for others. */
const char *alert_subject_switch(const struct alert *alert, double value);

#endif
