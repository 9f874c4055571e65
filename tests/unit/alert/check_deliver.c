/* SPDX-License-Identifier: MIT */
/* From "say this" to "it was accepted": outages, refusals, fallback, bounds. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"
#include "alert/deliver/backoff.h"
#include "alert/deliver/deliver_plan.h"
#include "alert/store/store_notification_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *row;
  const char *options;
  const char *story;
  const char *heard;
} stories[] = {
    {"a provider that is away gets it later", "",
     "mail=retry; fail 1900; +600; mail=sent; +600", "mail:firing"},
    {"two days away: one message about what came and went", "",
     "mail=retry; fail 1900; +600; ok 90; +172800; mail=sent; +1200",
     "mail:missed"},
    {"two days away and still bad: the alarm, and the newest reminder",
     "mail.MaxAge 4d", "mail=retry; fail 1900; +172800; mail=sent; +1200",
     "mail:firing"},
    {"told, then away: the recovery comes late, but it comes", "",
     "fail 1900; mail=retry; ok 90; +3600; mail=sent; +1200",
     "mail:firing mail:resolved"},
    {"told, away, worse and worse: only the newest", "",
     "warn 1600; mail=retry; fail 1900; warn 1600; fail 1950; +3000; "
     "mail=sent; +1200",
     "mail:firing mail:worse"},
    {"reminders do not pile up", "MinLevel info",
     "fail 1900; mail=retry; +30000; mail=sent; +1000",
     "mail:firing mail:repeat"},
    {"a reminder gives way to any newer word", "",
     "warn 1600; mail=retry; +43300; fail 1900; mail=sent; +1200",
     "mail:firing mail:worse"},
    {"an ambiguous end waits 30 s at least", "",
     "once mail=ambiguous; fail 1900; +25", ""},
    {"and is then repeated", "", "once mail=ambiguous; fail 1900; +40",
     "mail:firing"},
    {"a message nobody takes does not hold up the others for ever", "",
     "poison Freezer; fail 1900; event disk failed; +1000", "mail:firing"},
    {"what a success asks for holds the next", "",
     "pause 100; fail 1900; event disk failed; +90", "mail:firing"},
    {"and no longer", "", "pause 100; fail 1900; event disk failed; +101",
     "mail:firing mail:firing"},
    {"the alarm was refused while its recovery waited: neither",
     "RecoverAfter 0",
     "hold; fail 1900; ok 90; once mail=refused; release; +100", ""},
    {"stateful service: opened and gone unheard is nothing",
     "Route.Channel pager",
     "pager=retry; fail 1900; ok 90; +600; pager=sent; +1200", ""},
    {"stateful service: perhaps heard must be closed", "Route.Channel pager",
     "pager=ambiguous; fail 1900; ok 90; +600; pager=sent; +1200",
     "pager:resolved pager:cancel"},
    {"also when the doubt comes last", "Route.Channel pager; RecoverAfter 0",
     "hold; fail 1900; ok 90; once pager=ambiguous; release; +100",
     "pager:resolved pager:cancel"},
    {"the phone stops ringing on recovery", "Route.Channel pager",
     "fail 1900; +100; ok 90; +61", "pager:firing pager:resolved pager:cancel"},
    {"and on ack", "Route.Channel pager", "fail 1900; ack",
     "pager:firing pager:acknowledged pager:cancel"},
    {"recovered while the alarm was under way: it is silenced",
     "Route.Channel pager; RecoverAfter 0",
     "hold; fail 1900; ok 90; release; +10",
     "pager:firing pager:resolved pager:cancel"},
    {"acknowledged while it was under way: silenced too", "Route.Channel pager",
     "hold; fail 1900; ack; release; +10",
     "pager:firing pager:acknowledged pager:cancel"},
    {"perhaps it rang before it was over: silenced in any case",
     "Route.Channel pager; RecoverAfter 0",
     "once pager=ambiguous; fail 1900; ok 90; +100",
     "pager:resolved pager:cancel"},
    {"acknowledged on the phone is acknowledged here",
     "Route.Channel pager mail", "fail 1900; phone; +35",
     "mail:firing pager:firing mail:acknowledged pager:acknowledged "
     "pager:cancel"},
    {"a refused message goes to the fallback", "two; mail.Fallback second",
     "mail=refused; fail 1900; +10", "second*:firing"},
    {"and its recovery too", "two; mail.Fallback second",
     "mail=refused; fail 1900; +10; mail=sent; ok 90; +61",
     "second*:firing second:resolved"},
    {"a fallback never falls back again",
     "two; mail.Fallback second; second.Fallback mail",
     "mail=refused; second=refused; fail 1900; +1000", ""},
    {"critical and waiting too long takes the fallback",
     "two; mail.Fallback second", "mail=retry; fail 1900; +890; +60",
     "second*:firing"},
    {"a warning may wait", "two; mail.Fallback second",
     "mail=retry; warn 1600; +4000", ""},
    {"no double where the route tells it anyway",
     "two; mail.Fallback second; Route.Channel mail second",
     "mail=refused; fail 1900; +10", "second:firing"},
    {"a monthly quota used up: all of it takes the fallback at once",
     "two; mail.Fallback second",
     "wait 2000000; mail=retry; warn 1600; +10; wait 0; mail=sent; +600; "
     "restart; warn 1600; +20",
     "second*:firing"},
    {"the end of what a stopped channel told takes the fallback",
     "two; mail.Fallback second; Route.Channel mail",
     "fail 1900; +10; mail=gone; event disk failed; +10; ok 90; +61",
     "mail:firing pager:firing second:firing second*:firing second*:resolved"},
    {"refusals count in a row", "",
     "mail=dead; fail 1900; +8; mail=sent; +60; mail=dead; event disk failed; "
     "+8; mail=sent; +60",
     "mail:firing mail:firing"},
    {"and anew after a restart", "",
     "mail=dead; fail 1900; +8; restart; fail 1900; +20", ""},
    {"also what comes later", "two; mail.Fallback second; MinLevel info",
     "warn 1600; +5; wait 2000000; mail=retry; fail 1900; +10; ok 90; +61",
     "mail:firing second*:worse second:resolved"},
    {"a wait of minutes does not", "two; mail.Fallback second",
     "wait 1800; mail=retry; warn 1600; +600", ""},
    {"gone: not asked again at once", "two; Route.Channel mail",
     "mail=gone; fail 1900; +100; mail=sent; fail 1950; +780",
     "pager:firing second:firing"},
    {"but one message is tried after a quarter of an hour, and all follow", "",
     "mail=gone; fail 1900; event disk failed; +100; mail=sent; +900",
     "pager:firing mail:firing mail:firing pager:resolved pager:cancel"},
    {"still gone: the next try is an hour later", "",
     "mail=gone; fail 1900; +1000; mail=sent; +3000", "pager:firing"},
    {"and then it goes on", "", "mail=gone; fail 1900; +1000; mail=sent; +3700",
     "pager:firing mail:firing pager:resolved pager:cancel"},
    {"what worked before is not stopped in the first hour", "",
     "fail 1900; mail=dead; event disk failed; +2000; mail=sent; +900",
     "mail:firing mail:firing"},
    {"but after it", "", "fail 1900; mail=dead; event disk failed; +5000",
     "mail:firing pager:firing"},
    {"no answer in time, five times: believed, its end follows", "",
     "mail=timeout; fail 1900; +1200; mail=sent; ok 90; +61", "mail:resolved"},
    {"stopped: a person enables it, everything goes out", "",
     "mail=gone; fail 1900; +300; mail=sent; enable; +1; ok 90; +61",
     "pager:firing mail:firing pager:resolved pager:cancel mail:resolved"},
    {"stopped: a changed secret file enables it too", "",
     "mail=gone; fail 1900; +300; mail=sent; secret; +61; ok 90; +121",
     "pager:firing mail:firing pager:resolved pager:cancel mail:resolved"},
    {"an unchanged one does not", "", "mail=gone; fail 1900; mail=sent; +800",
     "pager:firing"},
    {"a stopped channel is announced once a day", "RecoverAfter 0",
     "mail=gone; fail 1900; ok 90; +86300; +200; +86400",
     "pager:firing pager:repeat pager:repeat"},
    {"one recipient refused: the others get it, each alone",
     "family; family.To anna bert carl; Route.Channel family",
     "family=split; fail 1900; +10", "family/anna:firing family/carl:firing"},
    {"a dead letter of one takes the fallback",
     "two; family; family.To anna bert; Route.Channel family; "
     "family.Fallback second",
     "family=split; fail 1900; +10", "family/anna:firing second*:firing"},
    {"one mailbox is full: the others go on, it gets its own later",
     "family; family.To anna gerd; Route.Channel family",
     "family=split; fail 1900; +10; family=sent; +600",
     "family/anna:firing family/gerd:firing"},
    {"and does not hold up what follows for all",
     "family; family.To anna gerd; Route.Channel family; RecoverAfter 0",
     "family=split; fail 1900; +1; family=sent; ok 90; +600",
     "family/anna:firing family:resolved"},
    {"put off for long: each of its messages in order",
     "family; family.To anna gerd; Route.Channel family; RecoverAfter 0",
     "family=split; fail 1900; +1; ok 90; +1; family=sent; +600",
     "family/anna:firing family/anna:resolved family/gerd:firing "
     "family/gerd:resolved"},
    {"another alert does not wait for one full mailbox",
     "family; family.To anna gerd; Route.Channel family",
     "family=split; fail 1900; +1; event disk failed; +1",
     "family/anna:firing family/anna:firing"},
    {"three refusals stop the channel, its queue takes the fallback",
     "two; mail.Fallback second", "mail=dead; warn 1600; +120",
     "pager:firing second:firing second*:firing"},
    {"the others say so; a restart is a new chance", "",
     "mail=dead; fail 1900; +120; mail=sent; "
     "restart; fail 1900; +900",
     "pager:firing mail:firing pager:resolved pager:cancel"},
    {"too large: once more, shorter, then given up",
     "two; mail.Fallback second", "mail=shrink; fail 1900; +10",
     "second*:firing"},
    {"killed while sending: once more", "",
     "hold; fail 1900; kill; release; "
     "fail 1900; +10",
     "mail:firing"},
    {"killed while the recovery is sent", "",
     "fail 1900; ok 90; hold; +61; kill; release; +10",
     "mail:firing mail:resolved"},
    {"resolved while the alarm is under way: both, in order", "RecoverAfter 0",
     "hold; fail 1900; ok 90; release; +10", "mail:firing mail:resolved"},
    {"MaxAge gives up", "mail.MaxAge 1h",
     "mail=retry; fail 1900; +4000; "
     "mail=sent; +10000",
     "mail:firing mail:repeat"},
    {"a level below the second channel's goes to the first only",
     "two; Route.Channel mail second; second.MinLevel critical",
     "warn 1600; +10; ok 90; +61", "mail:firing mail:resolved"},
    {"a level that rises reaches it",
     "two; Route.Channel mail second; second.MinLevel critical",
     "warn 1600; +10; fail 1900; +10; ok 90; +61",
     "mail:firing mail:worse second:firing mail:resolved second:resolved"},
};

START_TEST(people_hear) {
  struct house h;

  house_open(&h, stories[_i].options);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

START_TEST(back_off_grows_to_a_quarter_of_an_hour) {
  static const double steps[] = {5, 15, 30, 60, 120, 300, 600, 900, 900};

  for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
    ck_assert_double_eq_tol(backoff_s(i + 1, 0.5), steps[i], 1e-9);
    ck_assert_double_eq_tol(backoff_s(i + 1, 0), steps[i] * 0.8, 1e-9);
    ck_assert_double_lt(backoff_s(i + 1, 0.999), steps[i] * 1.2);
  }
}
END_TEST

START_TEST(two_days_of_outage_are_not_hammered) {
  struct house h;

  house_open(&h, "");
  house_play(&h, "mail=retry; fail 1900; +172800");
  ck_assert_uint_gt(h.attempts, 150);
  ck_assert_uint_lt(h.attempts, 300);
  house_close(&h);
}
END_TEST

START_TEST(the_providers_wait_is_kept_over_a_restart) {
  struct house h;
  unsigned before;

  house_open(&h, "");
  h.wait_s = 7200;
  house_play(&h, "mail=retry; fail 1900");
  before = h.attempts;
  house_play(&h, "mail=sent; restart; fail 1900; +7000");
  ck_assert_uint_eq(h.attempts, before);
  house_play(&h, "+300");
  ck_assert_str_eq(h.heard, "mail:firing");
  house_close(&h);
}
END_TEST

static const struct {
  const char *story;
  const char *words;
} delays[] = {
    {"fail 1900; mail=retry; ok 90; +12000; mail=sent; +1200",
     "min: File could not be reached."},
    /* never tried itself: held by the wait of another */
    {"wait 7200; once mail=retry; event disk failed; +10; fail 1900; +7200",
     ": File could not be reached."},
    {"hold; fail 1900; off 3600; release; fail 1900; +10",
     "Delayed 1 h: collectd was not running."},
    {"mail=retry; fail 1900; +30; mail=sent; +60", NULL},
};

