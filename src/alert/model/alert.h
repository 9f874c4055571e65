/* SPDX-License-Identifier: MIT */
/* One alert, that is one episode of something being wrong, with everything a
 * template or a channel may show about it.
 *
 * A plain value: copying the struct is a snapshot (members excepted). What
 * senders and templates get is such a snapshot, const, valid during the call.
 * Texts are valid UTF-8 without control characters (line feeds only in text),
 * but still a stranger's: escape them for where they go.
 *
 * Times are wall-clock milliseconds since 1970 (UTC); 0 = not yet.
 * Numbers are NaN where unknown or unset. */
#ifndef ALERT_MODEL_ALERT_H
#define ALERT_MODEL_ALERT_H

#include "alert/model/level.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  ALERT_NAME_SIZE = 128, /* as collectd's DATA_MAX_NAME_LEN */
  ALERT_TEXT_SIZE = 256, /* as collectd's NOTIF_MAX_MSG_LEN */
  ALERT_SERIES_SIZE = 2 * ALERT_NAME_SIZE + 2, /* type[-type_instance] */
  ALERT_META_MAX = 4,
  ALERT_MEMBERS_LISTED = 10, /* that a snapshot and a text hold */
  ALERT_REOPENED_MAX = 20,
};

enum alert_class { ALERT_RANGE, ALERT_MISSING, ALERT_EVENT };

enum alert_state {
  ALERT_PENDING, /* bad, but not yet for For */
  ALERT_FIRING,
  ALERT_RECOVERING, /* good, but not yet for RecoverAfter */
  ALERT_RESOLVED,
  ALERT_EXPIRED, /* closed without having become good */
};

enum alert_direction {
  DIRECTION_NONE,
  DIRECTION_ABOVE,
  DIRECTION_BELOW,
  DIRECTION_WITHIN, /* an inverted threshold */
};

/* What happened last, that is why a message is sent. Numbers are stored, so
 * they stay what they are. */
enum alert_reason {
  REASON_OPENED,
  REASON_WORSE,
  REASON_BETTER,
  REASON_REPEAT,
  REASON_RECOVERED, /* range back to normal, device reporting again */
  REASON_MISSED,    /* opened and recovered before anyone could be told */
  REASON_ACKED,
  REASON_CLOSED = 8, /* by a person's `resolve` or by expiry */
  REASON_NEWS,       /* an open event says something else */
  REASON_STALE,      /* no reading since restart */
  REASON_FLAPPING,
  REASON_AFTER_MAINTENANCE,
  REASON_DIGEST,
  REASON_TEST,
  REASON_ESCALATED,   /* nobody acknowledged it: a step of an escalation */
  REASON_REPORT,      /* figures, see <Report> */
  REASON_GROUP,       /* several alerts of one group, in one message */
  REASON_GROUP_STILL, /* the same again, as a reminder */
  REASON_GROUP_OVER,  /* several of one group have ended */
  REASON_RENAMED,     /* closed, as nobody has its name any more */
  REASON_COUNT
};

/* Facts beside the state (bits of flags). */
enum {
  ALERT_UNCONFIRMED = 1, /* loaded at start, not heard of since */
  ALERT_NO_READING =
      2,             /* the last OKAY carried no number; watching the cache */
  ALERT_STALE = 4,   /* unconfirmed beyond the grace: repeats pause */
  ALERT_ONESHOT = 8, /* an announcement: told once, never "recovered" */
  ALERT_ACKED = 16,
  ALERT_TIME_UNCERTAIN = 32, /* this machine's clock was not set */
  ALERT_STALE_TOLD = 64,     /* "no reading since restart" has been said */
  ALERT_FLAPPING = 128,      /* comes and goes: silent until it settles */
};

struct alert_label {
  const char *name;
  const char *value;
};

/* String metadata of the last notification, first ALERT_META_MAX entries. */
struct alert_meta {
  char key[48]; /* "" = free slot */
  char value[ALERT_NAME_SIZE];
};

/* One series of a missing device. */
struct alert_member {
  char series[ALERT_SERIES_SIZE];
  int64_t missing_since;
  int64_t back_at; /* 0 = still missing */
};

struct alert {
  int64_t id; /* short number for people: `kasactl alerts ack 417` */
  char fingerprint[33];
  char episode[56];  /* fingerprint "-" start second */
  unsigned sequence; /* of the message within the episode, from 1 */

