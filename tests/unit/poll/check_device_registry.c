/* SPDX-License-Identifier: MIT */
/* Who is known: introductions, lies, moves, adoption, and a flood of them. */
#include <config.h>

#include "base/log.h"
#include "device/iot/iot.h"
#include "device/transport/xor_tcp.h"
#include "poll/registry/device_registry.h"

#include "../support/suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct poll_options options;
static struct device_registry *registry;
static unsigned gone, lines;
static char last_line[1000];

static void count_gone(void *arg, struct poll_device *k) {
  (void)arg;
  (void)k;
  gone++;
}

static void count_line(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  lines++;
  snprintf(last_line, sizeof(last_line), "%s", text);
}

static void setup(void) {
  gone = lines = 0;
  log_set_sink(count_line, NULL);
  poll_options_init(&options);
  registry = NULL;
}

static void teardown(void) {
  device_registry_free(registry);
  poll_options_free(&options);
  log_set_sink(NULL, NULL);
}

static void start(void) {
  registry = device_registry_create(&options, count_gone, NULL);
  ck_assert_ptr_nonnull(registry);
}

static struct device_options *add_block(const char *match,
                                        enum match_kind kind) {
  struct device_options *d;

  options.devices = realloc(options.devices, (options.devices_num + 1) *
                                                 sizeof(*options.devices));
  ck_assert_ptr_nonnull(options.devices);
  d = &options.devices[options.devices_num++];
  *d = (struct device_options){.match = strdup(match), .kind = kind};
  if (kind == MATCH_ADDRESS)
    ck_assert_int_eq(inet_pton(AF_INET, match, &d->address), 1);
  else if (kind == MATCH_MAC)
    ck_assert(device_parse_mac(match, d->mac));
  return d;
}

static struct sockaddr_in at(const char *address) {
  /* the port an answer comes from says nothing */
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(54321)};

  ck_assert_int_eq(inet_pton(AF_INET, address, &a.sin_addr), 1);
  return a;
}

static struct introduction introduce(const char *alias, const char *mac) {
  struct introduction in = {.dialect = &dialect_iot,
                            .transport = &transport_xor,
                            .device = {.kind = KIND_PLUG, .model = "X"}};

  snprintf(in.device.alias, sizeof(in.device.alias), "%s", alias);
  in.device.mac_known = device_parse_mac(mac, in.device.mac);
  return in;
}

static struct poll_device *meet(const char *alias, const char *mac,
                                const char *address) {
  struct introduction in = introduce(alias, mac);
  struct sockaddr_in from = at(address);

  return device_registry_meet(registry, &in, &from);
}

static void answer_as(struct poll_device *k, const char *alias,
                      const char *mac) {
  snprintf(k->device.alias, sizeof(k->device.alias), "%s", alias);
  k->device.mac_known = device_parse_mac(mac, k->device.mac);
}

/* k answered a poll as it should. */
static void alive(struct poll_device *k) {
  char why[WHY_SIZE];

  ck_assert_int_eq(device_registry_confirm(registry, k, why), CONFIRMED);
  k->status.up = k->status.answered = k->status.polled = true;
}

static void silent(struct poll_device *k) {
  k->status.up = false;
  k->status.polled = true;
}

#define MAC_A "50:c7:bf:00:aa:aa"
#define MAC_B "50:c7:bf:00:bb:bb"
#define MAC_C "50:c7:bf:00:cc:cc"

/* -- meeting -- */

START_TEST(a_stranger_is_let_in_at_the_service_port) {
  struct poll_device *k;

  start();
  k = meet("Lamp", MAC_A, "192.0.2.7");
  ck_assert_ptr_nonnull(k);
  ck_assert_str_eq(k->name, "Lamp");
  ck_assert_str_eq(k->identity, MAC_A);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
  ck_assert_uint_eq(ntohs(k->address.sin_port), 9999);
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.7"), k);
  ck_assert_uint_eq(device_registry_count(registry), 1);
  ck_assert_ptr_eq(device_registry_at(registry, at("192.0.2.7").sin_addr), k);
  ck_assert_ptr_null(device_registry_at(registry, at("192.0.2.8").sin_addr));
}
END_TEST

