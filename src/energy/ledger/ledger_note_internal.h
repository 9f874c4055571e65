/* SPDX-License-Identifier: MIT */
/* Notes in memory and on disk: what the files of both share. Guarded by the
 * ledger's lock. */
#ifndef ENERGY_LEDGER_LEDGER_NOTE_INTERNAL_H
#define ENERGY_LEDGER_LEDGER_NOTE_INTERNAL_H

#include "energy/ledger/ledger_note.h"

struct ledger_note {
  struct ledger_note *next;
  char kind[LEDGER_NOTE_KIND], name[LEDGER_NOTE_NAME];
  char *text; /* NULL: nothing is kept */
  bool dirty; /* not on disk */
  bool reset; /* forgotten on somebody's wish, of which its owner does not
                 know yet */
};

/* Found or made; NULL when it cannot be. */
struct ledger_note *ledger_note_entry(struct ledger *l, const char *kind,
                                      const char *name);
void ledger_notes_free(struct ledger *l);

#endif