/* The last message people got, of "title/body|title/body|". */
static const char *last_text(struct house *h) {
  size_t n = strlen(h->titles);
  char *p;

  if (n > 0)
    h->titles[n - 1] = '\0';
  p = strrchr(h->titles, '|');
  return p != NULL ? p + 1 : h->titles;
}

START_TEST(late_messages_say_so_and_why) {
  struct house h;
  const char *text;

  house_open(&h, "");
  h.keep_texts = true;
  house_play(&h, delays[_i].story);
  ck_assert_str_ne(h.heard, "");
  text = last_text(&h);
  if (delays[_i].words != NULL)
    ck_assert_msg(strstr(text, delays[_i].words) != NULL, "%s", text);
  else
    ck_assert_ptr_null(strstr(text, "Delayed"));
  house_close(&h);
}
END_TEST

static const struct {
  const char *story;
  bool acked; /* the last message says so */
} acknowledgements[] = {
    {"mail=retry; fail 1900; ack; mail=sent; +60", true},
    {"mail=retry; fail 1900; ack; unack; mail=sent; +60", false},
    {"fail 1900; ack; renamed Chest; on Chest; fail 1900", true},
    {"warn 1600; ack; renamed Chest; on Chest; fail 1900", false},
};

START_TEST(what_waits_says_that_it_is_acknowledged) {
  struct house h;
  const char *text;

  house_open(&h, "");
  h.keep_texts = true;
  house_play(&h, acknowledgements[_i].story);
  ck_assert_str_ne(h.heard, "");
  text = last_text(&h);
  ck_assert_msg((strstr(text, "Acknowledged by me at ") != NULL) ==
                    acknowledgements[_i].acked,
                "%s", text);
  house_close(&h);
}
END_TEST

