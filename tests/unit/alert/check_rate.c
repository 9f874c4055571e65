/* SPDX-License-Identifier: MIT */
/* How fast a channel may speak: what waits, what comes together, what never
 * waits, over restarts and clocks that are set. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* two at once, then one in five minutes */
#define LIMIT "RateLimit 2 10m"
#define FILE_TEXT(limit)                                                       \
  "Repeat never\n"                                                             \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n " limit "\n</Channel>\n"     \
  "<Channel pager \"pager\">\n Path \"/dev/null\"\n " limit "\n</Channel>\n"
#define MAIL "<Route \"all\">\n Channel \"mail\"\n</Route>\n"
#define PAGER "<Route \"all\">\n Channel \"pager\"\n</Route>\n"
#define ROOM "on A; warn 1600; on B; warn 1600; "

static const struct {
  const char *row;
  const char *route;
  const char *story;
  const char *heard;
} stories[] = {
    {"as many as fit go at once", MAIL, ROOM, "mail:firing mail:firing"},
    {"the next one waits", MAIL, ROOM "on C; warn 1600; +299",
     "mail:firing mail:firing"},
    {"for a token; alone it comes as it is", MAIL,
     ROOM "on C; warn 1600; +299; +1", "mail:firing mail:firing mail:firing"},
    {"several come as one", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; on E; warn 1600; +300",
     "mail:firing mail:firing mail:digest"},
    {"a beginning that was in it is owed its end", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; +300; on C; ok 90; +61; +300",
     "mail:firing mail:firing mail:digest mail:resolved"},
    {"what it called over is not told again", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; ok 90; +300; +900",
     "mail:firing mail:firing mail:digest"},
    {"an end may be in it, and is told by that", MAIL,
     ROOM "ok 90; on A; ok 90; +61; on C; warn 1600; +300; +900",
     "mail:firing mail:firing mail:digest"},
    {"the alarm and what became of it are one, and as they were", MAIL,
     ROOM "on C; warn 1600; fail 1900; +600",
     "mail:firing mail:firing mail:firing mail:worse"},
    {"worse, of one that was told: its end comes", MAIL,
     ROOM "on C; warn 1600; on A; fail 1900; +300; ok 90; +61; +300",
     "mail:firing mail:firing mail:digest mail:resolved"},
    {"two digests in a row", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; +300; on E; warn 1600; on F; "
          "warn 1600; +300",
     "mail:firing mail:firing mail:digest mail:digest"},
    {"after a rest there is room again", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; +300; +600; on E; warn 1600; "
          "on F; warn 1600",
     "mail:firing mail:firing mail:digest mail:firing mail:firing"},
    {"an event that is told once is in it", MAIL,
     ROOM "event cycle; event other; +300",
     "mail:firing mail:firing mail:digest"},
    {"a service with incidents: one after the other", PAGER,
     ROOM "on C; warn 1600; on D; warn 1600; +300; +300",
     "pager:firing pager:firing pager:firing pager:firing"},
    {"whose ends wait for nothing", PAGER,
     ROOM "on C; warn 1600; on A; ok 90; +61",
     "pager:firing pager:firing pager:resolved pager:cancel"},
    {"and what was never told there needs no end", PAGER,
     ROOM "on C; warn 1600; ok 90; +61; +600", "pager:firing pager:firing"},
    {"but for a wait that the provider ordered", PAGER,
     ROOM "wait 600; pager=retry; on A; ok 90; +61; pager=sent; +500",
     "pager:firing pager:firing"},
    {"a second attempt needs no token", MAIL,
     "once mail=retry; on A; warn 1600; +60; on B; warn 1600; on C; "
     "warn 1600; +200",
     "mail:firing mail:firing"},
    {"a restart makes no tokens", MAIL, ROOM "restart; on C; warn 1600; +299",
     "mail:firing mail:firing"},
    {"nor loses any", MAIL, ROOM "+200; restart; on C; warn 1600; +100",
     "mail:firing mail:firing mail:firing"},
    {"a kill makes none", MAIL, ROOM "kill; on C; warn 1600; +299",
     "mail:firing mail:firing"},
    {"nor a clock that is set ahead", MAIL,
     ROOM "clock 100000; on C; warn 1600; +299", "mail:firing mail:firing"},
    {"or back", MAIL, ROOM "+100; clock -100000; on C; warn 1600; +199; +1",
     "mail:firing mail:firing mail:firing"},
    {"a board that starts with its clock in the past", MAIL,
     ROOM "reboot -9000000; on C; warn 1600; +299; +2",
     "mail:firing mail:firing mail:firing"},
    {"what waits survives a kill, and comes together", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; kill; on C; warn 1600; on D; "
          "warn 1600; +301",
     "mail:firing mail:firing mail:digest"},
    {"ends wait for a digest that nobody takes yet", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; mail=retry; +300; ok 90; +400; "
          "mail=sent; +900",
     "mail:firing mail:firing mail:digest mail:resolved"},
    {"a kill while it is on its way", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; hold; +301; kill; release; on A; "
          "warn 1600; on B; warn 1600; on C; warn 1600; on D; warn 1600; +400; "
          "ok 90; +400",
     "mail:firing mail:firing mail:digest mail:resolved"},
    {"one that is given up announces nothing", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; once mail=refused; +300; ok 90; "
          "+400",
     "mail:firing mail:firing"},
    {"acknowledged while it waits: nothing is lost", MAIL,
     ROOM "on C; warn 1600; on D; warn 1600; ack; +300",
     "mail:firing mail:firing mail:digest"},
};

