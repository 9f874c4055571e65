/* SPDX-License-Identifier: MIT */
/* One simulated device: what it is, how it feels, what it said last, and what
 * it was asked. Plain data; the dialect words it, the transport carries it. */
#ifndef KASASIM_DEVICE_H
#define KASASIM_DEVICE_H

#include "account.h"
#include "fault.h"
#include "klap_codec.h"
#include "load.h"
#include "meter.h"
#include "spake.h"
#include "text.h"
#include "tpap.h"

#include <netinet/in.h>

struct house;
struct dialect;
struct dump;
struct session;
struct smart_dump;
struct smart_model;
struct transport;
struct sysinfo_cache;

enum kind {
  KIND_PLUG = 1,
  KIND_SWITCH = 2,
  KIND_DIMMER = 4,
  KIND_STRIP = 8,
  KIND_BULB = 16,
  KIND_LIGHTSTRIP = 32,
  /* these answer discovery only */
  KIND_HUB = 64,
  KIND_CAMERA = 128,
  KIND_CHIME = 256,
  KIND_VACUUM = 512,
};
#define KIND_LIGHTS (KIND_BULB | KIND_LIGHTSTRIP)
#define KIND_ANY 63u
#define KIND_SILENT (KIND_HUB | KIND_CAMERA | KIND_CHIME | KIND_VACUUM)

/* What the meter says: nothing; V, A, W, kWh as floats; mV, mA, mW, Wh as
 * integers; mW alone; mW and Wh; mW and Wh beside zeros for V and A. */
enum meter_form {
  METER_NONE,
  METER_FLOAT,
  METER_INT,
  METER_POWER,
  METER_POWER_TOTAL,
  METER_PLACEHOLDER,
};

/* How a device refuses a module it does not have. */
enum refusal {
  REFUSE_MODULE,      /* {"err_code":-1} in place of the methods */
  REFUSE_METHOD,      /* the same inside each method */
  REFUSE_MODULE_2001, /* the bulbs' dialect */
  REFUSE_METHOD_2001,
  REFUSE_HANG,  /* never answers */
  REFUSE_CLOSE, /* drops the connection */
  REFUSE_CRASH, /* reboots */
};

enum {
  HAS_WATTS = 1,
  HAS_VOLTS = 2,
  HAS_AMPS = 4,
  HAS_WH = 8,
  HAS_TODAY = 16,
  HAS_MONTH = 32,
};

/* Meter values in SI units, exactly as sent: rounded to what the wire says. */
struct reading {
  unsigned has;
  double watts;
  double volts;
  double amps;
  double wh;
  double today_wh;
  double month_wh;
};

/* The methods of a SMART device that tell its power and energy, and what is in
 * them. */
enum energy {
  ENERGY_USAGE = 1,       /* get_energy_usage */
  ENERGY_USAGE_POWER = 2, /* with current_power */
  ENERGY_USAGE_PAST = 4,  /* with past24h and so on: version 1 */
  ENERGY_POWER = 8,       /* get_current_power, whole watts */
  ENERGY_EMETER = 16,     /* get_emeter_data */
};

/* What the parent of a SMART strip says about energy. */
enum parent_energy { PARENT_ERROR, PARENT_ZERO, PARENT_ECHO };

/* What an outlet last told somebody. */
struct served {
  uint64_t readings; /* how many answers held a reading */
  uint64_t states;   /* how many held the relay */
  struct reading reading;
  double reading_epoch; /* real time */
  bool relay;
  int64_t on_time;
  double state_epoch;
};

/* A device without children has one of these, too. */
struct plug {
  struct text alias;
  bool relay;
  double on_since; /* elapsed time */
  bool on_time_fixed;
  int64_t on_time;
  struct load load;
  struct meter meter;
  bool reading_pending; /* rendered, not yet sent whole */
  bool state_pending;
  struct reading pending;
  bool pending_relay;
  int64_t pending_on_time;
  struct served served;
};

struct quirks {
  bool two_months; /* month_energy holds the last month, too */
  bool null_drops; /* methods with null args are left out */
  bool udp_emeter_crash;
  bool one_segment;    /* stalls when a request comes in pieces */
  bool short_ids;      /* 2-character child ids over TCP, too */
  bool udp_other_port; /* UDP answers from another port */
  size_t stall_above;  /* bytes of request; 0 = off */
  size_t crash_above;
  size_t udp_max;         /* longer UDP answers are lost */
  size_t max_connections; /* more are reset; 0 = any number */
  double reboot_s;        /* real seconds away after a crash */
  enum refusal no_meter;
  enum refusal no_module;
  /* HTTP */
  bool strict_headers; /* names in another case are not seen */
  bool lower_headers;  /* answers with names in lower case */
  bool lazy_http;      /* the port is closed until a TDP probe came */
  bool no_third_party; /* 403 to every login */
  bool guards_session; /* 403 to handshakes while somebody is logged in */
  bool one_request;    /* KLAP: garbage after a session's first answer */
  bool one_module;     /* KLAP, IOT: garbage to requests of several modules */
  bool plain_response; /* AES: answers are not encrypted */
  bool udp_9999;       /* answers UDP 9999 beside TDP */
  bool tdp;            /* an XOR device answers TDP, too */
  bool tdp_needs_key;  /* silent to the probe without a key */
  bool battery;        /* TDP on port 20004 only */
  size_t sessions;     /* at once; 0 = any number */
  size_t lock_after;   /* wrong logins; 0 = never */
  double lock_s;       /* real seconds */
  /* SMART */
  bool batch_stops;      /* at the first error */
  bool batch_reverse;    /* answers in reverse order */
  bool no_batch;         /* -1003 to any */
  size_t batch_max;      /* more requests are refused; 0 = any number */
  size_t page;           /* children per answer */
  bool children_reverse; /* listed from the last */
  enum parent_energy parent_energy;
};

