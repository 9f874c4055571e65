/* SPDX-License-Identifier: MIT */
/* Sessions: room for a few, found by id. */
#include "session.h"

#include "crypto.h"
#include "device.h"
#include "house.h"
#include "spake.h"

#include <stdlib.h>
#include <string.h>

static void random_id(char id[33]) {
  static const char digits[] = "0123456789ABCDEF";
  uint8_t bytes[16];
  random_bytes(bytes, sizeof(bytes));
  for (int i = 0; i < 16; i++) {
    id[2 * i] = digits[bytes[i] >> 4];
    id[2 * i + 1] = digits[bytes[i] & 15];
  }
  id[32] = '\0';
}

void session_end(struct session *s) {
  spake_free(s->spake);
  *s = (struct session){0};
}

/* For tests that look for what should have been kept secret. */
static void note(struct device *d, const char *secret) {
  text_addz(&d->house->secrets, secret);
  text_char(&d->house->secrets, '\n');
}

static void note_bytes(struct device *d, const uint8_t *p, size_t len) {
  text_hex(&d->house->secrets, p, len);
  text_char(&d->house->secrets, '\n');
}

struct session *session_new(struct device *d) {
  if (d->sessions == NULL)
    d->sessions = xcalloc(SESSIONS, sizeof(*d->sessions));
  struct session *s = &d->sessions[0];
  for (size_t i = 0; i < SESSIONS; i++) {
    struct session *other = &d->sessions[i];
    if (other->state == SESSION_NONE) {
      s = other;
      break;
    }
    if (other->state < s->state ||
        (other->state == s->state && other->started_ns < s->started_ns))
      s = other;
  }
  session_end(s);
  s->state = SESSION_STARTED;
  s->started_ns = d->house->loop.now_ns;
  random_id(s->id);
  random_id(s->token);
  note(d, s->id);
  note(d, s->token);
  d->stats.handshakes++;
  return s;
}

struct session *session_find(struct device *d, struct slice id) {
  if (d->sessions == NULL)
    return NULL;
  for (size_t i = 0; i < SESSIONS; i++) {
    struct session *s = &d->sessions[i];
    if (s->state == SESSION_NONE || !slice_is(id, s->id))
      continue;
    double age = (double)(d->house->loop.now_ns - s->started_ns) / 1e9;
    if (age <= (double)d->session_timeout)
      return s;
    session_end(s);
  }
  return NULL;
}

void session_ready(struct device *d, struct session *s) {
  size_t limit = d->quirks.sessions > 0 ? d->quirks.sessions : SESSIONS;
  s->state = SESSION_READY;
  s->started_ns = d->house->loop.now_ns;
  d->stats.logins++;
  d->failures = 0;
  note_bytes(d, s->key, 16);
  note_bytes(d, s->iv, 12);
  for (;;) {
    struct session *oldest = NULL;
    size_t n = 0;
    for (size_t i = 0; i < SESSIONS; i++) {
      struct session *other = &d->sessions[i];
      if (other->state != SESSION_READY)
        continue;
      n++;
      if (other != s &&
          (oldest == NULL || other->started_ns < oldest->started_ns))
        oldest = other;
    }
    if (n <= limit || oldest == NULL)
      return;
    session_end(oldest);
    d->stats.evictions++;
  }
}

void session_end_all(struct device *d) {
  for (size_t i = 0; d->sessions != NULL && i < SESSIONS; i++)
    session_end(&d->sessions[i]);
}

unsigned session_count(const struct device *d) {
  unsigned n = 0;
  for (size_t i = 0; d->sessions != NULL && i < SESSIONS; i++)
    n += d->sessions[i].state == SESSION_READY;
  return n;
}

void session_failed(struct device *d) {
  d->stats.failed_logins++;
  d->failures++;
  if (d->quirks.lock_after != 0 && d->failures >= d->quirks.lock_after)
    session_lock(d, d->quirks.lock_s);
}

void session_lock(struct device *d, double seconds) {
  d->failures = 0;
  d->locked_until_ns = d->house->loop.now_ns + (uint64_t)(seconds * 1e9);
}

unsigned session_locked_s(const struct device *d) {
  uint64_t now = d->house->loop.now_ns;
  if (d->locked_until_ns <= now)
    return 0;
  return (unsigned)((d->locked_until_ns - now + 999999999) / 1000000000);
}
