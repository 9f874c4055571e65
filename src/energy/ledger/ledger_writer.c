/* SPDX-License-Identifier: MIT */
/* The ledger's thread: see ledger_writer.h. */
#include <config.h>

#include "energy/ledger/ledger_writer.h"

#include "base/log.h"
#include "base/thread.h"
#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_internal.h"
#include "energy/tariff/tariff_files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAUSE_SECONDS = 60 };

/* Prices that came and are not taken yet. */
struct arrival {
  char *url;
  struct price_series series;
  struct arrival *next;
};

struct ledger_writer {
  struct ledger *ledger;
  struct ledger_disk *disk;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool loaded, stop, hurry;
  bool late; /* the ledger was in use before its file was read */
  struct arrival *arrivals, **arrivals_end;
  enum ledger_disk_result said; /* of trouble: told once each */
};

static void say_result(struct ledger_writer *w, enum ledger_disk_result result,
                       const char *why) {
  switch (result) {
  case LEDGER_DISK_FAILED:
  case LEDGER_DISK_NEWER:
    if (w->said != result)
      log_say(LOG_LEVEL_ERROR, "the energy ledger is kept in memory only: %s",
              why);
    w->said = result;
    break;
  case LEDGER_DISK_FRESH:
  case LEDGER_DISK_OK:
    if (why[0] != '\0')
      log_say(LOG_LEVEL_ERROR, "the energy ledger: %s", why);
    else if (w->said != LEDGER_DISK_OK)
      log_say(LOG_LEVEL_NOTICE, "the energy ledger is on disk again: %s",
              ledger_disk_path(w->disk));
    w->said = LEDGER_DISK_OK;
    break;
  }
}

static void save(struct ledger_writer *w) {
  char why[LEDGER_DISK_WHY] = "";
  enum ledger_disk_result result = ledger_disk_save(w->disk, why);
  say_result(w, result, why);
}

/* What waits for its price gets it when one arrived. */
static void price(struct ledger_writer *w) {
  char why[LEDGER_DISK_WHY] = "";
  enum ledger_disk_result result = ledger_disk_price(w->disk, why);
  if (result == LEDGER_DISK_FAILED)
    say_result(w, result, why);
}

/* -- prices that arrive -- */

static void arrival_free(struct arrival *a) {
  price_series_free(&a->series);
  free(a->url);
  free(a);
}

void ledger_writer_prices(struct ledger_writer *w, const char *url,
                          struct price_series *series) {
  struct arrival *a = calloc(1, sizeof(*a));

  if (a != NULL)
    a->url = strdup(url);
  if (a == NULL || a->url == NULL) { /* they come again with the next hour */
    free(a);
    price_series_free(series);
    return;
  }
  a->series = *series;
  *series = (struct price_series){0};
  pthread_mutex_lock(&w->lock);
  *w->arrivals_end = a;
  w->arrivals_end = &a->next;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
}

/* Whether there was anything. */
static bool take_arrivals(struct ledger_writer *w) {
  struct arrival *a;
  bool any;

  pthread_mutex_lock(&w->lock);
  a = w->arrivals;
  w->arrivals = NULL;
  w->arrivals_end = &w->arrivals;
  pthread_mutex_unlock(&w->lock);
  any = a != NULL;
  while (a != NULL) {
    struct arrival *next = a->next;
    char why[LEDGER_DISK_WHY] = "";
    enum ledger_disk_result result =
        ledger_disk_prices(w->disk, a->url, &a->series, why);

    if (result == LEDGER_DISK_FAILED)
      say_result(w, result, why);
    arrival_free(a);
    a = next;
  }
  return any;
}

static void say_file(void *arg, const char *line) {
  (void)arg;
  log_say(LOG_LEVEL_WARNING, "%s", line);
}

/* Whether a file that a tariff names had changed. */
static bool load_files(struct ledger_writer *w) {
  struct option_reporter reporter = {.say = say_file};

  return tariff_files_load(&w->ledger->tariffs, &w->ledger->lock, &reporter);
}

