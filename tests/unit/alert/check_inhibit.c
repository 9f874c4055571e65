/* SPDX-License-Identifier: MIT */
/* What explains the rest: inhibition, and many devices gone at once. */
#include <config.h>

#include "alert/policy/policy.h"

#include "../support/alert_story.h"
#include "../support/incidents.h"
#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Route \"all\">\n Channel \"mail\"\n</Route>\n"
#define RULE                                                                   \
  "<Inhibit \"the access point\">\n <Source>\n  Device \"ap\"\n"               \
  "  Class \"missing\"\n </Source>\n <Target>\n  Class \"missing\"\n"          \
  " </Target>\n Equal \"host\"\n</Inhibit>\n"
#define EXPLAINS(source, target)                                               \
  "<Inhibit \"" source "\">\n <Source>\n  Device \"" source                    \
  "\"\n </Source>\n <Target>\n  Device \"" target                              \
  "\"\n </Target>\n</Inhibit>\n"
#define CHAIN EXPLAINS("A", "B") EXPLAINS("B", "C")
#define SELF EXPLAINS("/./", "/./")
#define STORM "<Storm>\n Threshold 5\n Window 1m\n</Storm>\n"

static const struct {
  const char *row;
  const char *more;
  const char *story;
  const char *heard;
} stories[] = {
    {"a value of a device that is gone says nothing new", "",
     "missing power; fail 1900; +30", "mail:firing"},
    {"its reminders rest, its end is told", "",
     "fail 1900; missing voltage; +10000; back voltage; ok 90; +130",
     "mail:firing mail:firing mail:resolved mail:resolved"},
    {"one dead access point: one message, one recovery", RULE,
     "on ap; missing power; on Freezer; missing power; on Heater; "
     "missing power; +600; on Heater; back power; on ap; back power; +20; on "
     "Freezer; back power; +300",
     "mail:firing mail:resolved"},
    {"what stays away is told a minute after it", RULE,
     "on ap; missing power; on Freezer; missing power; +600; on ap; "
     "back power; +50; +200",
     "mail:firing mail:resolved mail:firing"},
    {"the access point itself is told", RULE,
     "on Freezer; missing power; on ap; missing power; +10",
     "mail:firing mail:firing"},
    {"who was told before hears the end", RULE,
     "on Freezer; missing power; on ap; missing power; +10; on Freezer; "
     "back power; +61",
     "mail:firing mail:firing mail:resolved"},
    {"not an inhibition of values", RULE,
     "on ap; missing power; on Freezer; "
     "fail 1900",
     "mail:firing mail:firing"},
    {"one step: what is explained itself explains others", CHAIN,
     "on A; fail 1900; on B; fail 1900; on C; fail 1900; +300; on A; ok 90; "
     "+61; +61",
     "mail:firing mail:resolved mail:firing"},
    {"an alert never explains itself", SELF,
     "fail 1900; +10; on Heater; fail 1900; +300", "mail:firing"},
    {"told before it was explained: no reminders, its end all the same", RULE,
     "on Freezer; missing power; +10; on ap; missing power; +90000; on "
     "Freezer; back power; +61",
     "mail:firing mail:firing mail:repeat mail:repeat mail:repeat mail:repeat "
     "mail:repeat mail:repeat mail:resolved"},
    {"a restart in between", RULE,
     "on ap; missing power; on Freezer; missing power; +60; restart; +600",
     "mail:firing"},
    {"four devices are four messages, a minute later", STORM,
     "on a; missing power; on b; missing power; on c; missing power; on d; "
     "missing power; +50; +30",
     "mail:firing mail:firing mail:firing mail:firing"},
    {"one that comes back within the minute is none", STORM,
     "missing power; +30; back power; +300", ""},
};

START_TEST(people_hear) {
  static struct house h;
  char text[2000];

  snprintf(text, sizeof(text), CHANNELS "%s", stories[_i].more);
  house_open_file(&h, text, 0);
  house_tell(&h, stories[_i].row, stories[_i].story, stories[_i].heard);
}
END_TEST

static void sixty(struct house *h, const char *what) {
  char words[60];

  for (int i = 1; i <= 60; i++) {
    snprintf(words, sizeof(words), "on Plug %d; %s power", i, what);
    house_play(h, words);
  }
}

