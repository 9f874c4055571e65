/* SPDX-License-Identifier: MIT */
/* Random incidents with reasons for silence: silences come and end, nights and
 * maintenance pass, one device explains another, while providers are away, the
 * clock is set and the daemon is killed. What people were told is held against
 * what was really the case:
 *
 *   an end is told to who was told of its beginning, and to nobody else
 *   no alarm twice without an end
 *   when all is quiet again people know how things are
 *
 * Every other incident has groups, every other pair of them a rate limit, two
 * of three make one message of what comes and goes.
 *
 * INCIDENTS=10000 runs so many (default 10), INCIDENT_SEED=7 begins there. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/incidents.h"
#include "../support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEVICES = 5, STEPS = 60, SEEN_MAX = 4096 };

#define FILE_TEXT                                                              \
  "RecoverAfter 30\n"                                                          \
  "<Channel file \"mail\">\n Path \"/dev/null\"\n MaxAge 30d\n%s</Channel>\n"  \
  "%s"                                                                         \
  "<QuietHours \"night\">\n Time \"22:00-07:00\"\n</QuietHours>\n"             \
  "<Maintenance \"noon\">\n Time \"13:00-14:00\"\n Device \"Plug1\"\n"         \
  "</Maintenance>\n"                                                           \
  "<Inhibit \"first explains third\">\n <Source>\n  Device \"Plug0\"\n"        \
  " </Source>\n <Target>\n  Device \"Plug2\"\n </Target>\n</Inhibit>\n"        \
  "<Route \"all\">\n Channel \"mail\"\n QuietHours \"night\"\n"
#define NO_GROUPS "</Route>\n"
#define GROUPS " GroupBy host\n GroupInterval 5m\n</Route>\n"

struct incident {
  struct house *h;
  uint64_t chance;
  bool bad[DEVICES];
  enum severity severity[DEVICES];
};

static unsigned roll(struct incident *i, unsigned sides) {
  return incident_roll(&i->chance, sides);
}

static void turn(struct incident *i, int device, bool bad,
                 enum severity severity) {
  char name[16];
  struct event ev;

  snprintf(name, sizeof(name), "Plug%d", device);
  i->bad[device] = bad;
  i->severity[device] = severity;
  ev = house_range(bad ? severity : SEVERITY_OKAY, name,
                   !bad                           ? 90
                   : severity == SEVERITY_FAILURE ? 1900
                                                  : 1600);
  house_event(i->h, &ev);
}

static void start_anew(struct incident *i, bool kill) {
  house_play(i->h, kill ? "kill" : "restart");
  for (int device = 0; device < DEVICES; device++)
    turn(i, device, i->bad[device], i->severity[device]);
}

static void play(struct incident *i) {
  static const char *const moods[] = {"mail=retry", "mail=ambiguous",
                                      "mail=sent", "mail=sent",
                                      "once mail=ambiguous"};
  int device = (int)roll(i, DEVICES);
  char words[64];

  switch (roll(i, 12)) {
  case 0:
  case 1:
  case 2:
    turn(i, device, true,
         roll(i, 3) == 0 ? SEVERITY_FAILURE : SEVERITY_WARNING);
    break;
  case 3:
  case 4:
  case 5:
    turn(i, device, false, SEVERITY_WARNING);
    break;
  case 6:
    house_play(i->h, moods[roll(i, ROWS(moods))]);
    break;
  case 7:
    start_anew(i, roll(i, 2) > 0);
    break;
  case 8:
    snprintf(words, sizeof(words), "silence %u Plug%d", 60 + roll(i, 20000),
             device);
    house_play(i->h, words);
    break;
  case 9:
    snprintf(words, sizeof(words), "clock %d", (int)roll(i, 200000) - 100000);
    house_play(i->h, words);
    break;
  default:
    snprintf(words, sizeof(words), "+%u",
             roll(i, 2) == 0 ? roll(i, 20000) : roll(i, 90));
    house_play(i->h, words);
  }
}

/* -- what people believe ----------------------------------------------------
 */

struct belief {
  bool told[DEVICES];
  bool maybe[DEVICES];     /* its end may have been counted in a digest */
  char seen[SEEN_MAX][40]; /* delivery ids: what comes twice counts once */
  size_t seen_num;
};

static bool seen_before(struct belief *b, const char *id) {
  for (size_t s = 0; s < b->seen_num; s++)
    if (strcmp(b->seen[s], id) == 0)
      return true;
  ck_assert_uint_lt(b->seen_num, SEEN_MAX);
  snprintf(b->seen[b->seen_num++], sizeof(b->seen[0]), "%.39s", id);
  return false;
}

/* Whether a line "- Plug3: ..." (open) or "- Plug3 was ..." (over) is there. */
static bool listed(const char *body, const char *end, int device, char mark) {
  char line[16];
  const char *p;

  snprintf(line, sizeof(line), "- Plug%d%c", device, mark);
  p = strstr(body, line);
  return p != NULL && p < end;
}

/* What waited for the night to end was not told before; of what waited for a
 * rate the end may be told here. */
