/* SPDX-License-Identifier: MIT */
/* Devices of one name: who keeps it, what the others are called, and what a
 * flood of them costs. */
#include <config.h>

#include "../support/registry_fixture.h"

#include <time.h>

START_TEST(two_of_one_name_both_get_the_end_of_their_mac) {
  struct poll_device *a, *b;

  start();
  a = meet("Lamp", MAC_A, "192.0.2.7");
  b = meet("Lamp", MAC_B, "192.0.2.8");
  ck_assert_str_eq(a->name, "Lamp (aaaa)");
  ck_assert_str_eq(b->name, "Lamp (bbbb)");
  ck_assert_uint_eq(lines, 1);
  ck_assert_ptr_nonnull(meet("Lamp", MAC_C, "192.0.2.9"));
  ck_assert_uint_eq(lines, 1); /* one warning for all of them */
  device_registry_forget(registry, b);
  ck_assert_str_eq(a->name, "Lamp (aaaa)");
  device_registry_forget(registry, device_registry_next(registry, a));
  ck_assert_str_eq(a->name, "Lamp");
}
END_TEST

/* Anybody can send a datagram. */
START_TEST(who_answers_keeps_its_name) {
  struct poll_device *freezer, *forged, *twin;

  start();
  freezer = meet("Freezer", MAC_A, "192.0.2.7");
  alive(freezer);
  forged = meet("Freezer", MAC_B, "192.0.2.8");
  ck_assert_str_eq(freezer->name, "Freezer");
  ck_assert_str_eq(forged->name, "Freezer (bbbb)");
  forged = meet("Freezer", "b0:95:75:00:aa:aa", "192.0.2.9");
  ck_assert_str_eq(freezer->name, "Freezer");
  ck_assert_str_eq(forged->name, "Freezer (b0:95:75:00:aa:aa)");
  twin = meet("Freezer", MAC_C, "192.0.2.10");
  alive(twin); /* that one is real */
  ck_assert_str_eq(twin->name, "Freezer (cccc)");
  ck_assert_str_eq(freezer->name, "Freezer (50:c7:bf:00:aa:aa)");
}
END_TEST

/* Met before its namesake had its first poll: as long as it is not clear who
 * that is, nobody is called Freezer. */
START_TEST(a_namesake_that_never_answers_is_nobody) {
  struct poll_device *freezer, *forged;

  start();
  forged = meet("Freezer", MAC_B, "192.0.2.8");
  freezer = meet("Freezer", MAC_A, "192.0.2.7");
  alive(freezer);
  ck_assert_str_eq(freezer->name, "Freezer (aaaa)");
  silent(forged);
  registry_unanswered(registry, forged);
  ck_assert_str_eq(freezer->name, "Freezer");
  ck_assert_str_eq(forged->name, "Freezer (bbbb)");
}
END_TEST

START_TEST(a_namesake_is_told_of_once) {
  struct poll_device *a, *b;

  start();
  a = meet("Lamp", MAC_A, "192.0.2.7");
  alive(a);
  ck_assert_uint_eq(lines, 0);
  b = meet("Lamp", MAC_B, "192.0.2.8");
  alive(b); /* it is called the same as before */
  ck_assert_str_eq(a->name, "Lamp (aaaa)");
  ck_assert_str_eq(b->name, "Lamp (bbbb)");
  ck_assert_uint_eq(lines, 1);
  ck_assert_ptr_nonnull(strstr(last_line, "more than one device"));
}
END_TEST

START_TEST(a_rename_keeps_the_identity) {
  struct poll_device *a, *b;

  start();
  a = meet("Lamp", MAC_A, "192.0.2.7");
  b = meet("Lamp", MAC_B, "192.0.2.8");
  alive(a);
  alive(b);
  answer_as(b, "Fan", MAC_B);
  alive(b);
  ck_assert_str_eq(a->name, "Lamp");
  ck_assert_str_eq(b->name, "Fan");
  ck_assert_str_eq(b->identity, MAC_B);
  answer_as(b, "", MAC_B);
  alive(b);
  ck_assert_str_eq(b->name, "X bbbb");
}
END_TEST

static const struct {
  const char *what;
  const char *aliases[3];
  const char *macs[3];
} crowds[] = {
    {"an alias like another's made-up name",
     {"Lamp", "Lamp", "Lamp (aaaa)"},
     {MAC_A, MAC_B, MAC_C}},
    {"the same, met first",
     {"Lamp (aaaa)", "Lamp", "Lamp"},
     {MAC_C, MAC_A, MAC_B}},
    {"an alias like another's name in full",
     {"Lamp (50:c7:bf:00:00:00)", "Lamp", "Lamp"},
     {MAC_C, "50:c7:bf:00:00:00", "b0:95:75:00:00:00"}},
    {"three with one end of MAC",
     {"Lamp", "Lamp", "Lamp"},
     {"50:c7:bf:00:00:00", "b0:95:75:00:00:00", "1c:3b:f3:00:00:00"}},
    {"two with one alias and one end of MAC",
     {"Lamp", "Lamp", "Fan"},
     {"50:c7:bf:00:00:00", "b0:95:75:00:00:00", MAC_C}},
};

