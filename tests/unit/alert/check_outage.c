/* SPDX-License-Identifier: MIT */
/* Providers that are away for two days while forty plugs go over their limit
 * and back: what people get when they return. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLUGS = 40, STEP_S = 600, STEPS = 2 * 86400 / STEP_S, EPISODES = 600 };

/* What one channel got, in the order of arrival. */
struct received {
  char episode[64];
  char kind[16];
  char title[128];
  char body[512];
  long long created;
};

static struct received got[EPISODES];

static size_t received_by(const struct house *h, const char *channel) {
  const char *p = h->letters;
  size_t n = 0;

  while (*p != '\0' && n < EPISODES) {
    char line[1500];
    char *field[12];
    char *rest = line;
    size_t len = strcspn(p, "\n");

    snprintf(line, sizeof(line), "%.*s", (int)len, p);
    p += len + 1;
    for (int i = 0; i < 12; i++)
      field[i] = strsep(&rest, "\t");
    if (field[11] == NULL || strcmp(field[0], channel) != 0 ||
        strcmp(field[2], "sent") != 0)
      continue;
    snprintf(got[n].kind, sizeof(got[n].kind), "%s", field[1]);
    snprintf(got[n].episode, sizeof(got[n].episode), "%s", field[8]);
    got[n].created = atoll(field[9]);
    snprintf(got[n].title, sizeof(got[n].title), "%s", field[10]);
    snprintf(got[n].body, sizeof(got[n].body), "%s", field[11]);
    n++;
  }
  return n;
}

static size_t times_heard(size_t n, const char *episode) {
  size_t times = 0;

  for (size_t i = 0; i < n; i++)
    times += strcmp(got[i].episode, episode) == 0;
  return times;
}

/* Messages that came before an older one. */
static size_t overtakers(size_t n) {
  size_t count = 0;

  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      if (got[j].created < got[i].created) {
        count++;
        break;
      }
  return count;
}

/* When the providers are back: whose turn it is then, is chance. */
static const char *const ends[] = {
    "mail=sent; pager=sent; +7200",
    "+437; mail=sent; pager=sent; +7200",
    "+1700; mail=sent; pager=sent; +7200",
};

/* Each plug's turn comes every 400 minutes: it goes bad, or gets well. */
static unsigned two_days(struct house *h) {
  bool bad[PLUGS] = {false};
  unsigned opened = 0;

  for (int step = 0; step < STEPS; step++) {
    int plug = step % PLUGS;
    char name[32];
    struct event ev;

    house_play(h, "+600");
    snprintf(name, sizeof(name), "Plug %d", plug);
    bad[plug] = !bad[plug];
    opened += bad[plug];
    ev = house_range(bad[plug] ? SEVERITY_FAILURE : SEVERITY_OKAY, name,
                     bad[plug] ? 1900 : 90);
    house_event(h, &ev);
  }
  return opened;
}

static void open_house(struct house *h) {
  house_open(h, "mail.MaxAge 4d; pager.MaxAge 4d; Repeat never; "
                "Route.Channel mail pager");
  house_play(h, "mail=retry; pager=retry");
}

START_TEST(people_hear_of_each_alert_once_in_order_and_in_short) {
  static struct house h;
  unsigned opened;
  unsigned missed = 0;
  unsigned firing = 0;
  size_t n;

  open_house(&h);
  opened = two_days(&h);
  ck_assert_uint_gt(opened, 100);
  ck_assert_str_eq(h.heard, "");
  house_play(&h, ends[_i]);
  n = received_by(&h, "mail");
  ck_assert_uint_eq(overtakers(n), 0);
  for (size_t i = 0; i < n; i++) {
    ck_assert_msg(times_heard(n, got[i].episode) == 1, "%s came %zu times",
                  got[i].title, times_heard(n, got[i].episode));
    if (strcmp(got[i].kind, "note") == 0) {
      missed++;
      ck_assert_msg(strstr(got[i].title, " was above 1") != NULL, "%s",
                    got[i].title);
      ck_assert_msg(strncmp(got[i].body, "From ", 5) == 0 &&
                        strstr(got[i].body, " to ") != NULL &&
                        strstr(got[i].body, "back to normal. Delivery was "
                                            "delayed.") != NULL,
                    "%s", got[i].body);
    } else {
      firing++;
      ck_assert_str_eq(got[i].kind, "firing");
      ck_assert_msg(strstr(got[i].body, "Delayed ") != NULL, "%s", got[i].body);
    }
  }
  ck_assert_uint_eq(missed + firing, opened);
  ck_assert_uint_gt(missed, firing);
  house_close(&h);
}
END_TEST

START_TEST(a_service_that_keeps_incidents_hears_only_of_what_is_open) {
  static struct house h;
  size_t n;
  size_t open;

  open_house(&h);
  two_days(&h);
  house_play(&h, "+100"); /* the last one has recovered by then */
  open = state_open_alerts(alert_core_state(h.core))->count;
  house_play(&h, "pager=sent; +7200");
  n = received_by(&h, "pager");
  ck_assert_uint_eq(n, open);
  for (size_t i = 0; i < n; i++)
    ck_assert_str_eq(got[i].kind, "firing");
  house_close(&h);
}
END_TEST

/* Where the provider itself says "later", the message may be at fault, so
 * others are tried as well; the first that gets through may be any of them. */
START_TEST(a_provider_that_says_later_for_two_days) {
  static struct house h;
  unsigned opened;
  size_t n;

  open_house(&h);
  house_play(&h, "answers");
  opened = two_days(&h);
  house_play(&h, ends[_i]);
  n = received_by(&h, "mail");
  ck_assert_uint_eq(n, opened);
  ck_assert_uint_le(overtakers(n), 1);
  house_close(&h);
}
END_TEST

START_TEST(a_restart_in_between_changes_nothing) {
  static struct house h;
  unsigned opened;
  size_t n;

  open_house(&h);
  opened = two_days(&h);
  house_restart(&h, true);
  house_play(&h, "+60; mail=sent; pager=sent; +7200");
  n = received_by(&h, "mail");
  for (size_t i = 0; i < n; i++)
    if (strcmp(got[i].kind, "update") != 0) /* "no reading since restart" */
      ck_assert_uint_le(times_heard(n, got[i].episode), 2);
  for (size_t i = 0, first = 0; i < n; i++) {
    first += strcmp(got[i].kind, "update") != 0;
    if (i + 1 == n)
      ck_assert_uint_eq(first, opened);
  }
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 400);
  tcase_add_loop_test(t, people_hear_of_each_alert_once_in_order_and_in_short,
                      0, ROWS(ends));
  tcase_add_test(t, a_service_that_keeps_incidents_hears_only_of_what_is_open);
  tcase_add_loop_test(t, a_provider_that_says_later_for_two_days, 0,
                      ROWS(ends));
  tcase_add_test(t, a_restart_in_between_changes_nothing);
}

int main(void) { return suite_run("outage", fill); }