START_TEST(a_fallback_names_the_reason_instead_of_the_delay) {
  struct house h;

  house_open(&h, "two; mail.Fallback second");
  /* what is queued while the channel waits has no failure of its own */
  house_play(&h, "wait 7200; mail=retry; event disk failed; +600; warn 1600; "
                 "+10");
  ck_assert_str_eq(h.heard, "second*:firing second*:firing");
  ck_assert_str_eq(house_letter(&h, 2, 7), "File unreachable: no answer");
  house_close(&h);

  house_open(&h, "two; mail.Fallback second");
  house_play(&h, "mail=retry; fail 1900; +1000");
  ck_assert_str_eq(h.heard, "second*:firing");
  for (unsigned i = 0; i < h.attempts; i++)
    if (strcmp(house_letter(&h, i, 0), "second") == 0)
      ck_assert_str_eq(house_letter(&h, i, 6), "");
  house_close(&h);
}
END_TEST

START_TEST(copies_for_single_recipients_are_one_letter) {
  struct house h;
  char id[MESSAGE_ID_SIZE];
  char delivery[64];

  house_open(&h, "family; family.To anna carl; Route.Channel family");
  house_play(&h, "family=split; fail 1900; +10; family=sent; ok 90; +61");
  ck_assert_str_eq(h.heard, "family/anna:firing family/carl:firing "
                            "family:resolved");
  snprintf(id, sizeof(id), "%s", house_letter(&h, 0, 4));
  snprintf(delivery, sizeof(delivery), "%s", house_letter(&h, 1, 3));
  ck_assert_str_eq(house_letter(&h, 1, 4), id);
  ck_assert_str_eq(house_letter(&h, 2, 4), id);
  ck_assert_str_ne(house_letter(&h, 2, 3), delivery);
  ck_assert_str_eq(house_letter(&h, 3, 5), id); /* all find the thread */
  house_close(&h);
}
END_TEST

