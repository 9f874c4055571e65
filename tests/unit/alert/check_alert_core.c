/* SPDX-License-Identifier: MIT */
/* The engine about itself: clocks that are set, a disk that fails, memory that
 * is out, and what people hear of it. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/failing_disk.h"
#include "../support/suite.h"
#include "alert/store/store_alert.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *row;
  const char *options;
  const char *story;
  const char *heard;
} stories[] = {
    {"clock set ahead: a provider's wait stays as long", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; clock +86400; +7000",
     ""},
    {"and no longer", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; clock +86400; +7300",
     "mail:firing"},
    {"clock set back: no longer either", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; clock -86400; +7300",
     "mail:firing"},
    {"clock set, then a restart: what was stored has moved along", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; clock +86400; +10; "
     "restart; fail 1900; +7000",
     ""},
    {"and is over in time", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; clock -86400; +10; "
     "restart; fail 1900; +7300",
     "mail:firing"},
    {"a row's own wait moves along as well",
     "family; family.To gerd; "
     "Route.Channel family",
     "family=split; fail 1900; clock +86400; +3; family=sent; restart; "
     "fail 1900",
     ""},
    {"a reminder after the clock was set and a restart", "",
     "fail 1900; +60; clock +86400; +10; restart; fail 1900; +3500",
     "mail:firing"},
    {"and in its time", "",
     "fail 1900; +60; clock -86400; +10; restart; fail 1900; +3600",
     "mail:firing mail:repeat"},
    {"a board without a clock keeps a provider's wait", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; reboot -900000000; "
     "fail 1900; +7000",
     ""},
    {"and ends it", "",
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; reboot -900000000; "
     "fail 1900; +7300",
     "mail:firing"},
    {"the grace begins at the start, whatever the clock says", "StaleAfter 0",
     "fail 1900; reboot -900000000; +110; fail 1900; +600", "mail:firing"},
    {"a small step is none: clocks are slewed all the time", "",
     "fail 1900; clock +4; +3597", "mail:firing mail:repeat"},
    {"a channel that is misconfigured is told by the others", "broken", "",
     "mail:firing"},
    {"and once a day", "broken", "+86500", "mail:firing mail:repeat"},
};

START_TEST(people_hear) {
  struct house h;

  house_open(&h, stories[_i].options);
  house_settle(&h);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

static size_t open_alerts(const struct house *h) {
  return state_open_alerts(alert_core_state(h->core))->count;
}

START_TEST(a_full_disk_is_told_and_its_end_too) {
  struct house h;

  house_open(&h, "RecoverAfter 0");
  h.keep_texts = true;
  house_play(&h, "fail 1900");
  store_limit_pages(alert_core_store(h.core), 1); /* no more than there are */
  for (int i = 0; i < 40; i++) {
    char name[32];
    struct event ev;
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    house_event(&h, &ev);
  }
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  ck_assert_ptr_nonnull(strstr(h.titles, "state cannot be written"));
  ck_assert_ptr_nonnull(strstr(h.titles, "delivered but not recorded"));
  for (int i = 0; i < 40; i++) {
    char title[32];
    snprintf(title, sizeof(title), "Plug %d:", i);
    ck_assert_msg(strstr(h.titles, title) != NULL, "%s is not told", title);
  }
  house_play(&h, "+1000"); /* tried in vain, with growing pauses */
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  h.heard[0] = h.titles[0] = '\0';
  store_limit_pages(alert_core_store(h.core), 0);
  house_play(&h, "+300");
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_ON_DISK);
  ck_assert_str_eq(h.heard, "mail:resolved");
  house_restart(&h, true); /* all of it is on the disk */
  ck_assert_uint_eq(open_alerts(&h), 41);
  house_close(&h);
}
END_TEST

static const int disk_errors[] = {SQLITE_IOERR_WRITE, SQLITE_READONLY,
                                  SQLITE_FULL, SQLITE_PERM};

/* While running: what comes is delivered all the same, and is on the disk as
 * soon as that works again. */
