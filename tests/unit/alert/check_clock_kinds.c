/* SPDX-License-Identifier: MIT */
/* A clock that is set, by seconds or by years, at any moment of anything that
 * waits: people hear the same, at the same moments, as if nobody had set it. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS = 20, HISTORY = 16384, HERE_MAX = 8 };

#define CHANNELS                                                               \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n</Channel>\n"                 \
  "<Channel pager \"pager\">\n Path \"/dev/null\"\n</Channel>\n"
#define ROUTE(more) "<Route \"all\">\n Channel \"mail\"\n" more "</Route>\n"
#define PLAIN CHANNELS ROUTE("")

/* "@" are the moments at which the clock is set, one in each run. */
static const struct {
  const char *row;
  const char *config;
  const char *story;
} stories[] = {
    {"an alert and its end", PLAIN, "@; fail 1900; @; +60; @; ok 90; @; +70"},
    {"one that waits for For", CHANNELS ROUTE(" For 5m\n"),
     "@; fail 1900; @; +100; @; +250; @; ok 90; +70"},
    {"one that is over before", CHANNELS ROUTE(" For 5m\n"),
     "fail 1900; +100; @; +190; @; ok 90; +400"},
    {"reminders", PLAIN, "fail 1900; +1800; @; +3600; @; +3600; ok 90; +70"},
    {"acknowledged", "AckTimeout 2h\n" PLAIN,
     "fail 1900; ack; @; +3600; @; +7300; ok 90; @; +70"},
    {"worse and better", PLAIN,
     "warn 1600; @; +300; fail 1900; @; +300; warn 1600; @; +60; ok 90; +70"},
    {"a relapse within the minute", PLAIN,
     "fail 1900; +60; ok 90; @; +30; @; fail 1900; @; +60; ok 90; +70"},
    {"a reading that is no number", PLAIN,
     "fail 1900; +60; ok nan; @; +120; @; cache 90; +300; @; +60"},
    {"a device that is gone and back", PLAIN,
     "missing power; missing voltage; +60; @; +600; @; back power; @; back "
     "voltage; @; +70"},
    {"an event that has no end", PLAIN, "event the disk; @; +50000; @; +50000"},
    {"an event that says more", PLAIN,
     "event disk a; @; +1; event disk b; @; +300; @; eventok fine; +70"},
    {"a provider that is away", PLAIN,
     "mail=retry; fail 1900; +10; @; +100; @; +500; mail=sent; @; +1000; ok "
     "90; +70"},
    {"an answer that is in doubt", PLAIN,
     "once mail=ambiguous; fail 1900; @; +10; @; +40; ok 90; @; +70"},
    {"over before it could be told", PLAIN,
     "mail=retry; fail 1900; +60; @; ok 90; +100; @; mail=sent; +1000"},
    {"a wait that the provider wants", PLAIN,
     "wait 7200; mail=retry; fail 1900; wait 0; mail=sent; @; +3600; @; +3700; "
     "ok 90; +70"},
    {"a channel that is stopped", PLAIN,
     "mail=dead; fail 1900; +300; @; mail=sent; @; +600; @; +3600; ok 90; +70"},
    {"and stays so", PLAIN,
     "mail=dead; fail 1900; +1200; @; +3000; @; mail=sent; +3700; ok 90; +70"},
    {"a silence", PLAIN,
     "silence 3600 Freezer; @; fail 1900; @; +1800; @; +1900; ok 90; +70"},
    {"a silence of what was told", PLAIN,
     "fail 1900; silence 7200 Freezer; @; +3700; @; +3600; @; ok 90; +70"},
    {"a group that waits", CHANNELS ROUTE(" GroupBy host\n"),
     "fail 1900; on B; fail 1900; @; +5; @; +10; on C; fail 1900; @; +70; ok "
     "90; on B; ok 90; @; +200"},
    {"a rate that is used up",
     "<Channel file \"mail\">\n Path \"/dev/null\"\n RateLimit 2 "
     "10m\n</Channel>\n" ROUTE(""),
     "on A; warn 1600; on B; warn 1600; on C; warn 1600; @; on D; warn 1600; "
     "+100; @; +250; @; ok 90; +400"},
    {"a step of an escalation",
     CHANNELS ROUTE(" Escalation \"somebody\"\n") "<Escalation "
                                                  "\"somebody\">\n Step 15m "
                                                  "\"pager\"\n</Escalation>\n",
     "fail 1900; @; +850; @; +100; @; ok 90; +70"},
    {"an access point that is gone",
     "<Inhibit \"ap\">\n <Source>\n  Device \"A\"\n </Source>\n <Target>\n  "
     "Device \"B\"\n </Target>\n</Inhibit>\n" PLAIN,
     "on A; missing power; +1; on B; missing power; @; +300; on A; back power; "
     "@; +90; @; on B; back power; +70"},
    {"many at once", PLAIN,
     "on A; missing power; on B; missing power; on C; missing power; on "
     "D; missing power; on E; missing power; @; +30; @; +60; @; on A; "
     "back power; on B; back power; on C; back power; on D; back power; "
     "on E; back power; @; +300"},
    {"flapping", "<Flapping>\n Count 3\n Window 10m\n</Flapping>\n" PLAIN,
     "fail 1900; ok 90; +61; fail 1900; ok 90; +61; fail 1900; ok 90; +61; "
     "fail 1900; @; ok 90; +61; @; +300; @; +400; +600"},
    {"a restart", PLAIN,
     "fail 1900; +60; @; +10; restart; @; +60; @; fail "
     "1900; +3600; @; ok 90; +70"},
    {"a kill", PLAIN,
     "mail=retry; fail 1900; +60; @; +10; kill; @; mail=sent; "
     "+600; @; ok 90; +70"},
};

