/* SPDX-License-Identifier: MIT */
/* When a sign of life goes out: the thread with an engine and a sender in the
 * test's hands, and what the core answers when it is asked. */
#include <config.h>

#include "alert/channel/heartbeat_sender.h"
#include "alert/engine/heartbeat_thread.h"

#include "../support/alert_story.h"
#include "../support/suite.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* -- a sender and an engine -------------------------------------------------
 */

struct place {
  struct heartbeat_times times;
  atomic_int sent;
  atomic_int outcome; /* enum send_outcome */
  atomic_bool hangs;
};

static struct scene {
  struct place place;
  struct heartbeat_config config;
  struct heartbeat_thread *thread;
  atomic_int asked;
  pthread_mutex_t lock; /* guards the log */
  char log[8192];
} scene;

static void send_one(void *settings, const struct message *message,
                     const struct sender_env *env, struct send_result *result) {
  struct place *p = settings;

  (void)message;
  atomic_fetch_add(&p->sent, 1);
  while (atomic_load(&p->hangs) && !atomic_load(env->abort))
    usleep(1000);
  *result = (struct send_result){
      .outcome = (enum send_outcome)atomic_load(&p->outcome), .quota_left = -1};
  if (atomic_load(env->abort))
    result->outcome = SEND_RETRY;
  snprintf(result->why, sizeof(result->why), "HTTP 500");
}

static const char *host(const void *settings, size_t i) {
  (void)settings;
  return i == 0 ? "watch.example.org" : NULL;
}

static const struct sender sender = {
    .name = "heartbeat", .send = send_one, .recipient = host};

static void asked(void *arg) {
  struct scene *s = arg;

  atomic_fetch_add(&s->asked, 1);
}

static void remember(void *arg, enum log_level level, const char *text) {
  struct scene *s = arg;
  size_t len;

  (void)level;
  pthread_mutex_lock(&s->lock);
  len = strlen(s->log);
  snprintf(s->log + len, sizeof(s->log) - len, "%s\n", text);
  pthread_mutex_unlock(&s->lock);
}

/* How often the log has said it. */
static int said(const char *text) {
  int n = 0;

  pthread_mutex_lock(&scene.lock);
  for (const char *p = scene.log; (p = strstr(p, text)) != NULL; p++)
    n++;
  pthread_mutex_unlock(&scene.lock);
  return n;
}

static void begin(void) {
  static const struct heartbeat_thread_hooks hooks = {
      .ask = asked, .arg = &scene, .version = "test", .answer_s = 0.2};

  memset(&scene, 0, sizeof(scene));
  pthread_mutex_init(&scene.lock, NULL);
  log_set_sink(remember, &scene);
  scene.place.times = (struct heartbeat_times){.every = 1};
  atomic_store(&scene.place.outcome, SEND_SENT);
  scene.config =
      (struct heartbeat_config){.sender = &sender, .settings = &scene.place};
  scene.thread = heartbeat_thread_new(&scene.config, &hooks);
  ck_assert_ptr_nonnull(scene.thread);
}

static void end(void) {
  struct timespec deadline;

  heartbeat_thread_stop(scene.thread);
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += 20;
  ck_assert_int_eq(heartbeat_thread_join(scene.thread, &deadline), 0);
  log_set_sink(NULL, NULL);
}

/* The engine answers (NULL = well) until it was asked n times more. */
static void engine_says(const char *answer, int n) {
  for (int i = 0; i < 20000 && n > 0; i++) {
    if (heartbeat_thread_asks(scene.thread)) {
      heartbeat_thread_answer(scene.thread, answer);
      ck_assert(!heartbeat_thread_asks(scene.thread));
      n--;
    }
    usleep(1000);
  }
  ck_assert_int_eq(n, 0);
}

static void until_state(int state) {
  for (int i = 0; i < 20000 && heartbeat_thread_state(scene.thread) != state;
       i++)
    usleep(1000);
  ck_assert_int_eq(heartbeat_thread_state(scene.thread), state);
}

START_TEST(it_beats_while_all_is_well) {
  begin();
  engine_says(NULL, 1);
  until_state(1);
  ck_assert_int_eq(atomic_load(&scene.place.sent), 1);
  engine_says(NULL, 1);
  end();
  ck_assert_int_eq(said("heartbeat (watch.example.org): begins"), 1);
  ck_assert_int_eq(said("\n"), 1); /* and nothing more */
}
END_TEST

START_TEST(held_back_it_says_why_once_and_when_it_goes_on) {
  begin();
  engine_says("the disk is full", 3);
  until_state(0);
  ck_assert_int_eq(atomic_load(&scene.place.sent), 0);
  ck_assert_int_eq(said("held back: the disk is full"), 1);
  engine_says(NULL, 1);
  until_state(1);
  ck_assert_int_eq(said("goes on after 0 min"), 1);
  engine_says("the disk is full", 1);
  until_state(0);
  ck_assert_int_eq(said("held back: the disk is full"), 2);
  end();
}
END_TEST

