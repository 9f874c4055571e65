/* SPDX-License-Identifier: MIT */
/* MAC addresses in all their forms, and a strip as the sum of its plugs. */
#include <config.h>

#include "device/device.h"

#include "../support/suite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const struct {
  const char *text;
  const char *mac; /* NULL: none */
} macs[] = {
    {"50:C7:BF:00:11:22", "50:c7:bf:00:11:22"},
    {"50-c7-bf-00-11-22", "50:c7:bf:00:11:22"},
    {"50C7BF001122", "50:c7:bf:00:11:22"},
    {"00:00:00:00:00:00", NULL},
    {"000000000000", NULL},
    {"00:00:00:00:00:01", "00:00:00:00:00:01"},
    {"50:C7-BF:00:11:22", NULL},
    {"50:C7BF001122", NULL},
    {"50C7:BF:00:11:22", NULL},
    {"50:C7:BF:00:11", NULL},
    {"50:C7:BF:00:11:", NULL},
    {"50:C7:BF:00:11:2", NULL},
    {"50:C7:BF:00:11:22:33", NULL},
    {"50:C7:BF:00:11:22 ", NULL},
    {" 50:C7:BF:00:11:22", NULL},
    {"50:C7:BF:00:11:2G", NULL},
    {"50.C7.BF.00.11.22", NULL},
    {"5:C7:BF:00:11:22", NULL},
    {"", NULL},
    {":", NULL},
    {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL},
};

START_TEST(a_mac_is_read_in_three_forms_only) {
  uint8_t mac[6];
  char out[MAC_TEXT_SIZE];

  ck_assert_msg(device_parse_mac(macs[_i].text, mac) == (macs[_i].mac != NULL),
                "\"%s\"", macs[_i].text);
  if (macs[_i].mac == NULL)
    return;
  device_format_mac(mac, out);
  ck_assert_str_eq(out, macs[_i].mac);
}
END_TEST

/* NAN: the plug does not say. */
static const struct {
  const char *what;
  enum quantity quantity;
  double plugs[3];
  double strip;
} strips[] = {
    {"power is the sum", Q_POWER, {10, 0.5, 0}, 10.5},
    {"current is the sum", Q_CURRENT, {1, 2, 3}, 6},
    {"energy is the sum", Q_ENERGY_TOTAL, {1, 2, 3}, 6},
    {"today is the sum", Q_KWH_TODAY, {0.1, 0.2, 0.3}, 0.6},
    {"the month is the sum", Q_KWH_MONTH, {1, 2, 3}, 6},
    {"voltage is the mean", Q_VOLTAGE, {230, 231, 232}, 231},
    {"on when any plug is", Q_RELAY, {0, 1, 0}, 1},
    {"off when all are", Q_RELAY, {0, 0, 0}, 0},
    {"hot when any plug is", Q_OVERHEATED, {0, 0, 1}, 1},
    {"half a sum is no sum", Q_POWER, {10, NAN, 1}, NAN},
    {"nothing from nothing", Q_POWER, {NAN, NAN, NAN}, NAN},
    {"on_time is each plug's own", Q_ON_TIME, {1, 2, 3}, NAN},
};

START_TEST(a_strip_is_what_its_plugs_add_up_to) {
  struct device d = {.kind = KIND_STRIP};
  enum quantity q = strips[_i].quantity;

  ck_assert_int_eq(device_set_plugs(&d, 3), 0);
  for (int i = 0; i < 3; i++)
    if (!isnan(strips[_i].plugs[i]))
      reading_set(&d.plugs[i].now, q, strips[_i].plugs[i]);
  device_sum_plugs(&d);
  ck_assert_msg(reading_has(&d.now, q) == !isnan(strips[_i].strip), "%s",
                strips[_i].what);
  if (!isnan(strips[_i].strip))
    ck_assert_msg(fabs(d.now.value[q] - strips[_i].strip) < 1e-9, "%s: %g",
                  strips[_i].what, d.now.value[q]);
  device_free(&d);
}
END_TEST

START_TEST(plugs_come_and_go_and_the_first_ones_stay) {
  struct device d = {0};

  ck_assert_int_eq(device_set_plugs(&d, 2), 0);
  strcpy(d.plugs[1].alias, "Fan");
  ck_assert_int_eq(device_set_plugs(&d, DEVICE_PLUGS_MAX), 0);
  ck_assert_str_eq(d.plugs[1].alias, "Fan");
  ck_assert_str_eq(d.plugs[DEVICE_PLUGS_MAX - 1].alias, "");
  ck_assert_uint_eq(d.plugs[DEVICE_PLUGS_MAX - 1].slot, DEVICE_PLUGS_MAX);
  ck_assert_int_eq(device_set_plugs(&d, DEVICE_PLUGS_MAX + 1), -E2BIG);
  ck_assert_uint_eq(d.plugs_num, DEVICE_PLUGS_MAX);
  ck_assert_int_eq(device_set_plugs(&d, 0), 0);
  ck_assert_ptr_null(d.plugs);
  ck_assert_int_eq(device_set_plugs(&d, 0), 0);
  device_free(&d);
}
END_TEST

static const struct {
  enum quantity quantity;
  double value;
  bool good;
} offers[] = {
    {Q_POWER, 0, true},         {Q_POWER, 3680, true},
    {Q_POWER, -1, true},        {Q_POWER, 1e300, false},
    {Q_POWER, NAN, false},      {Q_POWER, INFINITY, false},
    {Q_VOLTAGE, 230, true},     {Q_VOLTAGE, 230837, false},
    {Q_RELAY, 2, false},        {Q_SIGNAL, -60, true},
    {Q_SIGNAL, 20, false},      {Q_BRIGHTNESS, 101, false},
    {Q_ON_TIME, 6023162, true}, {Q_ON_TIME, -32407, false},
    {Q_AMBIENT, 100, true},     {Q_MOTION, 0.5, true},
};

START_TEST(values_beyond_belief_are_not_taken) {
  struct reading r = {0};

  ck_assert_msg(reading_offer(&r, offers[_i].quantity, offers[_i].value) ==
                    offers[_i].good,
                "%s %g", quantities[offers[_i].quantity].json,
                offers[_i].value);
  ck_assert_int_eq(r.has != 0, offers[_i].good);
}
END_TEST

START_TEST(every_kind_and_quantity_has_a_name) {
  for (int kind = 0; kind <= KIND_UNSUPPORTED; kind++)
    ck_assert_ptr_nonnull(device_kind_name((enum device_kind)kind));
  for (int q = 0; q < QUANTITIES; q++) {
    ck_assert_ptr_nonnull(quantities[q].json);
    ck_assert(quantities[q].min < quantities[q].max);
  }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, a_mac_is_read_in_three_forms_only, 0, ROWS(macs));
  tcase_add_loop_test(t, a_strip_is_what_its_plugs_add_up_to, 0, ROWS(strips));
  tcase_add_test(t, plugs_come_and_go_and_the_first_ones_stay);
  tcase_add_loop_test(t, values_beyond_belief_are_not_taken, 0, ROWS(offers));
  tcase_add_test(t, every_kind_and_quantity_has_a_name);
}

int main(void) { return suite_run("device", fill); }
