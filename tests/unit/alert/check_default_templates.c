/* SPDX-License-Identifier: MIT */
/* The default words of every occasion: one row per occasion and kind of value,
 * and what lies between those rows. */
#include <config.h>

#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"

#include "../support/samples.h"
#include "../support/suite.h"

#include <math.h>

#define N NARROW

struct spoken {
  char title[512];
  char body[4096];
};

static struct spoken say_for(const struct message *m, enum text_target target) {
  struct spoken s;
  struct buf title, body;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(message_texts(m, target, &title, &body), 0);
  ck_assert_uint_gt(title.len, 0);
  snprintf(s.title, sizeof(s.title), "%s", title.data);
  snprintf(s.body, sizeof(s.body), "%s", body.data != NULL ? body.data : "");
  buf_free(&title);
  buf_free(&body);
  return s;
}

static struct spoken say(const struct alert *a, enum alert_reason reason,
                         int64_t after) {
  const struct message m =
      sample_message(a, MESSAGE_OPEN, reason, AT_1403 + after);
  return say_for(&m, TARGET_PLAIN);
}

#define EXPECT(s, t, b)                                                        \
  do {                                                                         \
    ck_assert_str_eq((s).title, t);                                            \
    ck_assert_str_eq((s).body, b);                                             \
  } while (0)

START_TEST(power_high) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1620, DIRECTION_ABOVE, 1500);
  struct spoken s = say(&a, REASON_OPENED, MINUTES(5));
  EXPECT(s, "Freezer: 1" N "620 W",
         "Freezer: 1" N "620 W, above 1" N
         "500 W for 5 minutes (since 14:03).");
  s = say(&a, REASON_OPENED, 59000);
  EXPECT(s, "Freezer: 1" N "620 W", "Freezer: 1" N "620 W, above 1" N "500 W.");
}
END_TEST

START_TEST(power_low) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 3, DIRECTION_BELOW, 20);
  struct spoken s = say(&a, REASON_OPENED, MINUTES(30));
  EXPECT(s, "Freezer: 3 W",
         "Freezer: 3 W, below 20 W for 30 minutes. It may have stopped.");
}
END_TEST

START_TEST(energy) {
  struct alert a =
      sample_alert("kasa", "Heater", "kwh_today", 52.4, DIRECTION_ABOVE, 50);
  a.since = AT_1403 + MINUTES(197);
  EXPECT(say(&a, REASON_OPENED, MINUTES(197)), "Heater: 52.4 kWh today",
         "Heater: 52.4 kWh today, above the limit of 50 kWh (reached 17:20).");
}
END_TEST

START_TEST(cost) {
  struct alert a =
      sample_alert("kasa_total", "", "cost_today", 10.42, DIRECTION_ABOVE, 10);
  EXPECT(say(&a, REASON_OPENED, 0), "Cost today: 10.42 EUR",
         "Cost today: 10.42 EUR, above 10 EUR.");
  strcpy(a.meta[0].key, "largest");
  strcpy(a.meta[0].value, "Heater 6.10 EUR");
  EXPECT(say(&a, REASON_OPENED, 0), "Cost today: 10.42 EUR",
         "Cost today: 10.42 EUR, above 10 EUR. Largest: Heater 6.10 EUR.");
}
END_TEST

START_TEST(voltage) {
  struct alert a =
      sample_alert("kasa", "Office", "voltage", 207, DIRECTION_BELOW, 210);
  EXPECT(say(&a, REASON_OPENED, 0), "Office: 207 V",
         "Office: 207 V, below 210 V.");
  EXPECT(say(&a, REASON_OPENED, MINUTES(5)), "Office: 207 V",
         "Office: 207 V, below 210 V for 5 minutes.");
}
END_TEST

static struct alert freezer_missing(void) {
  struct alert a =
      sample_alert("kasa", "Freezer", "", NAN, DIRECTION_NONE, NAN);
  a.class = ALERT_MISSING;
  a.severity = SEVERITY_FAILURE;
  a.level = LEVEL_ERROR;
  a.last_power = 92;
  strcpy(a.text,
         "nas/kasa-Freezer/power has not been updated for 300.123 seconds.");
  return a;
}

