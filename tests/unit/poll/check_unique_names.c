/* SPDX-License-Identifier: MIT */
/* What devices and plugs are called. */
#include <config.h>

#include "poll/registry/device_names.h"

#include "../support/suite.h"

#include <arpa/inet.h>
#include <string.h>

static struct poll_device known;
static struct device_options options;

static void setup(void) {
  known = (struct poll_device){
      .identity = "50:c7:bf:00:11:22",
      .device = {.mac_known = true,
                 .mac = {0x50, 0xc7, 0xbf, 0, 0x11, 0x22},
                 .id = "8006AB",
                 .model = "HS110(EU)"},
      .address = {.sin_family = AF_INET, .sin_port = htons(9999)}};
  inet_pton(AF_INET, "192.0.2.7", &known.address.sin_addr);
  options = (struct device_options){0};
}

static void teardown(void) {
  free(known.device.plugs);
  free(known.plugs);
}

static const struct {
  enum name_by by;
  const char *alias;
  const char *name;
} names[] = {
    {NAME_BY_ALIAS, "Lamp", "Lamp"},
    {NAME_BY_ALIAS, "", "HS110 1122"},
    {NAME_BY_ALIAS,
     "K\xc3\xbc"
     "che",
     "K\xc3\xbc"
     "che"},
    {NAME_BY_MAC, "Lamp", "50:c7:bf:00:11:22"},
    {NAME_BY_ID, "Lamp", "8006AB"},
    {NAME_BY_ADDRESS, "Lamp", "192.0.2.7"},
};

START_TEST(a_device_is_called_by_what_name_says) {
  char out[DEVICE_NAME_SIZE];

  strcpy(known.device.alias, names[_i].alias);
  device_name_base(&known, names[_i].by, out);
  ck_assert_str_eq(out, names[_i].name);
}
END_TEST

START_TEST(without_alias_mac_and_model_there_is_still_a_name) {
  char out[DEVICE_NAME_SIZE];

  known.device = (struct device){0};
  device_name_base(&known, NAME_BY_ALIAS, out);
  ck_assert_str_eq(out, "Device 2.7");
  device_name_base(&known, NAME_BY_MAC, out);
  ck_assert_str_eq(out, "Device 2.7");
}
END_TEST

START_TEST(options_come_before_what_the_device_says) {
  char out[DEVICE_NAME_SIZE];
  char match[] = "plug.lan", name[] = "Mine";

  strcpy(known.device.alias, "Lamp");
  options.match = match;
  known.options = &options;
  device_name_base(&known, NAME_BY_ALIAS, out);
  ck_assert_str_eq(out, "Lamp");
  known.identity[0] = '\0'; /* it has not said who it is */
  device_name_base(&known, NAME_BY_ALIAS, out);
  ck_assert_str_eq(out, "plug.lan");
  options.name = name;
  device_name_base(&known, NAME_BY_MAC, out);
  ck_assert_str_eq(out, "Mine");
}
END_TEST

static const struct {
  const char *base, *suffix, *name;
} suffixes[] = {
    {"Lamp", "1122", "Lamp (1122)"},
    {"012345678901234567890123456789012345678901234567890123456789", "1122",
     "01234567890123456789012345678901234567890123456789012 (1122)"},
    {"01234567890123456789012345678901234567890123456789012\xc3\xbc", "1122",
     "01234567890123456789012345678901234567890123456789012 (1122)"},
    {"0123456789012345678901234567890123456789012345678901\xc3\xbc", "1122",
     "0123456789012345678901234567890123456789012345678901 (1122)"},
    {"", "1", " (1)"},
};

START_TEST(a_suffix_fits_whatever_the_name) {
  char out[DEVICE_NAME_SIZE];

  device_name_with_suffix(suffixes[_i].base, suffixes[_i].suffix, out);
  ck_assert_str_eq(out, suffixes[_i].name);
  ck_assert_uint_le(strlen(out), DEVICE_NAME_MAX);
}
END_TEST

/* -- plugs -- */

static const struct {
  const char *what;
  const char *aliases[4];
  const char *names[4];
} strips[] = {
    {"as they are", {"Fan", "PC"}, {"Fan", "PC"}},
    {"two alike", {"Fan", "PC", "Fan"}, {"Fan (1)", "PC", "Fan (3)"}},
    {"without a name", {"", "PC", ""}, {"Plug 1", "PC", "Plug 3"}},
    {"one called like another's replacement",
     {"", "Plug 1"},
     {"Plug 1 (1)", "Plug 1 (2)"}},
    {"one called like another with its slot",
     {"Fan", "Fan", "Fan (1)"},
     {"Fan (1)", "Fan (2)", "Fan (1) (3)"}},
    {"the same the other way round",
     {"Fan (3)", "Fan", "Fan"},
     {"Fan (3) (1)", "Fan (2)", "Fan (3)"}},
    {"letters count", {"fan", "Fan"}, {"fan", "Fan"}},
};

