/* SPDX-License-Identifier: MIT */
/* One device the engine knows: what the dialect filled in, where it is, what
 * it is called, and how its polls went. The hooks of poll_engine.h read it;
 * only poll/ writes. Everything belongs to the engine's thread. */
#ifndef POLL_REGISTRY_POLL_DEVICE_H
#define POLL_REGISTRY_POLL_DEVICE_H

#include "base/hash.h"
#include "base/loop.h"
#include "device/dialect.h"
#include "device/discovery/discovery_packet.h"
#include "device/transport.h"
#include "energy/counter.h"
#include "poll/options/options.h"
#include "poll/registry/reported_name.h"

enum { IDENTITY_SIZE = 48 };

enum poll_state {
  POLL_IDLE,
  POLL_QUEUED, /* due, waits for its turn */
  POLL_ASKED,  /* a request is under way */
  POLL_PAUSED, /* waits before another attempt */
};

/* Per plug of a strip; index as device.plugs. Its history belongs to its
 * slot, however many plugs there are and in whatever language they are told. */
struct poll_device_plug {
  unsigned slot;
  char name[DEVICE_NAME_SIZE];
  struct reported_name reported;
  struct counter energy;
  void *meter; /* in the ledger: the energy hooks' */
};

/* How it is spoken with: transport_select.c. */
struct poll_contact {
  const struct dialect *dialect;
  const struct transport *transport;
  struct link *link; /* opened by poller.c */
  struct service service;
  /* What it says itself, in datagrams; NULL: nothing, all is trial. */
  struct service told_service;
  const struct transport *told;
  const struct transport *worked;  /* last, as the device speaks now */
  const struct transport *entered; /* last made a session, as it speaks now */
  unsigned misses;    /* polls in a row in which nothing was heard of it */
  uint32_t tried;     /* ways in the present round, by number */
  uint8_t short_only; /* polls in a row that went well only when its requests
                       * were short */
  bool by_tdp;        /* said by TDP: counts more than port 9999 */
  bool refused;       /* one of them refused the account */
  bool round_said;    /* that none of several was the right one */
  bool changed;       /* how it is spoken with has just changed */
  bool singly;        /* in the attempt under way, one thing at a time */
  uint8_t owner[OWNER_SIZE]; /* the account it belongs to; 0: not told */
};

/* What went wrong, for logs, people and counters; only devices that have been
 * in trouble have it. */
struct poll_trouble {
  char last[WHY_SIZE];    /* why its last poll failed */
  char own[WHY_SIZE];     /* in the way that it usually takes */
  char refused[WHY_SIZE]; /* when it last refused the account */
  char part[WHY_SIZE];    /* which part of its answers was of no use, last */
  uint64_t part_said_us;
  uint64_t failures[OUTCOMES];
};

/* Whether it accepts the account, and when it may be asked to again:
 * auth_backoff.c. */
struct poll_auth {
  bool trusted; /* has accepted this account, and not refused it since */
  bool proved;  /* has proved that it knows the configured account: from then on
                 * it is not believed with less, whoever speaks in its name */
  bool by_default;  /* works with a default account though one is configured,
                     * and that is said */
  bool barred_said; /* that it wants the account shown */
  bool refused;     /* it did not accept this account, and that is said */
  bool locked_by_device;  /* and it named the time until when */
  unsigned locked_steps;  /* accounts refused in a row */
  bool account_changed;   /* while a poll was under way: see to it after that */
  uint64_t not_before_us; /* no poll before this: each would bring the device
                           * closer to locking everybody out */
};

/* How its polls went: poller.c. */
struct poll_status {
  bool up;           /* answered in its last poll */
  bool answered;     /* ever */
  bool polled;       /* a poll has ended, well or not */
  bool incomplete;   /* parts of its answers are of no use, and that is said */
  uint64_t since_us; /* wall clock: when up last changed */
  enum outcome outcome; /* of its last poll */
  enum outcome usual;   /* of its last failure in the way it usually takes */
  double response;      /* s, from the request to the complete reading */
};

/* What was last reported of it: poll_report.c. */
struct poll_report {
  uint64_t time_us;  /* wall clock: of its last report */
  uint64_t told_us;  /* monotonic: when its state was last reported; 0: never */
  uint64_t named_us; /* monotonic: since when it is called so */
  uint32_t failures_told; /* their sum when they were last reported */
  uint8_t failures_kept;  /* how often they need not be reported again */
  bool told_up;           /* what was reported with its state */
  bool named_told;        /* that this is its name */
  struct reported_name name;
};

/* The poll under way: poller.c. */
struct poll_run {
  struct progress progress;
  enum poll_state state;
  enum next asked;
  unsigned requests; /* sent in this attempt */
  uint8_t attempts, restarts;
  bool heard;      /* an answer has come that made sense */
  bool published;  /* the reading is out */
  bool was_down;   /* when it began */
  bool woken;      /* was woken up by a datagram */
  bool split;      /* an attempt more, for one thing at a time */
  bool incomplete; /* a part of it failed */
  double core_s;   /* what the answer to the core request took */
  uint64_t started_us;
  uint64_t rare_due_us, day_ends_us;
  struct loop_timer timer;
  struct poller *poller;
  struct poll_device *queue_next;
};