START_TEST(a_disk_that_fails_under_an_open_file_loses_nothing) {
  struct house h;

  failing_disk_use();
  house_open(&h, "RecoverAfter 0");
  h.keep_texts = true;
  house_play(&h, "fail 1900");
  disk_error = disk_errors[_i];
  house_play(&h, "event disk failed; +10");
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:firing");
  ck_assert_ptr_nonnull(strstr(h.titles, "state cannot be written"));
  house_play(&h, "ok 90; +600");
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  disk_error = 0;
  house_play(&h, "+300");
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_ON_DISK);
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:firing mail:resolved "
                            "mail:resolved");
  house_restart(&h, true);
  ck_assert_uint_eq(open_alerts(&h), 1);
  house_play(&h, "eventok fine; +1");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:firing mail:resolved "
                            "mail:resolved mail:resolved");
  house_close(&h);
}
END_TEST

START_TEST(what_is_only_in_memory_is_kept_at_the_end_if_it_can_be) {
  struct house h;

  house_open(&h, "RecoverAfter 0");
  store_limit_pages(alert_core_store(h.core), 1);
  for (int i = 0; i < 40; i++) {
    char name[32];
    struct event ev;
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    house_event(&h, &ev);
  }
  ck_assert_int_eq(store_condition(alert_core_store(h.core)), STORE_IN_MEMORY);
  store_limit_pages(alert_core_store(h.core), 0);
  h.heard[0] = '\0';
  house_restart(&h, false);
  ck_assert_uint_ge(open_alerts(&h), 40);
  house_play(&h, "+1");
  ck_assert_str_eq(h.heard, "mail:resolved"); /* of our own trouble */
  ck_assert_uint_eq(open_alerts(&h), 40);
  house_close(&h);
}
END_TEST

static void keep_moment(void *arg, const struct alert_member *m) {
  *(int64_t *)arg = m->missing_since;
}

START_TEST(a_clock_that_is_set_delays_nothing_in_words) {
  struct house h;
  int64_t since = 0;
  int64_t id;

  house_open(&h, "");
  h.keep_texts = true;
  house_play(&h, "mail=retry; missing power; clock +86400; mail=sent; +60");
  ck_assert_str_eq(h.heard, "mail:firing");
  ck_assert_ptr_null(strstr(h.titles, "Delayed"));
  id = state_open_alerts(alert_core_state(h.core))->first->a.id;
  store_member_each(alert_core_store(h.core), id, keep_moment, &since);
  ck_assert_int_lt(h.wall - since, 100000);
  house_close(&h);
}
END_TEST

START_TEST(a_deleted_database_is_noticed_before_the_next_record) {
  struct house h;
  char command[160];

  house_open(&h, "");
  house_play(&h, "fail 1900");
  snprintf(command, sizeof(command), "rm %s/alerts.db*", h.directory);
  ck_assert_int_eq(system(command), 0);
  house_play(&h, "event disk failed");
  house_restart(&h, true);
  ck_assert_uint_eq(open_alerts(&h), 2);
  house_play(&h, "fail 1900; +10");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing");
  house_close(&h);
}
END_TEST

START_TEST(a_deleted_log_of_the_database_is_noticed_too) {
  struct house h;
  char command[160];

  house_open(&h, "");
  house_play(&h, "fail 1900");
  snprintf(command, sizeof(command), "rm %s/alerts.db-wal", h.directory);
  ck_assert_int_eq(system(command), 0);
  house_play(&h, "event disk failed");
  house_restart(&h, true);
  ck_assert_uint_eq(open_alerts(&h), 2);
  house_close(&h);
}
END_TEST

START_TEST(a_broken_database_at_the_start_is_told_once) {
  struct house h;
  char path[128];
  FILE *f;

  house_open(&h, "");
  house_play(&h, "fail 1900");
  h.keep_texts = true;
  snprintf(path, sizeof(path), "%s/alerts.db", h.directory);
  alert_core_free(h.core);
  f = fopen(path, "r+");
  ck_assert_ptr_nonnull(f);
  for (int i = 0; i < 400; i++)
    fputs("not a database any more ", f);
  fclose(f);
  h.heard[0] = '\0';
  house_begin(&h);
  house_play(&h, "+100");
  ck_assert_str_eq(h.heard, "mail:note");
  ck_assert_ptr_nonnull(strstr(h.titles, "set aside"));
  ck_assert_uint_eq(open_alerts(&h), 0);
  house_restart(&h, false);
  house_play(&h, "+100");
  ck_assert_str_eq(h.heard, "mail:note");
  house_close(&h);
}
END_TEST

