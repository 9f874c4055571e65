/* SPDX-License-Identifier: MIT */
/* What is on its way to the disk: see ledger_internal.h. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include <stdlib.h>

void ledger_keep(struct ledger *l, const struct ledger_entry *e) {
  struct ledger_entries *p = &l->pending;

  if (p->num == p->room) {
    size_t room = p->room > 0 ? 2 * p->room : 256;
    struct ledger_entry *grown = room <= LEDGER_PENDING_MAX
                                     ? realloc(p->items, room * sizeof(*grown))
                                     : NULL;

    if (grown == NULL)
      return; /* days and counters go on; these slots are not kept */
    p->items = grown;
    p->room = room;
  }
  p->items[p->num++] = *e;
}
