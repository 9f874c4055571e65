/* SPDX-License-Identifier: MIT */
/* Random incidents with every policy at once: groups, storm, inhibition,
 * silences, maintenance, quiet hours, escalation with acknowledgements,
 * flapping, a rate limit, a fallback; while providers are away, the clock is
 * set, daylight saving begins or ends and the daemon is killed with calls under
 * way. What the people of each channel heard is held against what was the case:
 *
 *   announced  an end is told to whom its beginning was told, to nobody else
 *              (a fallback speaks for its channel: the end of what was told
 *              there may come here)
 *   order      nothing of an episode comes after its end, no alarm twice
 *   twice      a message is taken twice only where a kill lies between
 *   lost       when all is quiet again people know how things are
 *   uncounted  the history says of each alert what became of its message
 *
 * INCIDENTS=10000 runs so many (default 12), INCIDENT_SEED=7 begins there. */
#include <config.h>

#include "../support/alert_story.h"
#include "../support/incidents.h"
#include "../support/suite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  DEVICES = 6,
  FIRST_MISSING = 3, /* from it on they go missing, before it values are high */
  STEPS = 70,
  SEEN_MAX = 8192,
  KILLS_MAX = 96,
};

static const char *const channels[] = {"mail", "phone", "boss", "second"};

enum { MAIL, PHONE, BOSS, SECOND, CHANNELS };

#define CHANNEL(name, more)                                                    \
  "<Channel file \"" name "\">\n Path \"/dev/null\"\n MaxAge 30d\n" more       \
  "</Channel>\n"
#define EXPLAINS(source, target)                                               \
  "<Inhibit \"" source " explains\">\n <Source>\n  Device \"" source           \
  "\"\n </Source>\n <Target>\n  Device \"" target                              \
  "\"\n </Target>\n Equal \"host\"\n</Inhibit>\n"

static const char file_text[] = "RecoverAfter 30\n" CHANNEL(
    "mail", " RateLimit 3 1h\n Fallback \"second\"\n") CHANNEL("phone", "")
    CHANNEL("boss", "") CHANNEL(
        "second",
        "") "<QuietHours \"night\">\n Time \"22:00-07:00\"\n</QuietHours>\n"
            "<Maintenance \"noon\">\n Time \"13:00-14:00\"\n Device \"Plug1\"\n"
            "</Maintenance>\n" EXPLAINS(
                "Plug0",
                "Plug2") "<Storm>\n Threshold 3\n Window 1m\n</Storm>\n"
                         "<Flapping>\n Count 2\n Window 20m\n</Flapping>\n"
                         "<Escalation \"somebody\">\n Step 15m \"phone\"\n "
                         "Step 1h \"boss\"\n"
                         "</Escalation>\n"
                         "<Route \"all\">\n Channel \"mail\"\n QuietHours "
                         "\"night\"\n"
                         " Escalation \"somebody\"\n GroupBy host\n "
                         "GroupInterval 5m\n%s</Route>\n";

/* Saturdays in the evening: an ordinary one, and before the clocks go back and
 * forward in Europe. */
static const int64_t evenings[] = {1795197600000, 1792864800000, 1806174000000};

struct incident {
  struct house *h;
  unsigned seed;
  uint64_t chance;
  bool bad[DEVICES];
  enum severity severity[DEVICES];
  size_t kills[KILLS_MAX]; /* how many letters there were */
  size_t kills_num;
};

static unsigned roll(struct incident *i, unsigned sides) {
  return incident_roll(&i->chance, sides);
}

static void words(struct incident *i, const char *format, unsigned number,
                  int device) {
  char text[80];

  snprintf(text, sizeof(text), format, number, device);
  house_play(i->h, text);
}

static void speak(struct incident *i, int device) {
  bool bad = i->bad[device];
  bool failure = i->severity[device] == SEVERITY_FAILURE;
  char name[16];
  struct event ev;

  if (device >= FIRST_MISSING) {
    words(i, bad ? "on Plug%u; missing power" : "on Plug%u; back power",
          (unsigned)device, 0);
    return;
  }
  snprintf(name, sizeof(name), "Plug%d", device);
  ev = house_range(bad ? i->severity[device] : SEVERITY_OKAY, name,
                   !bad      ? 90
                   : failure ? 1900
                             : 1600);
  house_event(i->h, &ev);
}

