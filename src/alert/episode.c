/* The table of open alerts: see episode.h. */
#include <config.h>

#include "alert/episode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, MEMBERS_MAX = 1024 };

int episodes_init(struct episodes *table) {
  memset(table, 0, sizeof(*table));
  table->buckets = calloc(BUCKETS, sizeof(struct episode *));
  return table->buckets != NULL ? 0 : -ENOMEM;
}

struct episode *episode_new(void) {
  struct episode *e = calloc(1, sizeof(*e));

  if (e != NULL)
    alert_init(&e->a);
  return e;
}

void episode_free(struct episode *e) {
  if (e == NULL)
    return;
  free(e->members);
  free(e);
}

void episodes_free(struct episodes *table) {
  struct episode *next;

  for (struct episode *e = table->first; e != NULL; e = next) {
    next = e->next;
    episode_free(e);
  }
  free(table->buckets);
  memset(table, 0, sizeof(*table));
}

static struct episode **bucket(const struct episodes *table,
                               const char *fingerprint) {
  unsigned hash = 0;

  for (int i = 0; i < 8 && fingerprint[i] != '\0'; i++)
    hash = hash * 31 + (unsigned char)fingerprint[i];
  return &table->buckets[hash % BUCKETS];
}

void episodes_add(struct episodes *table, struct episode *e) {
  struct episode **head = bucket(table, e->a.fingerprint);

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
}

void episodes_remove(struct episodes *table, struct episode *e) {
  struct episode **link = bucket(table, e->a.fingerprint);

  while (*link != e)
    link = &(*link)->chain;
  *link = e->chain;
  *(e->before != NULL ? &e->before->next : &table->first) = e->next;
  *(e->next != NULL ? &e->next->before : &table->last) = e->before;
  table->count--;
  episode_free(e);
}

struct episode *episodes_find(const struct episodes *table,
                              const char *fingerprint) {
  struct episode *e = *bucket(table, fingerprint);

  while (e != NULL && strcmp(e->a.fingerprint, fingerprint) != 0)
    e = e->chain;
  return e;
}

struct episode *episodes_find_id(const struct episodes *table, int64_t id) {
  struct episode *e = table->first;

  while (e != NULL && e->a.id != id)
    e = e->next;
  return e;
}

struct alert_member *episode_member(struct episode *e, const char *series,
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
  return &e->members[e->a.members_num++];
}

void episode_count_members(struct episode *e) {
  unsigned missing = 0;

  for (unsigned i = 0; i < e->a.members_num; i++)
    if (e->members[i].back_at == 0)
      missing++;
  e->a.members_missing = missing;
}
