/* SPDX-License-Identifier: MIT */
/* Whether a device accepts the account, and when it may be asked again: after a
 * few refused logins devices lock everybody out, the vendor's app included, so
 * pauses grow. Writes poll_device.auth. Engine's thread only. */
#ifndef POLL_REGISTRY_AUTH_BACKOFF_H
#define POLL_REGISTRY_AUTH_BACKOFF_H

#include "poll/registry/poll_device.h"

/* A poll of k went well; account: is configured for it, or NULL. Says so when
 * it works with a default account in its place. */
void auth_backoff_accepted(struct poll_device *k,
                           const struct account *account);

/* For how many seconds k wants to be left alone, as far as it has said so. Its
 * link is open. */
unsigned auth_backoff_locked_for(const struct poll_device *k);

/* It did not accept the account, in any way that was tried. now_us is
 * monotonic; locked_s as auth_backoff_locked_for(). */
void auth_backoff_refused(struct poll_device *k, unsigned locked_s,
                          uint64_t now_us);

/* Whether it is to be left alone. */
bool auth_backoff_is_locked(const struct poll_device *k, uint64_t now_us);

/* It says that it belongs to somebody else than before: the account may be
 * accepted now. */
void auth_backoff_new_owner(struct poll_device *k);

/* The account is another one now: what was refused may be tried again (not by
 * a device that has locked itself: it would refuse the right one, too).
 * transport_select_again() belongs with it. k is idle. */
void auth_backoff_new_account(struct poll_device *k);

/* Whether k says that it belongs to another account (NULL: none is given). If
 * not, spelling says in which capitals this one was registered: devices keep
 * a hash of the address, and show one in datagrams (doc/protocol.md). */
bool auth_backoff_is_foreign(const struct poll_device *k,
                             const struct account *account,
                             enum account_spelling *spelling);

#endif
