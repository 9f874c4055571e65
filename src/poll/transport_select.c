/* SPDX-License-Identifier: MIT */
/* How a device is spoken with: see contact.h. */
#include <config.h>

#include "poll/transport_select.h"

#include "base/log.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
  ACCOUNT_MAX = 256,
  CHOKED_PROOFS = 2,
  /* Accounts that are refused: the next try, and the longest pause. Devices
   * lock everybody out for half an hour after a few. */
  LOCKED_FIRST_S = 60,
  LOCKED_MOST_S = 2 * 3600,
};

static const struct transport *const chosen[] = {
    [TRANSPORT_AUTO] = NULL,
    [TRANSPORT_XOR] = &transport_xor,
    [TRANSPORT_KLAP] = &transport_klap,
    [TRANSPORT_AES] = &transport_aes,
    [TRANSPORT_TPAP] = &transport_tpap,
};

/* What to try with a device that does not say how it wants to be spoken to
 * (its datagrams do not reach us), one after the other. */
static const struct {
  const struct transport *transport;
  const struct dialect *dialect;
} guesses[] = {
    {&transport_xor, &dialect_iot},   {&transport_klap, &dialect_smart},
    {&transport_klap, &dialect_iot},  {&transport_tpap, &dialect_smart},
    {&transport_aes, &dialect_smart},
};
enum { GUESSES = sizeof(guesses) / sizeof(guesses[0]) };

/* What option Transport says; NULL: nothing. */
static const struct transport *chosen_transport(const struct poll_device *k) {
  return k->options != NULL ? chosen[k->options->transport] : NULL;
}

void transport_select_close(struct poll_device *k) {
  if (k->link != NULL)
    k->transport->close(k->link);
  k->link = NULL;
}

static in_port_t port_of(const struct poll_device *k) {
  if (k->options != NULL && k->options->port != 0)
    return (in_port_t)k->options->port;
  if (k->service.port != 0 && k->transport != &transport_xor)
    return k->service.port;
  return k->service.tls && k->transport->port_tls != 0 ? k->transport->port_tls
                                                       : k->transport->port;
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
  if (k->dialect != dialect) {
    k->device.kind = KIND_UNKNOWN;
    k->device.learned = false;
    k->device.has_meter = false;
    k->device.can = 0;
    k->device.refused = 0;
    k->device.shaky = 0;
    counter_change_source(&k->energy);
    for (unsigned i = 0; i < k->device.plugs_num; i++) {
      k->device.plugs[i].refused = 0;
      k->device.plugs[i].learned = false;
    }
    for (unsigned i = 0; i < k->plugs_num; i++)
      counter_change_source(&k->plugs[i].energy);
  }
  k->transport = transport;
  k->dialect = dialect;
}

static void use(struct poll_device *k, const struct introduction *in,
                const struct transport *transport) {
  bool as_told = transport == in->transport;

  k->service = as_told ? in->service : (struct service){0};
  k->other = as_told ? in->other : NULL;
  if (k->other == NULL && k->by_iot && as_told && transport != &transport_xor &&
      in->dialect == &dialect_iot)
    k->other = &transport_xor; /* some say more than they do */
  k->by_tdp = in->tdp;
  memcpy(k->owner, in->owner, sizeof(k->owner));
  if (k->address.sin_port != 0)
    k->address = transport_select_at(k, k->address.sin_addr);
}

void transport_select_take(struct poll_device *k,
                           const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;

  k->by_iot = !in->tdp;
  k->transport = transport;
  k->dialect = in->dialect;
  use(k, in, transport);
}

static bool same_service(const struct service *a, const struct service *b) {
  return a->port == b->port && a->tls == b->tls && a->login == b->login;
}

void transport_select_adopt(struct poll_device *k,
                            const struct introduction *in) {
  const struct transport *transport =
      chosen_transport(k) != NULL ? chosen_transport(k) : in->transport;
  bool same_owner = strcmp(in->owner, k->owner) == 0;
  bool as_told = transport == in->transport;

  k->by_iot |= !in->tdp;
  if (k->by_tdp && !in->tdp) {
    if (k->other == NULL && !k->answered && chosen_transport(k) == NULL &&
        k->dialect == &dialect_iot)
      k->other = &transport_xor;
    return;
  }
  k->by_tdp |= in->tdp;
  if (transport == k->other && in->dialect == k->dialect)
    return; /* what it says did not work */
  if (transport == k->transport && in->dialect == k->dialect && same_owner &&
      (!as_told || same_service(&in->service, &k->service)))
    return;
  /* KLAP and TPAP show that the device knows the account; AES hands the
   * password to whoever asks for it. No firmware goes back to that. */
  if (k->answered && transport == &transport_aes &&
      (k->transport == &transport_klap || k->transport == &transport_tpap))
    return;
  if (k->answered && transport != k->transport)
    log_say(LOG_LEVEL_NOTICE, "%s speaks %s now, not %s", k->name,
            transport->name, k->transport->name);
  speak(k, transport, in->dialect);
  use(k, in, transport);
  if (!same_owner) { /* the account may be accepted now */
    k->not_before_us = 0;
    k->locked_steps = 0;
  }
  k->retuned = true;
}

