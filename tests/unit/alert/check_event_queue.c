/* SPDX-License-Identifier: MIT */
/* The queue between the daemon's threads and the engine. */
#include <config.h>

#include "alert/core/event_queue.h"

#include "../support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Their allocators keep what was freed for a while. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER true
#else
#define UNDER_SANITIZER false
#endif

/* valgrind's allocator touches all it gives, and keeps what was freed. */
static bool memory_is_the_systems(void) {
  const char *preloaded = getenv("LD_PRELOAD");

  return !UNDER_SANITIZER &&
         (preloaded == NULL || strstr(preloaded, "vgpreload") == NULL);
}

static struct event event_of(int plug, double value) {
  struct event ev;

  event_init(&ev);
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "Plug %d", plug);
  ev.value = value;
  return ev;
}

START_TEST(first_in_first_out_and_the_first_one_wakes) {
  struct event_queue *r = event_queue_new(4);
  struct event ev;
  struct event out[4];

  ev = event_of(1, 1);
  ck_assert_int_eq(event_queue_put(r, &ev), 0);
  ev = event_of(2, 2);
  ck_assert_int_eq(event_queue_put(r, &ev), 0);
  ck_assert_uint_eq(event_queue_take(r, out, 4), 2);
  ck_assert_double_eq(out[0].value, 1);
  ck_assert_double_eq(out[1].value, 2);
  ck_assert_uint_eq(event_queue_take(r, out, 4), 0);
  event_queue_free(r);
}
END_TEST

START_TEST(full_keeps_the_latest_of_a_series_and_counts_the_rest) {
  struct event_queue *r = event_queue_new(3);
  struct event_queue_counts n;
  struct event ev;
  struct event out[3];

  for (int i = 0; i < 3; i++) {
    ev = event_of(i, i);
    ck_assert_int_ge(event_queue_put(r, &ev), 0);
  }
  ev = event_of(1, 99);
  ck_assert_int_eq(event_queue_put(r, &ev), 0);
  ev = event_of(7, 7);
  ck_assert_int_eq(event_queue_put(r, &ev), -ENOBUFS);
  event_queue_count(r, &n);
  ck_assert_uint_eq(n.taken, 3);
  ck_assert_uint_eq(n.coalesced, 1);
  ck_assert_uint_eq(n.lost, 1);
  ck_assert_uint_eq(event_queue_take(r, out, 3), 3);
  ck_assert_double_eq(out[1].value, 99);
  event_queue_free(r);
}
END_TEST

START_TEST(it_goes_round_and_round) {
  struct event_queue *r = event_queue_new(5);
  struct event ev;
  struct event out[5];
  int next = 0;

  for (int i = 0; i < 1000; i++) {
    ev = event_of(i, i);
    ck_assert_int_ge(event_queue_put(r, &ev), 0);
    if (i % 3 == 2) {
      size_t n = event_queue_take(r, out, 5);
      for (size_t j = 0; j < n; j++)
        ck_assert_double_eq(out[j].value, next++);
    }
  }
  event_queue_free(r);
}
END_TEST

START_TEST(full_replaces_the_newest_of_a_series) {
  static const double kept[] = {1900, 90, 2000};
  struct event_queue *r = event_queue_new(3);
  struct event ev;
  struct event out[3];

  ev = event_of(1, 1900); /* bad, */
  ck_assert_int_ge(event_queue_put(r, &ev), 0);
  ev = event_of(2, 90);
  ck_assert_int_ge(event_queue_put(r, &ev), 0);
  ev = event_of(1, 80); /* fine, */
  ck_assert_int_ge(event_queue_put(r, &ev), 0);
  ev = event_of(1, 2000); /* and bad again: that is how it ends */
  ck_assert_int_eq(event_queue_put(r, &ev), 0);
  ck_assert_uint_eq(event_queue_take(r, out, 3), 3);
  for (int i = 0; i < 3; i++)
    ck_assert_double_eq(out[i].value, kept[i]);
  event_queue_free(r);
}
END_TEST