  /* identity; type and type_instance are empty for class missing */
  enum alert_class class;
  char host[ALERT_NAME_SIZE];
  char plugin[ALERT_NAME_SIZE];
  char plugin_instance[ALERT_NAME_SIZE];
  char type[ALERT_NAME_SIZE];
  char type_instance[ALERT_NAME_SIZE];
  char key[ALERT_NAME_SIZE]; /* AlertKey of an event, else "" */
  /* what people call it: alias, else plugin_instance, else plugin (of a
   * foreign host or of a host's own values: the host's name) */
  char device[ALERT_NAME_SIZE];

  enum level level;       /* as routed; stays the last bad one when resolved */
  enum severity severity; /* of the last bad notification */
  enum alert_state state;
  enum alert_reason reason;
  unsigned flags;

  double value;   /* raw, as collectd has it */
  double percent; /* 0..100, only when the threshold has Percentage */
  double peak;    /* worst value of the episode, in the direction */
  double limit;   /* the bound that was crossed; percent where percent is set */
  double warning_min, warning_max, failure_min, failure_max;
  enum alert_direction direction;
  char unit[16];                       /* "W", "" = none known */
  char data_source[64];                /* "" = unknown */
  char text[ALERT_TEXT_SIZE];          /* collectd's own message */
  char recovery_text[ALERT_TEXT_SIZE]; /* of the notification that ended it */
  struct alert_meta meta[ALERT_META_MAX];

  double last_power; /* of a device that is away: what it took at last, W */
  int64_t last_at;   /* and when; 0 = not known that exactly */

  int64_t time;        /* the notification's own time: for show only */
  int64_t since;       /* first bad, by our clock */
  int64_t seen;        /* last notification, by our clock */
  int64_t resolved_at; /* 0 = open */
  unsigned count;      /* bad notifications in this episode */
  unsigned repeats;    /* reminders so far */
  unsigned news;       /* other texts of an event since people were told */
  unsigned news_told;  /* messages about such */
  int64_t news_at;     /* the last one, or its alarm */

  /* when it came again soon after it had gone, in this episode and those
   * before, oldest first */
  int64_t reopened[ALERT_REOPENED_MAX];
  unsigned reopened_num;
  /* flapping: flags & ALERT_FLAPPING */
  int64_t flap_changed;  /* when it last came, went or changed its level */
  enum level flap_level; /* the worst that was told meanwhile */

  /* acknowledged: flags & ALERT_ACKED */
  char ack_by[64];
  char ack_source[16]; /* "cli", "pushover", ... */
  int64_t ack_at;
  int64_t ack_until;
  int64_t unacked_since; /* told, and nobody has acknowledged it since then */
  enum level ack_level;  /* a higher level voids the acknowledgement */

  unsigned members_num;     /* series of a missing device */
  unsigned members_missing; /* of these, still missing */
  /* the series themselves, or the first of them; borrowed from whoever holds
   * them, so a copy of the struct does not own them */
  const struct alert_member *members;
  unsigned members_listed;

  /* from <Device>; borrowed from the configuration, which never changes */
  const struct alert_label *labels;
  size_t labels_num;
};

/* "range" "missing" "event", ...; "unknown" for anything else. */
const char *alert_class_name(enum alert_class value);
const char *alert_state_name(enum alert_state value);
const char *alert_direction_name(enum alert_direction value); /* NONE: "" */
/* as a template's %{reason} shows it: "opened", "after_maintenance", ... */
const char *alert_reason_name(enum alert_reason value);
/* Whether that plugin is kasa.so, by the names its values have. */
bool alert_plugin_is_kasa(const char *plugin);
/* Whether it ends an alert of which nobody knows how it is. */
bool alert_reason_closes(enum alert_reason value);
/* Whether a message sent for it is about several alerts. */
bool alert_reason_of_several(enum alert_reason value);
/* Whether it says that a device is gone: none of its values come, or the one
 * that tells that it answers ("up") says that it does not. */
bool alert_is_away(const struct alert *a);
/* Whether it is an event of this plugin's own. */
bool alert_is_own(const struct alert *a);
/* The type of the event that stands for many devices that went at once, and
 * whether it is that one. */
#define STORM_TYPE "storm"
bool alert_is_storm(const struct alert *a);

/* An empty alert: numbers NaN, the rest zero. */
void alert_init(struct alert *alert);

/* "host/plugin-instance/type-instance" without empty parts; cut to size. */
void alert_identifier(const struct alert *alert, char *out, size_t size);

#endif
