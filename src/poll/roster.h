/* Gives every known device a name that no other has (doc/names.md): its base
 * name where it is the only one of that name, else with a suffix behind it.
 * Who came first makes no difference. Everything belongs to the engine's
 * thread. */
#ifndef POLL_ROSTER_H
#define POLL_ROSTER_H

#include "base/hash.h"
#include "poll/known.h"

struct roster {
  struct hash by_name;   /* base names: two under one are told apart */
  struct hash by_called; /* the names that came of it */
};

/* 0 or -ENOMEM; roster_free() is due either way. */
int roster_init(struct roster *r);
void roster_free(struct roster *r);

/* Names k, or renames it when it has another base name than before; whoever
 * shares that is renamed too. Logs a new name and the first of a shared one. */
void roster_enter(struct roster *r, struct known *k, enum name_by by);

/* Takes k's name away; who shared it gets it back. */
void roster_leave(struct roster *r, struct known *k);

#endif