START_TEST(offline) {
  struct alert a = freezer_missing();
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is not reporting",
         "Freezer: no reading for 5 minutes. Last: 92 W at 13:58.");
  a.last_power = NAN;
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is not reporting",
         "Freezer: no reading for 5 minutes.");
  strcpy(a.text, "x has not been updated for 17179869181.000 seconds.");
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is not reporting",
         "Freezer: no reading.");
}
END_TEST

START_TEST(offline_by_the_up_value) {
  struct alert a =
      sample_alert("kasa", "Freezer", "up", 0, DIRECTION_BELOW, 0.5);
  EXPECT(say(&a, REASON_OPENED, MINUTES(5)), "Freezer is not reporting",
         "Freezer: no reading for 5 minutes.");
  a.last_power = 92; /* known, but not since when */
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is not reporting",
         "Freezer: no reading. Last: 92 W.");
  a.last_at = AT_1403 - MINUTES(5);
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is not reporting",
         "Freezer: no reading for 5 minutes. Last: 92 W at 13:58.");
}
END_TEST

static const struct {
  const char *plugin, *instance, *type, *type_instance;
  double value, limit;
  int minutes;
  const char *title, *body;
} hosts[] = {
    {"cpu", "", "percent", "active", 96, 90, 5, "nas: CPU 96 %",
     "nas: CPU 96 %, above 90 % for 5 minutes."},
    {"cpu", "0", "percent", "user", 96, 90, 0, "nas: CPU user 96 %",
     "nas: CPU user 96 %, above 90 %."},
    {"df", "root", "percent_bytes", "used", 97, 95, 0, "nas: disk / 97 % full",
     "nas: disk / 97 % full, above 95 %."},
    {"df", "srv", "df_complex", "free", 1073741824, 2147483648.0, 0,
     "nas: disk srv 1 GiB free", "nas: disk srv 1 GiB free, above 2 GiB."},
    {"memory", "", "percent", "used", 92, 90, 0, "nas: memory 92 % used",
     "nas: memory 92 % used, above 90 %."},
    {"load", "", "load", "", 12.4, 8, 0, "nas: load 12.4",
     "nas: load 12.4, above 8."},
    {"sensors", "coretemp", "temperature", "core0", 81, 75, 10,
     "nas: temperature core0 81 \xc2\xb0"
     "C",
     "nas: temperature core0 81 \xc2\xb0"
     "C, above 75 \xc2\xb0"
     "C for 10 minutes."},
    {"ping", "", "ping", "gateway", 130, 100, 0, "nas: ping to gateway 130 ms",
     "nas: ping to gateway 130 ms, above 100 ms."},
    {"foo", "bar", "widgets", "blue", 7, 5, 0, "nas: foo-bar widgets-blue 7",
     "nas: foo-bar widgets-blue 7, above 5."},
};

START_TEST(host_value) {
  struct alert a =
      sample_alert(hosts[_i].plugin, hosts[_i].instance, hosts[_i].type,
                   hosts[_i].value, DIRECTION_ABOVE, hosts[_i].limit);
  strcpy(a.type_instance, hosts[_i].type_instance);
  EXPECT(say(&a, REASON_OPENED, MINUTES(hosts[_i].minutes)), hosts[_i].title,
         hosts[_i].body);
}
END_TEST

START_TEST(worse) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1820, DIRECTION_ABOVE, 1800);
  a.warning_max = 1500;
  a.failure_max = 1800;
  a.level = LEVEL_CRITICAL;
  EXPECT(say(&a, REASON_WORSE, MINUTES(20)),
         "Freezer: 1" N "820 W, now critical",
         "Freezer: 1" N "820 W, above 1" N "800 W; above 1" N
         "500 W since 14:03.");
}
END_TEST

START_TEST(better) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1620, DIRECTION_ABOVE, 1500);
  a.warning_max = 1500;
  EXPECT(say(&a, REASON_BETTER, MINUTES(30)),
         "Freezer: 1" N "620 W, now warning",
         "Freezer: 1" N "620 W, above 1" N "500 W since 14:03.");
}
END_TEST

