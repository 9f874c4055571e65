/* SPDX-License-Identifier: MIT */
/* One device the engine knows: what the dialect filled in, where it is, what
 * it is called, and how its polls went. The hooks of engine.h read it; only
 * poll/ writes. Everything belongs to the engine's thread. */
#ifndef POLL_POLL_DEVICE_H
#define POLL_POLL_DEVICE_H

#include "base/hash.h"
#include "base/loop.h"
#include "device/dialect.h"
#include "device/discovery/discovery_packet.h"
#include "device/transport.h"
#include "energy/counter.h"
#include "poll/options.h"

enum { IDENTITY_SIZE = 64 };

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
  struct counter energy;
};

struct poll_device {
  struct device device;
  const struct dialect *dialect;
  const struct transport *transport;
  struct service service;
  const struct transport *other; /* to try when that one does not work */
  bool by_tdp;            /* the device itself said so; else it is a guess */
  bool by_iot;            /* it answers port 9999 as well */
  unsigned guess;         /* which one */
  char owner[OWNER_SIZE]; /* the account it belongs to; "" when not told */

  /* MAC, else device id: what its history belongs to. "" until the device
   * has said who it is. */
  char identity[IDENTITY_SIZE];
  char name[DEVICE_NAME_SIZE];          /* unique among the known */
  char base_name[DEVICE_NAME_SIZE];     /* before it was made unique */
  const struct device_options *options; /* its <Device> block, or NULL */
  struct sockaddr_in address;           /* port 0: not known */
  struct sockaddr_in candidate; /* where else it was seen; port 0: nowhere */

  /* How its polls go. */
  bool up;              /* answered in its last poll */
  bool answered;        /* ever */
  bool polled;          /* a poll has ended, well or not */
  uint64_t since_us;    /* wall clock: when up last changed */
  uint64_t reported_us; /* wall clock: of its last report */
  uint64_t told_us; /* monotonic: when its state was last reported; 0: never */
  bool told_up;     /* what was reported then */
  uint64_t failures_told; /* their sum when they were last reported */
  unsigned failures_kept; /* how often they need not be reported again */
  enum outcome outcome;   /* of its last poll */
  char why[WHY_SIZE];     /* "" when up */
  uint64_t failures[OUTCOMES];
  double response; /* s, from the request to the complete reading */
  struct counter energy;
  unsigned plugs_num; /* of plugs, follows device.plugs_num */
  struct poll_device_plug *plugs;

  /* The engine's own. */
  enum poll_state state;
  struct link *link;
  struct progress progress;
  enum next asked;
  unsigned attempts;
  bool asked_singly; /* in the attempt under way, one thing at a time */
  unsigned choked; /* polls in a row that went well only when its requests were
                    * short */
  bool reported;   /* the reading of the poll under way is out */
  bool stranger;   /* was not up when the poll under way began */
  bool seen;       /* in the current or last search */
  bool seen_iot;   /* on port 9999 */
  bool seen_tdp;   /* and by TDP */
  bool ignored;    /* not polled until a search finds it again: what it said of
                    * itself is to be left out */
  bool retuned;    /* how it is spoken with has just changed */
  bool roused;     /* was woken up in the poll under way */
  bool asked_tdp;  /* by name: what it says by TDP now is news */
  bool trusted;    /* has accepted this account, and not refused it since */
  bool refused;    /* it did not accept this account, and that is said */
  bool locked_by_device;  /* and it named the time until when */
  unsigned locked_steps;  /* accounts refused in a row */
  uint64_t not_before_us; /* no poll before this: each would bring the device
                           * closer to locking everybody out */
  unsigned searches_missed;
  uint64_t cycle;
  uint64_t due_us, started_us;
  uint64_t extras_due_us, day_ends_us;
  struct loop_timer timer;
  struct poller *poller;
  struct poll_device *queue_next;
  struct poll_device *next, *previous; /* in the registry */
  struct hash_node by_identity, by_address, by_name, by_called;
};

/* "192.0.2.7", "" when not known. Valid until the next call by the thread. */
const char *poll_device_address(const struct poll_device *k);

/* The interval in which it is polled, in seconds: its own, but never shorter
 * than the clock's. */
double poll_device_interval(const struct poll_device *k,
                            const struct poll_options *o);

/* Wh counted since the device was met (a strip: over its plugs). False when
 * nothing was measured. */
bool poll_device_energy(const struct poll_device *k, double *wh);

/* Feeds the energy counters of k and its plugs with its reading of now_us
 * (monotonic). Returns by how many Wh they grew. */
double poll_device_count_energy(struct poll_device *k, uint64_t now_us,
                                const struct poll_options *o);

#endif