START_TEST(no_two_devices_have_one_name) {
  struct poll_device *k[3];
  struct poll_device *again[3];

  start();
  for (int i = 0; i < 3; i++) {
    char address[16];

    snprintf(address, sizeof(address), "192.0.2.%d", i + 1);
    k[i] = meet(crowds[_i].aliases[i], crowds[_i].macs[i], address);
  }
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < i; j++)
      ck_assert_msg(strcmp(k[i]->name, k[j]->name) != 0, "%s: %s",
                    crowds[_i].what, k[i]->name);
  /* met in another order, as after a restart, they are called the same */
  {
    char names[3][DEVICE_NAME_SIZE];

    for (int i = 0; i < 3; i++)
      memcpy(names[i], k[i]->name, sizeof(names[i]));
    device_registry_free(registry);
    start();
    for (int i = 2; i >= 0; i--) {
      char address[16];

      snprintf(address, sizeof(address), "192.0.2.%d", i + 1);
      again[i] = meet(crowds[_i].aliases[i], crowds[_i].macs[i], address);
    }
    for (int i = 0; i < 3; i++)
      ck_assert_msg(strcmp(again[i]->name, names[i]) == 0, "%s: %s, before %s",
                    crowds[_i].what, again[i]->name, names[i]);
  }
}
END_TEST

START_TEST(two_blocks_of_one_name_are_told_apart) {
  char longest[300];
  struct poll_device *a, *b, *c;

  memset(longest, 'x', sizeof(longest));
  longest[sizeof(longest) - 1] = '\0';
  add_block("one.lan", MATCH_TEXT)->name = strdup("Lamp");
  add_block("two.lan", MATCH_TEXT)->name = strdup("Lamp");
  add_block(longest, MATCH_TEXT)->name = strdup("Lamp");
  start();
  a = device_registry_next(registry, NULL);
  b = device_registry_next(registry, a);
  c = device_registry_next(registry, b);
  ck_assert_str_eq(a->name, "Lamp (one.lan)");
  ck_assert_str_eq(b->name, "Lamp (two.lan)");
  ck_assert_str_ne(c->name, a->name);
  ck_assert_uint_le(strlen(c->name), DEVICE_NAME_MAX);
}
END_TEST

/* -- cost -- */

enum { FORGED = 10000 };

/* The CPU time of forged devices that come and, when there is no room, push
 * each other out: all of one name and one end of the MAC, or all different. */
static double flood_seconds(bool same) {
  struct timespec from;
  struct timespec to;

  options.max_devices = 4096;
  start();
  alive(meet("Freezer", MAC_A, "192.0.2.7"));
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
  for (unsigned i = 0; i < FORGED; i++) {
    char mac[MAC_TEXT_SIZE], address[16], name[32];
    struct poll_device *k;

    snprintf(mac, sizeof(mac), "66:66:%02x:%02x:%02x:%02x", i >> 8, i & 255,
             same ? 0 : i >> 8, same ? 0 : i & 255);
    snprintf(address, sizeof(address), "10.0.%u.%u", i >> 8, i & 255);
    snprintf(name, sizeof(name), same ? "Freezer" : "Freezer %u", i);
    k = meet(name, mac, address);
    ck_assert_ptr_nonnull(k);
    k->status.polled = true;
    registry_unanswered(registry, k);
  }
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
  ck_assert_str_eq(meet("Freezer", MAC_A, "192.0.2.7")->name, "Freezer");
  device_registry_free(registry);
  registry = NULL;
  return (double)(to.tv_sec - from.tv_sec) +
         1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

START_TEST(namesakes_cost_what_others_cost) {
  double different = flood_seconds(false);
  double same = flood_seconds(true);

  ck_assert_msg(same < 4 * different, "%.3f s, others %.3f s", same, different);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, two_of_one_name_both_get_the_end_of_their_mac);
  tcase_add_test(t, who_answers_keeps_its_name);
  tcase_add_test(t, a_namesake_that_never_answers_is_nobody);
  tcase_add_test(t, a_namesake_is_told_of_once);
  tcase_add_test(t, a_rename_keeps_the_identity);
  tcase_add_loop_test(t, no_two_devices_have_one_name, 0, ROWS(crowds));
  tcase_add_test(t, two_blocks_of_one_name_are_told_apart);
  tcase_add_test(t, namesakes_cost_what_others_cost);
}

int main(void) { return suite_run("namesakes", fill); }