START_TEST(repeat) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  a.repeats = 3;
  EXPECT(say(&a, REASON_REPEAT, MINUTES(250)), "Still: Freezer 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N "500 W for 4 h 10 min. "
         "3rd reminder. To stop reminders: kasactl alerts ack 417");
}
END_TEST

START_TEST(repeat_of_a_missing_device) {
  struct alert a = freezer_missing();
  a.repeats = 1;
  EXPECT(say(&a, REASON_REPEAT, MINUTES(235)),
         "Still: Freezer is not reporting",
         "Freezer: no reading for 4 h. 1st reminder. To stop reminders: "
         "kasactl alerts ack 417");
}
END_TEST

START_TEST(escalated) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  a.unacked_since = AT_1403;
  EXPECT(say(&a, REASON_ESCALATED, MINUTES(15)),
         "Unacknowledged: Freezer 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N "500 W for 15 minutes. Nobody has "
         "acknowledged it since 14:03. To stop this: kasactl alerts ack 417");
  a = freezer_missing();
  a.unacked_since = AT_1403;
  EXPECT(say(&a, REASON_ESCALATED, MINUTES(15)),
         "Unacknowledged: Freezer is not reporting",
         "Freezer: no reading for 20 minutes. Nobody has acknowledged it since "
         "14:03. To stop this: kasactl alerts ack 417");
}
END_TEST

START_TEST(acknowledged_before_it_was_told) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  struct message m =
      sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403 + 900000);

  a.flags = ALERT_ACKED;
  a.ack_at = AT_1403;
  snprintf(a.ack_by, sizeof(a.ack_by), "A & B");
  EXPECT(say_for(&m, TARGET_HTML), "Freezer: 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N "500 W for 15 minutes (since "
         "14:03). Acknowledged by A &amp; B at 14:03.");
}
END_TEST

START_TEST(escalated_in_words_of_ones_own) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  struct message m =
      sample_message(&a, MESSAGE_OPEN, REASON_ESCALATED, AT_1403 + 900000);
  char error[200];
  struct text_override words = {
      .text = template_compile("%{device}: look!", error, sizeof(error))};

  a.unacked_since = AT_1403;
  m.words = &words;
  EXPECT(say_for(&m, TARGET_PLAIN), "Unacknowledged: Freezer 1" N "640 W",
         "Freezer: look!\nNobody has acknowledged it since 14:03.");
  template_free(words.text);
}
END_TEST

START_TEST(recovery) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 96, DIRECTION_ABOVE, 1500);
  a.peak = 1840;
  a.state = ALERT_RESOLVED;
  a.resolved_at = AT_1403 + MINUTES(27);
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(28)), "OK: Freezer 96 W",
         "Freezer is back to normal: 96 W. It was above 1" N
         "500 W for 27 minutes (peak 1" N "840 W).");
  a.direction = DIRECTION_BELOW;
  a.limit = 20;
  a.peak = 1;
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(28)), "OK: Freezer 96 W",
         "Freezer is back to normal: 96 W. It was below 20 W for 27 minutes "
         "(lowest 1 W).");
  a.value = a.peak = a.limit = NAN;
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(28)), "OK: Freezer",
         "Freezer is back to normal.");
}
END_TEST

START_TEST(recovery_of_a_host_value) {
  struct alert a = sample_alert("cpu", "", "percent", 12, DIRECTION_ABOVE, 90);
  strcpy(a.type_instance, "active");
  a.peak = 98;
  a.resolved_at = AT_1403 + 30000;
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(2)), "OK: nas CPU 12 %",
         "nas is back to normal: CPU 12 %. It was above 90 % (peak 98 %).");
}
END_TEST

START_TEST(back_online) {
  struct alert a = freezer_missing();
  a.resolved_at = AT_1403 + MINUTES(12);
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(13)), "Freezer is reporting again",
         "Freezer was away for 17 minutes.");
}
END_TEST