START_TEST(lost_notifications_are_told_once_an_hour) {
  struct house h;

  house_open(&h, "");
  h.keep_texts = true;
  alert_core_intake(h.core, &(struct event_queue_counts){.lost = 5});
  house_play(&h, "+10");
  ck_assert_str_eq(h.heard, "mail:note");
  ck_assert_ptr_nonnull(strstr(h.titles, "5 notifications came faster"));
  alert_core_intake(h.core, &(struct event_queue_counts){.lost = 12});
  house_play(&h, "+10");
  ck_assert_str_eq(h.heard, "mail:note");
  house_play(&h, "+3600");
  alert_core_intake(h.core, &(struct event_queue_counts){.lost = 12});
  house_play(&h, "+10");
  ck_assert_str_eq(h.heard, "mail:note mail:note");
  ck_assert_ptr_nonnull(strstr(h.titles, "7 notifications came faster"));
  house_close(&h);
}
END_TEST

START_TEST(open_alerts_have_a_bound_that_is_told) {
  struct house h;

  house_open(&h, "");
  h.keep_texts = true;
  h.open_max = 3;
  house_restart(&h, false);
  house_play(&h, "on a; fail 1900; on b; fail 1900; on c; fail 1900; +10");
  ck_assert_str_eq(house_heard(&h), "mail:firing mail:firing mail:firing");
  house_play(&h, "on d; fail 1900; on e; fail 1900; +10");
  ck_assert_str_eq(house_heard(&h), "mail:note");
  ck_assert_ptr_nonnull(
      strstr(h.titles, "can be open at once: 1 not recorded"));
  /* what is open is served as ever, and makes room */
  house_play(&h, "on a; ok 90; +61; on e; fail 1900; +10");
  ck_assert_str_eq(house_heard(&h), "mail:resolved mail:firing");
  house_close(&h);
}
END_TEST

/* Nothing is taken while no transaction can begin, so nothing is lost. */
START_TEST(without_memory_nothing_is_taken) {
  struct house h;
  struct event ev = house_range(SEVERITY_FAILURE, "Freezer", 1900);

  house_open(&h, "");
  sqlite3_hard_heap_limit64(1);
  ck_assert_int_lt(alert_core_step(h.core, NULL, &ev, 1, true), 0);
  sqlite3_hard_heap_limit64(0);
  ck_assert_uint_eq(open_alerts(&h), 0);
  house_event(&h, &ev);
  ck_assert_str_eq(h.heard, "mail:firing");
  house_close(&h);
}
END_TEST

START_TEST(history_ends_after_HistoryDays) {
  struct house h;

  house_open(&h, "HistoryDays 3; Repeat never");
  house_play(&h, "fail 1900; ok 90; +61");
  ck_assert_int_eq(
      store_alert_get(alert_core_store(h.core), 1, &(struct alert){0}), 0);
  house_play(&h, "+250000"); /* not yet three days */
  ck_assert_int_eq(
      store_alert_get(alert_core_store(h.core), 1, &(struct alert){0}), 0);
  house_play(&h, "+100000");
  ck_assert_int_lt(
      store_alert_get(alert_core_store(h.core), 1, &(struct alert){0}), 0);
  house_close(&h);
}
END_TEST

/* A clock that was a year ahead, and did its pruning then, has not put the next
 * one off by a year. */
