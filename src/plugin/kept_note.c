/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "plugin/kept_note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept {
  struct note_keeper keeper;
  char kind[LEDGER_NOTE_KIND], name[LEDGER_NOTE_NAME];
  char *text;
};

void *kept_note(const struct note_keeper *keeper, const char *kind,
                const char *name, const char *text) {
  struct kept *k = calloc(1, sizeof(*k));

  if (k == NULL)
    return NULL;
  k->keeper = *keeper;
  snprintf(k->kind, sizeof(k->kind), "%s", kind);
  snprintf(k->name, sizeof(k->name), "%s", name);
  k->text = strdup(text);
  return k;
}

void kept_note_told(void *arg) {
  struct kept *k = arg;

  if (k == NULL)
    return;
  if (k->text != NULL && k->keeper.ledger != NULL) {
    ledger_note_put(k->keeper.ledger, k->kind, k->name, k->text);
    if (k->keeper.writer != NULL)
      ledger_writer_hurry(k->keeper.writer);
  }
  free(k->text);
  free(k);
}
