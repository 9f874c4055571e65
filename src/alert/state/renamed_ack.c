/* SPDX-License-Identifier: MIT */
/* See renamed_ack.h. */
#include <config.h>

#include "alert/state/renamed_ack.h"

#include "alert/model/event.h"
#include "alert/state/open_alert.h"
#include "alert/store/store_alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is still bad is said by its new name within a few intervals. */
static const int64_t WAIT_MS = (int64_t)3600 * 1000;
/* Or was before the renaming was heard of. */
static const int64_t EARLY_MS = (int64_t)300 * 1000;

/* "Chest" of: Freezer is now called "Chest" */
static bool new_name(const char *text, const char *old, char *name,
                     size_t size) {
  static const char words[] = " is now called \"";
  size_t old_len = strlen(old);
  size_t len = strlen(text);
  size_t begin = old_len + sizeof(words) - 1;

  if (old_len == 0 || len < begin + 2 || text[len - 1] != '"' ||
      strncmp(text, old, old_len) != 0 ||
      strncmp(text + old_len, words, sizeof(words) - 1) != 0)
    return false;
  return (size_t)snprintf(name, size, "%.*s", (int)(len - 1 - begin),
                          text + begin) < size;
}

static bool successor(const struct alert *closed, char *fingerprint) {
  char name[ALERT_NAME_SIZE];
  const char *device = closed->plugin_instance;
  const char *plug = closed->type_instance;

  if (new_name(closed->recovery_text, device, name, sizeof(name)))
    device = name;
  else if (new_name(closed->recovery_text, plug, name, sizeof(name)))
    plug = name;
  else
    return false;
  event_fingerprint(closed->class, closed->host, closed->plugin, device,
                    closed->type, plug, closed->key, fingerprint);
  return true;
}

static struct renamed_ack ack_of(const struct alert *a) {
  struct renamed_ack ack = {.id = a->id,
                            .closed = a->resolved_at,
                            .at = a->ack_at,
                            .until = a->ack_until,
                            .level = a->ack_level};

  memcpy(ack.by, a->ack_by, sizeof(ack.by));
  memcpy(ack.source, a->ack_source, sizeof(ack.source));
  return ack;
}

static void give(struct state *s, struct open_alert *e,
                 const struct renamed_ack *ack, int64_t now) {
  char detail[128];

  memcpy(e->a.ack_by, ack->by, sizeof(e->a.ack_by));
  memcpy(e->a.ack_source, ack->source, sizeof(e->a.ack_source));
  e->a.flags |= ALERT_ACKED;
  e->a.ack_at = ack->at;
  e->a.ack_until = ack->until;
  e->a.ack_level = ack->level;
  open_alert_store(s, e);
  snprintf(detail, sizeof(detail), "%s, as alert %" PRId64, ack->by, ack->id);
  open_alert_history(s, e, now, "acked", detail);
}

static bool holds(const struct renamed_ack *ack, const struct open_alert *e,
                  int64_t now) {
  return ack->closed <= now && now - ack->closed <= WAIT_MS &&
         (ack->until == 0 || now < ack->until) && e->a.level <= ack->level &&
         !(e->a.flags & ALERT_ACKED);
}

static void keep(struct state *s, const struct alert *closed,
                 const char *fingerprint) {
  struct renamed_ack *ack =
      &s->renamed_acks.items[s->renamed_acks.next++ % RENAMED_ACKS_MAX];

  *ack = ack_of(closed);
  memcpy(ack->fingerprint, fingerprint, sizeof(ack->fingerprint));
}

/* A device that has another name is not missing. */
static bool passes_on(const struct alert *closed, char *fingerprint) {
  return (closed->flags & ALERT_ACKED) != 0 && closed->class != ALERT_MISSING &&
         successor(closed, fingerprint);
}

void renamed_ack_pass_on(struct state *s, const struct alert *closed,
                         int64_t now) {
  struct renamed_ack ack = ack_of(closed);
  char fingerprint[33];
  struct open_alert *e;

  if (!passes_on(closed, fingerprint))
    return;
  e = alert_table_find(&s->table, fingerprint);
  if (e == NULL) {
    keep(s, closed, fingerprint);
    return;
  }
  /* the threshold speaks in another thread than who tells of the renaming */
  if (!holds(&ack, e, now) || now - e->a.since > EARLY_MS)
    return;
  give(s, e, &ack, now);
  if (e->a.state != ALERT_PENDING)
    open_alert_notify(s, e, now, MESSAGE_ACKED, REASON_ACKED, true);
  open_alert_store(s, e);
}

static void load(void *arg, const struct alert *closed, int64_t due) {
  char fingerprint[33];

  (void)due;
  if (closed->reason == REASON_RENAMED && passes_on(closed, fingerprint))
    keep(arg, closed, fingerprint);
}

void renamed_ack_load(struct state *s, int64_t now) {
  store_alert_each_closed_acked(s->store, now - WAIT_MS, RENAMED_ACKS_MAX, load,
                                s);
}

/* Whether an alert of the new name has come and gone since: what comes now is
 * another matter. */
static bool was_followed(const struct state *s, const struct open_alert *e,
                         int64_t closed) {
  struct alert last;

  return store_alert_last_closed(s->store, e->a.fingerprint, closed, &last) ==
         0;
}

void renamed_ack_take(struct state *s, struct open_alert *e, int64_t now) {
  for (unsigned i = 0; i < RENAMED_ACKS_MAX; i++) {
    struct renamed_ack *ack = &s->renamed_acks.items[i];

    if (strcmp(ack->fingerprint, e->a.fingerprint) != 0)
      continue;
    ack->fingerprint[0] = '\0';
    if (holds(ack, e, now) && !was_followed(s, e, ack->closed))
      give(s, e, ack, now);
    return;
  }
}

static void shift(int64_t *moment, int64_t delta) {
  if (*moment > 0)
    *moment = *moment + delta > 0 ? *moment + delta : 1;
}

void renamed_ack_shift(struct state *s, int64_t delta) {
  for (unsigned i = 0; i < RENAMED_ACKS_MAX; i++) {
    struct renamed_ack *ack = &s->renamed_acks.items[i];

    shift(&ack->closed, delta);
    shift(&ack->at, delta);
    shift(&ack->until, delta);
  }
}
