/* SPDX-License-Identifier: MIT */
/* What is kept in the ledger's file and tells with it that something has been
 * said: it is written once collectd has the notification, so that a daemon
 * that is killed meanwhile says it again rather than never. */
#ifndef PLUGIN_KEPT_NOTE_H
#define PLUGIN_KEPT_NOTE_H

#include "energy/ledger/ledger_note.h"
#include "energy/ledger/ledger_writer.h"

/* Where notes go; a ledger of NULL keeps nothing. */
struct note_keeper {
  struct ledger *ledger;
  struct ledger_writer *writer; /* may be NULL */
};

/* For notification_queue_put(): kept_note_told(arg) puts the note. NULL when
 * memory is out. */
void *kept_note(const struct note_keeper *keeper, const char *kind,
                const char *name, const char *text);
void kept_note_told(void *arg);

#endif
