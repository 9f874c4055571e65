/* SPDX-License-Identifier: MIT */
/* How a device is spoken with: see transport_select.h. */
#include <config.h>

#include "poll/transport_select.h"

#include "base/log.h"
#include "device/iot/iot.h"
#include "device/transport/aes.h"
#include "device/transport/klap.h"
#include "device/transport/tpap.h"
#include "device/transport/transports.h"
#include "device/transport/xor_tcp.h"
#include "poll/auth_backoff.h"

#include <string.h>

enum {
  SHORT_ONLY_PROOFS = 2,
  GUESSES = TRANSPORT_CHOICES * TRANSPORT_DIALECTS,
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

static void use(struct poll_device *k, const struct introduction *in,
                const struct transport *transport) {
  bool as_told = transport == in->transport;

  k->contact.service = as_told ? in->service : (struct service){0};
  k->contact.other = as_told ? in->other : NULL;
  if (k->contact.other == NULL && k->contact.by_iot && as_told &&
      transport != &transport_xor && in->dialect == &dialect_iot)
    k->contact.other = &transport_xor; /* some say more than they do */
  k->contact.by_tdp = in->tdp;
  memcpy(k->contact.owner, in->owner, sizeof(k->contact.owner));
  if (k->address.sin_port != 0)
    k->address = transport_select_at(k, k->address.sin_addr);
}

void transport_select_take(struct poll_device *k,
                           const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;

  k->contact.by_iot = !in->tdp;
  k->contact.transport = transport;
  k->contact.dialect = in->dialect;
  use(k, in, transport);
}

static bool same_service(const struct service *a, const struct service *b) {
  return a->port == b->port && a->tls == b->tls && a->login == b->login;
}

void transport_select_adopt(struct poll_device *k,
                            const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;
  bool same_owner = strcmp(in->owner, k->contact.owner) == 0;
  bool as_told = transport == in->transport;

  k->contact.by_iot |= !in->tdp;
  if (k->contact.by_tdp && !in->tdp) {
    if (k->contact.other == NULL && !k->status.answered &&
        chosen_transport(k) == NULL && k->contact.dialect == &dialect_iot)
      k->contact.other = &transport_xor;
    return;
  }
  k->contact.by_tdp |= in->tdp;
  if (transport == k->contact.other && in->dialect == k->contact.dialect)
    return; /* what it says did not work */
  if (transport == k->contact.transport && in->dialect == k->contact.dialect &&
      same_owner &&
      (!as_told || same_service(&in->service, &k->contact.service)))
    return;
  /* KLAP and TPAP show that the device knows the account; AES hands the
   * password to whoever asks for it. No firmware goes back to that. */
  if (k->status.answered && transport == &transport_aes &&
      (k->contact.transport == &transport_klap ||
       k->contact.transport == &transport_tpap))
    return;
  if (k->status.answered && transport != k->contact.transport)
    log_say(LOG_LEVEL_NOTICE, "%s speaks %s now, not %s", k->name,
            transport->name, k->contact.transport->name);
  speak(k, transport, in->dialect);
  use(k, in, transport);
  if (!same_owner)
    auth_backoff_new_owner(k);
  k->contact.changed = true;
}

/* Guess number n: a row of the table and one of its dialects. What to try with
 * a device that does not say how it wants to be spoken to (its datagrams do not
 * reach us), one after the other. */
static const struct transport_row *guess_row(unsigned n) {
  return &transports[n / TRANSPORT_DIALECTS];
}

static const struct dialect *guess_dialect(unsigned n) {
  return guess_row(n)->dialects[n % TRANSPORT_DIALECTS];
}

static bool may_guess(const struct poll_device *k, unsigned n) {
  return guess_dialect(n) != NULL &&
         (chosen_transport(k) == NULL ||
          guess_row(n)->transport == chosen_transport(k));
}

static void next_guess(struct poll_device *k) {
  do
    k->contact.guess = (k->contact.guess + 1) % GUESSES;
  while (!may_guess(k, k->contact.guess));
}

void transport_select_start(struct poll_device *k) {
  if (!may_guess(k, k->contact.guess))
    next_guess(k);
  k->contact.transport = guess_row(k->contact.guess)->transport;
  k->contact.dialect = guess_dialect(k->contact.guess);
}

/* Whether it failed in a way that speaks against what was tried. One that
 * refuses the account was spoken to in the right way. */
static bool is_wrong_way(const struct poll_device *k) {
  switch (k->status.outcome) {
  case OUTCOME_OK:
  case OUTCOME_AUTH:
    return false;
  case OUTCOME_TIMEOUT:
  case OUTCOME_UNREACHABLE:
    return !k->status.answered;
  case OUTCOME_REFUSED:
  case OUTCOME_MALFORMED:
  case OUTCOME_DEVICE:
    break;
  }
  return true;
}

void transport_select_try_other(struct poll_device *k) {
  if (!is_wrong_way(k))
    return;
  if (k->contact.other != NULL) {
    const struct transport *now = k->contact.transport;

    speak(k, k->contact.other, k->contact.dialect);
    k->contact.other = now;
  } else if (!k->status.answered && !k->contact.by_tdp && k->options != NULL &&
             k->options->kind != MATCH_MAC && k->options->port == 0) {
    next_guess(k);
    speak(k, guess_row(k->contact.guess)->transport,
          guess_dialect(k->contact.guess));
  }
  if (k->address.sin_port != 0)
    k->address = transport_select_at(k, k->address.sin_addr);
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
  if (k->contact.transport != &transport_xor &&
      k->contact.other == &transport_xor)
    k->contact.other = NULL;
  if (k->contact.transport != &transport_xor)
    k->contact.by_iot = false;
  if (!k->contact.singly)
    k->contact.short_only = 0;
  else if (k->poll.attempts > 1 && k->contact.short_only < SHORT_ONLY_PROOFS)
    k->contact.short_only++;
}