static const struct {
  const char *mac, *id, *identity;
} identities[] = {
    {MAC_A, "8006AB", MAC_A},
    {"", "8006AB", "8006AB"},
    {"", "0000000000", "192.0.2.7"}, /* masked */
    {"", "", "192.0.2.7"},
};

START_TEST(identity_is_mac_else_id_else_address) {
  struct introduction in = introduce("Lamp", identities[_i].mac);
  struct sockaddr_in from = at("192.0.2.7");
  struct poll_device *k;

  start();
  strcpy(in.device.id, identities[_i].id);
  k = device_registry_meet(registry, &in, &from);
  ck_assert_str_eq(k->identity, identities[_i].identity);
  alive(k);
  ck_assert_str_eq(k->identity, identities[_i].identity);
}
END_TEST

START_TEST(unsupported_and_ignored_ones_stay_outside) {
  static char *ignored[] = {NULL};
  struct introduction in = introduce("Cam", MAC_A);
  struct sockaddr_in from = at("192.0.2.7");

  ignored[0] = strdup("Xmas tree");
  options.ignore.items = malloc(sizeof(char *));
  options.ignore.items[0] = ignored[0];
  options.ignore.count = 1;
  start();
  in.device.kind = KIND_UNSUPPORTED;
  ck_assert_ptr_null(device_registry_meet(registry, &in, &from));
  ck_assert_ptr_null(meet("Xmas tree", MAC_B, "192.0.2.8"));
  ck_assert_uint_eq(device_registry_count(registry), 0);
  ck_assert_ptr_nonnull(meet("Lamp", MAC_C, "192.0.2.9"));
  ck_assert_ptr_null(meet("Xmas tree", MAC_C, "192.0.2.9")); /* renamed */
  ck_assert_uint_eq(device_registry_count(registry), 0);
  ck_assert_uint_eq(gone, 1);
}
END_TEST

/* -- names -- */

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
  device_registry_unanswered(registry, forged);
  ck_assert_str_eq(freezer->name, "Freezer");
  ck_assert_str_eq(forged->name, "Freezer (bbbb)");
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

/* -- moving -- */

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

START_TEST(a_silent_device_is_followed_to_its_new_address) {
  struct poll_device *k;

  start();
  k = meet("Lamp", MAC_A, "192.0.2.7");
  alive(k);
  silent(k);
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.99"), k);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.99");
  ck_assert_ptr_null(device_registry_at(registry, at("192.0.2.7").sin_addr));
}
END_TEST

START_TEST(while_it_answers_another_address_is_only_remembered) {
  struct poll_device *k;

  start();
  k = meet("Lamp", MAC_A, "192.0.2.7");
  alive(k);
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.99"), k);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
  ck_assert(device_registry_try_candidate(registry, k));
  ck_assert_str_eq(poll_device_address(k), "192.0.2.99");
  ck_assert(!device_registry_try_candidate(registry, k));
}
END_TEST

START_TEST(a_thousand_lies_about_one_device_are_one_line) {
  struct poll_device *k;

  start();
  k = meet("Lamp", MAC_A, "192.0.2.7");
  alive(k);
  for (int i = 0; i < 1000; i++) {
    char address[16];

    snprintf(address, sizeof(address), "192.0.%d.%d", 3 + i / 250, i % 250 + 1);
    meet("Lamp", MAC_A, address);
  }
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
  ck_assert_uint_eq(device_registry_count(registry), 1);
  ck_assert_uint_eq(lines, 1);
}
END_TEST

