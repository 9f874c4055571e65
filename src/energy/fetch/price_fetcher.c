/* SPDX-License-Identifier: MIT */
/* The thread that fetches prices: see price_fetcher.h. */
#include <config.h>

#include "energy/fetch/price_fetcher.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "energy/fetch/price_request.h"
#include "energy/fetch/price_schedule.h"
#include "energy/tariff/price_url.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Pages of Octopus hold two days, the latest first: what a daemon that was away
 * for a week has to price. */
enum { ADDRESSES_MAX = 16, AGENT_SIZE = 64, PAGES_MAX = 4 };

struct address {
  char *url;
  struct price_reading how;
  struct price_schedule schedule;
  uint64_t due_us; /* steady clock */
  bool has_older;  /* what there is of older prices has come */
};

struct price_fetcher {
  struct address addresses[ADDRESSES_MAX];
  size_t num;
  char agent[AGENT_SIZE];
  price_fetcher_take *take;
  void *arg;
  pthread_t thread;
  bool started;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  atomic_bool stop;
};

/* From 0 to 1. */
static double chance(void) {
  uint32_t bits = 0;

  if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
    bits = (uint32_t)clock_monotonic_us();
  return (double)bits / UINT32_MAX;
}

/* -- one address -- */

static void note_failure(struct address *a, const char *why) {
  char public[PRICE_URL_PUBLIC_SIZE];

  price_url_public(a->url, public);
  if (a->schedule.failures++ == 0)
    log_say(LOG_LEVEL_WARNING, "no prices from %s: %s; it is tried again",
            public, why);
}

static void note_success(struct address *a, const struct price_series *s) {
  char public[PRICE_URL_PUBLIC_SIZE];

  price_url_public(a->url, public);
  if (a->schedule.failures > 0)
    log_say(LOG_LEVEL_NOTICE, "prices from %s again", public);
  a->schedule.failures = 0;
  a->schedule.known_until_us = s->num > 0 ? s->rows[s->num - 1].to_us : 0;
}

/* The pages after the first one, from its server; what fails is left out. */
static void fetch_older(struct price_fetcher *f, const struct address *a,
                        const struct price_answer *first,
                        struct price_series *series) {
  char url[PRICE_URL_MAX + 1];
  char why[PRICE_WHY_SIZE];
  bool more = price_file_next(first->body, first->len, &a->how, url);

  for (int page = 1; more && page < PAGES_MAX; page++) {
    struct price_answer answer;

    more = price_url_same_server(a->url, url) &&
           price_request(url, f->agent, &f->stop, &answer);
    if (!more)
      return;
    more = price_file_parse(answer.body, answer.len, &a->how, series, why) &&
           price_file_next(answer.body, answer.len, &a->how, url);
    free(answer.body);
  }
}

static void fetch(struct price_fetcher *f, struct address *a) {
  struct price_answer answer;
  struct price_series series = {0};
  char why[PRICE_WHY_SIZE] = "";
  bool good = price_request(a->url, f->agent, &f->stop, &answer);

  a->schedule.retry_after = answer.retry_after;
  if (atomic_load(&f->stop)) {
    free(answer.body);
    return;
  }
  if (!good) {
    note_failure(a, answer.why);
  } else if (!price_file_parse(answer.body, answer.len, &a->how, &series,
                               why)) {
    note_failure(a, why);
    price_series_free(&series);
  } else {
    if (!a->has_older)
      fetch_older(f, a, &answer, &series);
    a->has_older = true;
    note_success(a, &series);
    f->take(f->arg, a->url, &series);
  }
  free(answer.body);
  a->due_us =
      clock_monotonic_us() +
      (uint64_t)(1e6 * price_schedule_next(&a->schedule,
                                           (int64_t)clock_wall_us(), chance()));
}

/* -- the thread -- */

static struct address *next_of(struct price_fetcher *f) {
  struct address *next = &f->addresses[0];

  for (size_t i = 1; i < f->num; i++)
    if (f->addresses[i].due_us < next->due_us)
      next = &f->addresses[i];
  return next;
}

/* False when the end has come. */
static bool wait_until(struct price_fetcher *f, uint64_t due_us) {
  struct timespec until = {.tv_sec = (time_t)(due_us / 1000000),
                           .tv_nsec = (long)(due_us % 1000000) * 1000};

  pthread_mutex_lock(&f->lock);
  while (!atomic_load(&f->stop) &&
         pthread_cond_timedwait(&f->changed, &f->lock, &until) == 0)
    continue;
  pthread_mutex_unlock(&f->lock);
  return !atomic_load(&f->stop);
}

static void *run(void *arg) {
  struct price_fetcher *f = arg;

  for (;;) {
    struct address *a = next_of(f);

    if (!wait_until(f, a->due_us))
      return NULL;
    fetch(f, a);
  }
}

/* -- life -- */

static bool is_known(const struct price_fetcher *f,
                     const struct tariff_prices *p) {
  for (size_t i = 0; i < f->num; i++)
    if (strcmp(f->addresses[i].url, p->url) == 0)
      return true;
  return false;
}

static bool add(struct price_fetcher *f, const struct tariff_prices *p) {
  struct address *a = &f->addresses[f->num];

  if (!p->given || p->url == NULL || p->file != NULL || is_known(f, p))
    return true;
  if (f->num == ADDRESSES_MAX) {
    log_say(LOG_LEVEL_ERROR, "prices come from at most %d addresses",
            ADDRESSES_MAX);
    return true;
  }
  *a = (struct address){
      .url = strdup(p->url), .how = p->how, .due_us = clock_monotonic_us()};
  if (a->url == NULL)
    return false;
  f->num++;
  return true;
}

static void destroy(struct price_fetcher *f) {
  for (size_t i = 0; i < f->num; i++)
    free(f->addresses[i].url);
  pthread_cond_destroy(&f->changed);
  pthread_mutex_destroy(&f->lock);
  free(f);
}

struct price_fetcher *price_fetcher_create(const struct tariffs *set) {
  struct price_fetcher *f = calloc(1, sizeof(*f));
  pthread_condattr_t attributes;
  bool good = true;

  if (f == NULL)
    return NULL;
  pthread_mutex_init(&f->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&f->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  for (size_t i = 0; i < set->num; i++)
    for (size_t j = 0; j < set->items[i].components_num; j++)
      good = add(f, &set->items[i].components[j].prices) && good;
  if (good && f->num > 0)
    return f;
  destroy(f);
  return NULL;
}

int price_fetcher_start(struct price_fetcher *f, const char *agent,
                        price_fetcher_take *take, void *arg) {
  int err;

  if (f == NULL)
    return 0;
  strncpy(f->agent, agent, AGENT_SIZE - 1);
  f->take = take;
  f->arg = arg;
  price_request_init();
  err = thread_start(&f->thread, run, f);
  f->started = err == 0;
  return err;
}

void price_fetcher_free(struct price_fetcher *f) {
  if (f == NULL)
    return;
  if (f->started) {
    pthread_mutex_lock(&f->lock);
    atomic_store(&f->stop, true);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
  }
  destroy(f);
}