START_TEST(history_ends_also_after_the_clock_was_ahead) {
  struct house h;
  struct alert a;

  house_open(&h, "HistoryDays 3; Repeat never");
  house_play(&h, "+10; clock 31536000; +90; clock -31536000");
  house_play(&h, "fail 1900; ok 90; +61");
  ck_assert_int_eq(store_alert_get(alert_core_store(h.core), 1, &a), 0);
  house_play(&h, "+350000");
  ck_assert_int_lt(store_alert_get(alert_core_store(h.core), 1, &a), 0);
  house_close(&h);
}
END_TEST

/* collectd compares its clock with that of the last value: whoever sets the
 * clock makes everything "missing". */
START_TEST(a_clock_that_is_set_makes_no_device_missing) {
  static const char *const steps[] = {"clock 90000", "clock -90000",
                                      "clock 1795000000"};

  for (size_t i = 0; i < ROWS(steps); i++) {
    struct house h;

    house_open(&h, "");
    house_play(&h, steps[i]);
    house_play(&h, "missing power; missing voltage; cache 90; +200");
    ck_assert_str_eq(h.heard, "");
    house_close(&h);

    house_open(&h, ""); /* one that is really gone is told all the same */
    house_play(&h, steps[i]);
    house_play(&h, "missing power; +60");
    ck_assert_str_eq(h.heard, "mail:firing");
    house_close(&h);

    house_open(&h, ""); /* and what is back by itself is not */
    house_play(&h, steps[i]);
    house_play(&h, "missing power; +5; back power; +200");
    ck_assert_str_eq(h.heard, "");
    house_close(&h);
  }
}
END_TEST

START_TEST(a_clock_that_was_ahead_once_is_forgiven) {
  struct house h;

  house_open(&h, "RecoverAfter 0");
  h.keep_texts = true;
  house_play(&h, "fail 1900; ok 90; reboot -10000000; event disk failed");
  ck_assert_ptr_nonnull(strstr(h.titles, "uncertain"));
  house_play(&h, "+22000");
  h.titles[0] = '\0';
  house_play(&h, "fail 1900; restart; ok 90; fail 1900");
  ck_assert_str_ne(h.titles, "");
  ck_assert_ptr_null(strstr(h.titles, "uncertain"));
  house_close(&h);
}
END_TEST

START_TEST(an_empty_store_in_1970_says_that_times_are_uncertain) {
  struct house h;

  house_open(&h, "");
  h.keep_texts = true;
  alert_core_free(h.core);
  {
    char command[128];
    snprintf(command, sizeof(command), "rm %s/alerts.db*", h.directory);
    ck_assert_int_eq(system(command), 0);
  }
  h.wall = 122000;
  house_begin(&h);
  house_play(&h, "fail 1900");
  ck_assert_ptr_nonnull(strstr(h.titles, "uncertain"));
  house_close(&h);
}
END_TEST