START_TEST(nobody_takes_the_address_of_one_that_answers) {
  struct poll_device *a, *b;

  start();
  a = meet("Lamp", MAC_A, "192.0.2.7");
  alive(a);
  b = meet("Fan", MAC_B, "192.0.2.8");
  silent(b);
  ck_assert_ptr_eq(meet("Fan", MAC_B, "192.0.2.7"), b);
  ck_assert_str_eq(poll_device_address(a), "192.0.2.7");
  ck_assert_str_eq(poll_device_address(b), "192.0.2.8");
  ck_assert_ptr_eq(meet("Liar", MAC_C, "192.0.2.7"), a);
  ck_assert_uint_eq(device_registry_count(registry), 2);
}
END_TEST

START_TEST(two_that_swap_addresses_are_told_apart) {
  struct poll_device *a, *b;
  char why[WHY_SIZE];

  start();
  a = meet("Lamp", MAC_A, "192.0.2.7");
  b = meet("Fan", MAC_B, "192.0.2.8");
  alive(a);
  alive(b);
  answer_as(a, "Fan", MAC_B);
  ck_assert_int_ne(device_registry_confirm(registry, a, why), CONFIRMED);
  ck_assert_str_eq(why, "another device (" MAC_B ") answers at 192.0.2.7");
  ck_assert_str_eq(poll_device_address(a), "");
  ck_assert_str_eq(a->identity, MAC_A);
  ck_assert_str_eq(a->name, "Lamp");
  ck_assert_mem_eq(a->device.mac, "\x50\xc7\xbf\x00\xaa\xaa", 6);
  silent(a);
  answer_as(b, "Lamp", MAC_A);
  ck_assert_int_ne(device_registry_confirm(registry, b, why), CONFIRMED);
  silent(b);
  ck_assert_ptr_eq(meet("Fan", MAC_B, "192.0.2.7"), b);
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.8"), a);
  ck_assert_str_eq(poll_device_address(a), "192.0.2.8");
  ck_assert_str_eq(poll_device_address(b), "192.0.2.7");
}
END_TEST

/* -- <Device> -- */

START_TEST(a_device_by_mac_is_adopted_wherever_it_is) {
  struct poll_device *k;

  add_block(MAC_A, MATCH_MAC)->port = 9998;
  start();
  ck_assert_uint_eq(device_registry_count(registry), 1);
  k = meet("Lamp", MAC_A, "192.0.2.7");
  ck_assert_ptr_eq(k->options, &options.devices[0]);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
  ck_assert_uint_eq(ntohs(k->address.sin_port), 9998);
  ck_assert_uint_eq(device_registry_count(registry), 1);
}
END_TEST

static const struct {
  const char *match, *alias;
  bool adopted;
} aliases[] = {
    {"Freezer", "Freezer", true},
    {"freezer", "FREEZER", true},
    {"Cellar/Freezer", "Cellar_Freezer", true}, /* as the app shows it */
    {"Freezer", "Freezer 2", false},
    {"\x01", "", false}, /* nothing left of the name: matches nobody */
};

START_TEST(a_device_by_alias_is_adopted) {
  struct poll_device *k;

  add_block(aliases[_i].match, MATCH_TEXT);
  start();
  ck_assert_uint_eq(device_registry_count(registry), 1);
  k = meet(aliases[_i].alias, MAC_A, "192.0.2.7");
  ck_assert_msg((k->options != NULL) == aliases[_i].adopted, "%s as %s",
                aliases[_i].alias, aliases[_i].match);
}
END_TEST

START_TEST(a_device_by_address_takes_up_who_is_there) {
  struct poll_device *k, *searched;

  add_block("192.0.2.7", MATCH_ADDRESS);
  start();
  k = device_registry_next(registry, NULL);
  ck_assert_str_eq(k->name, "192.0.2.7");
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.7"), k);
  ck_assert_str_eq(k->identity, "");           /* its poll tells */
  searched = meet("Lamp", MAC_A, "192.0.2.8"); /* met elsewhere before */
  ck_assert_ptr_ne(searched, k);
  answer_as(k, "Lamp", MAC_A);
  alive(k);
  ck_assert_str_eq(k->identity, MAC_A);
  ck_assert_str_eq(k->name, "Lamp");
  ck_assert_uint_eq(device_registry_count(registry), 1);
}
END_TEST