static void open_house(struct house *h, const char *route) {
  char text[1000];

  snprintf(text, sizeof(text), "%s%s", FILE_TEXT(LIMIT), route);
  house_open_file(h, text, 0);
}

START_TEST(people_hear) {
  static struct house h;

  open_house(&h, stories[_i].route);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

START_TEST(never_is_without_end) {
  static struct house h;
  char words[40];

  house_open_file(&h, FILE_TEXT("RateLimit never") MAIL, 0);
  for (int i = 0; i < 50; i++) {
    snprintf(words, sizeof(words), "on Plug %d; warn 1600", i);
    house_play(&h, words);
  }
  ck_assert_uint_eq(h.attempts, 50);
  house_close(&h);
}
END_TEST

START_TEST(the_digest_counts_by_level_and_lists_the_worst_five) {
  static struct house h;
  char words[64];

  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  open_house(&h, MAIL);
  house_play(&h, ROOM);
  for (int i = 1; i <= 9; i++) {
    snprintf(words, sizeof(words), "on Plug %d; %s %d", i,
             i % 3 == 0 ? "fail" : "warn", 1800 + i);
    house_play(&h, words);
  }
  h.keep_texts = true;
  house_play(&h, "on Plug 1; ok 90; on A; ok 90; +300");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:digest");
  ck_assert_str_eq(h.titles,
                   "10 alerts while limited/3 critical, 5 warning, 2 "
                   "recovered.\n"
                   "- Plug 3: 1\u202f803 W, above 1\u202f800 W, since 14:03\n"
                   "- Plug 6: 1\u202f806 W, above 1\u202f800 W, since 14:03\n"
                   "- Plug 9: 1\u202f809 W, above 1\u202f800 W, since 14:03\n"
                   "- Plug 2: 1\u202f802 W, above 1\u202f500 W, since 14:03\n"
                   "- Plug 4: 1\u202f804 W, above 1\u202f500 W, since 14:03\n"
                   "and 5 more. To see all: kasactl alerts history|");
  house_close(&h);
}
END_TEST

/* Of those that were taken. */
static const char *title_of_first_digest(const struct house *h) {
  unsigned n = 0;

  while (house_letter(h, n, 0)[0] != '\0' &&
         (strcmp(house_letter(h, n, 2), "sent") != 0 ||
          strstr(house_letter(h, n, 10), "limited") == NULL))
    n++;
  return house_letter(h, n, 10);
}

/* It counts what it stands for, so it gives way to nothing. */
START_TEST(a_digest_stays_in_a_full_queue) {
  static struct house h;
  char words[40];

  open_house(&h, MAIL);
  house_play(&h, ROOM "on C; warn 1600; on D; warn 1600; mail=retry; +301");
  for (int i = 0; i < 1100; i++) {
    snprintf(words, sizeof(words), "on Plug %d; warn 1600", i);
    house_play(&h, words);
  }
  house_play(&h, "mail=sent; on D; ok 90; +1000; +1000");
  ck_assert_str_eq(title_of_first_digest(&h), "2 alerts while limited");
  house_close(&h);
}
END_TEST

START_TEST(a_test_waits_for_no_token) {
  static struct house h;

  open_house(&h, MAIL);
  house_play(&h, ROOM "on C; warn 1600");
  ck_assert_int_gt(alert_core_test(h.core, 0, LEVEL_INFO), 0);
  house_settle(&h);
  ck_assert_str_eq(h.heard, "mail:firing mail:firing mail:test");
  house_close(&h);
}
END_TEST

START_TEST(what_waits_is_known) {
  static struct house h;
  const struct deliver *d;

  open_house(&h, MAIL);
  house_play(&h, ROOM "+10");
  d = alert_core_deliver(h.core);
  ck_assert_int_eq(deliver_rate_until(d, 0, h.wall), 0);
  house_play(&h, "on C; warn 1600");
  ck_assert_int_eq(deliver_rate_until(d, 0, h.wall), h.wall + 290000);
  house_play(&h, "+290");
  ck_assert_int_eq(deliver_rate_until(d, 0, h.wall), 0);
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, never_is_without_end);
  tcase_add_test(t, the_digest_counts_by_level_and_lists_the_worst_five);
  tcase_add_test(t, a_digest_stays_in_a_full_queue);
  tcase_add_test(t, a_test_waits_for_no_token);
  tcase_add_test(t, what_waits_is_known);
}

int main(void) { return suite_run("rate", fill); }