START_TEST(an_engine_that_does_not_answer_is_no_sign_of_life) {
  begin();
  for (int i = 0; i < 20000 && atomic_load(&scene.asked) < 2; i++)
    usleep(1000);
  ck_assert_int_eq(atomic_load(&scene.place.sent), 0);
  ck_assert_int_eq(said("held back: alerting does not answer"), 1);
  /* too late is no answer to the next question */
  for (int i = 0; i < 20000 && heartbeat_thread_asks(scene.thread); i++)
    usleep(1000);
  heartbeat_thread_answer(scene.thread, NULL);
  engine_says("the disk is full", 1);
  ck_assert_int_eq(said("goes on"), 0);
  end();
}
END_TEST

START_TEST(a_refusal_is_said_once_and_tried_again) {
  begin();
  atomic_store(&scene.place.outcome, SEND_REFUSED_CHANNEL);
  engine_says(NULL, 3);
  ck_assert_int_eq(said("not taken: HTTP 500"), 1);
  ck_assert_int_ge(atomic_load(&scene.place.sent), 2);
  atomic_store(&scene.place.outcome, SEND_SENT);
  engine_says(NULL, 1);
  until_state(1);
  ck_assert_int_eq(said("goes on after"), 1);
  end();
}
END_TEST

START_TEST(it_stops_while_the_other_side_hangs) {
  begin();
  atomic_store(&scene.place.hangs, true);
  engine_says(NULL, 1);
  for (int i = 0; i < 20000 && atomic_load(&scene.place.sent) == 0; i++)
    usleep(1000);
  ck_assert_int_eq(atomic_load(&scene.place.sent), 1);
  end();
  ck_assert_int_eq(said("\n"), 0); /* that it was aborted is no trouble */
}
END_TEST

START_TEST(it_stops_while_the_engine_is_silent) {
  begin();
  for (int i = 0; i < 20000 && atomic_load(&scene.asked) == 0; i++)
    usleep(1000);
  end();
  ck_assert_int_eq(atomic_load(&scene.place.sent), 0);
}
END_TEST

/* -- what the core says -------------------------------------------------------
 */

static const char *proved(struct house *h) {
  static char why[256];

  return alert_core_prove(h->core, 900, why, sizeof(why)) ? "well" : why;
}

START_TEST(well_while_it_can_record) {
  static struct house h;

  house_open(&h, "");
  ck_assert_str_eq(proved(&h), "well");
  store_limit_pages(alert_core_store(h.core), 1);
  for (int i = 0; i < 400; i++)
    house_play(&h, "fail 1900; +1; ok 90; +61");
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  ck_assert_str_ne(proved(&h), "well");
  store_limit_pages(alert_core_store(h.core), 0);
  house_play(&h, "+600");
  ck_assert_str_eq(proved(&h), "well");
  house_close(&h);
}
END_TEST

START_TEST(a_critical_message_that_waits_is_trouble_a_warning_is_not) {
  static struct house h;

  house_open(&h, "");
  house_play(&h, "mail=retry; pager=retry; warn 1600; +3600");
  ck_assert_str_eq(proved(&h), "well");
  house_play(&h, "fail 1900; +840");
  ck_assert_str_eq(proved(&h), "well");
  house_play(&h, "+120");
  ck_assert_ptr_nonnull(strstr(proved(&h), "has been waiting for 16 min"));
  house_play(&h, "mail=sent; pager=sent; +1200");
  ck_assert_str_eq(proved(&h), "well");
  house_close(&h);
}
END_TEST

START_TEST(a_clock_that_is_set_makes_no_message_old) {
  static struct house h;

  house_open(&h, "");
  house_play(&h, "mail=retry; pager=retry; fail 1900; +60; clock +86400; +1");
  ck_assert_str_eq(proved(&h), "well");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, it_beats_while_all_is_well);
  tcase_add_test(t, held_back_it_says_why_once_and_when_it_goes_on);
  tcase_add_test(t, an_engine_that_does_not_answer_is_no_sign_of_life);
  tcase_add_test(t, a_refusal_is_said_once_and_tried_again);
  tcase_add_test(t, it_stops_while_the_other_side_hangs);
  tcase_add_test(t, it_stops_while_the_engine_is_silent);
  tcase_add_test(t, well_while_it_can_record);
  tcase_add_test(t, a_critical_message_that_waits_is_trouble_a_warning_is_not);
  tcase_add_test(t, a_clock_that_is_set_makes_no_message_old);
}

int main(void) { return suite_run("heartbeat", fill); }
