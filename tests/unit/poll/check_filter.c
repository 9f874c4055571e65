/* SPDX-License-Identifier: MIT */
/* Ignore and Only: who is left out, who is let in. */
#include <config.h>

#include "device/device.h"
#include "poll/options/device_filter.h"

#include "../support/suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* The device of all rows: "Xmas tree", 50:c7:bf:00:11:22, 192.0.2.7. Patterns
 * are separated by "|". */
static const struct {
  const char *ignore, *only;
  bool passes;
} rows[] = {
    {"", "", true},
    {"Xmas tree", "", false},
    {"xmas TREE", "", false},
    {"Xmas", "", true},
    {"Lamp|Xmas tree", "", false},
    {"50:C7:BF:00:11:22", "", false},
    {"50c7bf001122", "", false},
    {"50:C7:BF:00:11:23", "", true},
    {"192.0.2.7", "", false},
    {"192.0.2.70", "", true},
    {"/^Xmas/", "", false},
    {"/tree$/", "", false},
    {"/^tree/", "", true},
    {"/x(mas|y) t/", "", true}, /* letters count in expressions */
    {"/X(mas)+ t.*e/", "", false},
    {"/[/", "", true}, /* compiles not: matches nothing */
    {"//", "", true},  /* an alias of two slashes */
    {"/", "", true},
    {"", "Xmas tree", true},
    {"", "/^Lab/", false},
    {"", "/^Lab/|192.0.2.7", true},
    {"", "/[/", false}, /* an Only that matches nothing lets nobody in */
    {"Xmas tree", "Xmas tree", false},
    {"Lamp", "Xmas tree", true},
};

static void fill_list(struct option_strings *list, const char *patterns) {
  char copy[200];
  char *save = NULL;

  *list = (struct option_strings){.items = calloc(8, sizeof(char *))};
  ck_assert_ptr_nonnull(list->items);
  snprintf(copy, sizeof(copy), "%s", patterns);
  for (char *p = strtok_r(copy, "|", &save); p != NULL;
       p = strtok_r(NULL, "|", &save))
    list->items[list->count++] = strdup(p);
}

static bool passes(const char *ignore, const char *only, const char *alias) {
  struct device device = {.mac_known = true,
                          .mac = {0x50, 0xc7, 0xbf, 0, 0x11, 0x22}};
  struct option_strings ignored, wanted;
  struct device_filter *filter;
  struct in_addr address;
  bool result;

  snprintf(device.alias, sizeof(device.alias), "%s", alias);
  inet_pton(AF_INET, "192.0.2.7", &address);
  fill_list(&ignored, ignore);
  fill_list(&wanted, only);
  filter = device_filter_create(&ignored, &wanted);
  ck_assert_ptr_nonnull(filter);
  result = device_filter_passes(filter, &device, address);
  option_strings_free(&ignored);
  option_strings_free(&wanted);
  device_filter_free(filter);
  return result;
}

START_TEST(patterns_decide_who_is_polled) {
  ck_assert_msg(passes(rows[_i].ignore, rows[_i].only, "Xmas tree") ==
                    rows[_i].passes,
                "Ignore %s Only %s", rows[_i].ignore, rows[_i].only);
}
END_TEST

START_TEST(an_alias_may_be_written_as_the_app_shows_it) {
  ck_assert(!passes("Kitchen/Lamp", "", "Kitchen_Lamp")); /* after cleaning */
  ck_assert(!passes("  Lamp ", "", "Lamp"));
  ck_assert(passes("\x01", "", "")); /* nothing left: matches nobody */
}
END_TEST

static const struct {
  const char *pattern;
  bool good;
} patterns[] = {
    {"Lamp", true}, {"/^a(b|c)$/", true}, {"/(/", false}, {"/[a/", false},
    {"//", true},   {"/", true},          {"", true},
};

START_TEST(broken_expressions_say_why) {
  char why[FILTER_WHY_SIZE] = "";

  ck_assert_msg(device_filter_pattern_good(patterns[_i].pattern, why) ==
                    patterns[_i].good,
                "%s", patterns[_i].pattern);
  ck_assert_int_eq(why[0] != '\0', !patterns[_i].good);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, patterns_decide_who_is_polled, 0, ROWS(rows));
  tcase_add_test(t, an_alias_may_be_written_as_the_app_shows_it);
  tcase_add_loop_test(t, broken_expressions_say_why, 0, ROWS(patterns));
}

int main(void) { return suite_run("filter", fill); }