/* Where searches saw it: poll_search.c; the candidate: device_registry.c. */
struct poll_seen {
  bool seen;        /* in the current or last search */
  bool polled_for;  /* since it was lost, while searches see it */
  bool seen_iot;    /* on port 9999 */
  bool seen_tdp;    /* and by TDP */
  bool asked_tdp;   /* by name: what it says by TDP now is news */
  bool moved;       /* where it has just been met is its new address */
  unsigned missed;  /* searches in a row */
  uint8_t named[6]; /* the MAC datagrams name it by, where its polls name
                     * another; 0: none */
  /* Where else it was seen; port 0: nowhere. */
  in_port_t candidate_port;
  struct in_addr candidate;
  uint64_t asked_us; /* by name, last (monotonic); 0: never */
};

struct poll_device {
  struct device device;

  /* Who it is: device_registry.c. */
  /* MAC, else device id: what its history belongs to. "" until the device
   * has said who it is. */
  char identity[IDENTITY_SIZE];
  char name[DEVICE_NAME_SIZE];          /* unique among the known */
  const struct device_options *options; /* its <Device> block, or NULL */
  struct sockaddr_in address;           /* port 0: not known */
  bool ignored;       /* not polled until a search finds it again: what it said
                       * of itself is to be left out */
  unsigned plugs_num; /* of plugs, follows device.plugs_num */
  struct poll_device_plug *plugs;
  struct counter energy;
  void *meter;     /* in the ledger: the energy hooks' */
  bool clock_told; /* that its clock is off: the energy hooks', too */
  struct poll_device *next, *previous; /* in the registry */
  struct hash_node by_identity, by_address;

  /* unique_names.c. */
  struct {
    char *base;      /* before it was made unique; NULL: not named */
    char suffix[8];  /* that tells it apart, if need be */
    bool is_real;    /* has answered, or is configured */
    bool is_pending; /* may still turn out to be */
    struct hash_node by_base, by_standing, by_suffix, by_called;
  } names;

  struct poll_contact contact;
  struct poll_auth auth;
  struct poll_status status;
  struct poll_trouble *trouble; /* NULL: never failed, or memory was out */
  struct poll_report report;
  struct poll_run poll;
  struct poll_seen search;

  /* The clock's: poll_cycle.c. */
  struct {
    uint64_t number;
    uint64_t due_us;
  } cycle;
};

/* "192.0.2.7", "" when not known. Valid until the next call by the thread. */
const char *poll_device_address(const struct poll_device *k);

/* Why its last poll failed; "" when it is up, or when memory is out. */
const char *poll_device_why(const struct poll_device *k);

/* What poll_device_why() says from now on; NULL: it is up. why may be what it
 * says now. */
void poll_device_set_why(struct poll_device *k, const char *why);

/* The reason of a failed poll while other ways are tried (trial: by one of
 * them): that of its own, and an account that was refused. */
void poll_device_keep_reason(struct poll_device *k, bool trial);

/* How often that happened to polls of k, or to parts of them. */
uint64_t poll_device_failures(const struct poll_device *k,
                              enum outcome outcome);
void poll_device_add_failures(struct poll_device *k, enum outcome outcome,
                              unsigned num);

/* Where its troubles are kept; NULL when memory is out. */
struct poll_trouble *poll_device_trouble(struct poll_device *k);

/* The interval in which it is polled, in seconds: its own, but never shorter
 * than the clock's. */
double poll_device_interval(const struct poll_device *k,
                            const struct poll_options *o);

/* Wh counted since the device was met (a strip: over its plugs). False when
 * nothing was measured. */
bool poll_device_energy(const struct poll_device *k, double *wh);

/* Whoever keeps the energy over restarts. Members may be NULL. */
struct poll_energy_hooks {
  /* k is about to be asked for its own statistics. */
  void (*ask)(void *arg, struct poll_device *k, uint64_t now_us);
  /* The counters of k and its plugs are about to be fed. */
  void (*begin)(void *arg, struct poll_device *k, uint64_t now_us);
  /* They have been; rare: with the device's own statistics. */
  void (*counted)(void *arg, struct poll_device *k, uint64_t now_us, bool rare);
  void *arg;
};

/* k is about to be polled, rare: with its own statistics. */
void poll_device_ask_energy(struct poll_device *k, bool rare,
                            const struct poll_energy_hooks *hooks);

/* Feeds the energy counters of k and its plugs with its reading of now_us
 * (monotonic), or with its statistics. Returns by how many Wh they grew. */
double poll_device_count_energy(struct poll_device *k, uint64_t now_us,
                                bool rare, const struct poll_options *o,
                                const struct poll_energy_hooks *hooks);

/* The device's day may be over by now_us (monotonic): its figures of yesterday
 * are no news of today. */
void poll_device_end_day(struct poll_device *k, uint64_t now_us);

/* Of how many meters the energy is counted. */
unsigned poll_device_meters_counted(const struct poll_device *k);

/* Whether a <Device> block of that kind is its own. */
static inline bool poll_device_is_block_of(const struct poll_device *k,
                                           enum match_kind kind) {
  return k->options != NULL && k->options->kind == kind;
}

/* What tells d, who is at from, from all others: its MAC, else its id, else the
 * address. */
void poll_device_identity_of(const struct device *d,
                             const struct sockaddr_in *from,
                             char out[IDENTITY_SIZE]);

/* While k answers where it is, another address is only remembered: somebody may
 * lie. */
void poll_device_remember_candidate(struct poll_device *k,
                                    const struct sockaddr_in *address);

#endif
