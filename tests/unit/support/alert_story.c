/* SPDX-License-Identifier: MIT */
/* The language of stories: see alert_story.h. */
#include <config.h>

#include "alert_story.h"

#include "alert/policy/policy.h"
#include "alert/policy/silence.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t first_open(struct house *h) {
  const struct open_alert *e =
      state_open_alerts(alert_core_state(h->core))->first;

  return e != NULL ? e->a.id : 0;
}

static const char *device(const struct house *h) {
  return h->device[0] != '\0' ? h->device : "Freezer";
}

static void series_event(struct house *h, const char *series, bool missing) {
  const char *name = device(h);
  struct event ev;

  ev = house_range(SEVERITY_OKAY, name, 90);
  snprintf(ev.type, sizeof(ev.type), "%s", series);
  if (missing) {
    event_init(&ev);
    ev.severity = SEVERITY_FAILURE;
    snprintf(ev.host, sizeof(ev.host), "nas");
    snprintf(ev.plugin, sizeof(ev.plugin), "kasa");
    snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", name);
    snprintf(ev.type, sizeof(ev.type), "%s", series);
    snprintf(ev.text, sizeof(ev.text),
             "nas/kasa-%.60s/%.60s has not been updated for 300.100 seconds.",
             name, series);
  }
  house_event(h, &ev);
}

/* The device, or with "plug: name" its outlet, is called so from now on. */
static void renamed(struct house *h, char *more) {
  char *now = strstr(more, ": ");
  struct event ev;

  event_init(&ev);
  ev.severity = SEVERITY_OKAY;
  snprintf(ev.host, sizeof(ev.host), "nas");
  snprintf(ev.plugin, sizeof(ev.plugin), "%s", now ? "kasa_plug" : "kasa");
  snprintf(ev.plugin_instance, sizeof(ev.plugin_instance), "%s", device(h));
  snprintf(ev.type, sizeof(ev.type), "renamed");
  if (now != NULL)
    snprintf(ev.type_instance, sizeof(ev.type_instance), "%.*s",
             (int)(now - more), more);
  snprintf(ev.text, sizeof(ev.text), "%.60s is now called \"%.60s\"",
           now != NULL ? ev.type_instance : device(h),
           now != NULL ? now + 2 : more);
  house_event(h, &ev);
}

static void plain_event(struct house *h, const char *text, bool okay) {
  struct event ev;

  event_init(&ev);
  ev.severity = okay ? SEVERITY_OKAY : SEVERITY_FAILURE;
  snprintf(ev.host, sizeof(ev.host), "nas");
  snprintf(ev.plugin, sizeof(ev.plugin), "raid");
  snprintf(ev.type, sizeof(ev.type), "%s",
           strcmp(text, "cycle") == 0 ? "cycle" : "state");
  snprintf(ev.text, sizeof(ev.text), "%.200s", text);
  house_event(h, &ev);
}

static void set_outcome(struct house *h, const char *channel, const char *word,
                        bool once) {
  static const struct {
    const char *word;
    enum send_outcome outcome;
  } words[] = {{"sent", SEND_SENT},
               {"retry", SEND_RETRY},
               {"ambiguous", SEND_AMBIGUOUS},
               {"timeout", SEND_AMBIGUOUS},
               {"refused", SEND_REFUSED_MESSAGE},
               {"dead", SEND_REFUSED_CHANNEL},
               {"gone", SEND_REFUSED_CHANNEL},
               {"shrink", SEND_SHRINK},
               {"split", SEND_SPLIT}};

  for (size_t c = 0; c < h->config->channels_num; c++)
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
      if (strcmp(h->config->channels[c].name, channel) == 0 &&
          strcmp(words[i].word, word) == 0) {
        if (once)
          h->once[c] = (int)words[i].outcome;
        else
          h->outcome[c] = words[i].outcome;
        h->gone[c] = strcmp(word, "gone") == 0;
        h->timed_out[c] = strcmp(word, "timeout") == 0;
        return;
      }
  ck_abort_msg("no such channel or outcome: %s=%s", channel, word);
}

static void silence(struct house *h, char *words) {
  bool resolved = strncmp(words, "resolved", 8) == 0;
  struct silence s = {.starts = h->wall, .until_resolved = resolved};
  char json[100];
  char why[200];
  cJSON *object;

  if (!resolved)
    s.ends = h->wall + (int64_t)(atof(words) * 1000);
  snprintf(s.by, sizeof(s.by), "anna");
  snprintf(json, sizeof(json), "{\"device\":[\"%.60s\"]}",
           strchr(words, ' ') + 1);
  object = cJSON_Parse(json);
  ck_assert_int_eq(silence_matchers(object, &s.match, why, sizeof(why)), 0);
  cJSON_Delete(object);
  ck_assert_int_gt(alert_core_silence(h->core, &s), 0);
}

static void unsilence(struct house *h, char *more) {
  (void)more;
  const struct silences *all =
      deliver_facts(alert_core_deliver(h->core))->silences;

  ck_assert_uint_gt(all->num, 0);
  ck_assert_int_eq(alert_core_end_silence(h->core, all->items[0].id), 0);
}

static void pass_until(struct house *h, char *clock) {
  char now[8];

  do {
    time_t seconds;
    struct tm tm;

    house_pass(h, (double)(60000 - h->wall % 60000) / 1000);
    seconds = (time_t)(h->wall / 1000);
    localtime_r(&seconds, &tm);
    strftime(now, sizeof(now), "%H:%M", &tm);
  } while (strcmp(now, clock) != 0);
}

/* -- the words ------------------------------------------------------------- */

