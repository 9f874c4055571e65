/* SPDX-License-Identifier: MIT */
/* Random incidents: devices go bad and recover, providers refuse for seconds
 * to hours, the clock is set both ways, the daemon is killed. What people heard
 * is held against what was really the case, by rules that know nothing of how
 * the engine works:
 *
 *   lost     what is bad at the end was told; what was told and is over ended
 *   false    no end without its alarm, no more alarms than bad times
 *   order    within an episode nothing comes after its end
 *   twice    a message is accepted twice only where a kill lies between
 *
 * Of four incidents three have a route that groups: each line of a message
 * about several devices counts as a message about that device.
 *
 * INCIDENTS=10000 runs so many (default 40), INCIDENT_SEED=7 begins there. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/incidents.h"
#include "../support/suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 5, STEPS = 40, TOLD_MAX = 4096, KILLS_MAX = 64 };

struct truth {
  bool bad;
  unsigned bad_times;
};

struct incident {
  struct house *h;
  uint64_t chance;
  struct truth devices[DEVICES];
  size_t kills[KILLS_MAX]; /* how many letters there were */
  unsigned kills_num;
};

static unsigned roll(struct incident *i, unsigned sides) {
  return incident_roll(&i->chance, sides);
}

static void speak(struct incident *i, int device, enum severity severity,
                  double value) {
  char name[16];
  struct event ev;

  snprintf(name, sizeof(name), "Plug%d", device);
  ev = house_range(severity, name, value);
  house_event(i->h, &ev);
}

static void turn(struct incident *i, int device, bool bad) {
  if (bad && !i->devices[device].bad) {
    i->devices[device].bad_times++;
    incidents_sum.bad_times++;
  }
  i->devices[device].bad = bad;
  speak(i, device, bad ? SEVERITY_FAILURE : SEVERITY_OKAY, bad ? 1900 : 90);
}

/* As collectd does: after a start it says anew how things are. */
static void start_anew(struct incident *i, bool kill) {
  if (kill) {
    ck_assert_uint_lt(i->kills_num, KILLS_MAX);
    i->kills[i->kills_num++] = i->h->letters_len;
    incidents_sum.kills++;
  }
  house_play(i->h, kill ? "kill" : "restart");
  for (int device = 0; device < DEVICES; device++)
    turn(i, device, i->devices[device].bad);
}

static void play(struct incident *i) {
  static const char *const moods[] = {"mail=retry", "mail=ambiguous",
                                      "mail=dead",  "mail=sent",
                                      "mail=sent",  "once mail=ambiguous"};
  char words[64];
  int device = (int)roll(i, DEVICES);

  switch (roll(i, 12)) {
  case 0:
  case 1:
  case 2:
    turn(i, device, true);
    break;
  case 3:
  case 4:
  case 5:
    turn(i, device, false);
    break;
  case 6: /* "not a number" is no recovery */
    speak(i, device, SEVERITY_OKAY, NAN);
    if (i->devices[device].bad && roll(i, 2) == 0)
      speak(i, device, SEVERITY_FAILURE, 1900);
    break;
  case 7:
    house_play(i->h, moods[roll(i, ROWS(moods))]);
    break;
  case 8:
    start_anew(i, roll(i, 3) > 0);
    break;
  case 9: /* killed with calls under way: before or after they were taken */
    house_play(i->h, "hold");
    turn(i, device, !i->devices[device].bad);
    house_play(i->h, "+61");
    if (roll(i, 2) == 0)
      house_play(i->h, "lose");
    i->h->hold = false;
    start_anew(i, true);
    break;
  case 10:
    snprintf(words, sizeof(words), "clock %d", (int)roll(i, 200000) - 100000);
    house_play(i->h, words);
    break;
  default:
    snprintf(words, sizeof(words), "+%u",
             roll(i, 4) == 0 ? roll(i, 10000) : roll(i, 90));
    house_play(i->h, words);
  }
}

/* -- the oracle: letters as people have them ------------------------------- */