/* Back to a moment before this program was made, and there again, too. */
static const double steps[] = {4,        -4,        6,          -6,   61,
                               -3600,    86400,     -3456000,   3600, -86400,
                               31536000, -31536000, -1795266000};
enum { SMALL = 5 }; /* s: clocks are slewed all the time, timers may follow */

struct heard {
  char text[HISTORY];
  size_t len;
};

static void look(struct house *h, struct heard *out) {
  const char *news = house_heard(h);

  out->len += (size_t)snprintf(out->text + out->len,
                               sizeof(out->text) - out->len, "%s|", news);
  ck_assert_uint_lt(out->len, sizeof(out->text));
}

/* "+N" in many small parts, so that it shows when something was heard. */
static void pass(struct house *h, double seconds, struct heard *out) {
  double part = seconds / LOOKS < 1 ? 1 : seconds / LOOKS;
  char word[40];

  while (seconds > 0) {
    double now = seconds < part ? seconds : part;
    snprintf(word, sizeof(word), "+%.3f", now);
    house_play(h, word);
    look(h, out);
    seconds -= now;
  }
}

/* With the clock set by step at the n-th "@"; false when there is none. */
static bool play(const char *config, const char *story, double step, int n,
                 struct heard *out) {
  struct house *h = calloc(1, sizeof(*h));
  char copy[1024];
  char *rest = NULL;
  bool found = false;

  out->len = 0;
  house_open_file(h, config, 0);
  snprintf(copy, sizeof(copy), "%s", story);
  for (char *word = strtok_r(copy, ";", &rest); word != NULL;
       word = strtok_r(NULL, ";", &rest)) {
    word += strspn(word, " ");
    if (word[0] == '@') {
      char set[40];
      if (n-- != 0)
        continue;
      found = true;
      snprintf(set, sizeof(set), "clock %.0f", step);
      house_play(h, set);
    } else if (word[0] == '+') {
      pass(h, atof(word + 1), out);
    } else {
      house_play(h, word);
      look(h, out);
    }
  }
  house_close(h);
  free(h);
  return found;
}

static void without_moments(char *text) {
  char *to = text;

  for (const char *from = text; *from != '\0'; from++)
    if (*from != '|' && *from != ' ')
      *to++ = *from;
  *to = '\0';
}

/* What is held back is looked at each full minute of that very clock. */
static bool is_held(int row) {
  return strstr(stories[row].config, "<Inhibit") != NULL ||
         strstr(stories[row].story, "silence") != NULL;
}

/* The words alone where timers do not follow to the second. */
static void compare(int row, double step, int moment, const struct heard *was,
                    const struct heard *is) {
  struct heard a = *was, b = *is;

  if (is_held(row) || (step <= SMALL && step >= -SMALL)) {
    without_moments(a.text);
    without_moments(b.text);
  }
  ck_assert_msg(strcmp(a.text, b.text) == 0,
                "%s: the clock set by %.0f s at moment %d:\n%s\nnot\n%s",
                stories[row].row, step, moment, b.text, a.text);
}

START_TEST(people_hear_the_same_whatever_the_clock_does) {
  static struct heard as_it_was, now;

  ck_assert(!play(stories[_i].config, stories[_i].story, 0, -1, &as_it_was));
  for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
    for (int n = 0;
         play(stories[_i].config, stories[_i].story, steps[s], n, &now); n++) {
      ck_assert_int_lt(n, HERE_MAX);
      compare(_i, steps[s], n, &as_it_was, &now);
    }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, people_hear_the_same_whatever_the_clock_does, 0,
                      ROWS(stories));
}

int main(void) { return suite_run("clock kinds", fill); }