START_TEST(partly_back) {
  struct alert a = freezer_missing();
  a.members_num = 5;
  a.members_missing = 3;
  a.repeats = 2;
  EXPECT(say(&a, REASON_REPEAT, MINUTES(250)), "Still: Freezer is partly back",
         "Freezer: 3 of 5 readings are still missing. 2nd reminder. To stop "
         "reminders: kasactl alerts ack 417");
  a.members_missing = 5;
  EXPECT(say(&a, REASON_REPEAT, MINUTES(250)),
         "Still: Freezer is not reporting",
         "Freezer: no reading for 4 h 15 min. 2nd reminder. To stop "
         "reminders: kasactl alerts ack 417");
}
END_TEST

START_TEST(flapping) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  struct alert door =
      sample_alert("kasa", "Freezer", "up", 0, DIRECTION_BELOW, 1);
  a.flags = ALERT_FLAPPING;
  a.reopened_num = 6;
  for (unsigned i = 0; i < a.reopened_num; i++)
    a.reopened[i] = AT_1403 + MINUTES(5 * i);
  EXPECT(say(&a, REASON_FLAPPING, MINUTES(30)),
         "Freezer keeps crossing 1" N "500 W",
         "Freezer crossed 1" N "500 W 6 times in 30 minutes. Further changes "
         "are held until it settles.");
  a.flags = 0;
  EXPECT(say(&a, REASON_FLAPPING, MINUTES(60)), "Still: Freezer 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N "500 W for 1 h. It no longer comes "
         "and goes.");
  door.flags = ALERT_FLAPPING;
  door.reopened_num = 4;
  memcpy(door.reopened, a.reopened, sizeof(door.reopened));
  EXPECT(say(&door, REASON_FLAPPING, MINUTES(30)), "Freezer keeps going away",
         "Freezer went away 4 times in 30 minutes. Further changes are held "
         "until it settles.");
}
END_TEST

START_TEST(delayed) {
  struct alert a =
      sample_alert("kasa", "Office", "voltage", 207, DIRECTION_BELOW, 210);
  struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
  m.delay_s = 11520;
  m.delay_why = "Pushover could not be reached";
  EXPECT(say_for(&m, TARGET_PLAIN), "Office: 207 V",
         "Office: 207 V, below 210 V. Delayed 3 h 12 min: Pushover could not "
         "be reached.");
  m.delay_why = "";
  EXPECT(say_for(&m, TARGET_PLAIN), "Office: 207 V",
         "Office: 207 V, below 210 V. Delayed 3 h 12 min.");
}
END_TEST

START_TEST(missed) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 96, DIRECTION_ABOVE, 1500);
  a.since = AT_1403 - MINUTES(713);       /* 02:10 */
  a.resolved_at = AT_1403 - MINUTES(692); /* 02:31 */
  a.peak = 1700;
  EXPECT(say(&a, REASON_MISSED, 0), "Freezer was above 1" N "500 W",
         "From 02:10 to 02:31, peak 1" N
         "700 W. It is back to normal. Delivery was delayed.");
}
END_TEST

START_TEST(missed_event) {
  struct alert a = sample_alert("nas", "", "raid", NAN, DIRECTION_NONE, NAN);

  a.class = ALERT_EVENT;
  strcpy(a.text, "array md0 is degraded");
  strcpy(a.recovery_text, "array md0 is complete again");
  a.since = AT_1403 - MINUTES(713);
  a.resolved_at = AT_1403 - MINUTES(692);
  EXPECT(say(&a, REASON_MISSED, 0), "Over: nas: array md0 is degraded",
         "nas: array md0 is degraded\nFrom 02:10 to 02:31.\nThen: nas: array "
         "md0 is complete again\nDelivery was delayed.");
}
END_TEST

START_TEST(closed_without_an_end) {
  struct alert a = freezer_missing();

  EXPECT(say(&a, REASON_CLOSED, 0), "Closed: Freezer is not reporting",
         "Freezer: the alert was closed without a recovery. It had been open "
         "since 14:03.");
  EXPECT(say(&a, REASON_STALE, 0), "Freezer: no reading since restart",
         "Freezer: no reading since collectd was restarted, nor before that: "
         "it has been away since 14:03.");
}
END_TEST

