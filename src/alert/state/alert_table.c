/* SPDX-License-Identifier: MIT */
/* The table of open alerts: see alert_table.h. */
#include <config.h>

#include "alert/state/alert_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 16384, MEMBERS_MAX = 1024 };

int alert_table_init(struct alert_table *table,
                     const struct inhibit_config *rules, size_t rules_num) {
  memset(table, 0, sizeof(*table));
  table->buckets = calloc(BUCKETS, sizeof(struct open_alert *));
  table->by_id = calloc(BUCKETS, sizeof(struct open_alert *));
  if (table->buckets != NULL && table->by_id != NULL &&
      inhibit_index_init(&table->inhibits, rules, rules_num) == 0)
    return 0;
  free(table->buckets);
  free(table->by_id);
  return -ENOMEM;
}

struct open_alert *open_alert_new(void) {
  struct open_alert *e = calloc(1, sizeof(*e));

  if (e != NULL)
    alert_init(&e->a);
  return e;
}

void open_alert_free(struct open_alert *e) {
  if (e == NULL)
    return;
  free(e->members);
  free(e);
}

void alert_table_free(struct alert_table *table) {
  struct open_alert *next;

  for (struct open_alert *e = table->first; e != NULL; e = next) {
    next = e->next;
    inhibit_index_drop(&table->inhibits, &e->explains);
    open_alert_free(e);
  }
  inhibit_index_free(&table->inhibits);
  free(table->buckets);
  free(table->by_id);
  memset(table, 0, sizeof(*table));
}

static struct open_alert **bucket(const struct alert_table *table,
                                  const char *fingerprint) {
  unsigned hash = 0;

  for (int i = 0; i < 8 && fingerprint[i] != '\0'; i++)
    hash = hash * 31 + (unsigned char)fingerprint[i];
  return &table->buckets[hash % BUCKETS];
}

static struct open_alert **id_bucket(const struct alert_table *table,
                                     int64_t id) {
  return &table->by_id[(uint64_t)id % BUCKETS];
}

void alert_table_index(struct alert_table *table, struct open_alert *e) {
  struct open_alert **head = id_bucket(table, e->a.id);

  if (e->indexed || e->a.id == 0)
    return;
  e->id_chain = *head;
  *head = e;
  e->indexed = true;
}

/* From e on. */
static struct open_alert *find_storm(struct open_alert *e) {
  while (e != NULL && !alert_is_storm(&e->a))
    e = e->next;
  return e;
}

void alert_table_add(struct alert_table *table, struct open_alert *e) {
  struct open_alert **head = bucket(table, e->a.fingerprint);

  e->chain = *head;
  *head = e;
  e->before = table->last;
  e->next = NULL;
  if (table->last != NULL)
    table->last->next = e;
  else
    table->first = e;
  table->last = e;
  table->count++;
  if (table->storm == NULL && alert_is_storm(&e->a))
    table->storm = e;
  alert_table_index(table, e);
  alert_table_changed(table, e);
}

void alert_table_changed(struct alert_table *table, struct open_alert *e) {
  inhibit_index_update(&table->inhibits, &e->explains, &e->a);
}

void alert_table_remove(struct alert_table *table, struct open_alert *e) {
  struct open_alert **link = bucket(table, e->a.fingerprint);

  if (table->storm == e)
    table->storm = find_storm(e->next);
  inhibit_index_drop(&table->inhibits, &e->explains);
  while (*link != e)
    link = &(*link)->chain;
  *link = e->chain;
  if (e->indexed) {
    link = id_bucket(table, e->a.id);
    while (*link != e)
      link = &(*link)->id_chain;
    *link = e->id_chain;
  }
  *(e->before != NULL ? &e->before->next : &table->first) = e->next;
  *(e->next != NULL ? &e->next->before : &table->last) = e->before;
  table->count--;
  open_alert_free(e);
}

struct open_alert *alert_table_find(const struct alert_table *table,
                                    const char *fingerprint) {
  struct open_alert *e = *bucket(table, fingerprint);

  while (e != NULL && strcmp(e->a.fingerprint, fingerprint) != 0)
    e = e->chain;
  return e;
}

struct open_alert *alert_table_find_id(const struct alert_table *table,
                                       int64_t id) {
  struct open_alert *e = *id_bucket(table, id);

  while (e != NULL && e->a.id != id)
    e = e->id_chain;
  return e;
}

struct alert_member *open_alert_member(struct open_alert *e, const char *series,
                                       bool add) {
  for (unsigned i = 0; i < e->a.members_num; i++)
    if (strcmp(e->members[i].series, series) == 0)
      return &e->members[i];
  if (!add || e->a.members_num >= MEMBERS_MAX)
    return NULL;
  if (e->a.members_num == e->members_room) {
    size_t room = e->members_room == 0 ? 4 : 2 * e->members_room;
    struct alert_member *grown = realloc(e->members, room * sizeof(*grown));
    if (grown == NULL)
      return NULL;
    e->members = grown;
    e->members_room = room;
  }
  e->members[e->a.members_num] = (struct alert_member){0};
  snprintf(e->members[e->a.members_num].series, ALERT_SERIES_SIZE, "%s",
           series);
  e->a.members = e->members;
  e->a.members_listed = e->a.members_num + 1;
  return &e->members[e->a.members_num++];
}

void open_alert_count_members(struct open_alert *e) {
  unsigned missing = 0;

  for (unsigned i = 0; i < e->a.members_num; i++)
    if (e->members[i].back_at == 0)
      missing++;
  e->a.members_missing = missing;
}
