/* SPDX-License-Identifier: MIT */
/* Gives every known device a name that no other has (doc/names.md): its base
 * name where it is the only one of that name, else with a suffix behind it. Who
 * came first makes no difference, but who has answered polls (or is configured)
 * is renamed only for another that has: anybody can send a datagram in which he
 * calls himself so. Everything belongs to the engine's thread. */
#ifndef POLL_REGISTRY_UNIQUE_NAMES_H
#define POLL_REGISTRY_UNIQUE_NAMES_H

#include "base/hash.h"
#include "poll/registry/poll_device.h"

struct unique_names {
  struct hash by_base;     /* base names: two under one are told apart */
  struct hash by_standing; /* of them, those that have answered, and those whose
                            * first poll is not over */
  struct hash by_suffix;   /* base name and short suffix */
  struct hash by_called;   /* the names that came of it */
};

/* 0 or -ENOMEM; unique_names_free() is due either way. */
int unique_names_init(struct unique_names *r);
void unique_names_free(struct unique_names *r);

/* Names k, or renames it when it has another base name than before or has
 * answered its first poll; those of the same base name that must not keep it
 * are renamed too. Logs a new name and the first of a shared one. */
void unique_names_enter(struct unique_names *r, struct poll_device *k,
                        enum name_by by, bool answered);

/* A poll of k, which never answered one, is over: it takes no name away from
 * whom it is shared with. */
void unique_names_unanswered(struct unique_names *r, struct poll_device *k);

/* Takes k's name away; who shared it gets it back. */
void unique_names_leave(struct unique_names *r, struct poll_device *k);

#endif
