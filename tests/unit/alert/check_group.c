/* SPDX-License-Identifier: MIT */
/* Groups of alerts (GroupBy): who waits for whom, what comes together, and how
 * that reads. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHANNELS                                                               \
  "RecoverAfter 5\n"                                                           \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel file \"second\">\n Path \"/dev/null\"\n</Channel>\n"               \
  "<Channel pager \"pager\">\n Path \"/dev/null\"\n</Channel>\n"
#define ROUTE(more) "<Route \"all\">\n Channel \"mail\"\n" more "</Route>\n"
#define HOST ROUTE(" GroupBy host\n")
#define PAGED                                                                  \
  "<Route \"all\">\n Channel \"mail\" \"pager\"\n GroupBy host\n</Route>\n"
#define SHORT ROUTE(" GroupBy host\n GroupWait 2s\n GroupInterval 20s\n")

/* Friday 2026-11-20, 12:00 in Berlin */
#define NOON INT64_C(1795172400000)

#define TWO "on A; fail 1900; on B; warn 1600; "
#define TWO_TOLD TWO "+11; "

#define CAME_AND_WENT "warn 1600; +11; ok 90; +70; "

static const struct {
  const char *row;
  const char *file;
  const char *story;
  const char *heard;
} stories[] = {
    /* the wait */
    {"without GroupBy nothing waits", ROUTE(""), TWO,
     "mail:firing mail:firing"},
    {"the first waits", HOST, TWO "+9", ""},
    {"and both are one message", HOST, TWO "+11", "mail:group"},
    {"exactly then", HOST, TWO "+9.9", ""},
    {"a group of one is what it always was", HOST, "fail 1900; +11",
     "mail:firing"},
    {"another GroupWait", SHORT, TWO "+2.5", "mail:group"},
    {"later news wait for GroupInterval", HOST, TWO_TOLD "on C; fail 1900; +59",
     "mail:group"},
    {"and come then", HOST, TWO_TOLD "on C; fail 1900; +61",
     "mail:group mail:firing"},
    {"together", HOST, TWO_TOLD "on C; fail 1900; +30; on D; fail 1901; +31",
     "mail:group mail:group"},
    {"what gets worse is such news", SHORT, TWO_TOLD "on B; fail 1900; +21",
     "mail:group mail:worse"},
    {"what gets worse in the wait is part of it", HOST,
     "warn 1600; +5; fail 1900; +6; +120", "mail:firing"},
    {"fields that differ are another group", ROUTE(" GroupBy device\n"),
     TWO_TOLD, "mail:firing mail:firing"},
    {"all fields must agree", ROUTE(" GroupBy host class\n"),
     TWO "on C; missing power; on D; missing power; +11; ",
     "mail:group mail:group"},
    {"labels of devices",
     ROUTE(" GroupBy room\n") "<Device \"A\">\n Label \"room\" \"cellar\"\n"
                              "</Device>\n<Device \"C\">\n Label "
                              "\"room\" \"cellar\"\n</Device>\n",
     TWO "on C; fail 1900; +11", "mail:group mail:firing"},
    {"emergencies never wait", ROUTE(" GroupBy host\n Level emergency\n"), TWO,
     "mail:firing mail:firing"},
    {"a service that keeps incidents hears of each at once", PAGED, TWO,
     "pager:firing pager:firing"},
    {"and of its end", PAGED, TWO "+11; on A; ok 90; +6",
     "pager:firing pager:firing mail:group pager:resolved pager:cancel"},
    {"an announcement waits for nobody", HOST, "fail 1900; event cycle",
     "mail:note"},

    {"that something flaps is said at once, by itself",
     "<Flapping>\n Count 3\n Window 10m\n</Flapping>\n" HOST,
     CAME_AND_WENT CAME_AND_WENT CAME_AND_WENT "warn 1600",
     "mail:firing mail:resolved mail:firing mail:resolved mail:firing "
     "mail:resolved mail:flapping"},

    /* ends */
    {"ends within GroupInterval are one message", HOST,
     TWO_TOLD "on A; ok 90; +30; on B; ok 90; +36",
     "mail:group mail:group_over"},
    {"of one alone as always", HOST, TWO_TOLD "on A; ok 90; +66",
     "mail:group mail:resolved"},
    {"and the others' end comes as well", HOST,
     TWO_TOLD "on A; ok 90; +66; on B; ok 90; +66",
     "mail:group mail:resolved mail:resolved"},
    {"who was told alone hears the end with others", HOST,
     "on A; fail 1900; +11; on B; fail 1900; +61; on A; ok 90; on B; ok 90; "
     "+66",
     "mail:firing mail:firing mail:group_over"},
    {"when all is over the next one is the first again", HOST,
     TWO_TOLD "on A; ok 90; on B; ok 90; +66; on C; fail 1900; +11",
     "mail:group mail:group_over mail:firing"},
    {"what a person closes says so", HOST, TWO_TOLD "resolve; +1",
     "mail:group mail:resolved"},
    {"over before anybody heard", HOST, "fail 1900; ok 90; +11", "mail:missed"},
    {"one of several over before anybody heard: no end follows", HOST,
     TWO "on A; ok 90; +11; +120", "mail:group"},
    {"all of them", HOST, TWO "on A; ok 90; on B; ok 90; +11; +120",
     "mail:group"},
    {"acknowledged: nobody is told before its alarm", HOST, TWO "ack; +11; ",
     "mail:group"},
    {"an acknowledgement takes along what waits", HOST,
     TWO_TOLD "on A; fail 1900; on B; fail 1900; ack; +1",
     "mail:group mail:acknowledged"},

    /* reminders */
    {"reminders come together, too", ROUTE(" GroupBy host\n Repeat 30m\n"),
     TWO_TOLD "+1801", "mail:group mail:group_still"},
    {"but not with news", ROUTE(" GroupBy host\n Repeat 30m\n"),
     TWO_TOLD "+1770; on C; fail 1900; +31", "mail:group mail:group_still"},

    /* outages */
    {"after an outage all that is due is one message", HOST,
     "mail=retry; " TWO_TOLD "on C; fail 1900; +120; mail=sent; +600",
     "mail:group"},
    {"with what is over by then", HOST,
     "mail=retry; " TWO_TOLD "on A; ok 90; +120; mail=sent; +600",
     "mail:group"},
    {"also when all is", HOST,
     "mail=retry; " TWO_TOLD "on A; ok 90; on B; ok 90; +120; mail=sent; +600",
     "mail:group"},
    {"what may have arrived is repeated as it was, and ends", HOST,
     "mail=ambiguous; " TWO_TOLD "on A; ok 90; on B; ok 90; +120; mail=sent; "
     "+600",
     "mail:group mail:group_over"},
    {"ends wait for their alarm", HOST,
     TWO "+9; hold; +2; on A; ok 90; +100; release; +1",
     "mail:group mail:resolved"},
    {"a refused group is told at the next reminder",
     ROUTE(" GroupBy host\n Repeat 30m\n"),
     "once mail=refused; " TWO_TOLD "+1811", "mail:group"},
    {"a group takes the fallback",
     "<Channel file \"third\">\n Path \"/dev/null\"\n Fallback \"second\"\n"
     "</Channel>\n<Route \"all\">\n Channel \"third\"\n GroupBy host\n"
     "</Route>\n",
     "third=refused; " TWO_TOLD "third=sent; on A; ok 90; on B; ok 90; +66",
     "second*:group second:resolved second:resolved"},

    /* restarts */
    {"a restart in the wait", HOST, TWO "restart; +11", "mail:group"},
    {"a kill in the wait", HOST, TWO "kill; +11", "mail:group"},
    {"a kill while the message is on its way", HOST,
     TWO "hold; +11; kill; release; +60", "mail:group"},
    {"a kill while ends wait", HOST,
     TWO_TOLD "on A; ok 90; on B; ok 90; +30; kill; +36",
     "mail:group mail:group_over"},
    {"a kill after the message was taken repeats it, no more", HOST,
     TWO "hold; +11; lose; kill; release; +60; on A; ok 90; on B; ok 90; +66",
     "mail:group mail:group mail:group_over"},
    {"the clock is set in the wait", HOST, TWO "clock 3600; +11", "mail:group"},
    {"backwards, too", HOST, TWO "clock -3600; +9", ""},
};