static void next_guess(struct poll_device *k) {
  do
    k->guess = (k->guess + 1) % GUESSES;
  while (chosen_transport(k) != NULL &&
         guesses[k->guess].transport != chosen_transport(k));
}

void transport_select_start(struct poll_device *k) {
  if (chosen_transport(k) != NULL &&
      guesses[k->guess].transport != chosen_transport(k))
    next_guess(k);
  k->transport = guesses[k->guess].transport;
  k->dialect = guesses[k->guess].dialect;
}

/* Whether it failed in a way that speaks against what was tried. One that
 * refuses the account was spoken to in the right way. */
static bool is_wrong_way(const struct poll_device *k) {
  switch (k->outcome) {
  case OUTCOME_OK:
  case OUTCOME_AUTH:
    return false;
  case OUTCOME_TIMEOUT:
  case OUTCOME_UNREACHABLE:
    return !k->answered;
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
  if (k->other != NULL) {
    const struct transport *now = k->transport;

    speak(k, k->other, k->dialect);
    k->other = now;
  } else if (!k->answered && !k->by_tdp && k->options != NULL &&
             k->options->kind != MATCH_MAC && k->options->port == 0) {
    next_guess(k);
    speak(k, guesses[k->guess].transport, guesses[k->guess].dialect);
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
  return k->attempts > 0 || (k->polled && !k->up) ||
         (k->choked >= CHOKED_PROOFS && !slow);
}

void transport_select_worked(struct poll_device *k) {
  if (k->transport != &transport_xor && k->other == &transport_xor)
    k->other = NULL;
  if (k->transport != &transport_xor)
    k->by_iot = false;
  k->trusted = true;
  if (!k->asked_singly)
    k->choked = 0;
  else if (k->attempts > 1 && k->choked < CHOKED_PROOFS)
    k->choked++;
  k->locked_steps = 0;
  k->refused = false;
  k->asked_tdp = false;
}

/* -- accounts -- */

/* Each refused account counts towards a lock: the pauses double. A device that
 * is locked already says for how long. One that accepted it a moment ago may
 * only have mixed up our login with another client's: it is asked once more at
 * its next poll. */
void transport_select_lock(struct poll_device *k, uint64_t now_us) {
  uint64_t seconds = LOCKED_FIRST_S;
  unsigned asked = 0;
  bool trusted = k->trusted;

  if (k->transport->locked != NULL && k->link != NULL)
    asked = k->transport->locked(k->link);
  k->locked_by_device = asked > 0;
  k->trusted = false;
  if (asked > 0) {
    seconds = asked + 1ULL;
  } else if (trusted) {
    seconds = 0;
  } else {
    for (unsigned i = 0; i < k->locked_steps && seconds < LOCKED_MOST_S; i++)
      seconds *= 2;
    k->locked_steps++;
    if (seconds > LOCKED_MOST_S)
      seconds = LOCKED_MOST_S;
  }
  k->not_before_us = now_us + seconds * 1000000;
}

bool transport_select_is_locked(const struct poll_device *k, uint64_t now_us) {
  return now_us < k->not_before_us;
}

/* Devices keep a hash of the address as it was registered; who types it in
 * capitals, or without, means the same one. */
bool transport_select_is_foreign(const struct poll_device *k,
                                 const struct account *account) {
  char owner[OWNER_SIZE];
  char small[ACCOUNT_MAX];
  size_t len;

  if (k->owner[0] == '\0' || account == NULL)
    return false;
  len = strlen(account->user);
  if (discovery_packet_owner(account->user, owner) < 0 ||
      strcasecmp(owner, k->owner) == 0 || len >= sizeof(small))
    return false;
  for (size_t i = 0; i <= len; i++)
    small[i] = (char)tolower((unsigned char)account->user[i]);
  return discovery_packet_owner(small, owner) == 0 &&
         strcasecmp(owner, k->owner) != 0;
}
