/* How a known device is spoken with, and when not: as it says itself by TDP,
 * as option Transport says, or by trial. Firmware updates change it, so what a
 * device says anew counts over what worked before. Everything belongs to the
 * engine's thread. */
#ifndef POLL_CONTACT_H
#define POLL_CONTACT_H

#include "device/discover.h"
#include "poll/known.h"

/* Begins with the first trial that fits option Transport. */
void contact_start(struct known *k);

/* As a device that was not known introduces itself. */
void contact_take(struct known *k, const struct introduction *in);

/* As a known one introduces itself, unless the way in use is known better.
 * When it is another way than before: closes the link, and sets k.retuned. */
void contact_adopt(struct known *k, const struct introduction *in);

/* A poll of k failed: tries the next thing, if there is any and it may be the
 * better one. */
void contact_try_other(struct known *k);

/* A poll of k went well: it needs no other way. */
void contact_worked(struct known *k);

/* Whether the next attempt at a poll should ask for one thing at a time. slow:
 * the poll is a long one. */
bool contact_asks_singly(const struct known *k, bool slow);

/* It did not accept the account: when it may be tried again. now_us is
 * monotonic. */
void contact_lock(struct known *k, uint64_t now_us);
bool contact_is_locked(const struct known *k, uint64_t now_us);

/* Where its service is at an address. */
struct sockaddr_in contact_at(const struct known *k, struct in_addr address);

/* Whether k says that it belongs to another account (NULL: none is given). */
bool contact_is_foreign(const struct known *k, const struct account *account);

/* Closes the link. */
void contact_close(struct known *k);

#endif
