/* SPDX-License-Identifier: MIT */
/* What may stand in <Plugin kasa>: the options of the poller as data.
 * Reading never fails: what is wrong is reported and keeps its default.
 * One thread at a time; the engine changes nothing but passwords whose files
 * have changed. */
#ifndef POLL_OPTIONS_OPTIONS_H
#define POLL_OPTIONS_OPTIONS_H

#include "appliance/appliance_settings.h"
#include "config/option.h"
#include "energy/limits/limits_config.h"
#include "energy/tariff/tariff.h"
#include "poll/options/credentials.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum name_by { NAME_BY_ALIAS, NAME_BY_MAC, NAME_BY_ID, NAME_BY_ADDRESS };

/* How a <Device "..."> block says which device it means. */
enum match_kind { MATCH_ADDRESS, MATCH_MAC, MATCH_TEXT };

/* An option that may be left to the block around. */
enum leave { LEAVE_AS_ABOVE, LEAVE_GIVEN, LEAVE_DENIED };

struct plug_options {
  char *match; /* the plug's own name or its slot */
  char *name;
  bool produces;      /* generation: not in the site's consumption */
  bool says_produces; /* by itself, not as its device */
  struct appliance_blocks blocks;
  struct limits_settings limits;
};

struct device_options {
  char *match;
  enum match_kind kind;
  struct in_addr address; /* MATCH_ADDRESS */
  uint8_t mac[6];         /* MATCH_MAC */
  char *name;             /* NULL: the device's own */
  double interval;        /* s; 0: as all others */
  unsigned port;          /* 0: the transport's */
  int transport;          /* enum transport_choice of transports.h */
  struct credentials_options login;
  bool produces; /* generation: not in the site's consumption */
  struct appliance_blocks blocks;
  struct limits_settings limits;
  enum leave allow_aes;
  unsigned aes_login; /* version of the AES login; 0: as the device says */
  bool debug;
  struct plug_options *plugs;
  size_t plugs_num;
};

struct poll_options {
  bool discovery;
  double discovery_interval, discovery_timeout; /* s */
  unsigned discovery_packets;
  struct option_strings targets;    /* IPv4 addresses, checked */
  struct option_strings interfaces; /* none: all */
  bool keep_missing;
  unsigned max_devices;
  double timeout; /* s, for one request */
  unsigned retries;
  double retry_delay; /* s */
  unsigned max_in_flight;
  double energy_interval; /* s */
  int name_by;
  struct option_strings ignore, only; /* patterns, checked */
  struct credentials_options login;
  bool allow_aes;
  /* groups of values, see poll_report_groups */
  bool report_info, report_status, report_failures, report_plugs;
  bool report_mains, report_link, report_lights, report_sensors;
  bool report_energy, report_cost, report_totals;
  unsigned groups_said;  /* a bit for each, in the block that is read */
  char *state_directory; /* of the ledger; NULL: "kasa" */
  unsigned billing_day;  /* where no tariff says otherwise */
  struct tariffs tariffs;
  struct limits_settings limits; /* of the site */
  struct device_options *devices;
  size_t devices_num;
  double interval; /* s between polls; set by the glue */
};

/* What `Report` can switch. */
struct poll_report_group {
  const char *name;
  size_t offset; /* of its bool in struct poll_options */
};
extern const struct poll_report_group poll_report_groups[];
extern const size_t poll_report_groups_num;

void poll_options_init(struct poll_options *o);
void poll_options_free(struct poll_options *o);

/* The account for a device: its block's (device may be NULL), else the
 * plugin's; NULL when there is none. */
const struct account *poll_options_account(const struct poll_options *o,
                                           const struct device_options *device);

/* Whether the account may be shown to whoever answers in the name of a device
 * (device may be NULL): option AllowAES, or Transport "aes" in its block. */
bool poll_options_may_reveal(const struct poll_options *o,
                             const struct device_options *device);

/* Reads password files again that have changed. True when an account is another
 * one now: texts of the old one are gone. */
bool poll_options_reload_passwords(struct poll_options *o,
                                   struct option_reporter *reporter);

/* Reads one <Plugin kasa> block on top of what o holds. */
void poll_options_read(struct poll_options *o, const struct conf_item *block,
                       struct option_reporter *reporter);

/* To be called once, behind the last block: an account may stand in one and its
 * password in another. Reads the password files. */
void poll_options_finish(struct poll_options *o,
                         struct option_reporter *reporter);

/* The table, for the test that compares them with the manual. */
extern const struct option poll_options_table[];

#endif
