/* SPDX-License-Identifier: MIT */
/* How a device is spoken with: see transport_select.h. */
#include <config.h>

#include "poll/registry/transport_select.h"

#include "base/log.h"
#include "device/transport/transports.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/auth_backoff.h"

#include <stdio.h>
#include <string.h>

enum {
  SHORT_ONLY_PROOFS = 2,
  WAYS = TRANSPORT_CHOICES * TRANSPORT_DIALECTS,
  /* Polls in a row in which what once worked does not. */
  MISSES_PROVE = 3,
};

/* What option Transport says; NULL: nothing. */
static const struct transport *chosen_transport(const struct poll_device *k) {
  return k->options != NULL ? transports[k->options->transport].transport
                            : NULL;
}

void transport_select_close(struct poll_device *k) {
  if (k->contact.link != NULL)
    k->contact.transport->close(k->contact.link);
  k->contact.link = NULL;
}

static in_port_t port_of(const struct poll_device *k) {
  if (k->options != NULL && k->options->port != 0)
    return (in_port_t)k->options->port;
  if (k->contact.service.port != 0 && k->contact.transport != &transport_xor)
    return k->contact.service.port;
  return k->contact.service.tls && k->contact.transport->port_tls != 0
             ? k->contact.transport->port_tls
             : k->contact.transport->port;
}

struct sockaddr_in transport_select_at(const struct poll_device *k,
                                       struct in_addr address) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(port_of(k)),
                              .sin_addr = address};
}

static void speak(struct poll_device *k, const struct transport *transport,
                  const struct dialect *dialect) {
  transport_select_close(k);
  /* What a dialect has learned is in its own words, and another one may have
   * no total to count by. */
  if (k->contact.dialect != dialect) {
    device_forget_requests(&k->device);
    k->device.kind = KIND_UNKNOWN;
    k->device.has_meter = false;
    counter_change_source(&k->energy);
    for (unsigned i = 0; i < k->plugs_num; i++)
      counter_change_source(&k->plugs[i].energy);
  }
  k->contact.transport = transport;
  k->contact.dialect = dialect;
}

static void begin_round(struct poll_device *k) {
  k->contact.tried = 0;
  k->contact.refused = false;
}

static void use(struct poll_device *k, const struct introduction *in,
                const struct transport *transport) {
  bool as_told = transport == in->transport;

  k->contact.service = as_told ? in->service : (struct service){0};
  k->contact.told = transport;
  k->contact.told_service = k->contact.service;
  k->contact.by_tdp = in->tdp;
  k->contact.worked = NULL;
  k->contact.entered = NULL;
  k->contact.misses = 0;
  begin_round(k);
  memcpy(k->contact.owner, in->owner, sizeof(k->contact.owner));
  if (k->address.sin_port != 0)
    k->address = transport_select_at(k, k->address.sin_addr);
}

void transport_select_take(struct poll_device *k,
                           const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;

  k->contact.transport = transport;
  k->contact.dialect = in->dialect;
  use(k, in, transport);
}

static bool same_service(const struct service *a, const struct service *b) {
  return a->port == b->port && a->tls == b->tls && a->login == b->login;
}

static bool reveals(const struct transport *transport) {
  return transport_row_of(transport)->reveals_account;
}

/* KLAP and TPAP show that the device knows the account; XOR asks for none, and
 * AES hands the password to whoever asks for it. No firmware goes back to
 * those, so whoever says so in a datagram may be somebody else. */
static bool is_lure(const struct poll_device *k,
                    const struct transport *transport) {
  if (transport == &transport_xor)
    return k->auth.proved;
  return reveals(transport) && k->status.answered &&
         k->contact.transport != &transport_xor &&
         !reveals(k->contact.transport);
}

void transport_select_adopt(struct poll_device *k,
                            const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;
  struct introduction said = *in;
  bool same_owner = memcmp(in->owner, k->contact.owner, OWNER_SIZE) == 0;
  bool as_told = transport == in->transport;

  if (k->contact.by_tdp && !in->tdp)
    return;
  /* A login is not made less safe by a datagram. */
  if (reveals(transport) && k->contact.told == transport &&
      k->contact.told_service.login == 2)
    said.service.login = 2;
  if (k->contact.told == transport && in->dialect == k->contact.dialect &&
      same_owner && in->tdp == k->contact.by_tdp &&
      (!as_told || same_service(&said.service, &k->contact.told_service)))
    return; /* nothing new: it works, or something else is being tried */
  if (is_lure(k, transport))
    return;
  if (k->status.answered && transport != k->contact.transport)
    log_say(LOG_LEVEL_NOTICE, "%s speaks %s now, not %s", k->name,
            transport->name, k->contact.transport->name);
  k->contact.changed = transport != k->contact.transport ||
                       in->dialect != k->contact.dialect || !same_owner ||
                       !same_service(&said.service, &k->contact.service);
  if (k->contact.changed)
    speak(k, transport, in->dialect);
  use(k, &said, transport);
  if (!same_owner)
    auth_backoff_new_owner(k);
}

/* -- trials -- */

/* Way number n: a row of the table and one of its dialects. */
static const struct transport_row *way_row(unsigned n) {
  return &transports[n / TRANSPORT_DIALECTS];
}

static const struct dialect *way_dialect(unsigned n) {
  return way_row(n)->dialects[n % TRANSPORT_DIALECTS];
}

/* Whether way n may be tried. Of one that has said in which language it is to
 * be spoken with that is believed, and the account is shown to nobody on
 * trial; AES by itself, without a word from the device, ends before it is. */