struct stats {
  uint64_t accepted;
  uint64_t requests; /* over TCP */
  uint64_t replies;
  uint64_t udp_probes;
  uint64_t udp_replies;
  uint64_t bad_frames;   /* a length of zero or above 64 KiB */
  uint64_t bad_requests; /* not the strict JSON a device wants */
  uint64_t bytes_in;
  uint64_t bytes_out;
  uint64_t tdp_probes;
  uint64_t tdp_replies;
  uint64_t handshakes; /* begun; logins are those that succeeded */
  uint64_t logins;
  uint64_t failed_logins;
  uint64_t evictions;
  uint64_t refusals; /* HTTP replies that were not 200 */
  unsigned open;
  unsigned max_open;
  unsigned unanswered;
  unsigned max_unanswered;
  uint64_t asked[2]; /* bits of the house's name list, over TCP */
  uint64_t udp_asked[2];
};

struct device {
  struct house *house;
  const struct dialect *dialect;
  const struct transport *transport;
  void *link; /* the transport's */
  struct dump *dump;
  struct smart_dump *smart_dump;
  struct in_addr addr;
  enum kind kind;
  unsigned generation; /* 1: floats, `type`; 2: integers, `mic_type` */
  enum meter_form meter;
  uint8_t mac[6];
  char id[41];
  struct text alias;
  char model[40];
  char hw_ver[16];
  char sw_ver[64];
  char dev_name[64];
  bool keep_open;
  bool sensor; /* has the motion and ambient light modules */
  bool cloud;
  bool led_off;
  bool updating;
  bool motion;
  bool dark;
  int64_t rssi;
  int64_t ntc_state;
  int64_t brightness;
  int64_t color_temp;
  int64_t ambient_light; /* percent */
  bool volts_fixed;      /* given, so exact; else it wobbles a little */
  double volts;
  double power_factor;
  double clock_offset_s;
  uint64_t seed;
  struct plug *plugs;
  size_t n_plugs;
  struct quirks quirks;
  struct faults *faults;
  bool away; /* rebooting */
  int64_t pending_rssi;
  bool rssi_pending;
  int64_t served_rssi;
  struct sysinfo_cache *sysinfo;
  struct stats stats;
  /* of the newer transports */
  int64_t http_port; /* 0: the house's */
  bool https;        /* the web server wants TLS */
  char user[128];
  char password[128];
  enum credentials credentials;
  char owner[40]; /* instead of the user's MD5 */
  char obd_src[16];
  char family[32]; /* SMART.TAPOPLUG; empty: by kind */
  bool factory_default;
  bool awake; /* lazy_http: a probe came */
  enum klap_version klap;
  int64_t lv; /* as advertised, and the AES login; 0 = absent */
  bool new_klap;
  int64_t session_timeout; /* real seconds */
  struct session *sessions;
  uint64_t locked_until_ns;
  size_t failures;
  struct tpap_settings tpap;
  struct spake_secret spake_secret;
  uint8_t spake_key[32]; /* what the secret was made of */
  /* of the SMART dialect */
  unsigned energy;
  int64_t signal_level;
  bool overheated;
  bool overloaded;
  int64_t fw_status; /* get_fw_download_state */
  bool update_waiting;
  char refuse[256]; /* methods it does not have, parted by blanks */
};

const char *kind_name(enum kind kind);
bool kind_parse(const char *name, enum kind *kind, bool *sensor);
bool meter_form_parse(const char *name, enum meter_form *form);
bool refusal_parse(const char *name, enum refusal *refusal);

/* A device with the defaults of its kind and generation; no plugs, no load yet.
 * The index makes its MAC and seed differ from all others. */
struct device *device_new(struct house *house, enum kind kind,
                          unsigned generation, bool metered, uint64_t index);
/* Gives it n outlets; called once. */
void device_plugs(struct device *d, size_t n);
/* Starts the meters, when everything about the device is known. */
void device_start(struct device *d, unsigned history_days);
void device_free(struct device *d);

void device_set_mac(struct device *d, const uint8_t mac[6]);
bool mac_parse(const char *text, uint8_t mac[6]);
/* The full id of an outlet: the device's and two digits. */
void device_child_id(const struct device *d, size_t slot, char out[43]);

void device_switch(struct device *d, struct plug *plug, bool on);
int64_t plug_on_time(const struct device *d, const struct plug *plug);
/* What the outlet's meter would answer now. */
void device_reading(struct device *d, size_t slot, struct reading *out);
/* The sum over the outlets (voltage: mean). */
void device_total(struct device *d, struct reading *out);

/* The pending values have reached the wire, or never will. */
void device_served(struct device *d);
void device_unserved(struct device *d);

/* Something that sysinfo says has changed. */
void device_changed(struct device *d);

#endif