struct heard {
  char kind[16];
  char delivery[40];
  char episode[64];
  char title[64];
  size_t at; /* in letters */
  bool line; /* of a letter about several */
  bool more; /* and not its first */
};

/* Each line of a letter about several: "- critical: Plug3: 1 900 W, since ..."
 * is open, "- Plug3 was above ..." is over, and came before what is open. */
static size_t add_lines(struct heard *out, size_t n, bool over,
                        const char *body, const char *end) {
  struct heard letter = out[n];

  for (const char *p = body; (p = strstr(p, " - ")) != NULL && p < end; p++) {
    const char *plug = strstr(p, "Plug");

    ck_assert(plug != NULL && plug < end);
    ck_assert_uint_lt(n, TOLD_MAX - 1);
    if ((plug == p + 3) != over)
      continue;
    out[n] = letter;
    out[n].line = true;
    out[n].episode[0] = '\0'; /* the letter's, not the device's */
    snprintf(out[n].title, sizeof(out[n].title), "%.30s", plug);
    if (over && strcmp(letter.kind, "firing") == 0)
      snprintf(out[n].kind, sizeof(out[n].kind), "note");
    n++;
  }
  out[n] = letter;
  return n;
}

static size_t add_heard(struct heard *out, size_t n, const char *title,
                        const char *body) {
  const char *end = body + strcspn(body, "\n");
  size_t first = n;

  snprintf(out[n].title, sizeof(out[n].title), "%.*s",
           (int)strcspn(title, "\t\n") > 63 ? 63 : (int)strcspn(title, "\t\n"),
           title);
  if (strstr(out[n].title, " alerts on ") == NULL)
    return strstr(out[n].title, "Plug") != NULL ? n + 1 : n;
  n = add_lines(out, n, true, body, end);
  n = add_lines(out, n, false, body, end);
  for (size_t i = first + 1; i < n; i++)
    out[i].more = true;
  return n;
}

static size_t read_letters(const struct house *h, struct heard *out) {
  size_t n = 0;

  for (const char *line = h->letters; *line != '\0';
       line += strcspn(line, "\n") + 1) {
    char channel[16];
    char outcome[16];
    struct heard *o = &out[n];
    const char *p = line;
    const char *title;

    memset(o, 0, sizeof(*o));
    ck_assert_int_eq(sscanf(line, "%15[^\t]\t%15[^\t]\t%15[^\t]\t%39[^\t]",
                            channel, o->kind, outcome, o->delivery),
                     4);
    for (int field = 0; field < 8; field++)
      p += strcspn(p, "\t\n") + 1;
    snprintf(o->episode, sizeof(o->episode), "%.*s", (int)strcspn(p, "\t\n"),
             p);
    for (int field = 0; field < 2; field++)
      p += strcspn(p, "\t\n") + 1;
    title = p;
    p += strcspn(p, "\t\n") + 1;
    o->at = (size_t)(line - h->letters);
    if (strcmp(channel, "mail") != 0 || strcmp(outcome, "sent") != 0)
      continue;
    n = add_heard(out, n, title, p);
    ck_assert_uint_lt(n, TOLD_MAX - 1);
  }
  return n;
}

/* Letters about several do not name episodes. */
static bool same_episode(const char *a, const char *b) {
  return a[0] == '\0' || b[0] == '\0' || strcmp(a, b) == 0;
}

static int device_of(const struct heard *h) {
  return atoi(strstr(h->title, "Plug") + 4);
}

static bool killed_between(const struct incident *i, size_t a, size_t b) {
  for (unsigned k = 0; k < i->kills_num; k++)
    if (i->kills[k] >= a && i->kills[k] <= b)
      return true;
  return false;
}

/* One call is under way at a time, so a kill repeats one message at most. */
static void count_repeat(const struct incident *i, size_t at,
                         unsigned repeats[KILLS_MAX], unsigned seed) {
  unsigned last = 0;

  for (unsigned k = 0; k < i->kills_num; k++)
    if (i->kills[k] <= at)
      last = k;
  repeats[last]++;
  ck_assert_msg(repeats[last] <= 1, "seed %u: a kill repeated two messages",
                seed);
}