/* Many more series than buckets, and all of them found again. */
START_TEST(every_series_is_found_when_full) {
  enum { MANY = 40000 };
  struct event_queue *r = event_queue_new(MANY);
  struct event_queue_counts n;
  static struct event out[MANY];

  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < MANY; i++) {
      struct event ev = event_of(i, i);
      ck_assert_int_ge(event_queue_put(r, &ev), 0);
    }
    for (int i = MANY - 1; i >= 0; i -= 97) {
      struct event ev = event_of(i, -i);
      ck_assert_int_eq(event_queue_put(r, &ev), 0);
    }
    ck_assert_uint_eq(event_queue_take(r, out, MANY), MANY);
    for (int i = 0; i < MANY; i++)
      ck_assert_double_eq(out[i].value, (MANY - 1 - i) % 97 == 0 ? -i : i);
    event_queue_relax(r);
  }
  event_queue_count(r, &n);
  ck_assert_uint_eq(n.taken, 2 * MANY);
  ck_assert_uint_eq(n.lost, 0);
  event_queue_free(r);
}
END_TEST

static long resident_kib(void) {
  long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");

  ck_assert_ptr_nonnull(f);
  ck_assert_int_eq(fscanf(f, "%*d %ld", &pages), 1);
  fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

START_TEST(a_burst_gives_its_memory_back) {
  enum { BURST = 20000 };
  struct event_queue *r = event_queue_new(32768);
  static struct event out[64];
  long before = resident_kib();
  long most;

  for (int i = 0; i < BURST; i++) {
    struct event ev = event_of(i, i);
    ck_assert_int_ge(event_queue_put(r, &ev), 0);
  }
  most = resident_kib();
  event_queue_relax(r); /* not while something waits */
  for (size_t left = BURST; left > 0;) {
    size_t n = event_queue_take(r, out, 64);
    ck_assert_double_eq(out[0].value, (double)(BURST - left));
    left -= n;
  }
  event_queue_relax(r);
  if (memory_is_the_systems()) {
    ck_assert_int_gt(most - before, BURST); /* a KiB each at least */
    ck_assert_int_lt(resident_kib() - before, BURST / 4);
  }
  event_queue_free(r);
}
END_TEST

struct writer {
  struct event_queue *ring;
  int base;
  atomic_int refused;
};

static void *write_many(void *arg) {
  struct writer *w = arg;

  for (int i = 0; i < 5000; i++) {
    struct event ev = event_of(w->base + i, i);
    if (event_queue_put(w->ring, &ev) < 0)
      atomic_fetch_add(&w->refused, 1);
  }
  return NULL;
}

START_TEST(many_writers_lose_nothing_uncounted) {
  struct event_queue *r = event_queue_new(256);
  struct writer writers[4];
  pthread_t threads[4];
  struct event_queue_counts n;
  static struct event out[64];
  size_t got = 0;
  int refused = 0;

  for (int i = 0; i < 4; i++) {
    writers[i].ring = r;
    writers[i].base = 100000 * i;
    atomic_init(&writers[i].refused, 0);
    pthread_create(&threads[i], NULL, write_many, &writers[i]);
  }
  do {
    got += event_queue_take(r, out, 64);
    event_queue_count(r, &n);
  } while (n.taken + n.coalesced + n.lost < 20000);
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    refused += atomic_load(&writers[i].refused);
  }
  for (size_t more; (more = event_queue_take(r, out, 64)) > 0;)
    got += more;
  event_queue_count(r, &n);
  ck_assert_uint_eq(got, n.taken);
  ck_assert_uint_eq(n.lost, (unsigned)refused);
  ck_assert_uint_eq(n.taken + n.coalesced + n.lost, 20000);
  event_queue_free(r);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 60);
  tcase_add_test(t, first_in_first_out_and_the_first_one_wakes);
  tcase_add_test(t, full_keeps_the_latest_of_a_series_and_counts_the_rest);
  tcase_add_test(t, full_replaces_the_newest_of_a_series);
  tcase_add_test(t, every_series_is_found_when_full);
  tcase_add_test(t, a_burst_gives_its_memory_back);
  tcase_add_test(t, it_goes_round_and_round);
  tcase_add_test(t, many_writers_lose_nothing_uncounted);
}

int main(void) { return suite_run("ring", fill); }