static void make_strip(const char *const aliases[4]) {
  unsigned num = 0;

  while (num < 4 && aliases[num] != NULL)
    num++;
  ck_assert_int_eq(device_set_plugs(&known.device, num), 0);
  known.plugs = calloc(num, sizeof(*known.plugs));
  ck_assert_ptr_nonnull(known.plugs);
  known.plugs_num = num;
  for (unsigned i = 0; i < num; i++)
    strcpy(known.device.plugs[i].alias, aliases[i]);
}

START_TEST(no_two_plugs_of_a_strip_have_one_name) {
  make_strip(strips[_i].aliases);
  (void)device_name_plugs(&known);
  for (unsigned i = 0; i < known.plugs_num; i++)
    ck_assert_msg(strcmp(known.plugs[i].name, strips[_i].names[i]) == 0,
                  "%s: plug %u is %s", strips[_i].what, i + 1,
                  known.plugs[i].name);
  ck_assert_msg(!device_name_plugs(&known), "%s: said twice", strips[_i].what);
}
END_TEST

static const struct {
  const char *match;
  const char *names[3];
} plug_options[] = {
    {"Fan", {"Mine", "3D printer", "PC"}},
    {"fan", {"Mine", "3D printer", "PC"}},
    {"1", {"Mine", "3D printer", "PC"}},
    {"3", {"Fan", "3D printer", "Mine"}},
    {"3D printer", {"Fan", "Mine", "PC"}}, /* no slot 3 */
    {"3x", {"Fan", "3D printer", "PC"}},
    {"", {"Fan", "3D printer", "PC"}},
    {" 1", {"Fan", "3D printer", "PC"}},
    {"4294967297", {"Fan", "3D printer", "PC"}},
    {"-4294967295", {"Fan", "3D printer", "PC"}},
};

START_TEST(a_plug_block_means_an_alias_or_a_slot) {
  static const char *const aliases[4] = {"Fan", "3D printer", "PC"};
  char match[32], name[] = "Mine", other_match[] = "Nobody", other[] = "Other";
  struct plug_options plugs[] = {{.match = other_match, .name = other},
                                 {.match = match, .name = name}};

  strcpy(match, plug_options[_i].match);
  options.plugs = plugs;
  options.plugs_num = 2;
  known.options = &options;
  make_strip(aliases);
  (void)device_name_plugs(&known);
  for (unsigned i = 0; i < 3; i++)
    ck_assert_msg(strcmp(known.plugs[i].name, plug_options[_i].names[i]) == 0,
                  "<Plug \"%s\">: plug %u is %s", match, i + 1,
                  known.plugs[i].name);
}
END_TEST

/* Where names differ by capitals only, a block means just one of them. */
START_TEST(a_plug_block_means_the_nearest_name) {
  static const char *const aliases[4] = {"Fan", "fan", "PC"};
  char lower[] = "fan", upper[] = "Fan", pc[] = "pc";
  char one[] = "One", two[] = "Two", three[] = "Three";
  struct plug_options plugs[] = {{.match = lower, .name = one},
                                 {.match = pc, .name = two},
                                 {.match = upper, .name = three}};

  options.plugs = plugs;
  options.plugs_num = _i == 0 ? 2 : 3;
  known.options = &options;
  make_strip(aliases);
  (void)device_name_plugs(&known);
  ck_assert_str_eq(known.plugs[0].name, _i == 0 ? "Fan" : "Three");
  ck_assert_str_eq(known.plugs[1].name, "One");
  ck_assert_str_eq(known.plugs[2].name, "Two");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, a_device_is_called_by_what_name_says, 0, ROWS(names));
  tcase_add_loop_test(t, a_plug_block_means_the_nearest_name, 0, 2);
  tcase_add_test(t, without_alias_mac_and_model_there_is_still_a_name);
  tcase_add_test(t, options_come_before_what_the_device_says);
  tcase_add_loop_test(t, a_suffix_fits_whatever_the_name, 0, ROWS(suffixes));
  tcase_add_loop_test(t, no_two_plugs_of_a_strip_have_one_name, 0,
                      ROWS(strips));
  tcase_add_loop_test(t, a_plug_block_means_an_alias_or_a_slot, 0,
                      ROWS(plug_options));
}

int main(void) { return suite_run("names", fill); }