/* The handles a provider knows a message by stay the same over retries, but a
 * message that says something else by now has its own. */
START_TEST(retries_keep_their_ids) {
  struct house h;
  char id[MESSAGE_ID_SIZE];
  char delivery[64];

  house_open(&h, "RecoverAfter 0");
  house_play(&h, "mail=ambiguous; fail 1900; +200");
  ck_assert_uint_ge(h.attempts, 3);
  snprintf(delivery, sizeof(delivery), "%s", house_letter(&h, 0, 3));
  snprintf(id, sizeof(id), "%s", house_letter(&h, 0, 4));
  for (unsigned i = 1; i < h.attempts; i++) {
    ck_assert_str_eq(house_letter(&h, i, 3), delivery);
    ck_assert_str_eq(house_letter(&h, i, 4), id);
  }
  house_restart(&h, true);
  house_play(&h, "fail 1900; +600");
  ck_assert_str_eq(house_letter(&h, h.attempts - 1, 3), delivery);
  house_play(&h, "ok 90; mail=sent; +1200");
  ck_assert_str_eq(h.heard, "mail:missed");
  ck_assert_str_ne(house_letter(&h, h.attempts - 1, 3), delivery);
  ck_assert_str_ne(house_letter(&h, h.attempts - 1, 4), id);
  house_close(&h);
}
END_TEST

