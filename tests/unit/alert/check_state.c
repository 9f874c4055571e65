/* SPDX-License-Identifier: MIT */
/* The life of an alert: each rule as a story and
 * what people hear of it. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"
#include "alert/store/store_history.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *row; /* what it shows */
  const char *options;
  const char *story;
  const char *heard;
} stories[] = {
    /* opening and recovering */
    {"bad opens at once", "", "fail 1900", "mail:firing"},
    {"any OKAY with nothing open says nothing", "", "ok 90; +10; ok nan; +600",
     ""},
    {"For waits", "Route.For 5m", "fail 1900; +299", ""},
    {"For over, still bad", "Route.For 5m", "fail 1900; +301", "mail:firing"},
    {"pending and OKAY: deleted silently", "Route.For 5m",
     "fail 1900; +60; ok 90; +600", ""},
    {"pending and missing: the range alert is gone", "Route.For 5m",
     "fail 1900; +60; missing power; back power; +900", ""},
    {"same severity: no message", "",
     "fail 1900; +10; fail 1950; +10; fail 1990", "mail:firing"},
    {"severity up: update now", "", "warn 1600; +60; fail 1900",
     "mail:firing mail:worse"},
    {"severity down: a quiet update", "", "fail 1900; +60; warn 1600",
     "mail:firing mail:better"},
    {"NotifyDowngrade false: none", "NotifyDowngrade false",
     "fail 1900; +60; warn 1600", "mail:firing"},
    {"OKAY waits RecoverAfter", "", "fail 1900; +60; ok 90; +59",
     "mail:firing"},
    {"then recovers", "", "fail 1900; +60; ok 90; +61",
     "mail:firing mail:resolved"},
    {"RecoverAfter 0", "RecoverAfter 0", "fail 1900; +60; ok 90",
     "mail:firing mail:resolved"},
    {"recovering and bad again: no message", "",
     "fail 1900; +60; ok 90; +30; fail 1900; +600", "mail:firing"},
    {"OKAY nan is no recovery", "", "fail 1900; +60; ok nan; +600",
     "mail:firing"},
    {"OKAY nan, then a finite value in the cache", "",
     "fail 1900; +60; ok nan; cache 900; +150", "mail:firing mail:resolved"},
    {"the number must stand as long as a recovery: 60 s", "",
     "fail 1900; +60; ok nan; +600; cache 900; +59", "mail:firing"},
    {"counted from the first number, not from the nan", "",
     "fail 1900; +60; ok nan; +600; cache 900; +75; cache -; +600",
     "mail:firing mail:resolved"},
    {"numbers that come and go begin anew", "RecoverAfter 0",
     "fail 1900; ok nan; cache 900; +15; cache -; +10; cache 900; +15",
     "mail:firing"},
    {"a number beyond the bounds is none to trust, whatever Hits holds back",
     "", "fail 1900; +60; ok nan; cache 1600; +900", "mail:firing"},
    {"OKAY nan, then bad: as before", "",
     "fail 1900; ok nan; +20; fail 1900; cache 1900; +600", "mail:firing"},
    {"one dead plug, three series: one message", "",
     "missing power; missing voltage; missing current; +600", "mail:firing"},
    {"last member back: one recovery", "",
     "missing power; missing voltage; +60; back power; +120; back voltage; +61",
     "mail:firing mail:resolved"},
    {"some back is not all back", "",
     "missing power; missing voltage; +60; back power; +900", "mail:firing"},
    {"a member seen only in the cache is back too", "",
     "missing power; +60; cache 90; +100", "mail:firing mail:resolved"},
    {"what the cache holds just before the entry goes is no sign of life", "",
     "missing power; cache 90; +20; cache -; +600", "mail:firing"},
    {"not a number is no sign of life either", "",
     "missing power; +60; ok nan; +600", "mail:firing"},
    {"a short Wi-Fi gap is nobody's business", "Route.For 5m",
     "missing power; +120; back power; +600", ""},
    {"pending and its series goes missing: nobody hears of the range",
     "Route.For 5m; Route.Class range", "fail 1900; +60; missing power; +600",
     ""},
    {"pending and not a number: it waits for a reading", "Route.For 5m",
     "fail 1900; +60; ok nan; +600", ""},
    {"and is told when the reading is bad", "Route.For 5m",
     "fail 1900; +60; ok nan; +600; fail 1900; +1", "mail:firing"},
    {"firing range, then its device goes missing: both stay", "",
     "fail 1900; +10; missing power; +600", "mail:firing mail:firing"},
    {"renamed: closed at once, told once, and no reminder", "",
     "fail 1900; +60; renamed Chest; +90000", "mail:firing mail:resolved"},
    {"still bad: told by the new name", "",
     "fail 1900; +60; renamed Chest; on Chest; fail 1900; +60; ok 90; +61",
     "mail:firing mail:resolved mail:firing mail:resolved"},
    {"what collectd misses then, by the old name, is nothing", "",
     "fail 1900; +60; renamed Chest; +299; missing power; +600",
     "mail:firing mail:resolved"},
    {"nor where nothing was wrong", "",
     "renamed Chest; +20; missing power; +600", ""},
    {"whoever takes the name later and goes is missed", "",
     "renamed Chest; +360; missing power; +600", "mail:firing"},
    {"with the clock set in between, too", "",
     "renamed Chest; clock 86400; +20; missing power; +600", ""},
    {"back under a new name: it is not missing any more", "",
     "missing power; missing voltage; +60; renamed Chest; +90000",
     "mail:firing mail:resolved"},
    {"another's new name ends nothing", "",
     "fail 1900; on Oven; renamed Stove; +60", "mail:firing"},
    {"nor an outlet's", "", "fail 1900; renamed Lamp: Light; +60",
     "mail:firing"},
    {"pending: nobody hears of it", "Route.For 5m",
     "fail 1900; renamed Chest; +600", ""},
    {"fine for a moment already: that is the end", "",
     "fail 1900; +60; ok 90; +5; renamed Chest; +600",
     "mail:firing mail:resolved"},
    {"as a restart left it, too", "",
     "fail 1900; +60; restart; renamed Chest; +90000",
     "mail:firing mail:resolved"},
    {"acknowledged, it is so by the new name, too", "",
     "fail 1900; +60; ack; renamed Chest; on Chest; +5; fail 1900; +7300",
     "mail:firing mail:acknowledged mail:resolved mail:firing"},
    {"also when what is still bad came before the new name was heard of", "",
     "fail 1900; +60; ack; on Chest; fail 1900; +1; on Freezer; renamed Chest; "
     "+7300",
     "mail:firing mail:acknowledged mail:firing mail:acknowledged "
     "mail:resolved"},
    {"even before it was told of", "",
     "fail 1900; +60; ack; hold; on Chest; fail 1900; on Freezer; renamed "
     "Chest; release; +7300",
     "mail:firing mail:acknowledged mail:firing mail:resolved"},
    {"for as long as it would have been", "AckTimeout 2h",
     "fail 1900; ack; +3600; renamed Chest; on Chest; +5; fail 1900; +3500; "
     "+200",
     "mail:firing mail:acknowledged mail:resolved mail:firing mail:repeat"},
    {"with For", "Route.For 5m",
     "fail 1900; +301; ack; renamed Chest; on Chest; fail 1900; +301; +7300",
     "mail:firing mail:acknowledged mail:resolved mail:firing"},
    {"after a kill", "",
     "fail 1900; ack; renamed Chest; kill; on Chest; fail 1900; +7300",
     "mail:firing mail:acknowledged mail:resolved mail:firing"},
    {"worse by the new name: it is not", "",
     "warn 1600; ack; renamed Chest; on Chest; fail 1900; +3601",
     "mail:firing mail:acknowledged mail:resolved mail:firing mail:repeat"},
    {"another time by the new name: it is not", "",
     "fail 1900; ack; renamed Chest; on Chest; fail 1900; ok 90; +61; restart; "
     "fail 1900; +3601",
     "mail:firing mail:acknowledged mail:resolved mail:firing mail:resolved "
     "mail:firing mail:repeat"},
    {"nor hours later", "",
     "fail 1900; ack; renamed Chest; on Chest; +3700; fail 1900; +3601",
     "mail:firing mail:acknowledged mail:resolved mail:firing mail:repeat"},
    {"nor what was taken back before", "",
     "fail 1900; ack; +1; unack; +1; renamed Chest; on Chest; fail 1900; "
     "+3601",
     "mail:firing mail:acknowledged mail:resolved mail:firing mail:repeat"},
    {"a service that keeps incidents hears it, too", "Route.Channel pager",
     "fail 1900; ack; renamed Chest; on Chest; fail 1900; +7300",
     "pager:firing pager:acknowledged pager:cancel pager:resolved "
     "pager:cancel pager:firing pager:acknowledged pager:cancel"},
    {"ack stops repeats", "", "fail 1900; +60; ack; +7300",
     "mail:firing mail:acknowledged"},
    {"unack resumes them", "", "fail 1900; +60; ack; +7300; unack; +10",
     "mail:firing mail:acknowledged mail:repeat"},
    {"AckTimeout resumes them", "AckTimeout 2h", "fail 1900; ack; +7210",
     "mail:firing mail:acknowledged mail:repeat"},
    {"when it ends there is a reminder at once", "AckTimeout 2h",
     "warn 1600; ack; +7210", "mail:firing mail:acknowledged mail:repeat"},
    {"worse voids the ack", "", "warn 1600; ack; fail 1900; +3700",
     "mail:firing mail:acknowledged mail:worse mail:repeat"},
    {"worse, but no higher level: the ack holds", "Route.Level error",
     "warn 1600; ack; fail 1900; +20000",
     "mail:firing mail:acknowledged mail:worse"},
    {"critical repeats each hour, exactly", "", "fail 1900; +3599",
     "mail:firing"},
    {"from the last delivery on", "", "fail 1900; +7201",
     "mail:firing mail:repeat mail:repeat"},
    {"warning repeats after 12 h", "", "warn 1600; +43201",
     "mail:firing mail:repeat"},
    {"Repeat never", "Route.Repeat never", "fail 1900; +90000", "mail:firing"},
    {"info never repeats", "Route.Level info; MinLevel info",
     "fail 1900; +90000", "mail:firing"},
    {"an event without OKAY closes after a day, silently", "",
     "event disk failed; +90000; event disk failed",
     "mail:firing mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat "
     "mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat "
     "mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat "
     "mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat mail:repeat "
     "mail:firing"},
    {"an event that says something else is news, once for many", "Repeat never",
     "event sdb failed; event sdc failed; event sdd failed; +59; +2; +600",
     "mail:firing mail:news"},
    {"at once when it was quiet for long", "Repeat never",
     "event sdb failed; +600; event sdc failed", "mail:firing mail:news"},
    {"after pauses that double", "Repeat never",
     "event 0; event 1; +61; event 2; +119; event 3; +2; event 4; +239; event "
     "5; +2",
     "mail:firing mail:news mail:news mail:news"},
    {"the same words again are none", "Repeat never",
     "event sdb failed; +600; event sdb failed; +600", "mail:firing"},
    {"acknowledged: it waits", "Repeat never; AckTimeout 2h",
     "event sdb failed; ack; +600; event sdc failed; +600; +6010",
     "mail:firing mail:acknowledged mail:news"},
    {"NewTextInterval never", "Repeat never; Route.NewTextInterval never",
     "event sdb failed; event sdc failed; +600", "mail:firing"},
    {"NewTextInterval 10m", "Repeat never; Route.NewTextInterval 10m",
     "event sdb failed; event sdc failed; +599; +2", "mail:firing mail:news"},
    {"also over a restart", "Repeat never",
     "event sdb failed; event sdc failed; +10; restart; +60",
     "mail:firing mail:news"},
    {"an event's OKAY recovers it", "",
     "event disk failed; +60; eventok fine; +61", "mail:firing mail:resolved"},
    {"an announcement is told once, never recovered", "MinLevel info",
     "eventok cycle; +900; eventok cycle; +900", "mail:note mail:note"},
    {"resolve by hand tells who was told", "", "fail 1900; resolve",
     "mail:firing mail:resolved"},
    {"and silences what rings", "Route.Channel pager", "fail 1900; resolve",
     "pager:firing pager:resolved pager:cancel"},
    {"an event that expires is closed where incidents are kept",
     "Route.Channel pager mail; Repeat never", "event disk failed; +90000",
     "mail:firing pager:firing pager:resolved pager:cancel"},
    {"below MinLevel: nobody is told, not of the end either", "", "Xwarn", ""},
    /* restarts */
    {"restart and still bad: silence", "",
     "fail 1900; +60; restart; fail 1900; +600", "mail:firing"},
    {"restart and worse: update", "",
     "warn 1600; +60; restart; fail 1900; +600", "mail:firing mail:worse"},
    {"restart and fine: recovery", "",
     "fail 1900; +60; restart; +20; ok 90; +61", "mail:firing mail:resolved"},
    {"bad since we were down: told", "", "restart; fail 1900", "mail:firing"},
    {"OKAY of the unknown after a restart: dropped", "", "restart; ok 90; +600",
     ""},
    {"restart during RecoverAfter: it still recovers", "",
     "fail 1900; ok 90; restart; +130", "mail:firing mail:resolved"},
    {"restart during RecoverAfter: it waits for the grace to end", "",
     "fail 1900; ok 90; restart; +100", "mail:firing"},
    {"and bad again within it: silence", "",
     "fail 1900; ok 90; restart; +20; fail 1900; +600", "mail:firing"},
    {"restart, OKAY nan, then values: recovery", "",
     "fail 1900; restart; ok nan; cache 900; +200",
     "mail:firing mail:resolved"},
    {"restart, OKAY nan, then bad: silence", "",
     "fail 1900; restart; ok nan; +10; fail 1900; +600", "mail:firing"},
    {"nothing heard since restart: repeats pause, one note", "",
     "fail 1900; restart; +9000", "mail:firing mail:stale"},
    {"heard after the note: repeats go on", "",
     "fail 1900; restart; +9000; fail 1900; +1",
     "mail:firing mail:stale mail:repeat"},
    {"stale for 7 days: closed", "Repeat never", "fail 1900; restart; +700000",
     "mail:firing mail:stale mail:resolved"},
    {"a repeat due while down comes once, after confirmation", "",
     "fail 1900; +60; restart; +8000; fail 1900; +1",
     "mail:firing mail:stale mail:repeat"},
    {"device back after the restart", "",
     "missing power; missing voltage; restart; back power; back voltage; +61",
     "mail:firing mail:resolved"},
    {"device still dead after the restart: one note", "",
     "missing power; restart; +7000", "mail:firing mail:stale"},
    {"pending at the restart, not confirmed: forgotten", "Route.For 5m",
     "fail 1900; restart; +900", ""},
    {"pending at the restart, confirmed: told in its time", "Route.For 5m",
     "fail 1900; +100; restart; fail 1900; +201", "mail:firing"},
    {"kill instead of restart: the same", "",
     "fail 1900; +60; kill; fail 1900; +60; ok 90; +61",
     "mail:firing mail:resolved"},
    /* clocks that jump */
    {"clock set ahead by a day: no early repeat", "",
     "fail 1900; +60; clock +86400; +3000", "mail:firing"},
    {"clock set back by a day: repeat in time", "",
     "fail 1900; +60; clock -86400; +3600", "mail:firing mail:repeat"},
    {"clock set ahead while recovering", "",
     "fail 1900; ok 90; clock +86400; +30", "mail:firing"},
    {"set back while running, then a restart", "",
     "fail 1900; +60; clock -900000000; restart; fail 1900; +600",
     "mail:firing"},
    {"while the clock is not set no alert expires", "Repeat never",
     "fail 1900; reboot -900000000; +800000", "mail:firing mail:stale"},
    {"nor an event", "Repeat never",
     "event disk failed; reboot -900000000; +100000; eventok fine; +61",
     "mail:firing mail:resolved"},
    {"when it is set the time that passed counts", "Repeat never",
     "event disk failed; reboot -900000000; +80000; clock 900000000; +7000; "
     "event disk failed",
     "mail:firing mail:firing"},
    {"a board without a clock: distances stay", "",
     "fail 1900; +60; reboot -900000000; fail 1900; +600; clock 900000000; "
     "+2900",
     "mail:firing"},
    {"and the repeat comes in its time", "",
     "fail 1900; +60; reboot -900000000; fail 1900; +600; clock 900000000; "
     "+3000",
     "mail:firing mail:repeat"},
};