START_TEST(two_blocks_for_one_device_are_named) {
  struct poll_device *by_address, *by_mac;

  add_block("192.0.2.7", MATCH_ADDRESS);
  add_block(MAC_A, MATCH_MAC);
  start();
  by_address = device_registry_next(registry, NULL);
  by_mac = device_registry_next(registry, by_address);
  ck_assert_str_eq(by_mac->identity, MAC_A);
  answer_as(by_address, "Lamp", MAC_A);
  alive(by_address);
  ck_assert_uint_eq(gone, 1);
  ck_assert_uint_eq(lines, 1);
  ck_assert_ptr_nonnull(strstr(last_line, "192.0.2.7"));
  ck_assert_ptr_nonnull(strstr(last_line, MAC_A));
}
END_TEST

START_TEST(a_replaced_device_at_its_address_starts_anew) {
  struct poll_device *k;

  add_block("192.0.2.7", MATCH_ADDRESS);
  start();
  k = device_registry_next(registry, NULL);
  answer_as(k, "Lamp", MAC_A);
  alive(k);
  counter_add_total(&k->energy, 500, 0);
  silent(k); /* broken; a new one is put in its place */
  ck_assert_ptr_eq(meet("New lamp", MAC_B, "192.0.2.7"), k);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
  answer_as(k, "New lamp", MAC_B);
  alive(k);
  ck_assert_str_eq(k->identity, MAC_B);
  ck_assert_double_eq(k->energy.wh, 0);
  ck_assert_uint_eq(device_registry_count(registry), 1);
}
END_TEST

START_TEST(one_forged_answer_takes_no_configured_address_away) {
  struct poll_device *k;

  add_block("192.0.2.7", MATCH_ADDRESS);
  start();
  k = device_registry_next(registry, NULL);
  answer_as(k, "Lamp", MAC_A);
  alive(k);
  silent(k); /* just now */
  meet("Liar", MAC_B, "192.0.2.7");
  ck_assert_str_eq(poll_device_address(k), "192.0.2.7");
}
END_TEST

/* -- plugs -- */

START_TEST(plugs_and_their_energy_follow_the_strip) {
  struct poll_device *k;

  start();
  k = meet("Strip", MAC_A, "192.0.2.7");
  ck_assert_int_eq(device_set_plugs(&k->device, 2), 0);
  alive(k);
  ck_assert_uint_eq(k->plugs_num, 2);
  ck_assert_str_eq(k->plugs[1].name, "Plug 2");
  counter_add_total(&k->plugs[1].energy, 70, 0);
  ck_assert_int_eq(device_set_plugs(&k->device, 3), 0);
  alive(k);
  ck_assert_double_eq(k->plugs[1].energy.wh, 70);
  ck_assert_str_eq(k->plugs[2].name, "Plug 3");
  ck_assert_int_eq(device_set_plugs(&k->device, 0), 0);
  alive(k);
  ck_assert_ptr_null(k->plugs);
}
END_TEST

/* -- floods -- */

enum { FORGED = 10000 };

static void flood(const char *alias) {
  for (unsigned i = 0; i < FORGED; i++) {
    char mac[MAC_TEXT_SIZE], address[16], name[32];
    struct poll_device *k;

    snprintf(mac, sizeof(mac), "66:66:66:%02x:%02x:%02x", i >> 16, i >> 8 & 255,
             i & 255);
    snprintf(address, sizeof(address), "10.%u.%u.%u", i >> 16, i >> 8 & 255,
             i & 255);
    snprintf(name, sizeof(name), alias, i);
    k = meet(name, mac, address);
    if (k != NULL)
      k->status.polled = true; /* in vain */
  }
}