START_TEST(everything_is_counted) {
  struct house h;
  struct deliver_counts mail;
  struct deliver_counts pager;

  house_open(&h, "Route.Channel mail pager; pager.MinLevel emergency");
  house_play(&h, "once mail=retry; fail 1900; +10; once mail=refused; "
                 "event disk failed; ok 90; +61; mail=retry; fail 1900");
  deliver_count(alert_core_deliver(h.core), 0, &mail);
  deliver_count(alert_core_deliver(h.core), 1, &pager);
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  ck_assert_uint_eq(mail.sent, 2);
  ck_assert_uint_eq(mail.retried, 2);
  ck_assert_uint_eq(mail.failed, 1);
  ck_assert_uint_eq(mail.suppressed, 0);
  ck_assert_int_eq(mail.queued, 1);
  ck_assert_int_eq(mail.oldest, h.wall);
  ck_assert_uint_eq(pager.sent, 0);
  ck_assert_uint_eq(pager.suppressed, 3);
  house_close(&h);
}
END_TEST

START_TEST(three_refusals_then_one_try_each_hour) {
  struct house h;

  house_open(&h, "");
  house_play(&h, "mail=dead; fail 1900; +890");
  ck_assert_uint_eq(h.tried[0], 3);
  house_play(&h, "+200");
  ck_assert_uint_eq(h.tried[0], 4); /* one message, to see */
  house_play(&h, "+36000");
  ck_assert_uint_eq(h.tried[0], 14); /* each hour */
  ck_assert_ptr_null(strstr(h.log, "no other is left"));
  house_close(&h);
}
END_TEST

START_TEST(reminders_take_one_place_in_the_queue) {
  struct house h;
  struct deliver_counts n;

  house_open(&h, "mail.MaxAge 30d");
  house_play(&h, "fail 1900; mail=retry; +90000");
  deliver_count(alert_core_deliver(h.core), 0, &n);
  ck_assert_int_eq(n.queued, 1);
  house_close(&h);
}
END_TEST