/* What collectd stopped too soon for comes first after the start. */
START_TEST(notifications_kept_at_the_stop_are_handled_at_the_start) {
  struct house h;
  struct event ev[2];

  house_open(&h, "RecoverAfter 0");
  ev[0] = house_range(SEVERITY_FAILURE, "Freezer", 1900);
  ev[1] = house_range(SEVERITY_WARNING, "Kettle", 1600);
  snprintf(ev[0].meta[0].key, sizeof(ev[0].meta[0].key), "rack");
  snprintf(ev[0].meta[0].value, sizeof(ev[0].meta[0].value), "7");
  ck_assert_int_eq(alert_core_keep(h.core, ev, 2), 0);
  house_play(&h, "kill; +1");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing");
  ck_assert_str_eq(
      state_open_alerts(alert_core_state(h.core))->first->a.meta[0].value, "7");
  house_play(&h, "ok 90; restart; +1");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

/* Names so long that collectd's sentence is cut off inside the all-clear. */
START_TEST(a_cut_all_clear_of_a_threshold_is_one) {
  struct house h;
  struct event ev;

  house_open(&h, "RecoverAfter 0");
  ev = house_range(SEVERITY_FAILURE, "Freezer", 1900);
  house_event(&h, &ev);
  ev = house_range(SEVERITY_OKAY, "Freezer", 90);
  ev.has_value = false;
  ev.value = ev.value - ev.value;
  ev.forwarded = true;
  snprintf(ev.text, sizeof(ev.text),
           "Host nas, plugin kasa (instance Freezer) type power: All data sou");
  house_event(&h, &ev);
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

/* Less than a millisecond is at once, also for who asks afterwards. */
START_TEST(a_tiny_recover_after_frees_once) {
  struct house h;

  house_open(&h, "RecoverAfter 0.0001");
  house_play(&h, "fail 1900; ok nan; cache 90; +200");
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

/* The same house with its only channel called otherwise. */
static void rename_channel(struct house *h, const char *name) {
  struct channel_config *mail = &h->config->channels[0];

  free(mail->name);
  mail->name = strdup(name);
}

START_TEST(a_renamed_channel_hears_of_what_is_open) {
  static struct house h;

  house_open(&h, "Repeat never");
  house_play(&h, "fail 1900; +60");
  rename_channel(&h, "post");
  house_play(&h, "restart; +10");
  ck_assert_str_eq(house_heard(&h), "mail:firing");
  house_play(&h, "fail 1900; +600; fail 1950; +600");
  ck_assert_str_eq(house_heard(&h), "post:firing");
  ck_assert_ptr_nonnull(
      strstr(h.log, "no longer configured, such as \"mail\""));
  house_play(&h, "restart; fail 1900; +60; ok 90; +61");
  ck_assert_str_eq(house_heard(&h), "post:resolved");
  house_close(&h);
}
END_TEST

START_TEST(a_renamed_channel_hears_the_end_alone) {
  static struct house h;

  house_open(&h, "");
  house_play(&h, "fail 1900; +60; event sdb failed");
  ck_assert_str_eq(house_heard(&h), "mail:firing mail:firing");
  rename_channel(&h, "post");
  house_play(&h, "restart; +10; ok 90; +130; eventok fine; +61");
  ck_assert_str_eq(house_heard(&h), "post:firing post:resolved post:resolved");
  house_close(&h);
}
END_TEST

START_TEST(what_nobody_was_told_of_has_no_end) {
  static struct house h;

  house_open(&h, "");
  house_play(&h, "mail=retry; fail 1900; +60");
  rename_channel(&h, "post");
  house_play(&h, "restart");
  house_play(&h, "post=sent; +10; ok 90; +130");
  ck_assert_str_eq(house_heard(&h), "");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, a_renamed_channel_hears_of_what_is_open);
  tcase_add_test(t, a_renamed_channel_hears_the_end_alone);
  tcase_add_test(t, what_nobody_was_told_of_has_no_end);
  tcase_add_test(t, a_clock_that_is_set_makes_no_device_missing);
  tcase_add_test(t, a_clock_that_was_ahead_once_is_forgiven);
  tcase_add_test(t, an_empty_store_in_1970_says_that_times_are_uncertain);
  tcase_add_test(t, notifications_kept_at_the_stop_are_handled_at_the_start);
  tcase_add_test(t, a_cut_all_clear_of_a_threshold_is_one);
  tcase_add_test(t, a_tiny_recover_after_frees_once);
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, a_full_disk_is_told_and_its_end_too);
  tcase_add_loop_test(t, a_disk_that_fails_under_an_open_file_loses_nothing, 0,
                      ROWS(disk_errors));
  tcase_add_test(t, what_is_only_in_memory_is_kept_at_the_end_if_it_can_be);
  tcase_add_test(t, a_clock_that_is_set_delays_nothing_in_words);
  tcase_add_test(t, a_deleted_database_is_noticed_before_the_next_record);
  tcase_add_test(t, a_deleted_log_of_the_database_is_noticed_too);
  tcase_add_test(t, a_broken_database_at_the_start_is_told_once);
  tcase_add_test(t, lost_notifications_are_told_once_an_hour);
  tcase_add_test(t, open_alerts_have_a_bound_that_is_told);
  tcase_add_test(t, without_memory_nothing_is_taken);
  tcase_add_test(t, history_ends_after_HistoryDays);
  tcase_add_test(t, history_ends_also_after_the_clock_was_ahead);
}

int main(void) { return suite_run("core", fill); }