static void set_clock(struct house *h, char *more) {
  h->wall += (int64_t)(atof(more) * 1000);
}

static void set_cache(struct house *h, char *more) {
  h->cached = more[0] != '-';
  h->cache_value = atof(more);
}

static void restart(struct house *h, char *more) {
  (void)more;
  house_restart(h, false);
}

static void kill_it(struct house *h, char *more) {
  (void)more;
  house_restart(h, true);
}

static void reboot(struct house *h, char *more) { house_reboot(h, atof(more)); }

static void off(struct house *h, char *more) { house_sleep(h, atof(more)); }

static void missing(struct house *h, char *more) {
  series_event(h, more, true);
}

static void back(struct house *h, char *more) { series_event(h, more, false); }

static void tell_bad(struct house *h, char *more) {
  plain_event(h, more, false);
}

static void tell_fine(struct house *h, char *more) {
  plain_event(h, more, true);
}

static void ack(struct house *h, char *more) {
  (void)more;
  ck_assert_int_eq(alert_core_ack(h->core, first_open(h), 0, "me", "cli"), 0);
}

static void unack(struct house *h, char *more) {
  (void)more;
  ck_assert_int_eq(alert_core_unack(h->core, first_open(h), "me"), 0);
}

static void resolve(struct house *h, char *more) {
  (void)more;
  ck_assert_int_eq(alert_core_resolve(h->core, first_open(h), "me"), 0);
}

static void on(struct house *h, char *more) {
  snprintf(h->device, sizeof(h->device), "%.31s", more);
}

static void phone(struct house *h, char *more) {
  (void)more;
  h->acked_on_phone = true;
}

static void secret(struct house *h, char *more) {
  (void)more;
  h->secret_changed = true;
}

static void enable(struct house *h, char *more) {
  (void)more;
  ck_assert_int_eq(alert_core_enable(h->core, 0), 0);
}

static void wait_wanted(struct house *h, char *more) { h->wait_s = atof(more); }

static void pause_wanted(struct house *h, char *more) {
  h->pause_s = atof(more);
}

static void answers(struct house *h, char *more) {
  (void)more;
  h->answers = true;
}

static void poison(struct house *h, char *more) {
  snprintf(h->poison, sizeof(h->poison), "%.60s", more);
}

static void hold(struct house *h, char *more) {
  (void)more;
  h->hold = true;
}

static void release_all(struct house *h, char *more) {
  (void)more;
  h->hold = false;
}

static void lose(struct house *h, char *more) {
  (void)more;
  house_lose(h);
}

static void once(struct house *h, char *more) {
  char *equals = strchr(more, '=');

  ck_assert_ptr_nonnull(equals);
  *equals = '\0';
  set_outcome(h, more, equals + 1, true);
}

static void threshold(struct house *h, enum severity severity, char *more) {
  struct event ev = house_range(severity, device(h), atof(more));

  if (strcmp(more, "nan") == 0)
    ev.value = NAN;
  house_event(h, &ev);
}

static void power_fails(struct house *h, char *more) {
  threshold(h, SEVERITY_FAILURE, more);
}

static void power_warns(struct house *h, char *more) {
  threshold(h, SEVERITY_WARNING, more);
}

static void power_fine(struct house *h, char *more) {
  threshold(h, SEVERITY_OKAY, more);
}

static const struct {
  const char *word;
  void (*play)(struct house *h, char *more);
} vocabulary[] = {
    {"fail", power_fails},
    {"warn", power_warns},
    {"ok", power_fine},
    {"missing", missing},
    {"back", back},
    {"renamed", renamed},
    {"event", tell_bad},
    {"eventok", tell_fine},
    {"clock", set_clock},
    {"cache", set_cache},
    {"restart", restart},
    {"kill", kill_it},
    {"reboot", reboot},
    {"off", off},
    {"ack", ack},
    {"unack", unack},
    {"resolve", resolve},
    {"on", on},
    {"silence", silence},
    {"unsilence", unsilence},
    {"until", pass_until},
    {"phone", phone},
    {"secret", secret},
    {"enable", enable},
    {"wait", wait_wanted},
    {"pause", pause_wanted},
    {"answers", answers},
    {"poison", poison},
    {"once", once},
    {"hold", hold},
    {"release", release_all},
    {"lose", lose},
};

static void play_one(struct house *h, char *one) {
  static char none[] = "";
  char *word = strtok(one, " ");
  char *more = strtok(NULL, "");
  char *equals;

  if (word == NULL)
    return;
  if (word[0] == '+') {
    house_pass(h, atof(word + 1));
    return;
  }
  for (size_t i = 0; i < sizeof(vocabulary) / sizeof(vocabulary[0]); i++)
    if (strcmp(vocabulary[i].word, word) == 0) {
      vocabulary[i].play(h, more != NULL ? more : none);
      house_settle(h);
      return;
    }
  equals = strchr(word, '=');
  ck_assert_msg(equals != NULL, "no such word: %s", word);
  *equals = '\0';
  set_outcome(h, word, equals + 1, false);
  house_settle(h);
}

void house_play(struct house *h, const char *words) {
  char copy[4096];
  char *rest = NULL;

  snprintf(copy, sizeof(copy), "%s", words);
  for (char *one = strtok_r(copy, ";", &rest); one != NULL;
       one = strtok_r(NULL, ";", &rest))
    play_one(h, one);
}

void house_tell(struct house *h, const char *row, const char *story,
                const char *heard) {
  house_play(h, story);
  ck_assert_msg(strcmp(h->heard, heard) == 0, "%s: heard \"%s\", not \"%s\"",
                row, h->heard, heard);
  house_close(h);
}