/* False when nothing shall be done with it: the end came first. */
static bool load(struct ledger_writer *w) {
  char why[LEDGER_DISK_WHY] = "";
  enum ledger_disk_result result;
  bool late;
  bool stop;

  (void)load_files(w);
  result = ledger_disk_begin_load(w->disk, why);
  pthread_mutex_lock(&w->lock);
  late = w->late;
  stop = w->stop;
  ledger_disk_end_load(w->disk, !late, why);
  w->loaded = true;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
  if (!late && stop)
    return false;
  if (late && why[0] == '\0')
    w->said = LEDGER_DISK_FAILED; /* by who waited; saving will say more */
  else
    say_result(w, result, why);
  return true;
}

static void add_seconds(struct timespec *t, double seconds) {
  clock_gettime(CLOCK_MONOTONIC, t);
  t->tv_sec += (time_t)seconds;
  t->tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
  if (t->tv_nsec >= 1000000000) {
    t->tv_nsec -= 1000000000;
    t->tv_sec++;
  }
}

/* False when the end has come. */
static bool pause_a_minute(struct ledger_writer *w) {
  struct timespec until;
  bool stop;

  add_seconds(&until, PAUSE_SECONDS);
  pthread_mutex_lock(&w->lock);
  while (!w->stop && !w->hurry && w->arrivals == NULL &&
         pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
    continue;
  w->hurry = false;
  stop = w->stop;
  pthread_mutex_unlock(&w->lock);
  return !stop;
}

static void *run(void *arg) {
  struct ledger_writer *w = arg;

  if (!load(w))
    return NULL;
  if (w->late)
    save(w);
  price(w);
  while (pause_a_minute(w)) {
    bool arrived = load_files(w);

    arrived |= take_arrivals(w);
    save(w);
    if (arrived) {
      price(w);
      save(w);
    }
  }
  save(w);
  return NULL;
}

static void destroy(struct ledger_writer *w) {
  while (w->arrivals != NULL) {
    struct arrival *next = w->arrivals->next;

    arrival_free(w->arrivals);
    w->arrivals = next;
  }
  ledger_disk_free(w->disk);
  pthread_cond_destroy(&w->changed);
  pthread_mutex_destroy(&w->lock);
  free(w);
}

struct ledger_writer *ledger_writer_start(struct ledger *l,
                                          const char *directory) {
  struct ledger_writer *w = calloc(1, sizeof(*w));
  pthread_condattr_t attributes;

  if (w == NULL)
    return NULL;
  w->ledger = l;
  w->arrivals_end = &w->arrivals;
  pthread_mutex_init(&w->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&w->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  w->disk = ledger_disk_create(l, directory);
  if (w->disk == NULL || thread_start(&w->thread, run, w) != 0) {
    destroy(w);
    return NULL;
  }
  return w;
}

bool ledger_writer_wait(struct ledger_writer *w, double seconds) {
  struct timespec until;
  bool loaded;

  add_seconds(&until, seconds);
  pthread_mutex_lock(&w->lock);
  while (!w->loaded && !w->stop &&
         pthread_cond_timedwait(&w->changed, &w->lock, &until) == 0)
    continue;
  loaded = w->loaded || w->stop;
  if (!loaded) /* once it is loaded, the thread looks at it without the lock */
    w->late = true;
  pthread_mutex_unlock(&w->lock);
  return loaded;
}

void ledger_writer_hurry(struct ledger_writer *w) {
  pthread_mutex_lock(&w->lock);
  w->hurry = true;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
}

void ledger_writer_no_wait(struct ledger_writer *w) {
  pthread_mutex_lock(&w->lock);
  if (!w->loaded && !w->late) {
    w->stop = true;
    ledger_disk_give_up(w->disk);
  }
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
}

void ledger_writer_stop(struct ledger_writer *w) {
  if (w == NULL)
    return;
  pthread_mutex_lock(&w->lock);
  w->stop = true;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->lock);
  pthread_join(w->thread, NULL);
  destroy(w);
}