START_TEST(missed_while_offline) {
  struct alert a = freezer_missing();
  a.since = AT_1403 - MINUTES(713);
  a.resolved_at = AT_1403 - MINUTES(692);
  EXPECT(say(&a, REASON_MISSED, 0), "Freezer was not reporting",
         "From 02:10 to 02:31. It is reporting again. Delivery was delayed.");
}
END_TEST

START_TEST(test_of_a_channel) {
  struct alert a =
      sample_alert("notify_kasa", "", "", NAN, DIRECTION_NONE, NAN);
  EXPECT(say(&a, REASON_TEST, 0), "[TEST] notify_kasa on nas",
         "This is a test of channel \"phone\". Nothing is wrong.");
}
END_TEST

START_TEST(acknowledged) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  strcpy(a.ack_by, "ann");
  a.ack_at = AT_1403 + MINUTES(37);
  a.ack_until = AT_1403 + MINUTES(277);
  EXPECT(say(&a, REASON_ACKED, MINUTES(37)),
         "Acknowledged: Freezer 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N "500 W since 14:03. Acknowledged by "
         "ann at 14:40; no reminders until 18:40.");
}
END_TEST

START_TEST(event_in_its_own_words) {
  struct alert a =
      sample_alert("kasa", "Washer", "cycle", NAN, DIRECTION_NONE, NAN);
  a.class = ALERT_EVENT;
  strcpy(a.text, "Washer finished: 1 h 12 min, 0.85 kWh, 0.26 EUR.");
  EXPECT(say(&a, REASON_OPENED, 0),
         "Washer finished: 1 h 12 min, 0.85 kWh, 0.26 EUR.",
         "Washer finished: 1 h 12 min, 0.85 kWh, 0.26 EUR.");
  strcpy(a.plugin, "backup");
  strcpy(a.plugin_instance, "");
  strcpy(a.device, "backup");
  strcpy(a.text, "it went wrong");
  EXPECT(say(&a, REASON_OPENED, 0), "nas: it went wrong", "nas: it went wrong");
}
END_TEST

/* The headline is short and whole, and says no host: the devices are gone. */
START_TEST(many_devices_at_once) {
  struct alert a =
      sample_alert("notify_kasa", "", "storm", NAN, DIRECTION_NONE, NAN);
  a.class = ALERT_EVENT;
  strcpy(a.text, "60 devices stopped reporting together. Probably the Wi-Fi "
                 "(an access point) or the network. Away: Plug 1 and 59 more.");
  EXPECT(say(&a, REASON_OPENED, 0), "60 devices stopped reporting together",
         a.text);
  ck_assert_str_eq(say(&a, REASON_REPEAT, 0).title,
                   "Still: 60 devices stopped reporting together");
  strcpy(a.recovery_text, "All 60 devices report again");
  a.resolved_at = AT_1403 + MINUTES(27);
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(27)),
         "OK: All 60 devices report again",
         "All 60 devices report again\nThey were away for 27 minutes.");
}
END_TEST

START_TEST(a_long_headline_ends_with_a_word) {
  struct alert a = sample_alert("md", "md0", "", NAN, DIRECTION_NONE, NAN);
  a.class = ALERT_EVENT;
  strcpy(a.text, "drive sdb failed, array md0 is degraded and can be written "
                 "until somebody replaces the disk.");
  ck_assert_str_eq(say(&a, REASON_OPENED, 0).title,
                   "nas: drive sdb failed, array md0 is degraded and can be "
                   "written until somebody\xe2\x80\xa6");
}
END_TEST

START_TEST(plug_of_a_strip_is_named_with_its_strip) {
  struct alert a = sample_alert("kasa_plug", "Desk strip", "power", 420,
                                DIRECTION_ABOVE, 400);
  strcpy(a.type_instance, "Fan");
  EXPECT(say(&a, REASON_OPENED, 0), "Desk strip, Fan: 420 W",
         "Desk strip, Fan: 420 W, above 400 W.");
}
END_TEST

