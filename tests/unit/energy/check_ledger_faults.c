/* SPDX-License-Identifier: MIT */
/* The ledger on a disk that fails at every operation in turn, and without
 * power at each of them. */
#include <config.h>

#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_internal.h"

#include "../support/suite.h"
#include "faulty_vfs.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PLUGS = 3, STEPS = 18, STEP_MINUTES = 13, RESTART_AT = 9, PARTS = 16 };

#define MINUTE (60 * CALENDAR_SECOND)

/* A house: plug i takes 60 (i + 1) W and showed 1000 Wh at the beginning. */
struct house {
  char directory[64];
  int64_t begin_us;
  int64_t known_us; /* since when anything is known */
  bool again;       /* the second run of the daemon */
  bool unsure; /* that is, before a restart, for nothing was surely saved */
  struct ledger *ledger;
  struct ledger_disk *disk;
  struct ledger_meter *meters[PLUGS];
  struct counter counters[PLUGS];
  int64_t saved_us; /* what was saved for sure */
};

static struct ledger_now now_of(int64_t us) {
  return (struct ledger_now){.steady_us = us, .wall_us = us};
}

static double wh_of(const struct house *h, int plug, int64_t us) {
  return 1000 + (double)(us - h->begin_us) / (double)MINUTE * (plug + 1);
}

static void look(struct house *h, int64_t us) {
  for (int k = 0; k < PLUGS; k++) {
    int i = h->again ? PLUGS - 1 - k : k; /* others come first then */
    char name[16];
    struct counter *c = &h->counters[i];

    snprintf(name, sizeof(name), "plug%d", i);
    if (h->meters[i] == NULL) {
      h->meters[i] =
          ledger_meter(h->ledger, name, 0, "HS110", false, c, now_of(us));
      ck_assert_ptr_nonnull(h->meters[i]);
      ledger_name(h->ledger, h->meters[i], name, "");
    }
    counter_add_total(c, wh_of(h, i, us), (uint64_t)us);
    ledger_book(h->ledger, h->meters[i], c, c->from_us, 0, now_of(us));
  }
}

/* Whether the file was there and could be read. */
static enum ledger_disk_result begin(struct house *h) {
  struct ledger_options options = {.billing_day = 1};
  char why[LEDGER_DISK_WHY];
  enum ledger_disk_result result;

  memset(h->meters, 0, sizeof(h->meters));
  memset(h->counters, 0, sizeof(h->counters));
  h->ledger = ledger_create(&options);
  h->disk = ledger_disk_create(h->ledger, h->directory);
  result = ledger_disk_load(h->disk, why);
  ck_assert_msg(strstr(why, "damaged") == NULL, "%s", why);
  return result;
}

static void finish(struct house *h) {
  ledger_disk_free(h->disk);
  ledger_free(h->ledger);
}

static void save(struct house *h, int64_t us) {
  char why[LEDGER_DISK_WHY];
  enum ledger_disk_result result = ledger_disk_save(h->disk, why);

  ck_assert_msg(strstr(why, "damaged") == NULL, "%s", why);
  if (result == LEDGER_DISK_OK || result == LEDGER_DISK_FRESH)
    h->saved_us = us;
}