static void turn(struct incident *i, int device, bool bad) {
  incidents_sum.bad_times += bad && !i->bad[device];
  i->bad[device] = bad;
  if (bad)
    i->severity[device] = roll(i, 3) == 0 ? SEVERITY_FAILURE : SEVERITY_WARNING;
  speak(i, device);
}

static void start_anew(struct incident *i, bool kill) {
  if (kill) {
    ck_assert_uint_lt(i->kills_num, KILLS_MAX);
    i->kills[i->kills_num++] = i->h->letters_len;
    incidents_sum.kills++;
  }
  house_play(i->h, kill ? "kill" : "restart");
  for (int device = 0; device < DEVICES; device++)
    speak(i, device);
}

/* Before or after the calls that are under way were taken. */
static void kill_under_way(struct incident *i, int device) {
  house_play(i->h, "hold");
  turn(i, device, !i->bad[device]);
  words(i, "+%u", 1 + roll(i, 100), 0);
  if (roll(i, 2) == 0)
    house_play(i->h, "lose");
  i->h->hold = false;
  start_anew(i, true);
}

static void several_gone(struct incident *i) {
  for (int device = FIRST_MISSING; device < DEVICES; device++)
    turn(i, device, true);
  words(i, "+%u", 1 + roll(i, 300), 0);
}

static void somebody_acts(struct incident *i) {
  const struct open_alert *e =
      state_open_alerts(alert_core_state(i->h->core))->first;

  for (unsigned n = roll(i, 4); e != NULL && e->next != NULL && n > 0; n--)
    e = e->next;
  if (e == NULL)
    return;
  if (e->a.flags & ALERT_ACKED)
    (void)alert_core_unack(i->h->core, e->a.id, "anna");
  else
    (void)alert_core_ack(i->h->core, e->a.id, 0, "anna", "cli");
  house_settle(i->h);
}

/* Told once, and in a message of its own even where others are counted. */
static void announcement(struct incident *i) {
  struct event ev;

  event_init(&ev);
  ev.severity = SEVERITY_NONE;
  ev.oneshot = true;
  snprintf(ev.host, sizeof(ev.host), "nas");
  snprintf(ev.plugin, sizeof(ev.plugin), "washing");
  snprintf(ev.type, sizeof(ev.type), "report");
  snprintf(ev.text, sizeof(ev.text), "the machine is done");
  house_event(i->h, &ev);
}

static void receivers(struct incident *i) {
  static const char *const moods[] = {"retry", "ambiguous", "dead", "refused",
                                      "sent",  "sent",      "sent", "sent"};
  char text[40];
  const char *mood = moods[roll(i, ROWS(moods))];
  const char *channel = channels[roll(i, 2) == 0 ? MAIL : roll(i, CHANNELS)];

  /* what is refused where nobody stands in is lost by right */
  if (strcmp(mood, "refused") == 0)
    channel = channels[MAIL];
  snprintf(text, sizeof(text), "%s%s=%s", roll(i, 3) == 0 ? "once " : "",
           channel, mood);
  house_play(i->h, text);
}

static void play(struct incident *i) {
  int device = (int)roll(i, DEVICES);

  switch (roll(i, 18)) {
  case 0:
  case 1:
  case 2:
  case 3:
    turn(i, device, true);
    break;
  case 4:
  case 5:
  case 6:
  case 7:
    turn(i, device, false);
    break;
  case 8:
    several_gone(i);
    break;
  case 9:
    receivers(i);
    break;
  case 10:
    start_anew(i, roll(i, 2) > 0);
    break;
  case 11:
    kill_under_way(i, device);
    break;
  case 12:
    words(i, "silence %u Plug%d", 60 + roll(i, 20000), device);
    break;
  case 13:
    if (roll(i, 2) == 0)
      words(i, "clock %u", roll(i, 100000), 0);
    else
      words(i, "clock -%u", roll(i, 100000), 0);
    break;
  case 14:
    somebody_acts(i);
    break;
  case 15:
    announcement(i);
    break;
  case 16:
    words(i, "+%u", roll(i, 20000), 0);
    break;
  default:
    words(i, "+%u", roll(i, 400), 0);
  }
}

/* -- what people believe ----------------------------------------------------
 */