START_TEST(people_hear) {
  struct house h;

  if (strcmp(stories[_i].story, "Xwarn") == 0) {
    house_open(&h, "MinLevel critical");
    house_play(&h, "warn 1600; +60; ok 90; +61");
  } else {
    house_open(&h, stories[_i].options);
    house_play(&h, stories[_i].story);
  }
  ck_assert_msg(strcmp(h.heard, stories[_i].heard) == 0,
                "%s: heard \"%s\", not \"%s\"", stories[_i].row, h.heard,
                stories[_i].heard);
  house_close(&h);
}
END_TEST

START_TEST(two_hundred_healthy_series_at_start_send_nothing) {
  struct house h;
  struct state_counts before;
  struct state_counts n;

  house_open(&h, "");
  house_play(&h, "+1"); /* what notify_kasa says of itself */
  state_count(alert_core_state(h.core), &before);
  for (int i = 0; i < 200; i++) {
    char name[32];
    struct event ev;
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_OKAY, name, 90);
    house_event(&h, &ev);
  }
  house_play(&h, "+3600");
  ck_assert_uint_eq(h.attempts, 0);
  state_count(alert_core_state(h.core), &n);
  ck_assert_uint_eq(n.dropped_okay, before.dropped_okay + 200);
  house_close(&h);
}
END_TEST