static void prepare(struct house *h) {
  memset(h, 0, sizeof(*h));
  snprintf(h->directory, sizeof(h->directory), "/tmp/check_ledger.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(h->directory));
  ck_assert(calendar_parse_moment("2026-01-15T22:05:00+01:00", &h->begin_us));
  h->known_us = h->begin_us;
}

static void clean(struct house *h) {
  DIR *d = opendir(h->directory);
  struct dirent *e;
  char path[512];

  while (d != NULL && (e = readdir(d)) != NULL) {
    snprintf(path, sizeof(path), "%s/%s", h->directory, e->d_name);
    if (e->d_name[0] != '.')
      unlink(path);
  }
  if (d != NULL)
    closedir(d);
  rmdir(h->directory);
}

/* Two runs of the daemon; it looks and saves at every step. Ends where the
 * power does. The moment of the last look. */
static int64_t live(struct house *h) {
  int64_t us = h->begin_us;

  (void)begin(h);
  for (int i = 0; i < STEPS; i++, us += STEP_MINUTES * MINUTE) {
    if (i == RESTART_AT) {
      save(h, us - STEP_MINUTES * MINUTE);
      finish(h);
      h->again = true;
      if (begin(h) == LEDGER_DISK_FAILED)
        h->unsure = h->saved_us == 0;
      else if (h->ledger->meters == NULL)
        h->known_us = us;
    }
    look(h, us);
    save(h, us);
  }
  return us - STEP_MINUTES * MINUTE;
}

/* What the ledger says of every plug against what was used. */
static void compare(struct house *h, int64_t us, long operation) {
  int64_t midnight = calendar_day_start(calendar_local_of(us).day);

  for (int i = 0; i < PLUGS; i++) {
    struct ledger_values v;
    int64_t at = midnight < h->known_us ? h->known_us : midnight;
    double counted = wh_of(h, i, us) * 1e3;
    double today = (wh_of(h, i, us) - wh_of(h, i, at)) * 1e3;
    double before = (wh_of(h, i, at) - wh_of(h, i, h->known_us)) * 1e3;

    ledger_values_of(h->ledger, h->meters[i], now_of(us), &v);
    ck_assert_msg(fabs((double)v.counted_mwh - counted) < 2,
                  "operation %ld, plug %d: counted %lld, not %.0f", operation,
                  i, (long long)v.counted_mwh, counted);
    if (h->unsure)
      continue;
    ck_assert_msg(fabs((double)v.today_mwh - today) < 30,
                  "operation %ld, plug %d: today %lld, not %.0f", operation, i,
                  (long long)v.today_mwh, today);
    ck_assert_msg(fabs((double)v.yesterday_mwh - before) < 30,
                  "operation %ld, plug %d: yesterday %lld, not %.0f", operation,
                  i, (long long)v.yesterday_mwh, before);
  }
}

/* Reads the file anew, looks once more a little later. */
static void check_file(struct house *h, int64_t us, long operation) {
  enum ledger_disk_result result = begin(h);

  if (h->saved_us != 0) {
    ck_assert_msg(result == LEDGER_DISK_OK, "operation %ld: %d", operation,
                  result);
    for (struct ledger_meter *m = h->ledger->meters; m != NULL; m = m->next)
      ck_assert_msg(m->last_utc_us >= h->saved_us,
                    "operation %ld: what was saved is gone", operation);
  }
  if (h->ledger->meters == NULL)
    h->known_us = us; /* nothing was saved: it begins here */
  look(h, us);
  compare(h, us, operation);
  save(h, us);
  ck_assert(h->saved_us == us);
  finish(h);
}

static long operations(void) {
  struct house h;

  prepare(&h);
  faulty_install();
  faulty_set(FAULTY_CUT, 0, 0, 0);
  live(&h);
  finish(&h);
  clean(&h);
  return faulty_seen();
}

START_TEST(the_power_may_go_at_any_write) {
  long all = operations();

  ck_assert(all > 100);
  for (long i = 1 + _i; i <= all; i += PARTS) {
    struct house h;
    int64_t us;

    prepare(&h);
    faulty_set(FAULTY_CUT, i, 1, (unsigned)i);
    us = live(&h);
    finish(&h);
    ck_assert(faulty_met());
    faulty_mend();
    check_file(&h, us + STEP_MINUTES * MINUTE, i);
    clean(&h);
  }
}
END_TEST

/* Each kind of fault once and for a while, then all is well again. */
START_TEST(writing_may_fail_at_any_moment) {
  static const long counts[] = {1, 3, 25};
  long all = operations();

  for (int kind = FAULTY_FULL; kind < FAULTY_KINDS; kind++)
    for (long i = 1 + _i; i <= all; i += PARTS) {
      struct house h;
      int64_t us;

      prepare(&h);
      faulty_set((enum faulty_kind)kind, i, counts[i % 3], 1);
      us = live(&h);
      faulty_mend();
      us += STEP_MINUTES * MINUTE;
      look(&h, us);
      save(&h, us);
      ck_assert_msg(h.saved_us == us, "kind %d operation %ld", kind, i);
      compare(&h, us, i);
      finish(&h);
      check_file(&h, us + STEP_MINUTES * MINUTE, i + kind * 10000);
      clean(&h);
    }
}
END_TEST

static void fill(TCase *t) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  tcase_add_loop_test(t, the_power_may_go_at_any_write, 0, PARTS);
  tcase_add_loop_test(t, writing_may_fail_at_any_moment, 0, PARTS);
}

int main(void) { return suite_run("ledger faults", fill); }