static void judge(const struct incident *i, bool reminded, unsigned seed) {
  static struct heard all[TOLD_MAX];
  size_t n = read_letters(i->h, all);
  unsigned repeats[KILLS_MAX] = {0};

  for (int device = 0; device < DEVICES; device++) {
    unsigned alarms = 0;
    bool told = false;
    size_t alarm_at = 0;
    char episode[64] = "";

    for (size_t m = 0; m < n; m++) {
      bool again = false;

      if (device_of(&all[m]) != device)
        continue;
      for (size_t e = 0; e < m && !again; e++)
        if (device_of(&all[e]) == device && all[e].at != all[m].at &&
            strcmp(all[e].delivery, all[m].delivery) == 0) {
          again = true;
          ck_assert_msg(killed_between(i, all[e].at, all[m].at),
                        "seed %u: \"%s\" came twice", seed, all[m].title);
          if (!all[m].more)
            count_repeat(i, all[m].at, repeats, seed);
        }
      if (again)
        continue;
      if (strcmp(all[m].kind, "firing") == 0 && told && all[m].line &&
          reminded) {
        continue; /* a reminder that was due with the others' alarms */
      } else if (strcmp(all[m].kind, "firing") == 0) {
        ck_assert_msg(!told, "seed %u: Plug%d: a second alarm without an end",
                      seed, device);
        told = true;
        alarm_at = all[m].at;
        alarms++;
        snprintf(episode, sizeof(episode), "%s", all[m].episode);
      } else if (strcmp(all[m].kind, "resolved") == 0) {
        ck_assert_msg(told && same_episode(episode, all[m].episode),
                      "seed %u: Plug%d: an end without its alarm", seed,
                      device);
        told = false;
      } else if (strcmp(all[m].kind, "note") == 0 && told &&
                 same_episode(episode, all[m].episode) &&
                 killed_between(i, alarm_at, all[m].at)) {
        told = false; /* whether its alarm had arrived was forgotten */
      } else if (strcmp(all[m].kind, "note") == 0) {
        ck_assert_msg(!told, "seed %u: Plug%d: a note out of turn", seed,
                      device);
        alarms++;
      } else {
        ck_assert_msg(told && same_episode(episode, all[m].episode),
                      "seed %u: Plug%d: %s out of turn", seed, device,
                      all[m].kind);
      }
    }
    ck_assert_msg(told == i->devices[device].bad,
                  "seed %u: Plug%d is %s, people think it is %s", seed, device,
                  i->devices[device].bad ? "bad" : "fine",
                  told ? "bad" : "fine");
    ck_assert_msg(alarms <= i->devices[device].bad_times,
                  "seed %u: Plug%d: %u alarms for %u bad times", seed, device,
                  alarms, i->devices[device].bad_times);
  }
}

static void incident(unsigned seed) {
  static struct house h;
  static const char *const groups[] = {
      "", "; Route.GroupBy host",
      "; Route.GroupBy host class; Route.GroupInterval 20m",
      "; Route.GroupBy host; Route.GroupWait 2m; Route.GroupInterval 5s"};
  struct incident i = {.h = &h, .chance = incident_chance(seed)};
  char options[200];

  /* a reminder would make good for an alarm that was lost */
  snprintf(options, sizeof(options),
           "mail.MaxAge 30d; RecoverAfter 30; cacheless%s%s",
           seed % 2 == 0 ? "" : "; Repeat never", groups[seed % 4]);
  house_open(&h, options);
  for (int step = 0; step < STEPS; step++)
    play(&i);
  house_play(&h, "release; mail=sent; +8000");
  judge(&i, seed % 2 == 0, seed);
  house_close(&h);
}

START_TEST(people_know_how_things_are) { incidents_play(incident, 40); }
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, incident_number("INCIDENTS", 40) * 5.0 + 120);
  tcase_add_test(t, people_know_how_things_are);
}

int main(void) { return suite_run("incidents", fill); }