struct belief {
  struct belief *stands_in; /* as a fallback, for the people of that channel;
                               the message may reach it itself later on */
  bool told[DEVICES];
  bool maybe[DEVICES]; /* a digest counted it, or its end, without its name */
  size_t alarm_at[DEVICES];
  bool storm;
};

struct seen {
  char id[40];
  int channel;
  size_t at;
};

/* One letter, as it was taken. */
struct letter {
  char channel[16], kind[16], outcome[16], id[40];
  bool copy; /* of one that another channel could not deliver */
  char title[300];
  char text[1700];
  size_t at;
};

static const char *take(const char *line, char *out, size_t size) {
  size_t len = strcspn(line, "\t\n");

  snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), line);
  return line + len + 1;
}

static void read_line(const struct house *h, const char *line,
                      struct letter *l) {
  char skipped[120];

  l->at = (size_t)(line - h->letters);
  line = take(line, l->channel, sizeof(l->channel));
  line = take(line, l->kind, sizeof(l->kind));
  line = take(line, l->outcome, sizeof(l->outcome));
  line = take(line, l->id, sizeof(l->id));
  for (int field = 4; field < 10; field++) {
    line = take(line, skipped, sizeof(skipped));
    if (field == 7)
      l->copy = skipped[0] != '\0';
  }
  line = take(line, l->title, sizeof(l->title));
  take(line, l->text, sizeof(l->text));
}

static int channel_of(const struct letter *l) {
  int c = 0;

  while (c < CHANNELS - 1 && strcmp(channels[c], l->channel) != 0)
    c++;
  return c;
}

static void over_now(struct belief *b, int device) {
  b->told[device] = b->maybe[device] = false;
  if (b->stands_in != NULL)
    b->stands_in->maybe[device] = true;
}

static void storm_is(struct belief *b, bool storm) {
  b->storm = storm;
  if (b->stands_in != NULL && !storm)
    b->stands_in->storm = false;
}

static bool killed_between(const struct incident *i, size_t a, size_t b) {
  for (size_t k = 0; k < i->kills_num; k++)
    if (i->kills[k] >= a && i->kills[k] <= b)
      return true;
  return false;
}

static bool came_before(const struct incident *i, const struct letter *l) {
  static struct seen seen[SEEN_MAX];
  static size_t num;
  static unsigned of;
  int channel = channel_of(l);

  if (of != i->seed)
    num = 0;
  of = i->seed;
  for (size_t s = 0; s < num; s++) {
    if (seen[s].channel != channel || strcmp(seen[s].id, l->id) != 0)
      continue;
    ck_assert_msg(killed_between(i, seen[s].at, l->at),
                  "seed %u: %s: \"%s\" came twice", i->seed, l->channel,
                  l->title);
    seen[s].at = l->at;
    return true;
  }
  ck_assert_uint_lt(num, SEEN_MAX);
  seen[num] = (struct seen){.channel = channel, .at = l->at};
  snprintf(seen[num++].id, sizeof(seen[0].id), "%s", l->id);
  return false;
}

static bool of_storm(const char *text, const char *end) {
  static const char *const signs[] = {"stopped reporting together",
                                      "report again"};

  for (size_t s = 0; s < ROWS(signs); s++) {
    const char *found = strstr(text, signs[s]);

    if (found != NULL && found < end)
      return true;
  }
  return false;
}

struct line {
  int device; /* -1 = none of ours */
  bool storm;
  bool over;
};

/* The next "- LEVEL: Plug3: ..." or "- Plug3 was ..." of a message about
 * several; false: no more. */
static bool next_line(const char **text, struct line *line) {
  const char *begin = strstr(*text, " - ");
  const char *end = begin != NULL ? strstr(begin + 3, " - ") : NULL;
  const char *plug;
  const char *since;

  if (begin == NULL)
    return false;
  if (end == NULL)
    end = begin + strlen(begin);
  plug = strstr(begin, "Plug");
  since = strstr(begin, ", since ");
  *line = (struct line){.device = -1,
                        .storm = of_storm(begin, end),
                        .over = since == NULL || since > end};
  if (plug != NULL && plug < end && !line->storm) {
    line->device = plug[4] - '0';
    line->over = strncmp(plug + 5, " was ", 5) == 0;
  }
  *text = end;
  return true;
}

/* What waited for the night to end was not told before; of what waited for a
 * rate the end may be told here. What is open comes first. Where it was not
 * sure whether people had heard of an earlier end, "was" settles it. */
