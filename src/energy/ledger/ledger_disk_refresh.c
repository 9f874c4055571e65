/* SPDX-License-Identifier: MIT */
/* What kasactl changed in the file while the daemon had it in memory: names,
 * days and their costs, periods. The file is right in all that was written;
 * what waits to be written is added to it again. */
#include <config.h>

#include "energy/ledger/ledger_disk_internal.h"
#include "energy/ledger/ledger_edit.h"

#include <stdlib.h>
#include <string.h>

static struct ledger_account *by_id(const struct ledger *l, unsigned id) {
  struct ledger_account *a = l->accounts;

  while (a != NULL && a->id != id)
    a = a->next;
  return a;
}

static void take_days(struct ledger_account *a,
                      const struct ledger_account *file) {
  memcpy(a->days, file->days, sizeof(a->days));
  a->days_num = file->days_num;
}

/* Whoever counts under a name keeps it and its total. */
static void take_account(struct ledger_account *a,
                         const struct ledger_account *file) {
  take_days(a, file);
  if (a->meter->account == a)
    return;
  memcpy(a->device, file->device, sizeof(a->device));
  memcpy(a->plug, file->plug, sizeof(a->plug));
  a->counted_mwh = file->counted_mwh;
  a->takes_total = file->takes_total;
}

/* Periods that were added to the file stand before those that were not yet
 * written. */
static bool take_periods(struct ledger *l, const struct ledger *file) {
  unsigned saved = l->periods_saved;
  unsigned more = file->periods_num > saved ? file->periods_num - saved : 0;
  char **grown;

  if (more == 0)
    return true;
  grown = realloc(l->periods, (l->periods_num + more) * sizeof(*grown));
  if (grown == NULL)
    return false;
  l->periods = grown;
  memmove(grown + saved + more, grown + saved,
          (l->periods_num - saved) * sizeof(*grown));
  for (unsigned i = 0; i < more; i++) { /* moved, not copied */
    grown[saved + i] = file->periods[saved + i];
    file->periods[saved + i] = NULL;
  }
  l->periods_num += more;
  l->periods_saved += more;
  for (size_t i = 0; i < l->pending.num; i++)
    if (l->pending.items[i].period > saved)
      l->pending.items[i].period += more;
  if (l->slot.period > saved)
    l->slot.period += more;
  return true;
}

static bool take_over(struct ledger *l, const struct ledger *file) {
  if (!take_periods(l, file))
    return false;
  for (const struct ledger_account *f = file->accounts; f != NULL;
       f = f->next) {
    struct ledger_account *a = by_id(l, f->id);

    if (a != NULL)
      take_account(a, f);
  }
  take_days(&l->charges, &file->charges);
  for (struct ledger_account *a = l->accounts; a != NULL; a = a->next)
    ledger_join_kin(l, a);
  for (size_t i = 0; i < l->pending.num; i++) {
    const struct ledger_entry *e = &l->pending.items[i];
    struct ledger_account *a =
        e->account == 0 ? &l->charges : by_id(l, e->account);

    if (a != NULL && !e->slot_only)
      ledger_add_to_day(a, e);
  }
  l->site_known = false;
  /* the price of the open slot goes by what came before it */
  if (l->slot.until_us != 0)
    l->slot.site_before_kwh = ledger_site_kwh(l, l->slot.local.day);
  return true;
}

int ledger_disk_refresh(struct ledger_disk *d) {
  struct ledger *file;
  struct ledger_disk reading = *d;
  int rc;
  int64_t revision = ledger_edit_revision(d->db, &rc);

  if (rc != SQLITE_OK || revision == d->revision)
    return rc;
  rc = ledger_disk_read_apart(&reading, &file);
  if (rc == SQLITE_OK) {
    pthread_mutex_lock(&d->ledger->lock);
    if (!take_over(d->ledger, file))
      rc = SQLITE_NOMEM;
    pthread_mutex_unlock(&d->ledger->lock);
  }
  if (rc == SQLITE_OK)
    d->revision = revision;
  ledger_free(file);
  return rc;
}