static unsigned count_lines(const char *log, const char *words) {
  unsigned n = 0;

  for (const char *p = log; (p = strstr(p, words)) != NULL; p++)
    n++;
  return n;
}

static void count_no_route(void *arg, const struct history_line *line) {
  *(unsigned *)arg += strcmp(line->what, "no route") == 0;
}

START_TEST(what_no_route_takes_is_recorded_and_warned_about_once) {
  struct house h;
  struct state_counts n;
  unsigned recorded = 0;

  house_open(&h, "Route.Class missing");
  house_play(&h, "fail 1900; event disk failed; +100; ok 90; +100");
  ck_assert_str_eq(h.heard, "");
  state_count(alert_core_state(h.core), &n);
  ck_assert_uint_eq(n.no_route, 2);
  store_history_each(alert_core_store(h.core), "", 0, 100, count_no_route,
                     &recorded);
  ck_assert_uint_eq(recorded, 2);
  ck_assert_uint_eq(count_lines(h.log, "matches no route"), 1);
  house_close(&h);
}
END_TEST

/* The minute of RecoverAfter is not part of the trouble. */
START_TEST(it_was_bad_until_the_okay_not_until_the_message) {
  struct house h;

  house_open(&h, "");
  h.keep_texts = true;
  house_play(&h, "fail 1900; +600; ok 90; +61");
  ck_assert_ptr_nonnull(strstr(h.titles, "for 10 minutes"));
  house_close(&h);
}
END_TEST

