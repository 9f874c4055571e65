/* SPDX-License-Identifier: MIT */
/* Who is known: introductions, lies, moves, adoption, and a flood of them. */
#include <config.h>

#include "../support/registry_fixture.h"

#include <math.h>

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
  k = registry_meet(registry, &in, &from);
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
  ck_assert_ptr_null(registry_meet(registry, &in, &from));
  ck_assert_ptr_null(meet("Xmas tree", MAC_B, "192.0.2.8"));
  ck_assert_uint_eq(device_registry_count(registry), 0);
  ck_assert_ptr_nonnull(meet("Lamp", MAC_C, "192.0.2.9"));
  ck_assert_ptr_null(meet("Xmas tree", MAC_C, "192.0.2.9")); /* renamed */
  ck_assert_uint_eq(device_registry_count(registry), 0);
  ck_assert_uint_eq(gone, 1);
}
END_TEST

/* -- moving -- */

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
  ck_assert_int_ne(registry_confirm(registry, a, why), CONFIRMED);
  ck_assert_str_eq(why, "another device (" MAC_B ") answers at 192.0.2.7");
  ck_assert_str_eq(poll_device_address(a), "");
  ck_assert_str_eq(a->identity, MAC_A);
  ck_assert_str_eq(a->name, "Lamp");
  ck_assert_mem_eq(a->device.mac, "\x50\xc7\xbf\x00\xaa\xaa", 6);
  silent(a);
  answer_as(b, "Lamp", MAC_A);
  ck_assert_int_ne(registry_confirm(registry, b, why), CONFIRMED);
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

static enum confirmed confirm(struct poll_device *k, char why[WHY_SIZE]) {
  enum confirmed confirmed = registry_confirm(registry, k, why);

  if (confirmed != CONFIRMED)
    silent(k);
  if (confirmed == CONFIRMED_KNOWN)
    device_registry_forget(registry, k);
  return confirmed;
}

