/* SPDX-License-Identifier: MIT */
/* Alerts that come and go: when that is told, what is still told then, and how
 * it ends. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include "alert/state/flapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_TEXT                                                              \
  "Repeat 5m\nRecoverAfter 30\n<Flapping>\n Count 3\n Window 10m\n"            \
  "</Flapping>\n"                                                              \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel file \"sms\">\n Path \"/dev/null\"\n MinLevel critical\n"          \
  "</Channel>\n"                                                               \
  "<Channel pager \"pager\">\n Path \"/dev/null\"\n</Channel>\n"
#define MAIL "<Route \"all\">\n Channel \"mail\"\n</Route>\n"
#define BOTH "<Route \"all\">\n Channel \"mail\" \"sms\"\n</Route>\n"
#define PAGER "<Route \"all\">\n Channel \"pager\"\n</Route>\n"
#define PATIENT "<Route \"all\">\n Channel \"mail\"\n For 1m\n</Route>\n"
#define STEPS                                                                  \
  "<Route \"all\">\n Channel \"mail\"\n Escalation \"up\"\n</Route>\n"         \
  "<Escalation \"up\">\n Step 2m \"pager\"\n</Escalation>\n"
#define HELD                                                                   \
  "<Route \"all\">\n Channel \"mail\"\n</Route>\n"                             \
  "<Inhibit \"i\">\n <Source>\n  Device \"Router\"\n </Source>\n <Target>\n"   \
  "  Device \"Heater\"\n </Target>\n</Inhibit>\n"

/* comes and goes for good */
#define ONCE "warn 1600; +10; ok 90; +31; "
#define HEARD_ONCE "mail:firing mail:resolved "
#define THRICE ONCE ONCE ONCE
#define HEARD_THRICE HEARD_ONCE HEARD_ONCE HEARD_ONCE
/* the third time again */
#define FLAPS THRICE "warn 1600; "
#define HEARD_FLAPS HEARD_THRICE "mail:flapping"

static const struct {
  const char *row;
  const char *route;
  const char *story;
  const char *heard;
} stories[] = {
    {"now and then it is told each time", MAIL, THRICE "+600; " ONCE,
     HEARD_THRICE "mail:firing mail:resolved"},
    {"once too often: that it is flapping", MAIL, FLAPS, HEARD_FLAPS},
    {"then nothing, whatever it does", MAIL,
     FLAPS "+60; ok 90; +500; warn 1600; +60; ok 90; +100; warn 1600; +599",
     HEARD_FLAPS},
    {"good for long enough: its end", MAIL, FLAPS "ok 90; +599", HEARD_FLAPS},
    {"which comes once", MAIL, FLAPS "ok 90; +599; +2; +900",
     HEARD_FLAPS " mail:resolved"},
    {"bad for long enough: that it is so", MAIL, FLAPS "+599; +2; +200",
     HEARD_FLAPS " mail:flapping"},
    {"from when on it is told as ever", MAIL, FLAPS "+601; ok 90; +31; " ONCE,
     HEARD_FLAPS " mail:flapping mail:resolved mail:firing mail:resolved"},
    {"and reminders come again", MAIL, FLAPS "+601; +301",
     HEARD_FLAPS " mail:flapping mail:repeat"},
    {"it goes through within one alert", MAIL,
     "warn 1600; ok 90; +9; warn 1600; ok 90; +9; warn 1600; ok 90; +9; "
     "warn 1600; ok 90; +9; warn 1600; +10",
     "mail:firing mail:flapping"},
    {"slower than that is not flapping", MAIL,
     "warn 1600; ok 90; +310; warn 1600; ok 90; +310; warn 1600; ok 90; +310; "
     "warn 1600; ok 90; +31",
     HEARD_THRICE "mail:firing mail:resolved"},
    {"worse than was told is told, once", MAIL,
     FLAPS "fail 1900; +20; warn 1600; +20; fail 1900; ok 90; +20; fail 1900",
     HEARD_FLAPS " mail:worse"},
    {"better is not, and no change of level ends it", MAIL,
     THRICE "fail 1900; +300; warn 1600; +599", HEARD_FLAPS},
    {"worse and flapping at once is one message", MAIL,
     "warn 1600; ok 90; +9; warn 1600; ok 90; +9; warn 1600; ok 90; +9; "
     "fail 1900; +20; warn 1600; ok 90; +9; fail 1900",
     "mail:firing mail:flapping"},
    {"who is told from a level on hears the worst and its end", BOTH,
     FLAPS "fail 1900; +10; warn 1600; +10; ok 90; +601",
     HEARD_FLAPS " mail:worse sms:firing mail:resolved sms:resolved"},
    {"who was never told of it hears no end", BOTH, FLAPS "ok 90; +601",
     HEARD_FLAPS " mail:resolved"},
    {"counted over a restart", MAIL, ONCE ONCE "restart; " ONCE "warn 1600",
     HEARD_FLAPS},
    {"and a kill", MAIL, ONCE ONCE "kill; " ONCE "warn 1600", HEARD_FLAPS},
    {"it goes on over a restart", MAIL,
     FLAPS "restart; warn 1600; +60; ok 90; +60; warn 1600; +60", HEARD_FLAPS},
    {"and ends after a kill when it would have", MAIL,
     FLAPS "ok 90; +300; kill; ok 90; +299; +2", HEARD_FLAPS " mail:resolved"},
    {"a kill while it is bad", MAIL, FLAPS "+300; kill; warn 1600; +299; +2",
     HEARD_FLAPS " mail:flapping"},
    {"after a start it is heard of first", MAIL, FLAPS "+300; kill; +400",
     HEARD_FLAPS},
    {"a clock that is set does not end it", MAIL,
     FLAPS "ok 90; +10; clock 90000; +580", HEARD_FLAPS},
    {"nor keep it", MAIL, FLAPS "ok 90; +10; clock -90000; +580; +11",
     HEARD_FLAPS " mail:resolved"},
    {"a service with incidents keeps one", PAGER,
     "warn 1600; ok 90; +9; warn 1600; ok 90; +9; warn 1600; ok 90; +9; "
     "warn 1600; ok 90; +9; warn 1600; +10; ok 90; +601",
     "pager:firing pager:flapping pager:resolved pager:cancel"},
    {"acknowledged: only its end", MAIL, FLAPS "ack; +601; ok 90; +31",
     HEARD_FLAPS " mail:acknowledged mail:resolved"},
    {"closed by hand", MAIL, FLAPS "ok 90; +10; resolve",
     HEARD_FLAPS " mail:resolved"},
    {"a device that goes away and comes back", MAIL,
     "missing power; back power; +31; missing power; back power; +31; missing "
     "power; back power; +31; missing power; back power; +60; missing power; "
     "back power; +601",
     HEARD_FLAPS " mail:resolved"},
    {"somebody's own words", MAIL,
     "event a; +1; eventok a; +31; event a; eventok a; +31; event b; eventok "
     "a; +31; event c; event d; +200; eventok e; +10; event f; eventok g; +601",
     HEARD_FLAPS " mail:resolved"},
    {"what lasts too short to be told does not count", PATIENT,
     "warn 1600; +59; ok 90; +1; warn 1600; +59; ok 90; +1; warn 1600; +59; "
     "ok 90; +1; warn 1600; +59; ok 90; +1; warn 1600; +61",
     "mail:firing"},
    {"what happens once never comes again", MAIL,
     "event cycle; event cycle; event cycle; event cycle; event cycle",
     "mail:note mail:note mail:note mail:note mail:note"},
    {"an escalation goes on", STEPS,
     FLAPS "+100; ok 90; +5; warn 1600; +60; ok 90; +601",
     HEARD_FLAPS " pager:firing mail:resolved pager:resolved pager:cancel"},
    {"flapping and good for now explains nothing", HELD,
     "on Router; " FLAPS "ok 90; +10; on Heater; warn 1600; +90",
     HEARD_FLAPS " mail:firing"},
    {"the notice that nobody takes and its end are one", MAIL,
     THRICE "mail=retry; warn 1600; +60; ok 90; +601; mail=sent; +900",
     HEARD_THRICE "mail:missed"},
};

