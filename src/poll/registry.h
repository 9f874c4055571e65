/* Who is known: found by identity (MAC, else device id), address or name.
 * Decides who is let in, who keeps an address two claim, and what each is
 * called. Everything belongs to the engine's thread. */
#ifndef POLL_REGISTRY_H
#define POLL_REGISTRY_H

#include "device/discover.h"
#include "poll/known.h"

struct registry;

/* gone is called before a device that left is freed. NULL when memory is
 * out; options must outlive the registry. */
struct registry *registry_create(const struct poll_options *options,
                                 void (*gone)(void *arg, struct known *k),
                                 void *arg);
void registry_free(struct registry *r);

/* All known, oldest first: start with NULL. */
struct known *registry_next(const struct registry *r, const struct known *k);
size_t registry_count(const struct registry *r);

/* Whoever is at an address, or NULL. */
struct known *registry_at(const struct registry *r, struct in_addr address);

/* Somebody at address introduced himself. Takes the introduction over.
 * Returns the device, new or known, or NULL when it is not let in. */
struct known *registry_meet(struct registry *r, struct introduction *in,
                            const struct sockaddr_in *address);

enum confirmed {
  CONFIRMED,
  CONFIRMED_OTHER,   /* somebody else than it was: k waits to be found again */
  CONFIRMED_IGNORED, /* one that is to be left out: k.ignored */
};

/* The device answered a poll: takes up who it says it is, its name, and its
 * plugs' names. Anything but CONFIRMED: the poll must not be published; why
 * says so. */
enum confirmed registry_confirm(struct registry *r, struct known *k,
                                char why[WHY_SIZE]);

/* The plugs may have changed since: makes k.plugs follow device.plugs. False
 * when memory is out. */
bool registry_follow_plugs(struct known *k);

/* Goes to another address (closing the link). */
void registry_move(struct registry *r, struct known *k,
                   const struct sockaddr_in *address);

/* Takes the candidate address, if any; false when there is none. */
bool registry_try_candidate(struct registry *r, struct known *k);

void registry_forget(struct registry *r, struct known *k);

#endif
