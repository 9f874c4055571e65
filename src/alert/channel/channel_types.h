/* SPDX-License-Identifier: MIT */
/* The types of channel by name. */
#ifndef ALERT_CHANNEL_CHANNEL_TYPES_H
#define ALERT_CHANNEL_CHANNEL_TYPES_H

struct sender;

struct channel_type {
  const char *name;            /* <Channel pushover "phone"> */
  const struct sender *sender; /* NULL: known, but not in this build */
};

/* Ended by a row without name. A new type is one file with a struct sender and
 * one row here; tests link a table of their own. */
extern const struct channel_type channel_types[];

/* What <Heartbeat> sends by, see heartbeat_sender.h; NULL: not in this
 * build. */
extern const struct sender *const heartbeat_sender;

#endif