START_TEST(switch_is_something_or_is_not) {
  struct alert a =
      sample_alert("kasa", "Freezer", "relay", 0, DIRECTION_BELOW, 0.5);
  EXPECT(say(&a, REASON_OPENED, MINUTES(5)), "Freezer is off",
         "Freezer has been off for 5 minutes (since 14:03).");
  a.value = 1;
  a.resolved_at = AT_1403 + MINUTES(8);
  EXPECT(say(&a, REASON_RECOVERED, MINUTES(9)), "OK: Freezer is on",
         "Freezer is on again. It was off for 8 minutes.");
}
END_TEST

START_TEST(percentage_is_what_was_judged) {
  struct alert a =
      sample_alert("df", "root", "df_complex", 9.5e10, DIRECTION_ABOVE, 90);
  strcpy(a.type_instance, "used");
  a.percent = 95;
  EXPECT(say(&a, REASON_OPENED, 0), "nas: disk / 95 % used",
         "nas: disk / 95 % used, above 90 %.");
}
END_TEST

START_TEST(value_without_number_falls_back_to_collectds_words) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", NAN, DIRECTION_NONE, NAN);
  strcpy(a.text, "Host nas, plugin kasa: something is above.");
  EXPECT(say(&a, REASON_OPENED, 0), "Freezer is out of range",
         "Freezer: Host nas, plugin kasa: something is above.");
}
END_TEST

START_TEST(another_day_is_named) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1640, DIRECTION_ABOVE, 1500);
  EXPECT(say(&a, REASON_OPENED, MINUTES(1440)), "Freezer: 1" N "640 W",
         "Freezer: 1" N "640 W, above 1" N
         "500 W for 1 day (since 21 Nov 14:03).");
}
END_TEST

START_TEST(fallback_and_unset_clock_are_said) {
  struct alert a =
      sample_alert("kasa", "Office", "voltage", 207, DIRECTION_BELOW, 210);
  struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
  a.flags = ALERT_TIME_UNCERTAIN;
  m.fallback_for = "Slack unreachable: no_service";
  EXPECT(say_for(&m, TARGET_PLAIN), "Office: 207 V",
         "Office: 207 V, below 210 V.\n"
         "Slack unreachable: no_service\n"
         "Times are uncertain: this machine's clock was not set.");
  m.shrink = true;
  EXPECT(say_for(&m, TARGET_PLAIN), "Office: 207 V",
         "Office: 207 V, below 210 V.");
}
END_TEST

START_TEST(route_has_its_own_words_while_it_is_wrong) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1620, DIRECTION_ABOVE, 1500);
  struct text_override route = {.name = (char *)"freezer"};
  struct message m =
      sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403 + MINUTES(5));
  char error[200];
  route.text = template_compile("%{device}: %{value}, %{direction} %{limit} "
                                "for %{duration}. Check the door!",
                                error, sizeof(error));
  ck_assert_msg(route.text != NULL, "%s", error);
  m.words = &route;
  EXPECT(say_for(&m, TARGET_PLAIN), "Freezer: 1" N "620 W",
         "Freezer: 1" N "620 W, above 1" N
         "500 W for 5 minutes. Check the door!");
  m.reason = REASON_RECOVERED;
  a.value = 96;
  EXPECT(say_for(&m, TARGET_PLAIN), "OK: Freezer 96 W",
         "Freezer is back to normal: 96 W. It was above 1" N
         "500 W for 5 minutes.");
  template_free(route.text);
}
END_TEST

static const struct {
  enum text_target target;
  const char *title;
} hostile[] = {
    {TARGET_PLAIN, "<!channel> & \"*a*\": 207 V"},
    {TARGET_HTML, "&lt;!channel&gt; &amp; &quot;*a*&quot;: 207 V"},
    {TARGET_SLACK, "&lt;!channel&gt; &amp; \"*\xe2\x80\x8b"
                   "a*\xe2\x80\x8b\": 207 V"},
    {TARGET_DISCORD, "<!channel\\> & \"\\*a\\*\": 207 V"},
    {TARGET_JSON, "<!channel> & \\\"*a*\\\": 207 V"},
    {TARGET_URL, "%3C%21channel%3E%20%26%20%22%2Aa%2A%22%3A%20207%20V"},
};