static void read_digest(struct belief *b, const char *body, const char *end,
                        bool limited) {
  const char *more = strstr(body, " more. To see all: kasactl");
  bool cut = more != NULL && more < end;

  for (int device = 0; device < DEVICES; device++) {
    bool open = listed(body, end, device, ':');
    bool over = listed(body, end, device, ' ');

    if (open)
      b->told[device] = true;
    else if (over && limited)
      b->told[device] = false;
    if (open || over)
      b->maybe[device] = false;
    else if (cut && limited && b->told[device])
      b->maybe[device] = true; /* it lists what is open first */
  }
}

/* Lines "- LEVEL: Plug3: ..." are open, "- Plug3 was ..." are over; of several
 * ends every line is one. */
static void read_group(struct belief *b, const char *body, const char *end,
                       const char *kind, unsigned seed) {
  bool ends = strcmp(kind, "resolved") == 0;

  for (const char *p = body; (p = strstr(p, " - ")) != NULL && p < end; p++) {
    const char *plug = strstr(p, "Plug");
    int device;

    ck_assert(plug != NULL && plug < end);
    device = plug[4] - '0';
    if (ends) {
      ck_assert_msg(b->told[device],
                    "seed %u: Plug%d: an end without its alarm", seed, device);
      b->told[device] = false;
    } else if (plug == p + 3) {
      /* a later episode of it may be open, and stands first */
    } else {
      b->told[device] = true;
    }
  }
}

static void read_letter(struct belief *b, const char *line, unsigned seed) {
  char channel[16], kind[16], outcome[16], id[40];
  static const char *const digests[] = {"during quiet hours", "while limited"};
  const char *end = line + strcspn(line, "\n");
  const char *title = line;
  const char *plug;
  int device;

  ck_assert_int_eq(sscanf(line, "%15[^\t]\t%15[^\t]\t%15[^\t]\t%39[^\t]",
                          channel, kind, outcome, id),
                   4);
  if (strcmp(outcome, "sent") != 0 || seen_before(b, id))
    return;
  for (int field = 0; field < 10; field++)
    title += strcspn(title, "\t\n") + 1;
  for (size_t d = 0; d < ROWS(digests); d++) {
    const char *why = strstr(title, digests[d]);

    if (why == NULL || why > end)
      continue;
    read_digest(b, title, end, d == 1);
    return;
  }
  plug = strstr(title, " alerts on ");
  if (plug != NULL && plug < end) {
    read_group(b, strchr(title, '\t'), end, kind, seed);
    return;
  }
  plug = strstr(title, "Plug");
  if (plug == NULL || plug > end)
    return;
  device = plug[4] - '0';
  if (b->maybe[device] &&
      (strcmp(kind, "firing") == 0 || strcmp(kind, "note") == 0))
    b->told[device] = false;
  b->maybe[device] = false;
  if (strcmp(kind, "firing") == 0) {
    ck_assert_msg(!b->told[device], "seed %u: Plug%d: alarm twice: %.60s", seed,
                  device, title);
    b->told[device] = true;
  } else if (strcmp(kind, "note") == 0) {
    ck_assert_msg(!b->told[device], "seed %u: Plug%d: a note out of turn", seed,
                  device);
  } else {
    ck_assert_msg(b->told[device], "seed %u: Plug%d: %s without its alarm",
                  seed, device, kind);
    b->told[device] = strcmp(kind, "resolved") != 0;
  }
}

static void judge(const struct incident *i, unsigned seed) {
  static struct belief b;

  memset(&b, 0, sizeof(b));
  for (const char *line = i->h->letters; *line != '\0';
       line += strcspn(line, "\n") + 1)
    read_letter(&b, line, seed);
  for (int device = 0; device < DEVICES; device++) {
    bool explained = device == 2 && i->bad[0] && !b.told[device];

    ck_assert_msg(b.told[device] == i->bad[device] || explained ||
                      (b.maybe[device] && !i->bad[device]),
                  "seed %u: Plug%d is %s, people think it is %s", seed, device,
                  i->bad[device] ? "bad" : "fine",
                  b.told[device] ? "bad" : "fine");
  }
}

static void incident(unsigned seed) {
  static struct house h;
  struct incident i = {.h = &h, .chance = incident_chance(seed)};
  char text[2000];

  snprintf(text, sizeof(text), FILE_TEXT "%s",
           seed % 4 < 2 ? "" : "RateLimit 2 1h\n",
           seed % 3 == 0 ? ""
                         : "<Flapping>\n Count 2\n Window 20m\n</Flapping>\n",
           seed % 2 == 0 ? GROUPS : NO_GROUPS);
  house_open_file(&h, text, 0);
  for (int step = 0; step < STEPS; step++)
    play(&i);
  /* all are heard of after the last start, every silence is over */
  house_play(&h, "mail=sent; +21000; until 14:30; +4000");
  judge(&i, seed);
  house_close(&h);
}

START_TEST(who_heard_the_beginning_hears_the_end) {
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  incidents_play(incident, 10);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, incident_number("INCIDENTS", 10) * 10.0 + 200);
  tcase_add_test(t, who_heard_the_beginning_hears_the_end);
}

int main(void) { return suite_run("incidents_silence", fill); }
