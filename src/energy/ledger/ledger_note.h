/* SPDX-License-Identifier: MIT */
/* Short texts that are kept in the ledger's file over restarts: what was told
 * of limits, what was learned of appliances, which report was sent. Whoever
 * writes a note knows what it means; the ledger only keeps it.
 *
 * Threads: any; the ledger's lock is held for one call. */
#ifndef ENERGY_LEDGER_LEDGER_NOTE_H
#define ENERGY_LEDGER_LEDGER_NOTE_H

#include "energy/ledger/ledger.h"

#include <stdbool.h>

enum {
  LEDGER_NOTE_KIND = 16,
  LEDGER_NOTE_NAME = 128,
  LEDGER_NOTE_MAX = 65536, /* bytes of its text */
  LEDGER_NOTES_MAX = 8192,
};

/* In place of what was there. A text that is too long, or one note too many,
 * is not kept: false. */
bool ledger_note_put(struct ledger *l, const char *kind, const char *name,
                     const char *text);

/* A copy for the caller to free; NULL: there is none, or no memory. */
char *ledger_note_get(struct ledger *l, const char *kind, const char *name);

/* Whether somebody has asked, by ledger_note_file_reset(), that it be
 * forgotten; says so once, and has forgotten it. */
bool ledger_note_was_reset(struct ledger *l, const char *kind,
                           const char *name);

#endif
