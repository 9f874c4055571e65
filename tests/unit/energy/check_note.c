/* SPDX-License-Identifier: MIT */
/* Notes in the ledger's file: over restarts, and forgotten on a wish. */
#include <config.h>

#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_note.h"
#include "energy/ledger/ledger_note_file.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char directory[40], path[64], why[LEDGER_DISK_WHY];
static struct ledger *ledger;
static struct ledger_disk *disk;

static void begin(void) {
  struct ledger_options options = {.billing_day = 1};

  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_ne(ledger_disk_load(disk, why), LEDGER_DISK_FAILED);
}

static void finish(void) {
  ledger_disk_free(disk);
  ledger_free(ledger);
}

static void restart(void) {
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  finish();
  begin();
}

static void setup(void) {
  strcpy(directory, "/tmp/check_note.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  snprintf(path, sizeof(path), "%s/energy.db", directory);
  begin();
}

static void teardown(void) {
  finish();
  unlink(path);
  rmdir(directory);
}

static void check_note(const char *kind, const char *name, const char *text) {
  char *found = ledger_note_get(ledger, kind, name);

  if (text == NULL)
    ck_assert_ptr_null(found);
  else
    ck_assert_str_eq(found != NULL ? found : "", text);
  free(found);
}

START_TEST(a_note_outlives_a_restart) {
  ck_assert(ledger_note_put(ledger, "limit", "site/0", "old"));
  ck_assert(ledger_note_put(ledger, "limit", "site/0", "new"));
  ck_assert(ledger_note_put(ledger, "appliance", "site/0", "other"));
  restart();
  check_note("limit", "site/0", "new");
  check_note("appliance", "site/0", "other");
  check_note("limit", "site/1", NULL);
}
END_TEST

START_TEST(what_is_too_large_is_refused) {
  char *text = calloc(1, LEDGER_NOTE_MAX + 2);
  char name[LEDGER_NOTE_NAME + 1] = "";

  memset(text, 'x', LEDGER_NOTE_MAX + 1);
  memset(name, 'n', LEDGER_NOTE_NAME);
  ck_assert(!ledger_note_put(ledger, "limit", "site/0", text));
  text[LEDGER_NOTE_MAX] = '\0';
  ck_assert(ledger_note_put(ledger, "limit", "site/0", text));
  ck_assert(!ledger_note_put(ledger, "limit", name, ""));
  free(text);
}
END_TEST

static void wish(const char *kind, const char *name) {
  sqlite3 *db = NULL;

  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(ledger_note_file_reset(db, kind, name), SQLITE_OK);
  sqlite3_close(db);
}

START_TEST(a_wish_makes_a_running_daemon_forget) {
  ledger_note_put(ledger, "appliance", "a/0", "learned");
  ledger_note_put(ledger, "appliance", "b/0", "stays");
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  ck_assert(!ledger_note_was_reset(ledger, "appliance", "a/0"));
  wish("appliance", "a/0");
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  check_note("appliance", "a/0", NULL);
  check_note("appliance", "b/0", "stays");
  ck_assert(ledger_note_was_reset(ledger, "appliance", "a/0"));
  ck_assert(!ledger_note_was_reset(ledger, "appliance", "a/0"));
  restart();
  check_note("appliance", "a/0", NULL);
}
END_TEST

START_TEST(a_wish_holds_while_no_daemon_runs) {
  ledger_note_put(ledger, "appliance", "a/0", "learned");
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  finish();
  wish("appliance", "a/0");
  begin();
  check_note("appliance", "a/0", NULL);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_note_outlives_a_restart);
  tcase_add_test(t, what_is_too_large_is_refused);
  tcase_add_test(t, a_wish_makes_a_running_daemon_forget);
  tcase_add_test(t, a_wish_holds_while_no_daemon_runs);
}

int main(void) { return suite_run("note", fill); }