START_TEST(name_cannot_change_the_message_around_it) {
  struct alert a = sample_alert("kasa", "<!channel> & \"*a*\"", "voltage", 207,
                                DIRECTION_BELOW, 210);
  struct message m = sample_message(&a, MESSAGE_OPEN, REASON_OPENED, AT_1403);
  ck_assert_str_eq(say_for(&m, hostile[_i].target).title, hostile[_i].title);
}
END_TEST

START_TEST(every_reason_and_class_says_something) {
  for (int reason = 0; reason < REASON_COUNT; reason++) {
    for (int class = ALERT_RANGE; class <= ALERT_EVENT; class ++) {
      struct alert a;
      struct spoken s;
      alert_init(&a);
      a.class = (enum alert_class) class;
      s = say(&a, (enum alert_reason)reason, 0);
      ck_assert_msg(strstr(s.body, "  ") == NULL, "%s", s.body);
      ck_assert_msg(strstr(s.body, "..") == NULL, "%s", s.body);
    }
  }
}
END_TEST

/* Whatever kasa.so dispatches reads as words: never by its type's name. */
START_TEST(each_type_of_ours_has_words) {
  const char *folder = getenv("srcdir");
  char path[1000];
  char line[200];
  unsigned types = 0;
  FILE *f;

  snprintf(path, sizeof(path), "%s/types.db", folder != NULL ? folder : ".");
  f = fopen(path, "r");
  ck_assert_msg(f != NULL, "%s", path);
  while (fgets(line, sizeof(line), f) != NULL) {
    char type[64];
    struct alert a;
    struct spoken s;

    /* what the plugins count of themselves is nobody's device */
    if (line[0] == '#' || sscanf(line, "%63s", type) != 1 ||
        strstr("deliveries alerts alerts_firing info info_now devices", type) !=
            NULL)
      continue;
    a = sample_alert("kasa", "Freezer", type, 1, DIRECTION_ABOVE, 0.5);
    s = say(&a, REASON_OPENED, 0);
    snprintf(line, sizeof(line), "Freezer: %s 1", type); /* without a unit */
    ck_assert_msg(strchr(s.title, '_') == NULL && strcmp(s.title, line) != 0,
                  "%s: %s", type, s.title);
    types++;
  }
  fclose(f);
  ck_assert_uint_gt(types, 25);
}
END_TEST

START_TEST(digest_counts_and_names) {
  struct alert a =
      sample_alert("kasa", "Freezer", "power", 1620, DIRECTION_ABOVE, 1500);
  struct alert b = a, c = a;
  const struct alert *all[] = {&a, &b, &c};
  struct message m = sample_message(&a, MESSAGE_NOTE, REASON_DIGEST, AT_1403);
  struct view view = {
      .message = &m, .alert = &a, .alerts = all, .alerts_num = 3};
  struct buf title, body;
  b.level = LEVEL_CRITICAL;
  c.state = ALERT_RESOLVED;
  c.resolved_at = AT_1403;
  snprintf(a.text, sizeof(a.text), "while limited");
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(view_texts(&view, TARGET_PLAIN, &title, &body), 0);
  ck_assert_str_eq(title.data, "3 alerts while limited");
  ck_assert_str_eq(body.data,
                   "2 still open, 1 over.\n"
                   "- Freezer: 1" N "620 W, above 1" N "500 W, since 14:03\n"
                   "- Freezer: 1" N "620 W, above 1" N "500 W, since 14:03\n"
                   "- Freezer was above 1" N "500 W, 14:03");
  buf_free(&title);
  buf_free(&body);
}
END_TEST