static void read_digest(struct belief *b, const struct letter *l) {
  bool limited = strstr(l->title, "while limited") != NULL;
  bool cut = strstr(l->text, " more. To see all: kasactl") != NULL;
  bool open[DEVICES] = {false};
  bool over[DEVICES] = {false};
  bool any_over = false;
  const char *text = l->text;
  struct line line;

  while (next_line(&text, &line)) {
    if (line.storm && (limited || !line.over))
      b->storm = !line.over;
    if (line.device < 0)
      continue;
    (line.over ? over : open)[line.device] = true;
    any_over |= line.over;
  }
  for (int d = 0; d < DEVICES; d++) {
    /* it may have ended and begun anew: then it is listed twice */
    if (over[d] && limited)
      over_now(b, d);
    else if (over[d] && b->maybe[d])
      b->told[d] = false;
    if (open[d])
      b->told[d] = true;
    if (open[d] || over[d])
      b->maybe[d] = false;
    else if (cut && (!any_over || (limited && b->told[d])))
      b->maybe[d] = true;
  }
}

static void read_group(const struct incident *i, struct belief *b,
                       const struct letter *l) {
  bool ends = strcmp(l->kind, "resolved") == 0;
  const char *text = l->text;
  struct line line;

  while (next_line(&text, &line)) {
    if (line.storm)
      storm_is(b, !ends && !line.over);
    if (line.device < 0)
      continue;
    ck_assert_msg(!ends || b->told[line.device] || b->maybe[line.device] ||
                      b->stands_in != NULL,
                  "seed %u: %s: Plug%d: an end without its alarm", i->seed,
                  l->channel, line.device);
    if (ends)
      over_now(b, line.device);
    else if (!line.over || b->maybe[line.device])
      b->told[line.device] = !line.over;
    b->maybe[line.device] = false;
  }
}

static void read_one(const struct incident *i, struct belief *b,
                     const struct letter *l) {
  const char *plug = strstr(l->title, "Plug");
  bool alarm = strcmp(l->kind, "firing") == 0;
  bool note = strcmp(l->kind, "note") == 0;
  bool *told;
  int device;

  if (of_storm(l->title, l->title + strlen(l->title))) {
    storm_is(b, strcmp(l->kind, "resolved") != 0 && !note);
    return;
  }
  if (plug == NULL)
    return;
  device = plug[4] - '0';
  told = &b->told[device];
  if (b->maybe[device])
    *told = !alarm && !note;
  b->maybe[device] = false;
  if (l->copy && !alarm && !note && strcmp(l->kind, "resolved") != 0)
    return; /* of what was told there */
  if (b->stands_in != NULL)
    *told = !alarm && !note;
  if (note && killed_between(i, b->alarm_at[device], l->at))
    *told = false; /* whether its alarm had arrived was forgotten */
  if (alarm)
    b->alarm_at[device] = l->at;
  if (alarm || note)
    ck_assert_msg(!*told, "seed %u: %s: Plug%d: an alarm too many: %s", i->seed,
                  l->channel, device, l->title);
  else
    ck_assert_msg(*told, "seed %u: %s: Plug%d: %s without its alarm: %s",
                  i->seed, l->channel, device, l->kind, l->title);
  if (note || strcmp(l->kind, "resolved") == 0)
    over_now(b, device);
  else
    *told = true;
}

/* An end that was refused: whoever stands in may tell it later, or be in doubt
 * whether he did. Until then an alarm is as right as none. */
static void read_refused(struct belief *b, const struct letter *l) {
  const char *plug = strstr(l->title, "Plug");
  const char *text = l->text;
  struct line line;

  if (strcmp(l->kind, "resolved") != 0)
    return;
  if (strstr(l->title, " alerts on ") == NULL) {
    if (plug != NULL)
      b->maybe[plug[4] - '0'] |= b->told[plug[4] - '0'];
    return;
  }
  while (next_line(&text, &line))
    if (line.device >= 0)
      b->maybe[line.device] |= b->told[line.device];
}

static bool is_acked(const struct incident *i, int device) {
  const struct open_alert *e =
      state_open_alerts(alert_core_state(i->h->core))->first;

  for (; e != NULL; e = e->next)
    if (strncmp(e->a.device, "Plug", 4) == 0 && e->a.device[4] - '0' == device)
      return e->a.flags & ALERT_ACKED;
  return false;
}