static void open_house(struct house *h, const char *route) {
  char text[1200];

  snprintf(text, sizeof(text), "%s%s", FILE_TEXT, route);
  house_open_file(h, text, 0);
}

START_TEST(people_hear) {
  static struct house h;

  open_house(&h, stories[_i].route);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

START_TEST(without_the_block_all_of_it_is_told) {
  static struct house h;

  house_open(&h, "RecoverAfter 30");
  house_play(&h, THRICE THRICE);
  ck_assert_str_eq(h.heard, HEARD_THRICE HEARD_ONCE HEARD_ONCE
                   "mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

START_TEST(the_notice_counts_and_the_end_is_of_the_whole) {
  static struct house h;

  open_house(&h, MAIL);
  house_play(&h, THRICE);
  h.keep_texts = true;
  house_play(&h, "warn 1600; +60; ok 90; +10; warn 1700; +10; ok 90; +601");
  ck_assert_str_eq(
      h.titles,
      "Freezer keeps crossing 1\u202f500 W/Freezer crossed 1\u202f500 W 3 "
      "times in 1 minute. "
      "Further changes are held until it settles.|OK: Freezer 90 W/Freezer is "
      "back to normal: 90 W. It was above 1\u202f500 W for 1 minute (peak "
      "1\u202f700 W).|");
  house_close(&h);
}
END_TEST

START_TEST(it_is_known_how_long_it_is_silent) {
  static struct house h;
  const struct open_alert *e;

  open_house(&h, MAIL);
  house_play(&h, FLAPS "+100");
  e = state_open_alerts(alert_core_state(h.core))->first;
  ck_assert_ptr_nonnull(e);
  ck_assert_int_eq(flapping_until(h.config, &e->a), h.wall + 500000);
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, without_the_block_all_of_it_is_told);
  tcase_add_test(t, the_notice_counts_and_the_end_is_of_the_whole);
  tcase_add_test(t, it_is_known_how_long_it_is_silent);
}

int main(void) { return suite_run("flapping", fill); }