START_TEST(a_queue_has_bounds_and_keeps_what_is_critical) {
  struct house h;
  struct deliver_counts n;
  struct event ev;
  char name[32];

  house_open(&h, "");
  house_play(&h, "mail=retry");
  for (int i = 0; i < 1500; i++) {
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(i % 10 == 0 ? SEVERITY_FAILURE : SEVERITY_WARNING, name,
                     1900);
    alert_core_step(h.core, NULL, &ev, 1, true);
  }
  deliver_count(alert_core_deliver(h.core), 0, &n);
  ck_assert_int_le(n.queued, 1001);
  ck_assert_int_ge((int64_t)n.failed, 499);
  house_play(&h, "mail=sent; +4000");
  ck_assert_ptr_nonnull(strstr(h.heard, "pager:firing")); /* told elsewhere */
  ck_assert_ptr_nonnull(strstr(h.heard, "pager:resolved"));
  unsigned critical = 0;
  for (const char *p = h.heard; (p = strstr(p, "mail:firing")) != NULL; p++)
    critical++;
  ck_assert_uint_ge(critical, 950);
  for (int i = 0; i < 1500; i += 10) {
    struct notification_log told;
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    event_classify(&ev, true);
    const struct open_alert *e = alert_table_find(
        state_open_alerts(alert_core_state(h.core)), ev.fingerprint);
    ck_assert_ptr_nonnull(e);
    store_notification_log_get(alert_core_store(h.core), e->a.id, "mail",
                               &told);
    ck_assert_msg(told.announced, "critical %s was given up", name);
  }
  house_close(&h);
}
END_TEST

/* Whoever was told of something hears the end of it even when all places of
 * the queue are taken by later alarms; those are one message. */
START_TEST(a_queue_full_of_alarms_folds_and_keeps_the_ends) {
  static struct house h;
  struct deliver_counts n;
  struct event ev;
  char name[32];

  house_open(&h, "RecoverAfter 0; mail.MaxAge 30d");
  h.keep_texts = true;
  house_play(&h, "fail 2000; mail=retry");
  for (int i = 0; i < 3000; i++) {
    snprintf(name, sizeof(name), "Plug %d", i);
    ev = house_range(SEVERITY_FAILURE, name, 1900);
    alert_core_step(h.core, NULL, &ev, 1, true);
  }
  house_play(&h, "ok 90");
  deliver_count(alert_core_deliver(h.core), 0, &n);
  ck_assert_int_le(n.queued, 1000);
  ck_assert_int_gt(n.queued, 980);
  h.titles[0] = '\0';
  house_play(&h, "mail=sent; +3000");
  ck_assert_ptr_nonnull(strstr(h.heard, "mail:resolved"));
  ck_assert_ptr_nonnull(strstr(h.titles, "nas: 2 011 more alerts. Worst: "));
  ck_assert_ptr_nonnull(strstr(h.titles, "See: kasactl alerts list"));
  house_close(&h);
}
END_TEST

START_TEST(a_split_without_recipients_is_a_refusal) {
  struct house h;

  house_open(&h, "two; mail.Fallback second");
  house_play(&h, "mail=split; fail 1900; +10");
  ck_assert_str_eq(h.heard, "second*:firing");
  house_close(&h);
}
END_TEST

START_TEST(a_test_message_is_one_attempt_with_its_result) {
  struct house h;

  house_open(&h, "");
  house_play(&h, "mail=retry");
  ck_assert_int_gt(alert_core_test(h.core, 0, LEVEL_INFO), 0);
  house_play(&h, "+600; mail=sent; +600");
  ck_assert_uint_eq(h.attempts, 1);
  ck_assert_str_eq(h.heard, "");
  house_close(&h);
}
END_TEST

/* The very moment at which people test is when something does not work. */
START_TEST(a_test_goes_past_waits_and_a_breaker) {
  struct house h;

  house_open(&h, "");
  house_play(&h, "wait 7200; mail=retry; fail 1900; +10");
  ck_assert_uint_eq(h.attempts, 1);
  house_play(&h, "wait 0; mail=sent");
  ck_assert_int_gt(alert_core_test(h.core, 0, LEVEL_INFO), 0);
  house_settle(&h);
  ck_assert_str_eq(h.heard, "mail:test mail:firing"); /* all is well again */
  house_close(&h);

  house_open(&h, "Route.Channel mail");
  house_play(&h, "mail=gone; fail 1900; +10; mail=sent");
  house_heard(&h);
  ck_assert_int_gt(alert_core_test(h.core, 0, LEVEL_INFO), 0);
  house_settle(&h);
  ck_assert_ptr_nonnull(strstr(h.heard, "mail:test"));
  ck_assert_ptr_nonnull(strstr(h.heard, "mail:firing"));
  house_close(&h);
}
END_TEST

