/* SPDX-License-Identifier: MIT */
/* The alert engine in a test's hands: its clock, its network, its value cache;
 * what people heard comes back as words. alert_story.h writes what happens as
 * words, too. */
#ifndef TESTS_UNIT_SUPPORT_ALERT_FIXTURE_H
#define TESTS_UNIT_SUPPORT_ALERT_FIXTURE_H

#include "alert/core/alert_core.h"

#include <stdbool.h>
#include <stdint.h>

enum { HOUSE_CHANNELS = 4, HOUSE_LOG = 65536, HOUSE_LETTERS = 1 << 20 };

struct house {
  struct notify_config *config;
  struct alert_core *core;
  char directory[64];
  int64_t wall, boot; /* ms */
  uint64_t seed;
  enum send_outcome outcome[HOUSE_CHANNELS]; /* of the next sends */
  bool timed_out[HOUSE_CHANNELS];            /* no answer came */
  bool gone[HOUSE_CHANNELS];                 /* and do not ask again */
  int once[HOUSE_CHANNELS]; /* outcome of the very next send, -1 = as above */
  char poison[64];          /* messages about this device are not taken now */
  bool answers; /* failures come from the provider, not from the network */
  bool secret_changed;
  double wait_s;  /* what a failure asks for */
  double pause_s; /* what a success asks for */
  bool hold;      /* jobs stay out until released */
  struct job *held, **held_end;
  bool cacheless; /* there is no value cache, the engine never asks */
  bool cached;    /* the value cache has cache_value for every series */
  double cache_value;
  bool acked_on_phone;
  bool unanswered;       /* collectd takes no report, though it is told of it */
  unsigned announced;    /* reports that collectd was told of, */
  int announced_day;     /* and the day of the last one */
  char heard[HOUSE_LOG]; /* "mail:firing mail:resolved" of what was sent */
  char titles[HOUSE_LOG]; /* "title/body|..." likewise */
  unsigned attempts;
  unsigned tried[HOUSE_CHANNELS];
  /* of every attempt: "channel kind outcome delivery-id message-id
   * thread-root delay_why fallback_for episode created title body", parted by
   * tabs */
  char letters[HOUSE_LETTERS];
  size_t letters_len;
  bool keep_texts;
  size_t open_max;     /* alerts at once from the next restart on */
  char device[32];     /* that words are about, "" = Freezer */
  char log[HOUSE_LOG]; /* lines, as many as fit */
};

/* options: lines "Key value" for the top level, "Route.Key value" for the one
 * route, "mail.Key value" for the channel mail; separated by ";". Channels:
 * "mail" (people), "pager" (stateful, rings), with "two" also "second", with
 * "family" also "family" (several recipients), with "broken" also "broken"
 * (without its Path). With "cacheless" as house_open_cacheless(). */
void house_open(struct house *h, const char *options);
/* With the inside of <Plugin notify_kasa> as people write it, at a wall time
 * (ms; 0 = that of house_open()). */
void house_open_file(struct house *h, const char *text, int64_t wall_ms);
/* Where the cache would have nothing all the time: days pass in half as many
 * rounds, since nobody wakes to ask it. */
void house_open_cacheless(struct house *h, const char *text, int64_t wall_ms);
void house_close(struct house *h);
/* As the daemon does: stop and start; kill leaves without a goodbye. */
/* Starts after alert_core_free(h->core) by the test itself. */
void house_begin(struct house *h);
void house_restart(struct house *h, bool kill);
/* As the machine does: off for so long; a boot with the clock clock_s off. */
void house_sleep(struct house *h, double seconds);
void house_reboot(struct house *h, double clock_s);
void house_pass(struct house *h, double seconds);
/* The jobs that are out are answered, but nobody hears the answers. */
void house_lose(struct house *h);
/* Steps until nothing is left to do now. */
void house_settle(struct house *h);
void house_event(struct house *h, const struct event *event);
struct event house_range(enum severity severity, const char *device,
                         double value);
const char *house_heard(struct house *h); /* since the last call */
/* Field of the n-th line of letters, from 0; "" beyond. */
const char *house_letter(const struct house *h, unsigned n, unsigned field);

#endif
