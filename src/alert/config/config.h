/* SPDX-License-Identifier: MIT */
/* The configuration of notify_kasa, read and checked. Filled once,
 * before any thread starts, then never changed: read from any thread. */
#ifndef ALERT_CONFIG_CONFIG_H
#define ALERT_CONFIG_CONFIG_H

#include "alert/config/matcher.h"
#include "alert/config/time_window.h"
#include "alert/model/alert.h"
#include "alert/text/text_style.h"
#include "config/conf_tree.h"
#include "config/option.h"
#include "report/report_schedule.h"

#include <stdbool.h>
#include <stddef.h>

/* A duration that may be "never" or not given. */
#define SECONDS_NEVER (-1.0)
#define SECONDS_UNSET (-2.0)

struct sender;

struct channel_config {
  char *name;
  const struct sender *sender;
  void *settings; /* sender->settings_size bytes */
  bool broken;    /* misconfigured: never started, announced by the others */
  char broken_why[200];

  int min_level;         /* enum level; -1 = the top-level MinLevel */
  char *fallback_name;   /* option Fallback */
  int fallback;          /* index into channels, -1 = none */
  double fallback_after; /* s a critical message may wait (15 min) */
  double max_age;        /* s until a message is given up (3 d) */
  unsigned rate_count;   /* so many messages per */
  double rate_window;    /* s; a count of 0 = as many as there are */
  char *quiet_name;      /* option QuietHours */
  int quiet;             /* index into quiet_hours, -1 = none */
  unsigned line;         /* of the block, 0 = not known */
};

/* Alerts that agree in these come in one message. */
struct group_config {
  struct option_strings by; /* names of fields; none = each comes alone */
  double wait;              /* s the first of them waits for others */
  double interval;          /* s what comes later waits */
};

struct route_config {
  struct text_override words; /* its name among them */
  struct alert_matchers match;

  struct option_strings channel_names;
  int *channels; /* indices into notify_config.channels */
  size_t channels_num;

  int level;                  /* enum level, -1 = by severity */
  double for_s;               /* 0 = at once */
  double recover_after;       /* SECONDS_UNSET = top level's */
  double repeat[LEVEL_COUNT]; /* SECONDS_NEVER, SECONDS_UNSET = top level's */
  bool go_on;                 /* Continue */
  double new_text_interval;   /* SECONDS_NEVER, SECONDS_UNSET = default */
  char *quiet_name;           /* option QuietHours */
  int quiet;                  /* index into quiet_hours, -1 = none */
  char *escalation_name;      /* option Escalation */
  int escalation;             /* index into escalations, -1 = none */
  struct group_config group;
  unsigned line; /* of the block, 0 = not known */
};

struct device_config {
  char *name; /* plugin instance as collectd has it */
  char *alias;
  struct alert_label *labels;
  size_t labels_num;
};

/* Hours that come again, in which what matches is told nobody. */
struct maintenance_config {
  char *name;
  struct alert_matchers match;
  struct time_window when;
};

/* Hours in which, or but for which (only), people are not to be woken. */
struct quiet_config {
  char *name;
  struct time_window when;
  bool only;      /* the hours are those in which people work */
  int action;     /* enum quiet_action */
  int pass_level; /* enum level: from here on it is told all the same */
};

enum quiet_action { QUIET_HOLD, QUIET_SOFTEN, QUIET_DROP };

/* One side of an inhibition. */
struct inhibit_side {
  struct alert_matchers match;
  bool broken;
};

enum { INHIBIT_EQUAL_MAX = 6 };

/* An open alert that source matches explains those that target matches, where
 * the fields agree. */
struct inhibit_config {
  char *name;
  struct inhibit_side source, target;
  struct option_strings equal_text; /* option Equal */
  size_t equal[INHIBIT_EQUAL_MAX];  /* offsets of texts in struct alert */
  size_t equal_num;
};

/* So many devices gone within the window are one message. */
struct storm_config {
  unsigned threshold; /* 0 = not wanted */
  double window;      /* s */
};

