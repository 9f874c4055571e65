/* SPDX-License-Identifier: MIT */
/* Unique names: see unique_names.h. */
#include <config.h>

#include "poll/registry/unique_names.h"

#include "base/log.h"
#include "base/text.h"
#include "poll/registry/device_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int unique_names_init(struct unique_names *r) {
  struct hash *all[] = {&r->by_base, &r->by_standing, &r->by_suffix,
                        &r->by_called};
  int err = 0;

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && err == 0; i++)
    err = hash_init(all[i]);
  return err;
}

void unique_names_free(struct unique_names *r) {
  hash_free(&r->by_base);
  hash_free(&r->by_standing);
  hash_free(&r->by_suffix);
  hash_free(&r->by_called);
}

/* -- who shares a name -- */

/* In the hash of who has answered, so that the two are not searched together.
 */
#define REAL 0x5bd1e9955bd1e995U

static const char *base_of(const struct poll_device *k) {
  return k->names.base != NULL ? k->names.base : "";
}

static uint64_t hash_of_text(const struct hash *h, const char *text) {
  return hash_of(h, text, strlen(text));
}

/* All of a base name are in one table; the real ones, and those that may turn
 * out to be real, in another by which they are. They are asked for one or two
 * members only, so that a thousand forged namesakes cost no more than one. */
static struct poll_device *of_base(struct hash_node *n, const char *base) {
  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k = HASH_OWNER(n, struct poll_device, names.by_base);

    if (strcmp(base_of(k), base) == 0)
      return k;
  }
  return NULL;
}

static struct poll_device *first_member(const struct unique_names *r,
                                        const char *base) {
  return of_base(hash_first(&r->by_base, hash_of_text(&r->by_base, base)),
                 base);
}

static bool has_other_member(const struct unique_names *r,
                             const struct poll_device *k) {
  struct poll_device *o = first_member(r, base_of(k));

  if (o == k)
    o = of_base(hash_next(&o->names.by_base), base_of(k));
  return o != NULL;
}

/* Those of a base name whose standing it is: real, or else pending. */
static uint64_t standing_hash(const struct unique_names *r, const char *base,
                              bool real) {
  return hash_of_text(&r->by_standing, base) ^ (real ? REAL : 0);
}

static struct poll_device *of_standing(struct hash_node *n, const char *base,
                                       bool real) {
  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *k =
        HASH_OWNER(n, struct poll_device, names.by_standing);

    if (k->names.is_real == real && strcmp(base_of(k), base) == 0)
      return k;
  }
  return NULL;
}

static struct poll_device *first_of(const struct unique_names *r,
                                    const char *base, bool real) {
  return of_standing(hash_first(&r->by_standing, standing_hash(r, base, real)),
                     base, real);
}

static struct poll_device *first_real(const struct unique_names *r,
                                      const char *base) {
  return first_of(r, base, true);
}

static bool has_other_real(const struct unique_names *r,
                           const struct poll_device *k) {
  struct poll_device *o = first_real(r, base_of(k));

  if (o == k)
    o = of_standing(hash_next(&o->names.by_standing), base_of(k), true);
  return o != NULL;
}

/* k itself, if it is real, is not pending. */
static bool has_pending(const struct unique_names *r, const char *base) {
  return first_of(r, base, false) != NULL;
}

static uint64_t suffix_hash(const struct unique_names *r,
                            const struct poll_device *k) {
  return hash_of_text(&r->by_suffix, base_of(k)) ^
         hash_of_text(&r->by_suffix, k->names.suffix) << 1;
}

/* Whether another has the same base name and the same end of the MAC. */
static bool has_same_suffix(const struct unique_names *r,
                            const struct poll_device *k) {
  struct hash_node *n = hash_first(&r->by_suffix, suffix_hash(r, k));

  for (; n != NULL; n = hash_next(n)) {
    struct poll_device *o = HASH_OWNER(n, struct poll_device, names.by_suffix);

    if (o != k && strcmp(base_of(o), base_of(k)) == 0 &&
        strcmp(o->names.suffix, k->names.suffix) == 0)
      return true;
  }
  return false;
}

