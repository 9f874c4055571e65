/* SPDX-License-Identifier: MIT */
/* Notes in memory: see ledger_note.h. */
#include <config.h>

#include "energy/ledger/ledger_note.h"

#include "energy/ledger/ledger_internal.h"
#include "energy/ledger/ledger_note_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ledger_note *find(const struct ledger *l, const char *kind,
                                const char *name) {
  struct ledger_note *n = l->notes;

  while (n != NULL &&
         (strcmp(n->name, name) != 0 || strcmp(n->kind, kind) != 0))
    n = n->next;
  return n;
}

struct ledger_note *ledger_note_entry(struct ledger *l, const char *kind,
                                      const char *name) {
  struct ledger_note *n = find(l, kind, name);

  if (n != NULL)
    return n;
  if (l->notes_num == LEDGER_NOTES_MAX || strlen(kind) >= sizeof(n->kind) ||
      strlen(name) >= sizeof(n->name))
    return NULL;
  n = calloc(1, sizeof(*n));
  if (n == NULL)
    return NULL;
  snprintf(n->kind, sizeof(n->kind), "%s", kind);
  snprintf(n->name, sizeof(n->name), "%s", name);
  n->next = l->notes;
  l->notes = n;
  l->notes_num++;
  return n;
}

bool ledger_note_put(struct ledger *l, const char *kind, const char *name,
                     const char *text) {
  char *copy = strlen(text) <= LEDGER_NOTE_MAX ? strdup(text) : NULL;
  struct ledger_note *n = NULL;

  if (copy == NULL)
    return false;
  pthread_mutex_lock(&l->lock);
  n = ledger_note_entry(l, kind, name);
  if (n != NULL && n->text != NULL && strcmp(n->text, copy) == 0) {
    free(copy);
  } else if (n != NULL) {
    free(n->text);
    n->text = copy;
    n->dirty = true;
  } else {
    free(copy);
  }
  pthread_mutex_unlock(&l->lock);
  return n != NULL;
}

char *ledger_note_get(struct ledger *l, const char *kind, const char *name) {
  const struct ledger_note *n;
  char *copy;

  pthread_mutex_lock(&l->lock);
  n = find(l, kind, name);
  copy = n != NULL && n->text != NULL ? strdup(n->text) : NULL;
  pthread_mutex_unlock(&l->lock);
  return copy;
}

bool ledger_note_was_reset(struct ledger *l, const char *kind,
                           const char *name) {
  struct ledger_note *n;
  bool reset;

  pthread_mutex_lock(&l->lock);
  n = find(l, kind, name);
  reset = n != NULL && n->reset;
  if (reset)
    n->reset = false;
  pthread_mutex_unlock(&l->lock);
  return reset;
}

void ledger_notes_free(struct ledger *l) {
  while (l->notes != NULL) {
    struct ledger_note *next = l->notes->next;

    free(l->notes->text);
    free(l->notes);
    l->notes = next;
  }
  l->notes_num = 0;
}