/* An alert that comes again so often within the window is flapping. */
struct flapping_config {
  unsigned count; /* 0 = not wanted */
  double window;  /* s */
};

enum { ESCALATION_STEPS_MAX = 8, ESCALATION_CHANNELS_MAX = 16 };

/* So long after the first message these are told, too. */
struct escalation_step {
  double after; /* s */
  char *names[ESCALATION_CHANNELS_MAX];
  size_t names_num;
  int channels[ESCALATION_CHANNELS_MAX]; /* indices, after finish */
  size_t channels_num;
};

/* Who is told, too, while nobody acknowledges. */
struct escalation_config {
  char *name;
  struct escalation_step steps[ESCALATION_STEPS_MAX]; /* by time */
  size_t steps_num;                                   /* at least one */
  double ack_timeout; /* s, SECONDS_UNSET = top level's */
  unsigned line;      /* of the block, 0 = not known */
};

/* A sign of life to somebody who watches whether it comes. */
struct heartbeat_config {
  const struct sender *sender;
  void *settings; /* NULL = none; begins with struct heartbeat_times */
  bool broken;
};

/* Figures that are sent by themselves. */
struct report_config {
  char *name;
  struct report_schedule schedule;
  struct option_strings channel_names;
  int *channels; /* indices into notify_config.channels, after finish */
  size_t channels_num;
  unsigned line; /* of the block, 0 = not known */
};

enum missing_scope { MISSING_SCOPE_DEVICE, MISSING_SCOPE_SERIES };

struct notify_config {
  char *state_directory;  /* relative = below collectd's BaseDir */
  char *ledger_directory; /* of <Plugin kasa>; likewise */
  char *control_socket;   /* NULL = none */
  char *control_group;
  unsigned history_days;
  double startup_grace; /* SECONDS_UNSET = max(120 s, 6 intervals) */
  int min_level;
  int missing_scope;
  double recover_after;       /* 60 */
  double repeat[LEVEL_COUNT]; /* never never 12h 4h 1h 1h */
  double ack_timeout;         /* 24 h */
  double stale_after;         /* 15 min after the grace */
  double expire_after;        /* 7 d */
  double event_expire;        /* 24 h */
  bool notify_downgrade;      /* true */
  struct text_style style;

  struct channel_config *channels;
  size_t channels_num;
  struct route_config *routes; /* at least the implicit one after finish */
  size_t routes_num;
  struct device_config *devices;
  size_t devices_num;
  struct maintenance_config *maintenances;
  size_t maintenances_num;
  struct quiet_config *quiet_hours;
  size_t quiet_hours_num;
  struct escalation_config *escalations;
  size_t escalations_num;
  struct inhibit_config *inhibits;
  size_t inhibits_num;
  struct report_config *reports;
  size_t reports_num;
  struct storm_config storm;
  struct flapping_config flapping;
  struct heartbeat_config heartbeat;
  struct option_strings absent; /* channels of types this build lacks */
};

/* A configuration with the defaults, or NULL when memory is out. */
struct notify_config *notify_config_new(void);
/* Accepts NULL and half-read ones; wipes secrets. */
void notify_config_free(struct notify_config *config);

/* Adds one <Plugin notify_kasa> block; collectd may give several. */
void notify_config_read(struct notify_config *config,
                        const struct conf_item *block,
                        struct option_reporter *reporter);
/* After the last block: checks channels, resolves names, compiles templates
 * and matchers, adds the implicit route. Every mistake is reported; what is
 * left is always usable (a channel may be broken). */
void notify_config_finish(struct notify_config *config,
                          struct option_reporter *reporter);

enum { /* more are an error */
       ROUTES_MAX = 16,
       CHANNELS_MAX = 64,
       REPORTS_MAX = 16
};

/* Places that are relative become ones below base; before any thread reads
 * them. 0 or -ENOMEM. */
int notify_config_rebase(struct notify_config *config, const char *base);

/* The top level's table, for the test that compares it with the manual. */
extern const struct option notify_options[];

#endif