static void judge_end(const struct incident *i, const struct belief *beliefs) {
  bool gone = false;

  for (int d = FIRST_MISSING; d < DEVICES; d++)
    gone |= i->bad[d];
  for (int c = 0; c < CHANNELS; c++) {
    for (int d = 0; d < DEVICES; d++)
      ck_assert_msg(i->bad[d] || !beliefs[c].told[d] || beliefs[c].maybe[d],
                    "seed %u: %s: Plug%d is fine, people think it is bad",
                    i->seed, channels[c], d);
    ck_assert_msg(gone || !beliefs[c].storm,
                  "seed %u: %s: all report, people think they do not", i->seed,
                  channels[c]);
  }
  for (int d = 0; d < DEVICES; d++) {
    bool known = (d == 2 && i->bad[0]) || is_acked(i, d);

    for (int c = 0; c < CHANNELS; c++)
      known |= beliefs[c].told[d] || beliefs[c].maybe[d] ||
               (d >= FIRST_MISSING && beliefs[c].storm);
    ck_assert_msg(!i->bad[d] || known,
                  "seed %u: Plug%d is bad, people think it is fine", i->seed,
                  d);
  }
}

/* Each alert that was opened has a line in the history that says what became
 * of it where it was to be told. */
static void judge_history(const struct incident *i) {
  static const char sql[] =
      "SELECT a.id, a.device FROM alert a WHERE EXISTS (SELECT 1 FROM history h"
      " WHERE h.alert_id=a.id AND h.what='opened') AND NOT EXISTS (SELECT 1"
      " FROM history h WHERE h.alert_id=a.id AND h.channel!='') LIMIT 1";
  char path[200];
  sqlite3 *db = NULL;
  sqlite3_stmt *stmt = NULL;

  snprintf(path, sizeof(path), "%s/alerts.db", i->h->directory);
  ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), 0);
  ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), 0);
  ck_assert_msg(sqlite3_step(stmt) == SQLITE_DONE,
                "seed %u: alert %d of %s: nobody knows what became of it",
                i->seed, sqlite3_column_int(stmt, 0),
                (const char *)sqlite3_column_text(stmt, 1));
  sqlite3_finalize(stmt);
  sqlite3_close(db);
}

static void judge(const struct incident *i) {
  static struct belief beliefs[CHANNELS];
  static struct letter l;

  memset(beliefs, 0, sizeof(beliefs));
  beliefs[SECOND].stands_in = &beliefs[MAIL];
  for (const char *line = i->h->letters; *line != '\0';
       line += strcspn(line, "\n") + 1) {
    struct belief *b;

    read_line(i->h, line, &l);
    b = &beliefs[channel_of(&l)];
    if (strcmp(l.outcome, "message") == 0)
      read_refused(b, &l);
    if (strcmp(l.outcome, "sent") != 0 || came_before(i, &l))
      continue;
    if (strstr(l.title, "during quiet hours") != NULL ||
        strstr(l.title, "while limited") != NULL)
      read_digest(b, &l);
    else if (strstr(l.title, " alerts on ") != NULL)
      read_group(i, b, &l);
    else
      read_one(i, b, &l);
  }
  judge_end(i, beliefs);
  judge_history(i);
}

static void incident(unsigned seed) {
  static struct house h;
  struct incident i = {.h = &h, .seed = seed, .chance = incident_chance(seed)};
  char text[3000];

  /* a reminder would make good for an alarm that was lost */
  snprintf(text, sizeof(text), file_text,
           seed % 2 == 0 ? "" : " Repeat never\n");
  house_open_cacheless(&h, text, evenings[seed % ROWS(evenings)]);
  for (int step = 0; step < STEPS; step++)
    play(&i);
  /* all are heard of after the last start, every silence is over */
  house_play(&h, "mail=sent; phone=sent; boss=sent; second=sent; enable; "
                 "+21000; until 14:30; +9000");
  judge(&i);
  house_close(&h);
}

START_TEST(with_every_policy_people_know_how_things_are) {
  setenv("TZ", "Europe/Berlin", 1);
  tzset();
  incidents_play(incident, 12);
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, incident_number("INCIDENTS", 12) * 20.0 + 200);
  tcase_add_test(t, with_every_policy_people_know_how_things_are);
}

int main(void) { return suite_run("incidents_all", fill); }