START_TEST(sixty_plugs_are_one_message_and_one_recovery) {
  static struct house h;

  house_open_file(&h, CHANNELS STORM, 0);
  h.keep_texts = true;
  sixty(&h, "missing");
  house_play(&h, "+3600");
  ck_assert_str_eq(h.heard, "mail:firing");
  ck_assert_ptr_nonnull(strstr(
      h.titles, "60 devices stopped reporting together. "
                "Probably the Wi-Fi (an access point) or the network. Away: "
                "Plug 1, Plug 2, Plug 3 and 57 more."));
  house_play(&h, "kill");
  sixty(&h, "missing");
  house_play(&h, "+600");
  sixty(&h, "back");
  house_play(&h, "+300");
  ck_assert_str_eq(h.heard, "mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

/* What threshold says of "up", the value by which kasa.so tells that a device
 * does not answer. */
static void answers(struct house *h, const char *plug, bool up) {
  struct event ev =
      house_range(up ? SEVERITY_OKAY : SEVERITY_FAILURE, plug, up ? 1 : 0);

  snprintf(ev.type, sizeof(ev.type), "up");
  ev.warning_max = ev.failure_max = NAN;
  ev.failure_min = 0.5;
  snprintf(ev.text, sizeof(ev.text),
           up ? "Host nas, plugin kasa (instance %s) type up: All data sources "
                "are within range again. Current value of \"value\" is "
                "1.000000."
              : "Host nas, plugin kasa (instance %s) type up: Data source "
                "\"value\" is currently 0.000000. That is below the failure "
                "threshold of 0.500000.",
           plug);
  house_event(h, &ev);
}

static void sixty_answer(struct house *h, bool up) {
  char plug[20];

  for (int i = 1; i <= 60; i++) {
    snprintf(plug, sizeof(plug), "Plug %d", i);
    answers(h, plug, up);
  }
}

static const struct {
  const char *row;
  const char *route;
  const char *before; /* of the story */
  bool missing;
  const char *says;
} silent[] = {
    {"some of all", "", "cache 40", false,
     "60 devices stopped reporting together. Probably the Wi-Fi (an access "
     "point) or the network. Away: Plug 1, Plug 2, Plug 3 and 57 more."},
    {"how many there are is not known", "", "cache -", false,
     "60 devices stopped reporting together. Probably the Wi-Fi (an access "
     "point) or the network. Away: Plug 1, Plug 2, Plug 3 and 57 more."},
    {"all of them", "", "cache 0", false,
     "No device answers any more. Probably the network, or only the "
     "connection "
     "of the computer that watches. 60 stopped together: Plug 1, Plug 2, Plug "
     "3 "
     "and 57 more."},
    {"with their values missing as well each counts once", "", "cache -", true,
     "60 devices stopped reporting together"},
    {"the route waits before", " For 10m\n", "cache -", false,
     "60 devices stopped reporting together"},
};

/* The device says that it is away in a value, not by having none. */
START_TEST(sixty_plugs_that_do_not_answer_are_one_message_and_one_recovery) {
  static struct house h;
  char text[1000];

  snprintf(text, sizeof(text),
           "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"
           "<Route \"all\">\n Channel \"mail\"\n%s</Route>\n" STORM,
           silent[_i].route);
  house_open_file(&h, text, 0);
  h.keep_texts = true;
  snprintf(text, sizeof(text), "%s", silent[_i].before);
  house_play(&h, text);
  if (silent[_i].missing)
    sixty(&h, "missing");
  sixty_answer(&h, false);
  house_play(&h, "+3600");
  ck_assert_msg(strcmp(h.heard, "mail:firing") == 0, "%s: heard \"%s\"",
                silent[_i].row, h.heard);
  ck_assert_msg(strstr(h.titles, silent[_i].says) != NULL, "%s: says \"%s\"",
                silent[_i].row, h.titles);
  if (silent[_i].missing)
    sixty(&h, "back");
  sixty_answer(&h, true);
  house_play(&h, "+900");
  ck_assert_msg(strcmp(h.heard, "mail:firing mail:resolved") == 0,
                "%s: heard \"%s\"", silent[_i].row, h.heard);
  house_close(&h);
}
END_TEST

START_TEST(one_that_does_not_answer_is_told_by_itself) {
  static struct house h;

  house_open_file(&h, CHANNELS STORM, 0);
  sixty_answer(&h, true);
  answers(&h, "Plug 7", false);
  house_play(&h, "+300");
  ck_assert_str_eq(h.heard, "mail:firing");
  sixty_answer(&h, false);
  house_play(&h, "+600");
  ck_assert_str_eq(h.heard, "mail:firing mail:firing");
  sixty_answer(&h, true);
  house_play(&h, "+300");
  ck_assert_str_eq(h.heard,
                   "mail:firing mail:firing mail:resolved mail:resolved");
  house_close(&h);
}
END_TEST

START_TEST(those_that_stay_away_are_told_one_by_one) {
  static struct house h;

  house_open_file(&h, CHANNELS STORM, 0);
  sixty(&h, "missing");
  house_play(&h, "+600");
  sixty(&h, "back");
  house_play(&h, "on Plug 7; missing power; +400; on Plug 7; back power; +61");
  ck_assert_str_eq(h.heard,
                   "mail:firing mail:resolved mail:firing mail:resolved");
  house_close(&h);
}
END_TEST

/* -- thousands of them ----------------------------------------------------- */

#define RULES                                                                  \
  "<Inhibit \"no Equal\">\n <Source>\n  Class \"missing\"\n </Source>\n"       \
  "</Inhibit>\n"                                                               \
  "<Inhibit \"the worse one\">\n <Source>\n  Severity \"FAILURE\"\n"           \
  " </Source>\n <Target>\n  Severity \"WARNING\"\n </Target>\n"                \
  " Equal \"host\" \"device\"\n</Inhibit>\n"                                   \
  "<Inhibit \"by its words\">\n <Source>\n  Message \"/down/\"\n"              \
  " </Source>\n Equal \"host\"\n</Inhibit>\n"

enum { THOUSANDS = 10000, HOSTS = 8, DEVICES = 40, RULES_NUM = 3 };

static void some_alert(struct alert *a, int i) {
  a->id = i + 1;
  a->class = i % 3 == 0 ? ALERT_MISSING : ALERT_RANGE;
  a->severity = i % 2 == 0 ? SEVERITY_FAILURE : SEVERITY_WARNING;
  a->state = ALERT_FIRING;
  snprintf(a->fingerprint, sizeof(a->fingerprint), "%032d", i);
  snprintf(a->host, sizeof(a->host), "host%d", i % HOSTS);
  snprintf(a->device, sizeof(a->device), "Plug %d", i % DEVICES);
  snprintf(a->text, sizeof(a->text), i % 5 == 0 ? "it is down" : "too high");
}

static uint64_t compared(const struct alert_table *table) {
  uint64_t sum = 0;

  for (size_t i = 0; i < table->inhibits.rules_num; i++)
    sum += table->inhibits.sources[i].compared;
  return sum;
}

static enum policy_answer asked(const struct house *h,
                                const struct alert_table *table,
                                const struct alert *a) {
  const struct policy_facts facts = {.open = table};
  char why[200] = "";

  return policy_inhibit.ask(&(struct policy_question){.config = h->config,
                                                      .facts = &facts,
                                                      .alert = a,
                                                      .kind = MESSAGE_OPEN},
                            why, sizeof(why));
}

/* Work is counted, not time: of 10 000 open alerts a question looks at a few
 * per rule, whether there is an answer or not. */
START_TEST(a_question_looks_at_a_few_of_ten_thousand) {
  static struct house h;
  static struct alert_table table;
  struct alert stranger;

  house_open_file(&h, CHANNELS RULES, 0);
  ck_assert_int_eq(
      alert_table_init(&table, h.config->inhibits, h.config->inhibits_num), 0);
  for (int i = 0; i < THOUSANDS; i++) {
    struct open_alert *e = open_alert_new();

    ck_assert_ptr_nonnull(e);
    some_alert(&e->a, i);
    alert_table_add(&table, e);
  }
  for (const struct open_alert *e = table.first; e != NULL; e = e->next)
    ck_assert_int_eq(asked(&h, &table, &e->a), POLICY_HOLD);
  ck_assert_uint_le(compared(&table), 2 * RULES_NUM * THOUSANDS);

  while (table.first != NULL) /* none is left to explain anything */
    alert_table_remove(&table, table.first);
  alert_init(&stranger);
  some_alert(&stranger, THOUSANDS);
  ck_assert_int_eq(asked(&h, &table, &stranger), POLICY_ALLOW);
  alert_table_free(&table);
  house_close(&h);
}
END_TEST

/* What the rules mean, in the slowest way. */
static bool walked(const struct inhibit_config *rule,
                   const struct alert_table *table, const struct alert *a) {
  for (const struct open_alert *e = table->first; e != NULL; e = e->next) {
    bool same = e->a.id != a->id && inhibit_explains(&e->a) &&
                matchers_take(&rule->source.match, &e->a);

    for (size_t i = 0; i < rule->equal_num && same; i++)
      same = strcmp((const char *)&e->a + rule->equal[i],
                    (const char *)a + rule->equal[i]) == 0;
    if (same)
      return true;
  }
  return false;
}

static uint64_t luck;

static unsigned roll(unsigned sides) { return incident_roll(&luck, sides); }

static void change(struct alert *a) {
  static const enum alert_state states[] = {ALERT_PENDING, ALERT_FIRING,
                                            ALERT_RECOVERING};

  a->state = states[roll(3)];
  a->flags ^= roll(4) == 0 ? ALERT_FLAPPING : 0;
  a->severity = roll(2) == 0 ? SEVERITY_FAILURE : SEVERITY_WARNING;
  snprintf(a->text, sizeof(a->text), roll(2) == 0 ? "down" : "up");
}

/* One of few alerts comes, goes or changes. */
static void happens(struct alert_table *table) {
  int i = (int)roll(12);
  char fingerprint[33];
  struct open_alert *e;

  snprintf(fingerprint, sizeof(fingerprint), "%032d", i);
  e = alert_table_find(table, fingerprint);
  if (e == NULL) {
    e = open_alert_new();
    ck_assert_ptr_nonnull(e);
    some_alert(&e->a, i);
    snprintf(e->a.host, sizeof(e->a.host), "host%d", i % 2);
    snprintf(e->a.device, sizeof(e->a.device), "Plug %d", i % 3);
    alert_table_add(table, e);
  } else if (roll(4) == 0) {
    alert_table_remove(table, e);
  } else {
    change(&e->a);
    alert_table_changed(table, e);
  }
}

START_TEST(it_answers_as_a_walk_through_all_would) {
  static struct house h;
  static struct alert_table table;

  house_open_file(&h, CHANNELS RULES, 0);
  ck_assert_int_eq(
      alert_table_init(&table, h.config->inhibits, h.config->inhibits_num), 0);
  luck = incident_chance(13);
  for (int turn = 0; turn < 5000; turn++) {
    happens(&table);
    for (const struct open_alert *e = table.first; e != NULL; e = e->next)
      for (size_t r = 0; r < h.config->inhibits_num; r++)
        ck_assert_msg((inhibit_index_find(&table.inhibits, r, &e->a) != NULL) ==
                          walked(&h.config->inhibits[r], &table, &e->a),
                      "turn %d, rule %zu, alert %d", turn, r, (int)e->a.id);
  }
  alert_table_free(&table);
  house_close(&h);
}
END_TEST

/* The alert that the rule reads the severity of changes in place. */
START_TEST(what_gets_worse_or_better_explains_more_or_less) {
  static struct house h;

  house_open_file(&h,
                  CHANNELS "<Inhibit \"worse\">\n <Source>\n"
                           "  Severity \"FAILURE\"\n </Source>\n <Target>\n"
                           "  Severity \"WARNING\"\n </Target>\n"
                           " Equal \"host\"\n</Inhibit>\n",
                  0);
  house_play(&h, "on Heater; warn 1600; +10; fail 1900; +10; "
                 "on Freezer; warn 1600; +60");
  ck_assert_str_eq(h.heard, "mail:firing mail:worse");
  house_play(&h, "on Heater; warn 1600; +10; on Freezer; warn 1600; +120");
  ck_assert_str_eq(h.heard, "mail:firing mail:worse mail:better mail:firing");
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear, 0, ROWS(stories));
  tcase_add_test(t, sixty_plugs_are_one_message_and_one_recovery);
  tcase_add_loop_test(
      t, sixty_plugs_that_do_not_answer_are_one_message_and_one_recovery, 0,
      ROWS(silent));
  tcase_add_test(t, one_that_does_not_answer_is_told_by_itself);
  tcase_add_test(t, those_that_stay_away_are_told_one_by_one);
  tcase_add_test(t, a_question_looks_at_a_few_of_ten_thousand);
  tcase_add_test(t, it_answers_as_a_walk_through_all_would);
  tcase_add_test(t, what_gets_worse_or_better_explains_more_or_less);
}

int main(void) { return suite_run("inhibit", fill); }
