/* SPDX-License-Identifier: MIT */
/* Accounts that are refused: see auth_backoff.h. */
#include <config.h>

#include "poll/registry/auth_backoff.h"

#include "base/log.h"

#include <string.h>

enum {
  /* The next try, and the longest pause. Devices lock everybody out for half
   * an hour after a few. */
  LOCKED_FIRST_S = 60,
  LOCKED_MOST_S = 2 * 3600,
};

void auth_backoff_accepted(struct poll_device *k,
                           const struct account *account) {
  enum account_used used =
      k->contact.transport->account != NULL && k->contact.link != NULL
          ? k->contact.transport->account(k->contact.link)
          : ACCOUNT_NONE;

  k->auth.proved |= used == ACCOUNT_PROVED;
  if (used == ACCOUNT_DEFAULT && account != NULL && !k->auth.by_default)
    log_say(LOG_LEVEL_NOTICE,
            "%s (%s) works with the makers' default account, not with the one "
            "that is configured: it was not added to that in the app",
            k->name, poll_device_address(k));
  if (used != ACCOUNT_NONE)
    k->auth.by_default = used == ACCOUNT_DEFAULT;
  k->auth.trusted = true;
  k->auth.refused = false;
  k->auth.locked_steps = 0;
}

void auth_backoff_new_owner(struct poll_device *k) {
  k->auth.not_before_us = 0;
  k->auth.locked_steps = 0;
}

void auth_backoff_new_account(struct poll_device *k) {
  k->auth.account_changed = false;
  k->auth.refused = false;
  k->auth.trusted = false;
  k->auth.proved = false;
  k->auth.locked_steps = 0;
  if (!k->auth.locked_by_device)
    k->auth.not_before_us = 0;
}

unsigned auth_backoff_locked_for(const struct poll_device *k) {
  if (k->contact.transport->locked == NULL || k->contact.link == NULL)
    return 0;
  return k->contact.transport->locked(k->contact.link);
}

/* Each refused account counts towards a lock: the pauses double. A device that
 * is locked already says for how long. One that accepted it a moment ago may
 * only have mixed up our login with another client's: it is asked once more at
 * its next poll. */
void auth_backoff_refused(struct poll_device *k, unsigned locked_s,
                          uint64_t now_us) {
  uint64_t seconds = LOCKED_FIRST_S;
  bool trusted = k->auth.trusted;

  k->auth.locked_by_device = locked_s > 0;
  k->auth.trusted = false;
  if (locked_s > 0) {
    seconds = locked_s + 1ULL;
  } else if (trusted) {
    seconds = 0;
  } else {
    for (unsigned i = 0; i < k->auth.locked_steps && seconds < LOCKED_MOST_S;
         i++)
      seconds *= 2;
    k->auth.locked_steps++;
    if (seconds > LOCKED_MOST_S)
      seconds = LOCKED_MOST_S;
  }
  k->auth.not_before_us = now_us + seconds * 1000000;
}

bool auth_backoff_is_locked(const struct poll_device *k, uint64_t now_us) {
  return now_us < k->auth.not_before_us;
}

bool auth_backoff_is_foreign(const struct poll_device *k,
                             const struct account *account,
                             enum account_spelling *spelling) {
  char spelled[ACCOUNT_ADDRESS_SIZE];
  static const uint8_t not_told[OWNER_SIZE] = {0};
  uint8_t owner[OWNER_SIZE];

  *spelling = ACCOUNT_AS_TYPED;
  if (memcmp(k->contact.owner, not_told, OWNER_SIZE) == 0 || account == NULL ||
      strlen(account->user) >= sizeof(spelled))
    return false;
  for (int how = 0; how < ACCOUNT_SPELLINGS; how++) {
    if (!account_spell(account->user, (enum account_spelling)how, spelled))
      continue;
    if (discovery_packet_owner(spelled, owner) < 0)
      return false;
    if (memcmp(owner, k->contact.owner, OWNER_SIZE) == 0) {
      *spelling = (enum account_spelling)how;
      return false;
    }
  }
  return true;
}