/* -- giving names -- */

static struct poll_device *called(const struct unique_names *r,
                                  const char *name) {
  struct hash_node *n =
      hash_first(&r->by_called, hash_of_text(&r->by_called, name));

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
  reported_name_changes(&k->report.name, k->name);
  snprintf(k->name, sizeof(k->name), "%s", name);
  if (k->name[0] != '\0')
    hash_add(&r->by_called, &k->names.by_called,
             hash_of_text(&r->by_called, k->name));
}

static bool is_plain(const struct poll_device *k) {
  return strcmp(k->name, base_of(k)) == 0;
}

/* Whether holder is to give its name up for k. */
static bool gives_way(const struct poll_device *holder,
                      const struct poll_device *k) {
  return k->names.is_real || !holder->names.is_real;
}

/* One not met yet: what its block is for. */
static const char *whole_identity(const struct poll_device *k) {
  return k->identity[0] == '\0' && k->options != NULL ? k->options->match
                                                      : k->identity;
}

/* Calls k by its base name with its whole identity behind it. Whoever has an
 * alias of just that look gives way in turn; where it need not, the identity
 * stands there once more. */
static void call_in_full(struct unique_names *r, struct poll_device *k) {
  for (;;) {
    const char *whole = whole_identity(k);
    char suffix[DEVICE_NAME_SIZE - 8];
    char name[DEVICE_NAME_SIZE];
    struct poll_device *holder;

    text_name(whole, strlen(whole), suffix, sizeof(suffix));
    device_name_with_suffix(base_of(k), suffix, name);
    holder = called(r, name);
    for (unsigned n = 2; holder != NULL && holder != k && !gives_way(holder, k);
         n++) {
      char longer[DEVICE_NAME_SIZE - 8];

      snprintf(longer, sizeof(longer), "%.40s %u", suffix, n);
      device_name_with_suffix(base_of(k), longer, name);
      holder = called(r, name);
    }
    if (holder == k)
      return;
    call(r, k, name);
    if (holder == NULL || !is_plain(holder))
      return;
    k = holder;
  }
}

/* Calls k by its base name with the short suffix, or in full where that would
 * not tell it apart; who came first makes no difference. */
static void call_apart(struct unique_names *r, struct poll_device *k) {
  char name[DEVICE_NAME_SIZE];
  bool ambiguous = has_same_suffix(r, k);
  struct poll_device *holder;

  device_name_with_suffix(base_of(k), k->names.suffix, name);
  holder = called(r, name);
  if (holder != NULL && holder != k) {
    bool moved = gives_way(holder, k) && (ambiguous || is_plain(holder));

    ambiguous |= !moved;
    if (moved)
      call_in_full(r, holder);
  }
  if (ambiguous)
    call_in_full(r, k);
  else
    call(r, k, name);
}

/* Whether k must be told apart from others of its base name. Who has answered
 * polls keeps it, whatever others say of themselves; while it is not clear yet
 * who they are, it is only not taken up. */
static bool is_contested(const struct unique_names *r,
                         const struct poll_device *k) {
  if (!k->names.is_real)
    return has_other_member(r, k);
  return has_other_real(r, k) || (!is_plain(k) && has_pending(r, base_of(k)));
}

static void place(struct unique_names *r, struct poll_device *k) {
  struct poll_device *holder = called(r, base_of(k));

  if (is_contested(r, k))
    call_apart(r, k);
  else if (holder == NULL || holder == k)
    call(r, k, base_of(k));
  else
    call_in_full(r, k); /* another's suffix makes it look like k */
}

/* Somebody of that base name is gone, or is nobody: whoever is left alone gets
 * the name. */
static void settle(struct unique_names *r, const char *base) {
  struct poll_device *k = first_real(r, base);

  if (k == NULL)
    k = first_member(r, base);
  if (k != NULL && called(r, base) == NULL && !is_contested(r, k))
    call(r, k, base);
}