START_TEST(of_two_blocks_for_one_device_that_by_mac_counts) {
  struct poll_device *by_address, *by_mac;
  char why[WHY_SIZE];

  add_block("192.0.2.7", MATCH_ADDRESS);
  add_block(MAC_A, MATCH_MAC);
  start();
  by_address = device_registry_next(registry, NULL);
  by_mac = device_registry_next(registry, by_address);
  ck_assert_str_eq(by_mac->identity, MAC_A);
  answer_as(by_address, "Lamp", MAC_A);
  ck_assert_int_eq(confirm(by_address, why), CONFIRMED_OTHER);
  ck_assert_str_eq(why,
                   "the device of <Device \"" MAC_A "\"> answers at 192.0.2.7");
  ck_assert_str_eq(poll_device_address(by_mac), "192.0.2.7");
  ck_assert(!registry_is_taken(registry, by_address));
  answer_as(by_mac, "Lamp", MAC_A);
  alive(by_mac);
  ck_assert(registry_is_taken(registry, by_address));
  ck_assert(!registry_is_taken(registry, by_mac));
  ck_assert_str_eq(by_address->name, "192.0.2.7");
  ck_assert_str_eq(by_mac->name, "Lamp");
  ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(a_block_by_mac_keeps_its_device_at_the_address_of_another_block) {
  struct poll_device *by_mac, *by_address;
  char why[WHY_SIZE];

  add_block(MAC_A, MATCH_MAC);
  add_block("192.0.2.8", MATCH_ADDRESS);
  start();
  by_mac = meet("Lamp", MAC_A, "192.0.2.7");
  by_address = device_registry_at(registry, at("192.0.2.8").sin_addr);
  alive(by_mac);
  answer_as(by_address, "Fan", MAC_B);
  alive(by_address);
  counter_add_total(&by_mac->energy, 500, 0);
  counter_add_total(&by_address->energy, 900, 0);
  silent(by_mac); /* the router gave the lamp the fan's address */
  answer_as(by_address, "Lamp", MAC_A);
  ck_assert_int_eq(confirm(by_address, why), CONFIRMED_OTHER);
  ck_assert_str_eq(poll_device_address(by_mac), "192.0.2.8");
  answer_as(by_mac, "Lamp", MAC_A);
  alive(by_mac);
  ck_assert_uint_eq(gone, 0);
  ck_assert_double_eq(by_mac->energy.wh, 500);
  ck_assert_str_eq(by_mac->name, "Lamp");
  ck_assert_str_eq(by_address->name, "Fan");
  ck_assert_str_eq(by_address->identity, MAC_B);
  ck_assert(registry_is_taken(registry, by_address));
  /* and both are where they were again */
  silent(by_mac);
  ck_assert(!registry_is_taken(registry, by_address));
  ck_assert_ptr_eq(meet("Lamp", MAC_A, "192.0.2.7"), by_mac);
  ck_assert_str_eq(poll_device_address(by_mac), "192.0.2.7");
  answer_as(by_address, "Fan", MAC_B);
  alive(by_address);
  ck_assert_double_eq(by_address->energy.wh, 900);
}
END_TEST

START_TEST(who_claims_to_be_one_that_answers_elsewhere_takes_nothing_over) {
  struct poll_device *victim, *block;
  char why[WHY_SIZE];

  if (_i == 0)
    add_block("192.0.2.7", MATCH_ADDRESS);
  add_block("192.0.2.8", MATCH_ADDRESS);
  start();
  victim = meet("Lamp", MAC_A, "192.0.2.7");
  answer_as(victim, "Lamp", MAC_A);
  alive(victim);
  counter_add_total(&victim->energy, 500, 0);
  block = device_registry_at(registry, at("192.0.2.8").sin_addr);
  answer_as(block, "Lamp", MAC_A);
  ck_assert_int_eq(confirm(block, why), CONFIRMED_OTHER);
  ck_assert_str_eq(why, "another device (" MAC_A ") answers at 192.0.2.8");
  ck_assert_str_eq(poll_device_address(block), "192.0.2.8");
  ck_assert_str_eq(block->device.alias, "");
  ck_assert_uint_eq(gone, 0);
  alive(victim);
  ck_assert_str_eq(victim->identity, MAC_A);
  ck_assert_str_eq(victim->name, "Lamp");
  ck_assert_str_eq(poll_device_address(victim), "192.0.2.7");
  ck_assert_double_eq(victim->energy.wh, 500);
}
END_TEST

/* -- datagrams that name another than its polls do -- */

static const char *const misnomers[] = {MAC_B, "", "device id"};

static struct poll_device *meet_as(const char *who, const char *address) {
  struct introduction in = introduce("", who);
  struct sockaddr_in from = at(address);

  if (!in.device.mac_known && who[0] != '\0')
    snprintf(in.device.id, sizeof(in.device.id), "%s", who);
  return registry_meet(registry, &in, &from);
}

START_TEST(what_its_polls_name_counts) {
  const char *said = misnomers[_i];
  struct poll_device *k, *again;
  char why[WHY_SIZE];

  start();
  k = meet_as(said, "192.0.2.7");
  answer_as(k, "Lamp", MAC_A);
  alive(k);
  ck_assert_str_eq(k->identity, MAC_A);
  ck_assert_str_eq(k->name, "Lamp");
  counter_add_total(&k->energy, 500, 0);
  ck_assert_ptr_eq(meet_as(said, "192.0.2.7"), k);
  silent(k); /* it restarts */
  again = meet_as(said, "192.0.2.7");
  if (again != k) { /* not known by that: its poll tells */
    answer_as(again, "Lamp", MAC_A);
    ck_assert_int_eq(confirm(again, why), CONFIRMED_KNOWN);
  }
  alive(k);
  silent(k); /* and is at another address */
  again = meet_as(said, "192.0.2.9");
  ck_assert_ptr_ne(again, k);
  answer_as(again, "Lamp", MAC_A);
  ck_assert_int_eq(confirm(again, why), CONFIRMED_KNOWN);
  ck_assert_str_eq(poll_device_address(k), "192.0.2.9");
  alive(k);
  ck_assert_uint_eq(device_registry_count(registry), 1);
  ck_assert_double_eq(k->energy.wh, 500);
}
END_TEST

START_TEST(an_introduction_takes_the_place_of_none_that_answers) {
  struct poll_device *victim, *liar;
  char why[WHY_SIZE];

  start();
  victim = meet("Lamp", MAC_A, "192.0.2.7");
  answer_as(victim, "Lamp", MAC_A);
  alive(victim);
  counter_add_total(&victim->energy, 500, 0);
  liar = meet_as(misnomers[_i], "192.0.2.66");
  ck_assert_ptr_ne(liar, victim);
  answer_as(liar, "Lamp", MAC_A);
  ck_assert_int_eq(confirm(liar, why), CONFIRMED_KNOWN);
  ck_assert_uint_eq(device_registry_count(registry), 1);
  ck_assert_str_eq(poll_device_address(victim), "192.0.2.7");
  ck_assert_str_eq(victim->name, "Lamp");
  ck_assert_double_eq(victim->energy.wh, 500);
  alive(victim);
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

START_TEST(two_blocks_whose_devices_swap_addresses_both_stay) {
  struct poll_device *first, *second;
  char why[WHY_SIZE];

  add_block("192.0.2.7", MATCH_ADDRESS);
  add_block("192.0.2.8", MATCH_ADDRESS);
  start();
  first = device_registry_next(registry, NULL);
  second = device_registry_next(registry, first);
  answer_as(first, "Lamp", MAC_A);
  answer_as(second, "Fan", MAC_B);
  alive(first);
  alive(second);
  counter_add_total(&first->energy, 500, 0);
  counter_add_total(&second->energy, 900, 0);
  answer_as(first, "Fan", MAC_B); /* they have swapped */
  ck_assert_int_eq(confirm(first, why), CONFIRMED_OTHER); /* or one lies */
  answer_as(second, "Lamp", MAC_A);
  alive(second);
  ck_assert_str_eq(second->name, "Lamp"); /* the other's no more */
  answer_as(first, "Fan", MAC_B);
  alive(first);
  ck_assert_uint_eq(device_registry_count(registry), 2);
  answer_as(second, "Lamp", MAC_A);
  alive(second);
  ck_assert_uint_eq(device_registry_count(registry), 2);
  ck_assert_str_eq(first->name, "Fan");
  ck_assert_str_eq(second->name, "Lamp");
  ck_assert_str_eq(first->identity, MAC_B);
  ck_assert_str_eq(second->identity, MAC_A);
  ck_assert_double_eq(first->energy.wh, 0); /* each counts anew */
  ck_assert_double_eq(second->energy.wh, 0);
}
END_TEST

START_TEST(who_does_not_say_who_he_is_takes_nobodys_place) {
  struct poll_device *known;

  start();
  known = meet("Lamp", MAC_A, "192.0.2.7");
  answer_as(known, "Lamp", MAC_A);
  alive(known);
  counter_add_total(&known->energy, 500, 0);
  silent(known);
  ck_assert_ptr_eq(meet("", "", "192.0.2.7"), known);
  ck_assert_str_eq(known->identity, MAC_A);
  ck_assert_double_eq(known->energy.wh, 500);
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

/* -- energy -- */

/* One poll, so many seconds after the first; watts NAN: it tells none. */
static double count_at(struct poll_device *k, unsigned seconds, double relay,
                       double watts) {
  struct poll_options o;
  struct poll_energy_hooks none = {0};

  poll_options_init(&o);
  o.interval = 15;
  k->device.now = (struct reading){0};
  reading_set(&k->device.now, Q_RELAY, relay);
  if (!isnan(watts))
    reading_set(&k->device.now, Q_POWER, watts);
  return poll_device_count_energy(k, (uint64_t)(1000 + seconds) * 1000000,
                                  false, &o, &none);
}

START_TEST(what_is_off_and_tells_no_power_takes_none) {
  struct poll_device *k;

  start();
  k = meet("Lamp", MAC_A, "192.0.2.7");
  alive(k);
  count_at(k, 0, 0, NAN);
  ck_assert_int_eq(k->energy.by, COUNTER_NEW); /* it may have no meter */
  count_at(k, 15, 1, 120);
  ck_assert_double_eq(count_at(k, 30, 1, 120), 0.5);
  ck_assert_double_eq(count_at(k, 45, 0, NAN), 0.25); /* switched meanwhile */
  for (unsigned s = 60; s <= 3600; s += 15)
    ck_assert_double_eq(count_at(k, s, 0, NAN), 0);
  ck_assert_double_eq(count_at(k, 3615, 1, 120), 0.25);
  ck_assert_uint_eq(k->energy.gaps, 0);
  count_at(k, 3630, 1, NAN); /* it is on: nobody knows */
  ck_assert_double_eq(count_at(k, 3690, 1, 120), 0);
  ck_assert_uint_eq(k->energy.gaps, 1);
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
  tcase_add_test(t, a_silent_device_is_followed_to_its_new_address);
  tcase_add_test(t, while_it_answers_another_address_is_only_remembered);
  tcase_add_test(t, a_thousand_lies_about_one_device_are_one_line);
  tcase_add_test(t, nobody_takes_the_address_of_one_that_answers);
  tcase_add_test(t, two_that_swap_addresses_are_told_apart);
  tcase_add_test(t, a_device_by_mac_is_adopted_wherever_it_is);
  tcase_add_loop_test(t, a_device_by_alias_is_adopted, 0, ROWS(aliases));
  tcase_add_test(t, a_device_by_address_takes_up_who_is_there);
  tcase_add_test(t, of_two_blocks_for_one_device_that_by_mac_counts);
  tcase_add_test(
      t, a_block_by_mac_keeps_its_device_at_the_address_of_another_block);
  tcase_add_loop_test(
      t, who_claims_to_be_one_that_answers_elsewhere_takes_nothing_over, 0, 2);
  tcase_add_loop_test(t, what_its_polls_name_counts, 0,
                      sizeof(misnomers) / sizeof(misnomers[0]));
  tcase_add_loop_test(t, an_introduction_takes_the_place_of_none_that_answers,
                      0, sizeof(misnomers) / sizeof(misnomers[0]));
  tcase_add_test(t, a_replaced_device_at_its_address_starts_anew);
  tcase_add_test(t, two_blocks_whose_devices_swap_addresses_both_stay);
  tcase_add_test(t, who_does_not_say_who_he_is_takes_nobodys_place);
  tcase_add_test(t, one_forged_answer_takes_no_configured_address_away);
  tcase_add_test(t, what_is_off_and_tells_no_power_takes_none);
  tcase_add_test(t, plugs_and_their_energy_follow_the_strip);
  tcase_add_loop_test(t, a_flood_of_forged_answers_is_held_back, 0,
                      ROWS(flood_names));
  tcase_add_test(t, when_all_answer_nobody_new_is_let_in);
}

int main(void) { return suite_run("registry", fill); }
