/* SPDX-License-Identifier: MIT */
/* What follows from what is known of a device: see poll_device.h. */
#include <config.h>

#include "poll/registry/poll_device.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *poll_device_address(const struct poll_device *k) {
  static _Thread_local char text[INET_ADDRSTRLEN];

  if (k->address.sin_port == 0)
    return "";
  inet_ntop(AF_INET, &k->address.sin_addr, text, sizeof(text));
  return text;
}

struct poll_trouble *poll_device_trouble(struct poll_device *k) {
  if (k->trouble == NULL)
    k->trouble = calloc(1, sizeof(*k->trouble));
  return k->trouble;
}

const char *poll_device_why(const struct poll_device *k) {
  return k->trouble != NULL ? k->trouble->last : "";
}

void poll_device_set_why(struct poll_device *k, const char *why) {
  if (why == NULL) {
    if (k->trouble != NULL)
      k->trouble->last[0] = '\0';
    return;
  }
  if (poll_device_trouble(k) != NULL && why != k->trouble->last)
    snprintf(k->trouble->last, WHY_SIZE, "%s", why);
}

/* Where its own way has let us in, another that does not is none of its. */
static void keep_own(struct poll_device *k) {
  k->contact.refused |= k->status.outcome == OUTCOME_AUTH;
  if (k->status.outcome == OUTCOME_TIMEOUT ||
      k->status.outcome == OUTCOME_UNREACHABLE ||
      k->status.usual == OUTCOME_OK || k->trouble == NULL ||
      k->trouble->own[0] == '\0')
    return;
  k->status.outcome = k->status.usual;
  poll_device_set_why(k, k->trouble->own);
}

void poll_device_keep_reason(struct poll_device *k, bool trial) {
  if (!trial && k->trouble != NULL)
    memcpy(k->trouble->own, k->trouble->last, WHY_SIZE);
  if (k->contact.entered != NULL) {
    if (trial)
      keep_own(k);
    return;
  }
  if (k->status.outcome == OUTCOME_AUTH && k->trouble != NULL)
    memcpy(k->trouble->refused, k->trouble->last, WHY_SIZE);
  else if (k->contact.refused && k->status.outcome != OUTCOME_TIMEOUT &&
           k->status.outcome != OUTCOME_UNREACHABLE) {
    k->status.outcome = OUTCOME_AUTH;
    poll_device_set_why(k, k->trouble != NULL ? k->trouble->refused : "");
  }
}

uint64_t poll_device_failures(const struct poll_device *k,
                              enum outcome outcome) {
  return k->trouble != NULL ? k->trouble->failures[outcome] : 0;
}

void poll_device_add_failures(struct poll_device *k, enum outcome outcome,
                              unsigned num) {
  if (num > 0 && poll_device_trouble(k) != NULL)
    k->trouble->failures[outcome] += num;
}

double poll_device_interval(const struct poll_device *k,
                            const struct poll_options *o) {
  if (k->options != NULL && k->options->interval > o->interval)
    return k->options->interval;
  return o->interval;
}

bool poll_device_energy(const struct poll_device *k, double *wh) {
  *wh = k->energy.wh;
  if (k->plugs_num == 0)
    return k->energy.by != COUNTER_NEW;
  *wh = 0;
  for (unsigned i = 0; i < k->plugs_num; i++) {
    if (k->plugs[i].energy.by == COUNTER_NEW)
      return false;
    *wh += k->plugs[i].energy.wh;
  }
  return true;
}

/* A meter that says nothing of what is switched off: nothing flows there. */
static bool is_off(const struct reading *now, const struct counter *c) {
  return c->by != COUNTER_NEW && !reading_has(now, Q_POWER) &&
         reading_has(now, Q_RELAY) && now->value[Q_RELAY] == 0;
}

/* What is asked for seldom is news only then. */
static double count(const struct reading *now, struct counter *c,
                    uint64_t now_us, uint64_t gap_us, bool rare) {
  struct counter_sample sample = {
      .has_total = !rare && reading_has(now, Q_ENERGY_TOTAL),
      .has_power = !rare && (reading_has(now, Q_POWER) || is_off(now, c)),
      .has_month = rare && reading_has(now, Q_KWH_MONTH)};
  enum counter_flag flag;

  if (sample.has_total)
    sample.total_wh = now->value[Q_ENERGY_TOTAL];
  if (sample.has_power && reading_has(now, Q_POWER))
    sample.power_w = now->value[Q_POWER];
  if (sample.has_month)
    sample.month_wh = now->value[Q_KWH_MONTH] * 1e3;
  if (!sample.has_total && !sample.has_power && !sample.has_month)
    return 0;
  return counter_feed(c, &sample, (int64_t)now_us, (int64_t)gap_us, &flag);
}

void poll_device_ask_energy(struct poll_device *k, bool rare,
                            const struct poll_energy_hooks *hooks) {
  if (rare && hooks->ask != NULL)
    hooks->ask(hooks->arg, k, k->poll.started_us);
}

double poll_device_count_energy(struct poll_device *k, uint64_t now_us,
                                bool rare, const struct poll_options *o,
                                const struct poll_energy_hooks *hooks) {
  uint64_t gap_us = (uint64_t)(3e6 * poll_device_interval(k, o));
  double grown = 0;

  if (hooks->begin != NULL)
    hooks->begin(hooks->arg, k, now_us);
  if (k->plugs_num == 0)
    grown = count(&k->device.now, &k->energy, now_us, gap_us, rare);
  for (unsigned i = 0; i < k->plugs_num; i++)
    grown += count(&k->device.plugs[i].now, &k->plugs[i].energy, now_us, gap_us,
                   rare);
  if (hooks->counted != NULL)
    hooks->counted(hooks->arg, k, now_us, rare);
  return grown;
}

unsigned poll_device_meters_counted(const struct poll_device *k) {
  unsigned n = k->energy.by != COUNTER_NEW;

  for (unsigned i = 0; i < k->plugs_num; i++)
    n += k->plugs[i].energy.by != COUNTER_NEW;
  return n;
}

static void drop_day(struct reading *now) {
  reading_drop(now, Q_KWH_TODAY);
  reading_drop(now, Q_KWH_MONTH);
}

void poll_device_end_day(struct poll_device *k, uint64_t now_us) {
  if (k->poll.day_ends_us == 0 || now_us < k->poll.day_ends_us)
    return;
  k->poll.day_ends_us = 0;
  drop_day(&k->device.now);
  for (unsigned i = 0; i < k->plugs_num; i++)
    drop_day(&k->device.plugs[i].now);
}

void poll_device_identity_of(const struct device *d,
                             const struct sockaddr_in *from,
                             char out[IDENTITY_SIZE]) {
  if (d->mac_known)
    device_format_mac(d->mac, out);
  else if (strspn(d->id, "0") < strlen(d->id))
    snprintf(out, IDENTITY_SIZE, "%s", d->id);
  else
    snprintf(out, IDENTITY_SIZE, "%s", inet_ntoa(from->sin_addr));
}

void poll_device_remember_candidate(struct poll_device *k,
                                    const struct sockaddr_in *address) {
  if (k->search.candidate_port == 0) /* liars get one line */
    log_say(LOG_LEVEL_NOTICE,
            "%s answers at %s; that %s says it were the same device is ignored",
            k->name, poll_device_address(k), inet_ntoa(address->sin_addr));
  k->search.candidate = address->sin_addr;
  k->search.candidate_port = address->sin_port;
}