static void say_shared(const struct poll_device *k) {
  log_say(LOG_LEVEL_WARNING,
          "more than one device is called \"%s\": the end of the MAC address "
          "is added to tell them apart",
          base_of(k));
}

/* -- coming and going -- */

static void take_standing(struct unique_names *r, struct poll_device *k) {
  if (k->names.is_real || k->names.is_pending)
    hash_remove(&r->by_standing, &k->names.by_standing);
  k->names.is_real = false;
  k->names.is_pending = false;
}

/* Its base name, the caller's to free; NULL when it had none. */
static char *take_out_quietly(struct unique_names *r, struct poll_device *k) {
  char *base = k->names.base;

  if (base == NULL)
    return NULL;
  hash_remove(&r->by_base, &k->names.by_base);
  hash_remove(&r->by_suffix, &k->names.by_suffix);
  take_standing(r, k);
  k->names.base = NULL;
  return base;
}

static void take_out(struct unique_names *r, struct poll_device *k) {
  char *base = take_out_quietly(r, k);

  if (base != NULL)
    settle(r, base);
  free(base);
}

/* False when memory is out. */
static bool put_in(struct unique_names *r, struct poll_device *k,
                   const char *base, bool real) {
  char suffix[DEVICE_NAME_SIZE];

  k->names.base = strdup(base);
  if (k->names.base == NULL)
    return false;
  device_name_suffix(k, suffix);
  snprintf(k->names.suffix, sizeof(k->names.suffix), "%.*s",
           (int)sizeof(k->names.suffix) - 1, suffix);
  k->names.is_real = real;
  k->names.is_pending = !real && !k->status.polled;
  hash_add(&r->by_base, &k->names.by_base, hash_of_text(&r->by_base, base));
  hash_add(&r->by_suffix, &k->names.by_suffix, suffix_hash(r, k));
  if (real || k->names.is_pending)
    hash_add(&r->by_standing, &k->names.by_standing,
             standing_hash(r, base, real));
  return true;
}

void unique_names_enter(struct unique_names *r, struct poll_device *k,
                        enum name_by by, bool answered) {
  bool real = answered || k->names.is_real || k->options != NULL;
  char base[DEVICE_NAME_SIZE];
  char before[DEVICE_NAME_SIZE];
  char suffix[DEVICE_NAME_SIZE];
  struct poll_device *holder;
  bool shared;
  bool was_apart; /* from others of that name, which has been said then */

  device_name_base(k, by, base);
  device_name_suffix(k, suffix);
  if (strcmp(base, base_of(k)) == 0 && real == k->names.is_real &&
      strcmp(suffix, k->names.suffix) == 0)
    return;
  memcpy(before, k->name, sizeof(before));
  was_apart = strcmp(base, base_of(k)) == 0 && strcmp(base, before) != 0;
  if (strcmp(base, base_of(k)) != 0)
    take_out(r, k);
  else /* nobody else is renamed in between */
    free(take_out_quietly(r, k));
  holder = called(r, base);
  shared = holder != NULL && holder != k;
  if (!put_in(r, k, base, real)) {
    if (before[0] == '\0') /* told apart at any rate */
      call(r, k, whole_identity(k));
    return;
  }
  if (shared && strcmp(base_of(holder), base) == 0 && is_contested(r, holder))
    call_apart(r, holder);
  if (shared && !was_apart)
    say_shared(k);
  place(r, k);
  if (k->status.answered && before[0] != '\0' && strcmp(before, k->name) != 0)
    log_say(LOG_LEVEL_NOTICE, "%s is now called \"%s\"", before, k->name);
}

void unique_names_unanswered(struct unique_names *r, struct poll_device *k) {
  if (!k->names.is_pending)
    return;
  take_standing(r, k);
  settle(r, base_of(k));
}

void unique_names_leave(struct unique_names *r, struct poll_device *k) {
  take_out(r, k);
  call(r, k, "");
}
