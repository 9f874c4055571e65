/* SPDX-License-Identifier: MIT */
/* Unique names: see roster.h. */
#include <config.h>

#include "poll/unique_names.h"

#include "base/log.h"
#include "base/text.h"
#include "poll/device_names.h"

#include <stdio.h>
#include <string.h>

int unique_names_init(struct unique_names *r) {
  int err = hash_init(&r->by_name);

  return err < 0 ? err : hash_init(&r->by_called);
}

void unique_names_free(struct unique_names *r) {
  hash_free(&r->by_name);
  hash_free(&r->by_called);
}

static struct poll_device *next_same_name(struct hash_node *n,
                                          const char *base) {
  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k = HASH_OWNER(n, struct poll_device, names.by_name);

    if (strcmp(k->names.base, base) == 0)
      return k;
  }
  return NULL;
}

static struct poll_device *first_same_name(const struct unique_names *r,
                                           const char *base) {
  return next_same_name(
      hash_first(&r->by_name, hash_of(&r->by_name, base, strlen(base))), base);
}

static struct poll_device *called(const struct unique_names *r,
                                  const char *name) {
  struct hash_node *n =
      hash_first(&r->by_called, hash_of(&r->by_called, name, strlen(name)));

  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k = HASH_OWNER(n, struct poll_device, names.by_called);

    if (strcmp(k->name, name) == 0)
      return k;
  }
  return NULL;
}

static void call(struct unique_names *r, struct poll_device *k,
                 const char *name) {
  if (strcmp(k->name, name) == 0)
    return;
  if (k->name[0] != '\0')
    hash_remove(&r->by_called, &k->names.by_called);
  snprintf(k->name, sizeof(k->name), "%s", name);
  if (k->name[0] != '\0')
    hash_add(&r->by_called, &k->names.by_called,
             hash_of(&r->by_called, k->name, strlen(k->name)));
}

/* Calls k by its base name with its whole identity behind it (one not met yet:
 * with what its block is for). Whoever has an alias of just that look gives
 * way in turn. */
static void call_in_full(struct unique_names *r, struct poll_device *k) {
  for (;;) {
    const char *whole = k->identity[0] == '\0' && k->options != NULL
                            ? k->options->match
                            : k->identity;
    char suffix[DEVICE_NAME_SIZE - 8];
    char name[DEVICE_NAME_SIZE];
    struct poll_device *holder;

    text_name(whole, strlen(whole), suffix, sizeof(suffix));
    device_name_with_suffix(k->names.base, suffix, name);
    holder = called(r, name);
    if (holder == k)
      return;
    call(r, k, name);
    if (holder == NULL || strcmp(holder->name, holder->names.base) != 0)
      return;
    k = holder;
  }
}

/* Calls k by its base name with the short suffix, or in full where that would
 * not tell it apart; who came first makes no difference. */
static void call_apart(struct unique_names *r, struct poll_device *k) {
  char suffix[DEVICE_NAME_SIZE];
  char name[DEVICE_NAME_SIZE];
  bool ambiguous = false;
  struct poll_device *holder;

  for (struct poll_device *o = first_same_name(r, k->names.base); o != NULL;
       o = next_same_name(hash_next(&o->names.by_name), k->names.base))
    if (o != k && device_name_same_suffix(o, k)) {
      ambiguous = true;
      call_in_full(r, o);
    }
  device_name_suffix(k, suffix);
  device_name_with_suffix(k->names.base, suffix, name);
  holder = called(r, name);
  if (holder != NULL && holder != k &&
      strcmp(holder->name, holder->names.base) == 0)
    call_in_full(r, holder);
  else if (holder != NULL && holder != k)
    ambiguous = true;
  if (ambiguous)
    call_in_full(r, k);
  else
    call(r, k, name);
}

static void unname(struct unique_names *r, struct poll_device *k) {
  struct poll_device *left;

  if (k->names.base[0] == '\0')
    return;
  hash_remove(&r->by_name, &k->names.by_name);
  left = first_same_name(r, k->names.base);
  if (left != NULL &&
      next_same_name(hash_next(&left->names.by_name), k->names.base) == NULL &&
      called(r, left->names.base) == NULL)
    call(r, left, left->names.base);
  k->names.base[0] = '\0';
}

static void say_shared(const struct poll_device *k) {
  log_say(LOG_LEVEL_WARNING,
          "more than one device is called \"%s\": the end of the MAC address "
          "is added to tell them apart",
          k->names.base);
}

void unique_names_enter(struct unique_names *r, struct poll_device *k,
                        enum name_by by) {
  char base[DEVICE_NAME_SIZE];
  char before[DEVICE_NAME_SIZE];
  struct poll_device *other;
  struct poll_device *holder;

  device_name_base(k, by, base);
  if (strcmp(base, k->names.base) == 0)
    return;
  memcpy(before, k->name, sizeof(before));
  unname(r, k);
  other = first_same_name(r, base);
  memcpy(k->names.base, base, sizeof(base));
  hash_add(&r->by_name, &k->names.by_name,
           hash_of(&r->by_name, base, strlen(base)));
  holder = called(r, base);
  if (other == NULL && (holder == NULL || holder == k)) {
    call(r, k, base);
  } else {
    /* Of three and more the others have their suffix already. */
    if (other == NULL || strcmp(other->name, other->names.base) == 0)
      say_shared(k);
    if (other != NULL && strcmp(other->name, other->names.base) == 0)
      call_apart(r, other);
    if (other != NULL)
      call_apart(r, k);
    else
      call_in_full(r, k);
  }
  if (k->status.answered && before[0] != '\0')
    log_say(LOG_LEVEL_NOTICE, "%s is now called \"%s\"", before, k->name);
}

void unique_names_leave(struct unique_names *r, struct poll_device *k) {
  unname(r, k);
  call(r, k, "");
}
