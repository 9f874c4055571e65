/* SPDX-License-Identifier: MIT */
/* The thread beside the loop: order, cancelling at every moment, the end. */
#include <config.h>

#include "base/worker.h"

#include "base/clock.h"

#include "../support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct task {
  struct worker_job job;
  int number;
  atomic_bool *hold; /* run() waits while it is true */
  bool stubborn;     /* and does not look at cancelled */
};

static struct loop *loop;
static struct worker *worker;
static atomic_int runs, drops;
static int done_order[2000];
static int dones;
static pthread_t own_thread;

static void run(struct worker_job *job) {
  struct task *t = (struct task *)(void *)job;

  ck_assert(!pthread_equal(pthread_self(), own_thread));
  while (t->hold != NULL && atomic_load(t->hold) &&
         (t->stubborn || !atomic_load(&job->cancelled)))
    usleep(1000);
  atomic_fetch_add(&runs, 1);
}

static void done(struct worker_job *job) {
  struct task *t = (struct task *)(void *)job;

  ck_assert(pthread_equal(pthread_self(), own_thread));
  done_order[dones++] = t->number;
  free(t);
}

static void drop(struct worker_job *job) {
  atomic_fetch_add(&drops, 1);
  memset(job, 0x5a, sizeof(*job));
  free(job);
}

static struct task *task(int number, atomic_bool *hold) {
  struct task *t = calloc(1, sizeof(*t));

  t->job = (struct worker_job){.run = run, .done = done, .drop = drop};
  t->number = number;
  t->hold = hold;
  return t;
}

static void tick(struct loop_timer *timer) { (void)timer; }

/* Rounds of the loop until condition holds; five seconds are too many. */
static bool round_until(bool (*holds)(void)) {
  struct loop_timer timer = {.fired = tick};
  uint64_t until = clock_monotonic_us() + 5000000;

  while (!holds() && clock_monotonic_us() < until) {
    loop_timer_set(loop, &timer, clock_monotonic_us() + 2000);
    loop_round(loop);
  }
  loop_timer_cancel(loop, &timer);
  return holds();
}

static void woken(void *arg) { (void)arg; }

static void setup(void) {
  atomic_store(&runs, 0);
  atomic_store(&drops, 0);
  dones = 0;
  own_thread = pthread_self();
  loop = loop_create(woken, NULL);
  worker = worker_create(loop);
  ck_assert_ptr_nonnull(worker);
}

static void teardown(void) {
  worker_free(worker);
  loop_free(loop);
}

static bool all_done(void) { return dones == 100; }

START_TEST(jobs_are_done_in_order) {
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(worker_put(worker, &task(i, NULL)->job), 0);
  ck_assert_int_eq(dones, 0); /* never from inside */
  ck_assert(round_until(all_done));
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(done_order[i], i);
  ck_assert_int_eq(drops, 0);
}
END_TEST

static atomic_bool held;
static bool one_done(void) { return dones == 1; }
static bool one_run(void) { return atomic_load(&runs) == 1; }
static bool two_runs(void) { return atomic_load(&runs) == 2; }
static bool one_dropped(void) { return atomic_load(&drops) == 1; }

START_TEST(a_waiting_job_is_cancelled_at_once) {
  struct task *first = task(1, &held);
  struct task *second = task(2, NULL);

  atomic_store(&held, true);
  ck_assert_int_eq(worker_put(worker, &first->job), 0);
  ck_assert_int_eq(worker_put(worker, &second->job), 0);
  worker_cancel(worker, &second->job);
  ck_assert_int_eq(drops, 1);
  atomic_store(&held, false);
  ck_assert(round_until(one_done));
  ck_assert_int_eq(done_order[0], 1);
}
END_TEST

START_TEST(a_job_under_way_is_dropped_when_it_ends) {
  struct task *first = task(1, &held);

  atomic_store(&held, true);
  ck_assert_int_eq(worker_put(worker, &first->job), 0);
  usleep(20000); /* most probably it runs by now; either way it must end */
  worker_cancel(worker, &first->job);
  ck_assert(round_until(one_dropped));
  ck_assert_int_eq(dones, 0);
  atomic_store(&held, false);
}
END_TEST

START_TEST(a_finished_job_is_cancelled_before_the_loop_sees_it) {
  struct task *first = task(1, NULL);

  ck_assert_int_eq(worker_put(worker, &first->job), 0);
  while (!one_run())
    usleep(1000);
  usleep(20000);
  worker_cancel(worker, &first->job);
  ck_assert(round_until(one_dropped));
  ck_assert_int_eq(dones, 0);
}
END_TEST

static struct task *other;

static void done_cancels_other(struct worker_job *job) {
  worker_cancel(worker, &other->job);
  done(job);
}

START_TEST(one_may_cancel_another_from_done) {
  struct task *first = task(1, NULL);

  other = task(2, NULL);
  first->job.done = done_cancels_other;
  ck_assert_int_eq(worker_put(worker, &first->job), 0);
  ck_assert_int_eq(worker_put(worker, &other->job), 0);
  while (!two_runs()) /* both are finished before the loop looks */
    usleep(1000);
  ck_assert(round_until(one_done));
  ck_assert_int_eq(drops, 1);
}
END_TEST

START_TEST(the_line_is_bounded) {
  struct task *t;
  int err = 0;
  int put = 0;

  atomic_store(&held, true);
  ck_assert_int_eq(worker_put(worker, &task(0, &held)->job), 0);
  for (;;) {
    t = task(0, NULL);
    err = worker_put(worker, &t->job);
    if (err < 0)
      break;
    put++;
  }
  ck_assert_int_eq(err, -EAGAIN);
  ck_assert_int_ge(put, WORKER_WAITING_MAX - 1);
  ck_assert_int_le(put, WORKER_WAITING_MAX);
  free(t);             /* stayed ours */
  worker_free(worker); /* which drops them all */
  worker = NULL;
  ck_assert_int_eq(drops, put + 1);
  atomic_store(&held, false);
}
END_TEST

START_TEST(the_end_does_not_wait_for_a_computation) {
  struct task *t = task(1, &held);
  uint64_t before;

  atomic_store(&held, true);
  t->stubborn = _i == 1;
  ck_assert_int_eq(worker_put(worker, &t->job), 0);
  ck_assert_int_eq(worker_put(worker, &task(2, NULL)->job), 0);
  usleep(20000);
  before = clock_monotonic_us();
  worker_free(worker);
  worker = NULL;
  /* 300 ms of patience at most; a second is what all of collectd has */
  ck_assert_uint_lt(clock_monotonic_us() - before, 5000000);
  if (_i == 0)
    ck_assert_int_eq(drops, 2);
  else
    ck_assert_int_eq(drops, 1);
  atomic_store(&held, false); /* what was left behind ends by itself */
  while (atomic_load(&drops) < 2)
    usleep(1000);
}
END_TEST

START_TEST(without_a_job_there_is_no_thread) {
  worker_free(worker);
  worker = NULL;
  worker_free(NULL);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, jobs_are_done_in_order);
  tcase_add_test(t, a_waiting_job_is_cancelled_at_once);
  tcase_add_test(t, a_job_under_way_is_dropped_when_it_ends);
  tcase_add_test(t, a_finished_job_is_cancelled_before_the_loop_sees_it);
  tcase_add_test(t, one_may_cancel_another_from_done);
  tcase_add_test(t, the_line_is_bounded);
  tcase_add_loop_test(t, the_end_does_not_wait_for_a_computation, 0, 2);
  tcase_add_test(t, without_a_job_there_is_no_thread);
}

int main(void) { return suite_run("worker", fill); }