static void berlin(void) {
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
}

static void open_house(struct house *h, const char *more) {
  char text[2000];

  berlin();
  snprintf(text, sizeof(text), "%s%s", CHANNELS, more);
  house_open_file(h, text, NOON);
}

START_TEST(people_hear) {
  static struct house h;

  open_house(&h, stories[_i].file);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

static const struct {
  const char *row;
  const char *story;
  const char *text;
} texts[] = {
    {"worst first",
     "on A; warn 1600; +1; on B; fail 1900; +1; on C; fail 1950; +11",
     "3 alerts on nas: worst critical: B: 1\u202f900 W/3 open.\n"
     "- critical: B: 1\u202f900 W, above 1\u202f800 W, since 12:00\n"
     "- critical: C: 1\u202f950 W, above 1\u202f800 W, since 12:00\n"
     "- warning: A: 1\u202f600 W, above 1\u202f500 W, since 12:00|"},
    {"one is over", "on A; warn 1600; on B; fail 1900; ok 90; +11",
     "2 alerts on nas: worst warning: A: 1\u202f600 W/1 open, 1 over.\n"
     "- warning: A: 1\u202f600 W, above 1\u202f500 W, since 12:00\n"
     "- B was above 1\u202f800 W, 12:00 (peak 1\u202f900 W)|"},
    {"all are over", "on A; warn 1600; ok 90; on B; fail 1900; ok 90; +11",
     "2 alerts on nas, all over/They came and went.\n"
     "- B was above 1\u202f800 W, 12:00 (peak 1\u202f900 W)\n"
     "- A was above 1\u202f500 W, 12:00 (peak 1\u202f600 W)|"},
    {"ends",
     "on A; fail 1900; on B; warn 1600; +11; +600; on A; ok 90; on B; ok 91; "
     "+66",
     "2 alerts on nas: worst critical: A: 1\u202f900 W/2 open.\n"
     "- critical: A: 1\u202f900 W, above 1\u202f800 W, since 12:00\n"
     "- warning: B: 1\u202f600 W, above 1\u202f500 W, since 12:00|"
     "OK: 2 alerts on nas/Back to normal:\n"
     "- A was above 1\u202f800 W, 12:00 to 12:10 (peak 1\u202f900 W)\n"
     "- B was above 1\u202f500 W, 12:00 to 12:10 (peak 1\u202f600 W)|"},
    {"alone", "on A; fail 1900; +11",
     "A: 1\u202f900 W/A: 1\u202f900 W, above 1\u202f800 W.|"},
    {"worse while it waited", "on A; warn 1600; +5; fail 1900; +6",
     "A: 1\u202f900 W/A: 1\u202f900 W, above 1\u202f800 W.|"},
};

START_TEST(it_reads) {
  static struct house h;

  open_house(&h, HOST);
  h.keep_texts = true;
  house_play(&h, texts[_i].story);
  ck_assert_msg(strcmp(h.titles, texts[_i].text) == 0, "%s: \"%s\"",
                texts[_i].row, h.titles);
  house_close(&h);
}
END_TEST

START_TEST(at_most_ten_are_listed) {
  static struct house h;
  char story[100];
  unsigned lines = 0;

  open_house(&h, HOST);
  h.keep_texts = true;
  for (int i = 1; i <= 17; i++) {
    snprintf(story, sizeof(story), "on P%02d; fail %d", i, 1800 + i);
    house_play(&h, story);
  }
  house_play(&h, "+11");
  ck_assert_str_eq(h.heard, "mail:group");
  for (const char *p = h.titles; (p = strstr(p, "\n- ")) != NULL; p++)
    lines++;
  ck_assert_uint_eq(lines, 10);
  ck_assert_ptr_nonnull(strstr(h.titles, "17 alerts on nas: worst critical: "));
  ck_assert_ptr_nonnull(strstr(h.titles, "\nand 7 more"));
  house_play(&h, "+5");
  for (int i = 1; i <= 17; i++) {
    snprintf(story, sizeof(story), "on P%02d; ok 90", i);
    house_play(&h, story);
  }
  house_play(&h, "+66; +600");
  ck_assert_str_eq(h.heard, "mail:group mail:group_over");
  house_close(&h);
}
END_TEST

START_TEST(what_waits_is_not_late) {
  static struct house h;

  open_house(&h, ROUTE(" GroupBy host\n GroupWait 10m\n"));
  h.keep_texts = true;
  house_play(&h, "fail 1900; +601");
  ck_assert_str_eq(h.heard, "mail:firing");
  ck_assert_ptr_null(strstr(h.titles, "Delayed"));
  house_close(&h);
}
END_TEST

/* The message may have arrived, so its words stay; who stands in has not heard
 * them, and reads how things are by then: nothing else would say that A is
 * over. */
START_TEST(a_fallback_reads_of_a_group_as_it_is_by_then) {
  static struct house h;

  house_open_file(&h,
                  CHANNELS "<Channel file \"third\">\n Path \"/dev/null\"\n"
                           " Fallback \"second\"\n</Channel>\n<Route \"all\">\n"
                           " Channel \"third\"\n GroupBy host\n</Route>\n",
                  0);
  h.keep_texts = true;
  house_play(&h, "third=ambiguous; " TWO_TOLD
                 "on A; ok 90; +300; third=refused; +900; third=sent; "
                 "on B; ok 90; +100; +900");
  ck_assert_str_eq(h.heard, "second*:group second:resolved");
  ck_assert_ptr_nonnull(strstr(h.titles, "1 open, 1 over."));
  ck_assert_ptr_nonnull(strstr(h.titles, "- A was above 1"));
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_loop_test(t, it_reads, 0, ROWS(texts));
  tcase_add_test(t, at_most_ten_are_listed);
  tcase_add_test(t, what_waits_is_not_late);
  tcase_add_test(t, a_fallback_reads_of_a_group_as_it_is_by_then);
}

int main(void) { return suite_run("group", fill); }
