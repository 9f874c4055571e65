/* SPDX-License-Identifier: MIT */
/* Finds secrets in memory that our code gives back without wiping it: link
 * with -Wl,--wrap=free, name the secrets, and look at the end. Memory that
 * libraries give back themselves is not seen. */
#ifndef TESTS_UNIT_SUPPORT_WIPE_H
#define TESTS_UNIT_SUPPORT_WIPE_H

#include <check.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>

void __real_free(void *p); // NOLINT(bugprone-reserved-identifier)
void __wrap_free(void *p); // NOLINT(bugprone-reserved-identifier)

static struct {
  struct {
    const char *what;
    unsigned char bytes[64];
    size_t len;
  } secrets[16];
  atomic_int num; /* filled before it is counted: any thread may look */
  _Atomic(const char *) found;
  atomic_int frees;
} wipe;

/* From any thread, but one at a time. Beyond the room there is, the oldest
 * names go. */
static inline void wipe_secret(const char *what, const void *bytes,
                               size_t len) {
  int at = atomic_load(&wipe.num);

  ck_assert_uint_ge(len, 6);
  if (at == 16)
    return;
  if (len > sizeof(wipe.secrets[at].bytes))
    len = sizeof(wipe.secrets[at].bytes);
  memcpy(wipe.secrets[at].bytes, bytes, len);
  wipe.secrets[at].len = len;
  wipe.secrets[at].what = what;
  atomic_store(&wipe.num, at + 1);
}

static inline void wipe_begin(void) {
  atomic_store(&wipe.num, 0);
  atomic_store(&wipe.found, NULL);
  atomic_store(&wipe.frees, 0);
}

static inline void wipe_end(void) {
  const char *found = atomic_load(&wipe.found);

  ck_assert_int_gt(wipe.frees, 0); /* the linker's option is there */
  ck_assert_msg(found == NULL, "%s was given back unwiped", found);
}

void __wrap_free(void *p) {
  size_t size = p != NULL ? malloc_usable_size(p) : 0;

  atomic_fetch_add(&wipe.frees, 1);
  for (int i = 0; i < atomic_load(&wipe.num) && size > 0; i++)
    if (memmem(p, size, wipe.secrets[i].bytes, wipe.secrets[i].len) != NULL)
      atomic_store(&wipe.found, wipe.secrets[i].what);
  __real_free(p);
}

#endif