START_TEST(the_last_channel_that_stops_is_not_silent) {
  static struct house h;
  unsigned lines = 0;

  house_open(&h, "Route.Channel mail pager; MinLevel info");
  house_play(&h, "mail=gone; pager=gone; fail 1900; +11000");
  for (const char *p = h.log; (p = strstr(p, "no other is left")) != NULL; p++)
    lines++;
  ck_assert_uint_ge(lines, 4); /* two channels, each hour */
  ck_assert_uint_le(lines, 8);
  house_close(&h);
}
END_TEST

START_TEST(threads_of_mail_keep_their_root) {
  struct house h;
  struct notification_log told;
  char root[MESSAGE_ID_SIZE];
  int64_t id;

  house_open(&h, "");
  house_play(&h, "warn 1600");
  id = state_open_alerts(alert_core_state(h.core))->first->a.id;
  store_notification_log_get(alert_core_store(h.core), id, "mail", &told);
  memcpy(root, told.thread_root, sizeof(root));
  ck_assert_str_ne(root, "");
  house_play(&h, "fail 1900; +5");
  store_notification_log_get(alert_core_store(h.core), id, "mail", &told);
  ck_assert_str_eq(told.thread_root, root);
  ck_assert_str_ne(told.previous, root);
  ck_assert(told.announced);
  house_play(&h, "ok 90; +61");
  store_notification_log_get(alert_core_store(h.core), id, "mail", &told);
  ck_assert(!told.announced); /* nothing is owed any more */
  house_close(&h);
}
END_TEST

/* One message at a time; what waits behind it keeps nobody awake. */
START_TEST(a_channel_at_work_is_left_alone) {
  struct house h;
  int64_t due;

  house_open(&h, "");
  house_play(&h, "hold; fail 1900; event disk failed; +10");
  ck_assert_uint_eq(deliver_busy(alert_core_deliver(h.core)), 1);
  due = deliver_next_due(alert_core_deliver(h.core), h.wall);
  ck_assert_msg(due == 0 || due > h.wall, "%" PRId64, due - h.wall);
  house_play(&h, "release; +1");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_test(t, a_channel_at_work_is_left_alone);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, back_off_grows_to_a_quarter_of_an_hour);
  tcase_add_test(t, two_days_of_outage_are_not_hammered);
  tcase_add_test(t, the_providers_wait_is_kept_over_a_restart);
  tcase_add_loop_test(t, late_messages_say_so_and_why, 0, ROWS(delays));
  tcase_add_loop_test(t, what_waits_says_that_it_is_acknowledged, 0,
                      ROWS(acknowledgements));
  tcase_add_test(t, a_fallback_names_the_reason_instead_of_the_delay);
  tcase_add_test(t, copies_for_single_recipients_are_one_letter);
  tcase_add_test(t, retries_keep_their_ids);
  tcase_add_test(t, everything_is_counted);
  tcase_add_test(t, three_refusals_then_one_try_each_hour);
  tcase_add_test(t, reminders_take_one_place_in_the_queue);
  tcase_add_test(t, a_queue_has_bounds_and_keeps_what_is_critical);
  tcase_add_test(t, a_queue_full_of_alarms_folds_and_keeps_the_ends);
  tcase_add_test(t, a_split_without_recipients_is_a_refusal);
  tcase_add_test(t, a_test_message_is_one_attempt_with_its_result);
  tcase_add_test(t, a_test_goes_past_waits_and_a_breaker);
  tcase_add_test(t, the_last_channel_that_stops_is_not_silent);
  tcase_add_test(t, threads_of_mail_keep_their_root);
}

int main(void) { return suite_run("deliver", fill); }