/* A number alone is not yet too much or too little; on, off and away are. */
static const struct {
  const char *type;
  double value;
  enum alert_direction direction;
  double limit;
  const char *line;
} listed[] = {
    {"voltage", 200, DIRECTION_BELOW, 210,
     "- Cellar: 200 V, below 210 V, since 14:03"},
    {"voltage", 250, DIRECTION_ABOVE, 245,
     "- Cellar: 250 V, above 245 V, since 14:03"},
    {"kwh_today", 52.4, DIRECTION_ABOVE, 50,
     "- Cellar: 52.4 kWh today, above 50 kWh, since 14:03"},
    {"relay", 0, DIRECTION_BELOW, 0.5, "- Cellar is off, since 14:03"},
    {"up", 0, DIRECTION_BELOW, 0.5, "- Cellar is not reporting, since 14:03"},
    {"power", NAN, DIRECTION_NONE, NAN,
     "- Cellar is out of range, since 14:03"},
};

START_TEST(a_list_says_which_way_it_is_wrong) {
  struct alert a =
      sample_alert("kasa", "Cellar", listed[_i].type, listed[_i].value,
                   listed[_i].direction, listed[_i].limit);
  const struct alert *all[] = {&a};
  struct message m = sample_message(&a, MESSAGE_NOTE, REASON_DIGEST, AT_1403);
  struct view view = {
      .message = &m, .alert = &a, .alerts = all, .alerts_num = 1};
  struct buf title, body;

  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  ck_assert_int_eq(view_texts(&view, TARGET_PLAIN, &title, &body), 0);
  ck_assert_str_eq(strchr(body.data, '\n') + 1, listed[_i].line);
  buf_free(&title);
  buf_free(&body);
}
END_TEST

static void fill(TCase *t) {
  samples_zone();
  tcase_add_loop_test(t, a_list_says_which_way_it_is_wrong, 0, ROWS(listed));
  tcase_add_test(t, power_high);
  tcase_add_test(t, power_low);
  tcase_add_test(t, energy);
  tcase_add_test(t, cost);
  tcase_add_test(t, voltage);
  tcase_add_test(t, offline);
  tcase_add_test(t, offline_by_the_up_value);
  tcase_add_loop_test(t, host_value, 0, ROWS(hosts));
  tcase_add_test(t, worse);
  tcase_add_test(t, better);
  tcase_add_test(t, repeat);
  tcase_add_test(t, repeat_of_a_missing_device);
  tcase_add_test(t, escalated);
  tcase_add_test(t, acknowledged_before_it_was_told);
  tcase_add_test(t, escalated_in_words_of_ones_own);
  tcase_add_test(t, recovery);
  tcase_add_test(t, recovery_of_a_host_value);
  tcase_add_test(t, back_online);
  tcase_add_test(t, partly_back);
  tcase_add_test(t, flapping);
  tcase_add_test(t, delayed);
  tcase_add_test(t, missed);
  tcase_add_test(t, missed_event);
  tcase_add_test(t, closed_without_an_end);
  tcase_add_test(t, missed_while_offline);
  tcase_add_test(t, test_of_a_channel);
  tcase_add_test(t, acknowledged);
  tcase_add_test(t, event_in_its_own_words);
  tcase_add_test(t, many_devices_at_once);
  tcase_add_test(t, a_long_headline_ends_with_a_word);
  tcase_add_test(t, plug_of_a_strip_is_named_with_its_strip);
  tcase_add_test(t, switch_is_something_or_is_not);
  tcase_add_test(t, percentage_is_what_was_judged);
  tcase_add_test(t, value_without_number_falls_back_to_collectds_words);
  tcase_add_test(t, another_day_is_named);
  tcase_add_test(t, fallback_and_unset_clock_are_said);
  tcase_add_test(t, route_has_its_own_words_while_it_is_wrong);
  tcase_add_loop_test(t, name_cannot_change_the_message_around_it, 0,
                      ROWS(hostile));
  tcase_add_test(t, every_reason_and_class_says_something);
  tcase_add_test(t, each_type_of_ours_has_words);
  tcase_add_test(t, digest_counts_and_names);
}

int main(void) { return suite_run("texts", fill); }