START_TEST(value_and_peak_follow_the_cache) {
  struct house h;
  const struct alert *a;

  house_open(&h, "");
  house_play(&h, "fail 1900; cache 2100; +60; cache 1850; +60");
  a = &state_open_alerts(alert_core_state(h.core))->first->a;
  ck_assert_double_eq(a->value, 1850);
  ck_assert_double_eq(a->peak, 2100);
  house_close(&h);
}
END_TEST

/* On a board without a clock the times people read are wrong, and said to be,
 * until it is set. */
START_TEST(times_are_called_uncertain_while_the_clock_is_not_set) {
  static const char words[] = "clock was not set";
  struct house h;

  house_open(&h, "RecoverAfter 0");
  h.keep_texts = true;
  house_play(&h, "fail 1900; +60");
  ck_assert_ptr_null(strstr(h.titles, words));
  house_play(&h, "reboot -900000000; fail 1900; ok 90");
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  ck_assert_ptr_nonnull(strstr(h.titles, words));
  h.titles[0] = '\0';
  house_play(&h, "fail 1901; clock 900000000; +60");
  ck_assert_ptr_nonnull(strstr(h.titles, words));
  h.titles[0] = '\0';
  house_play(&h, "ok 90; fail 1900");
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved mail:firing "
                            "mail:resolved mail:firing");
  ck_assert_ptr_null(strstr(h.titles, words));
  house_close(&h);
}
END_TEST

START_TEST(a_device_comes_and_goes_under_one_name) {
  struct house h;

  house_open(&h, "");
  house_play(&h, "missing power; missing voltage");
  ck_assert_uint_eq(state_open_alerts(alert_core_state(h.core))->count, 1);
  ck_assert_uint_eq(
      state_open_alerts(alert_core_state(h.core))->first->a.members_missing, 2);
  house_restart(&h, false);
  ck_assert_uint_eq(
      state_open_alerts(alert_core_state(h.core))->first->a.members_missing, 2);
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 600);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, two_hundred_healthy_series_at_start_send_nothing);
  tcase_add_test(t, what_no_route_takes_is_recorded_and_warned_about_once);
  tcase_add_test(t, it_was_bad_until_the_okay_not_until_the_message);
  tcase_add_test(t, value_and_peak_follow_the_cache);
  tcase_add_test(t, times_are_called_uncertain_while_the_clock_is_not_set);
  tcase_add_test(t, a_device_comes_and_goes_under_one_name);
}

int main(void) { return suite_run("state", fill); }