static const char *const flood_names[] = {"forged %u", "all the same"};

START_TEST(a_flood_of_forged_answers_is_held_back) {
  struct poll_device *block, *answering, *waiting;

  options.max_devices = 500;
  add_block(MAC_A, MATCH_MAC);
  start();
  block = device_registry_next(registry, NULL);
  answering = meet("Lamp", MAC_B, "192.0.2.7");
  alive(answering);
  waiting = meet("Fan", MAC_C, "192.0.2.8");
  silent(waiting); /* answered before */
  waiting->status.answered = true;
  flood(flood_names[_i]);
  ck_assert_uint_le(device_registry_count(registry), 500);
  ck_assert_uint_le(lines, 3);
  ck_assert_ptr_eq(meet("Lamp", MAC_B, "192.0.2.7"), answering);
  ck_assert_ptr_eq(meet("Fan", MAC_C, "192.0.2.8"), waiting);
  ck_assert_ptr_eq(meet("Configured", MAC_A, "192.0.2.9"), block);
  /* a new real one still gets in, instead of one that never answered */
  ck_assert_ptr_nonnull(meet("New", "50:c7:bf:00:dd:dd", "192.0.2.10"));
  ck_assert_uint_le(device_registry_count(registry), 500);
}
END_TEST

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
    device_registry_unanswered(registry, k);
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

START_TEST(when_all_answer_nobody_new_is_let_in) {
  options.max_devices = 2;
  start();
  alive(meet("Lamp", MAC_A, "192.0.2.7"));
  alive(meet("Fan", MAC_B, "192.0.2.8"));
  ck_assert_ptr_null(meet("New", MAC_C, "192.0.2.9"));
  ck_assert_ptr_null(meet("New", MAC_C, "192.0.2.9"));
  ck_assert_uint_eq(lines, 1);
  ck_assert_uint_eq(gone, 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_stranger_is_let_in_at_the_service_port);
  tcase_add_loop_test(t, identity_is_mac_else_id_else_address, 0,
                      ROWS(identities));
  tcase_add_test(t, unsupported_and_ignored_ones_stay_outside);
  tcase_add_test(t, two_of_one_name_both_get_the_end_of_their_mac);
  tcase_add_test(t, who_answers_keeps_its_name);
  tcase_add_test(t, a_namesake_that_never_answers_is_nobody);
  tcase_add_test(t, a_rename_keeps_the_identity);
  tcase_add_loop_test(t, no_two_devices_have_one_name, 0, ROWS(crowds));
  tcase_add_test(t, two_blocks_of_one_name_are_told_apart);
  tcase_add_test(t, a_silent_device_is_followed_to_its_new_address);
  tcase_add_test(t, while_it_answers_another_address_is_only_remembered);
  tcase_add_test(t, a_thousand_lies_about_one_device_are_one_line);
  tcase_add_test(t, nobody_takes_the_address_of_one_that_answers);
  tcase_add_test(t, two_that_swap_addresses_are_told_apart);
  tcase_add_test(t, a_device_by_mac_is_adopted_wherever_it_is);
  tcase_add_loop_test(t, a_device_by_alias_is_adopted, 0, ROWS(aliases));
  tcase_add_test(t, a_device_by_address_takes_up_who_is_there);
  tcase_add_test(t, two_blocks_for_one_device_are_named);
  tcase_add_test(t, a_replaced_device_at_its_address_starts_anew);
  tcase_add_test(t, one_forged_answer_takes_no_configured_address_away);
  tcase_add_test(t, plugs_and_their_energy_follow_the_strip);
  tcase_add_loop_test(t, a_flood_of_forged_answers_is_held_back, 0,
                      ROWS(flood_names));
  tcase_add_test(t, namesakes_cost_what_others_cost);
  tcase_add_test(t, when_all_answer_nobody_new_is_let_in);
}

int main(void) { return suite_run("registry", fill); }
