/* SPDX-License-Identifier: MIT */
/* See group_wait.h. */
#include <config.h>

#include "alert/deliver/group/group_wait.h"

#include "alert/config/config_group.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/state/route_key.h"
#include "alert/store/store_group.h"
#include "base/milliseconds.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* The group's key: a digest of the route's name and of what the alert has in
 * each field. */
static void key_of(const struct deliver *d, int route, const struct alert *a,
                   char key[STORE_GROUP_SIZE]) {
  const struct group_config *group = &d->config->routes[route].group;
  unsigned char bytes[(GROUP_FIELDS_MAX + 1) * (2 * ALERT_NAME_SIZE + 1)];
  unsigned char digest[EVP_MAX_MD_SIZE] = {0};
  char name[ROUTE_KEY_SIZE];
  size_t used;

  route_key(d->config, route, name, sizeof(name));
  used = (size_t)snprintf((char *)bytes, sizeof(bytes), "v1 %s", name) + 1;
  for (size_t i = 0; i < group->by.count; i++) {
    const char *value = group_value(group, i, a);
    size_t n = strnlen(value, (size_t)2 * ALERT_NAME_SIZE);

    memcpy(bytes + used, value, n);
    used += n;
    bytes[used++] = '\0';
  }
  /* without memory it stays zero: groups merge, nothing is lost */
  EVP_Digest(bytes, used, digest, NULL, EVP_sha256(), NULL);
  for (size_t i = 0; i < (STORE_GROUP_SIZE - 1) / 2; i++)
    snprintf(key + 2 * i, 3, "%02x", digest[i]);
}

/* Services that keep incidents want each by itself; so does what rings until
 * acknowledged, which ends with its own alert; and an announcement is no
 * alarm. */
static bool may_group(const struct deliver *d, int channel, int route,
                      const struct alert *a) {
  const struct channel_config *c = d->channels[channel].config;

  return route >= 0 && d->config->routes[route].group.by.count > 0 &&
         !c->sender->stateful && a->level < LEVEL_EMERGENCY &&
         (a->flags & ALERT_ONESHOT) == 0 &&
         (c->sender->rings == NULL || !c->sender->rings(c->settings, a->level));
}

/* A person's closing, our own doubts and what comes and goes have words of
 * their own. */
static bool kind_groups(enum message_kind kind, enum alert_reason reason) {
  return (message_opens(kind) && reason != REASON_STALE &&
          reason != REASON_FLAPPING) ||
         (kind == MESSAGE_RESOLVED && reason == REASON_RECOVERED);
}

static int64_t due_of(struct deliver *d, int channel, int route,
                      const char *key, enum message_kind kind, int64_t now) {
  const struct group_config *group = &d->config->routes[route].group;
  const char *name = d->channels[channel].config->name;
  bool end = kind == MESSAGE_RESOLVED;
  int64_t due;

  if (kind == MESSAGE_REPEAT) /* it waited long enough */
    return now;
  due = store_group_due(d->store, name, key, end);
  if (due > 0)
    return due;
  return now + ms_of(end || store_group_known(d->store, name, key)
                         ? group->interval
                         : group->wait);
}

static bool any_groups(const struct notify_config *config) {
  for (size_t i = 0; i < config->routes_num; i++)
    if (config->routes[i].group.by.count > 0)
      return true;
  return false;
}

void deliver_group_skip(struct deliver *d, int channel, const struct alert *a) {
  if (any_groups(d->config))
    deliver_complain(store_outbox_ungroup(
                         d->store, d->channels[channel].config->name, a->id),
                     "queue not updated");
}

void deliver_group_again(struct deliver *d, int channel, const struct alert *a,
                         int64_t now) {
  if (any_groups(d->config))
    deliver_complain(store_group_hurry_ends(d->store,
                                            d->channels[channel].config->name,
                                            a->fingerprint, now),
                     "queue not updated");
}

void deliver_group_wait(struct deliver *d, int channel, int route,
                        const struct alert *a, struct outbox_row *row) {
  if (!may_group(d, channel, route, a) ||
      !kind_groups(row->kind, row->reason)) {
    deliver_group_skip(d, channel, a);
    return;
  }
  key_of(d, route, a, row->group_key);
  row->group_due =
      due_of(d, channel, route, row->group_key, row->kind, row->created);
}

int64_t deliver_group_until(struct deliver *d, int channel, int route,
                            const struct alert *a, int64_t now) {
  char key[STORE_GROUP_SIZE];
  int64_t due;

  if (a->id != 0)
    return store_group_waits(d->store, d->channels[channel].config->name, a->id,
                             now);
  if (!may_group(d, channel, route, a))
    return 0;
  key_of(d, route, a, key);
  due = due_of(d, channel, route, key, MESSAGE_OPEN, now);
  return due > now ? due : 0;
}