static bool may_try(const struct poll_device *k, unsigned n,
                    const struct poll_options *o) {
  const struct transport *transport = way_row(n)->transport;

  if (way_dialect(n) == NULL ||
      (chosen_transport(k) != NULL && transport != chosen_transport(k)) ||
      (transport == &transport_xor && k->auth.proved))
    return false;
  return k->contact.told == NULL || (transport != k->contact.told &&
                                     way_dialect(n) == k->contact.dialect &&
                                     (!way_row(n)->reveals_account ||
                                      poll_options_may_reveal(o, k->options)));
}

static const struct transport *usual(const struct poll_device *k) {
  if (k->contact.worked != NULL)
    return k->contact.worked;
  return k->contact.entered != NULL ? k->contact.entered : k->contact.told;
}

bool transport_select_is_trial(const struct poll_device *k) {
  return usual(k) != NULL && k->contact.transport != usual(k);
}

const char *transport_select_name(const struct poll_device *k) {
  return !k->status.up && usual(k) != NULL ? usual(k)->name
                                           : k->contact.transport->name;
}

void transport_select_note(struct poll_device *k) {
  if (k->contact.link != NULL && k->contact.transport->entered != NULL &&
      k->contact.transport->entered(k->contact.link))
    k->contact.entered = k->contact.transport;
}

static void try_way(struct poll_device *k, const struct transport *transport,
                    const struct dialect *dialect) {
  speak(k, transport, dialect);
  k->contact.service = transport == k->contact.told ? k->contact.told_service
                                                    : (struct service){0};
  if (k->address.sin_port != 0)
    k->address = transport_select_at(k, k->address.sin_addr);
}

static bool try_next(struct poll_device *k, const struct poll_options *o) {
  for (unsigned n = 0; n < WAYS; n++)
    if (may_try(k, n, o) && (k->contact.tried & 1U << n) == 0) {
      k->contact.tried |= 1U << n;
      try_way(k, way_row(n)->transport, way_dialect(n));
      return true;
    }
  return false;
}

void transport_select_start(struct poll_device *k,
                            const struct poll_options *o) {
  k->contact.told = NULL;
  begin_round(k);
  (void)try_next(k, o);
}

/* Whether the poll failed in a way that speaks against what was tried. What
 * has worked is left only when it goes on: devices reboot. */
static bool is_wrong_way(const struct poll_device *k) {
  bool on_trial = k->contact.worked != k->contact.transport &&
                  k->contact.entered != k->contact.transport;

  if (k->poll.heard)
    return false;
  switch (k->status.outcome) {
  case OUTCOME_OK:
    return false;
  case OUTCOME_TIMEOUT:
  case OUTCOME_UNREACHABLE:
    return on_trial;
  case OUTCOME_REFUSED:
  case OUTCOME_MALFORMED:
  case OUTCOME_DEVICE:
  case OUTCOME_AUTH:
    break;
  }
  return on_trial || k->contact.misses >= MISSES_PROVE;
}

/* Where it is to be found is certain, and so is the port. */
static bool may_be_tried(const struct poll_device *k) {
  if (k->options != NULL && k->options->port != 0)
    return false;
  return k->contact.told != NULL ||
         (k->options != NULL && k->options->kind != MATCH_MAC);
}

void transport_select_again(struct poll_device *k) {
  transport_select_close(k);
  begin_round(k);
  if (k->contact.told != NULL && k->contact.transport != k->contact.told)
    try_way(k, k->contact.told, k->contact.dialect);
}

static void add_name(char *out, size_t size, const char *name) {
  size_t used = strlen(out);

  snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

bool transport_select_tried(const struct poll_device *k, char out[WHY_SIZE]) {
  unsigned num = k->contact.told != NULL;

  out[0] = '\0';
  if (k->contact.told != NULL)
    add_name(out, WHY_SIZE, k->contact.told->name);
  for (unsigned row = 0; row < TRANSPORT_CHOICES; row++) {
    uint32_t bits = ((1U << TRANSPORT_DIALECTS) - 1)
                    << (row * TRANSPORT_DIALECTS);

    if ((k->contact.tried & bits) == 0)
      continue;
    add_name(out, WHY_SIZE, transports[row].transport->name);
    num++;
  }
  return num > 1;
}

bool transport_select_try_other(struct poll_device *k,
                                const struct poll_options *o) {
  k->contact.misses = k->poll.heard ? 0 : k->contact.misses + 1;
  k->contact.refused |= k->status.outcome == OUTCOME_AUTH;
  if (!is_wrong_way(k) || !may_be_tried(k))
    return false;
  if (try_next(k, o))
    return true;
  begin_round(k);
  if (k->contact.told == NULL)
    (void)try_next(k, o);
  else if (k->contact.transport != k->contact.told)
    try_way(k, k->contact.told, k->contact.dialect);
  return false;
}

/* -- manners -- */

/* After a failure it is asked for one thing at a time: some firmware has no
 * room for more and answers nonsense. Where that has helped again and again it
 * is what to begin with, but for polls that are long anyway: it may have
 * passed. */
bool transport_select_asks_singly(const struct poll_device *k, bool slow) {
  return k->poll.attempts > 0 || (k->status.polled && !k->status.up) ||
         (k->contact.short_only >= SHORT_ONLY_PROOFS && !slow);
}

void transport_select_worked(struct poll_device *k) {
  k->contact.worked = k->contact.transport;
  k->contact.misses = 0;
  begin_round(k);
  if (!k->contact.singly)
    k->contact.short_only = 0;
  else if (k->poll.attempts > 1 && k->contact.short_only < SHORT_ONLY_PROOFS)
    k->contact.short_only++;
}
