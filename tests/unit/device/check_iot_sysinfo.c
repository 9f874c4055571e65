/* SPDX-License-Identifier: MIT */
/* get_sysinfo to device: who it is, what it can, what state it is in. */
#include <config.h>

#include "device/iot/iot_sysinfo.h"

#include "../support/readings.h"
#include "../support/suite.h"

static struct json doc;
static struct device device;
static char why[WHY_SIZE];
static struct progress progress;

static void setup(void) {
  json_init(&doc);
  device = (struct device){0};
  why[0] = '\0';
}

static void teardown(void) {
  device_free(&device);
  json_free(&doc);
}

/* members without the braces around them; every device has a model. */
static enum outcome take(const char *members) {
  static char text[8192];

  snprintf(text, sizeof(text), "{\"model\":\"HS110(EU)\"%s%s}",
           members[0] != '\0' ? "," : "", members);
  progress = (struct progress){0};
  return iot_sysinfo(&device, &progress, &doc,
                     json_parse(&doc, text, strlen(text)), why);
}

static const struct {
  const char *members;
  enum device_kind kind;
  bool has_meter, has_sensors;
} kinds[] = {
    {"", KIND_PLUG, false, false},
    {"\"type\":\"IOT.SMARTPLUGSWITCH\",\"feature\":\"TIM\"", KIND_PLUG, false,
     false},
    {"\"mic_type\":\"IOT.SMARTPLUGSWITCH\",\"feature\":\"TIM:ENE\"", KIND_PLUG,
     true, false},
    {"\"feature\":\"ENE\"", KIND_PLUG, true, false},
    {"\"feature\":\"tim:ene:xyz\"", KIND_PLUG, true, false},
    {"\"feature\":\"TIM:SCENE\"", KIND_PLUG, false, false},
    {"\"feature\":5", KIND_PLUG, false, false},
    {"\"dev_name\":\"Smart Wi-Fi Light Switch\"", KIND_SWITCH, false, false},
    {"\"dev_name\":\"Wi-Fi Smart Dimmer\",\"brightness\":25", KIND_DIMMER,
     false, false},
    {"\"dev_name\":\"Wi-Fi Smart Dimmer with sensor\"", KIND_DIMMER, false,
     true},
    {"\"dev_name\":\"Smart Light Switch with PIR\"", KIND_SWITCH, false, true},
    {"\"mic_type\":\"IOT.SMARTBULB\"", KIND_BULB, true, false},
    {"\"mic_type\":\"iot.smartbulb\",\"length\":16", KIND_LIGHT_STRIP, true,
     false},
    {"\"mic_type\":\"IOT.SMARTPLUGSWITCH\",\"children\":[]", KIND_STRIP, false,
     false},
    {"\"feature\":\"TIM:ENE\",\"children\":[{\"id\":\"00\",\"state\":1}]",
     KIND_STRIP, true, false},
    {"\"children\":\"many\"", KIND_STRIP, false, false},
    /* its own relay, and no plug listed */
    {"\"relay_state\":1,\"feature\":\"TIM:ENE\",\"child_num\":0", KIND_PLUG,
     true, false},
    {"\"relay_state\":1,\"feature\":\"TIM:ENE\",\"children\":[]", KIND_PLUG,
     true, false},
    {"\"relay_state\":1,\"feature\":\"TIM:ENE\",\"children\":null,"
     "\"child_num\":null",
     KIND_PLUG, true, false},
    {"\"relay_state\":1,\"children\":[],\"child_num\":3", KIND_STRIP, false,
     false},
    {"\"type\":\"IOT.IPCAMERA\"", KIND_UNSUPPORTED, false, false},
    {"\"type\":\"IOT.RANGEEXTENDER.SMARTPLUG\"", KIND_PLUG, false, false},
    {"\"type\":7,\"mic_type\":\"IOT.SMARTBULB\"", KIND_BULB, true, false},
};

START_TEST(the_kind_follows_from_what_it_says) {
  ck_assert_int_eq(take(kinds[_i].members), OUTCOME_OK);
  ck_assert_msg(device.kind == kinds[_i].kind, "%s: %s", kinds[_i].members,
                device_kind_name(device.kind));
  ck_assert_msg(device.has_meter == kinds[_i].has_meter, "%s: meter",
                kinds[_i].members);
  ck_assert_msg(device.has_sensors == kinds[_i].has_sensors, "%s: sensors",
                kinds[_i].members);
}
END_TEST

static const struct {
  const char *members;
  const char *mac; /* NULL: none */
} macs[] = {
    {"\"mac\":\"50:C7:BF:00:11:22\"", "50:c7:bf:00:11:22"},
    {"\"mic_mac\":\"50C7BF001122\"", "50:c7:bf:00:11:22"},
    {"\"ethernet_mac\":\"50-C7-BF-00-11-22\"", "50:c7:bf:00:11:22"},
    {"\"mic_mac\":\"111111111111\",\"mac\":\"50:C7:BF:00:11:22\"",
     "50:c7:bf:00:11:22"},
    {"\"mac\":\"\",\"mic_mac\":\"50C7BF001122\"", "50:c7:bf:00:11:22"},
    {"\"mac\":\"00:00:00:00:00:00\"", NULL},
    {"\"mac\":\"unknown\"", NULL},
    {"\"mac\":12345", NULL},
    {"", NULL},
};

START_TEST(the_mac_is_found_under_its_three_names) {
  char out[MAC_TEXT_SIZE];

  ck_assert_int_eq(take(macs[_i].members), OUTCOME_OK);
  ck_assert_msg(device.mac_known == (macs[_i].mac != NULL), "%s",
                macs[_i].members);
  if (macs[_i].mac == NULL)
    return;
  device_format_mac(device.mac, out);
  ck_assert_str_eq(out, macs[_i].mac);
}
END_TEST

static const struct {
  const char *what;
  const char *members;
  const char *reading;
} states[] = {
    {"a plug that is on",
     "\"relay_state\":1,\"on_time\":6023162,\"led_off\":1,\"updating\":0,"
     "\"rssi\":-71",
     "relay=1 on=6023162 led_off=1 updating=0 rssi=-71"},
    {"numbers as text",
     "\"relay_state\":\"1\",\"on_time\":\"12\",\"rssi\":\"-50\"",
     "relay=1 on=12 rssi=-50"},
    {"numbers as floats", "\"relay_state\":1.0,\"on_time\":12.0",
     "relay=1 on=12"},
    {"booleans", "\"relay_state\":true,\"led_off\":false", "relay=1 led_off=0"},
    {"words", "\"relay_state\":\"on\",\"led_off\":\"False\"",
     "relay=1 led_off=0"},
    {"words that are no numbers", "\"rssi\":\"on\",\"relay_state\":\"yes\"",
     ""},
    {"off with a time left over", "\"relay_state\":0,\"on_time\":1484408",
     "relay=0 on=0"},
    {"on for a negative time", "\"relay_state\":1,\"on_time\":-32407",
     "relay=1 on=0"},
    {"on since the time of the dinosaurs",
     "\"relay_state\":1,\"on_time\":1e300", "relay=1"},
    {"a signal of the impossible kind", "\"rssi\":5,\"relay_state\":1",
     "relay=1"},
    {"a relay in a third state", "\"relay_state\":2,\"rssi\":-1", "rssi=-1"},
    {"null and objects for numbers",
     "\"relay_state\":null,\"rssi\":{},\"led_off\":[1]", ""},
    {"a dimmer that is off", "\"relay_state\":0,\"brightness\":25",
     "relay=0 brightness=25"},
    {"too hot", "\"ntc_state\":1", "hot=1"},
    {"a bulb that is on",
     "\"mic_type\":\"IOT.SMARTBULB\",\"light_state\":{\"on_off\":1,"
     "\"brightness\":12}",
     "relay=1 brightness=12"},
    {"a bulb that is off",
     "\"mic_type\":\"IOT.SMARTBULB\",\"light_state\":{\"on_off\":0,"
     "\"dft_on_state\":{\"brightness\":95}}",
     "relay=0 brightness=95"},
    {"a light strip of groups that is off",
     "\"mic_type\":\"IOT.SMARTBULB\",\"length\":16,\"light_state\":{\"on_off\":"
     "0,\"dft_on_state\":{\"groups\":[{\"brightness\":80}]}}",
     "relay=0 brightness=80"},
    {"an effect with its own brightness",
     "\"mic_type\":\"IOT.SMARTBULB\",\"length\":16,\"light_state\":{\"on_off\":"
     "1,\"brightness\":30},\"lighting_effect_state\":{\"enable\":1,"
     "\"brightness\":100}",
     "relay=1 brightness=100"},
    {"an effect that does not run",
     "\"mic_type\":\"IOT.SMARTBULB\",\"length\":16,\"light_state\":{\"on_off\":"
     "1,\"brightness\":30},\"lighting_effect_state\":{\"enable\":0,"
     "\"brightness\":100}",
     "relay=1 brightness=30"},
    {"a light state of the wrong kind",
     "\"mic_type\":\"IOT.SMARTBULB\",\"light_state\":[1]", ""},
};

START_TEST(the_state_is_read) {
  ck_assert_int_eq(take(states[_i].members), OUTCOME_OK);
  ck_assert_msg(strcmp(reading_text(&device.now), states[_i].reading) == 0,
                "%s: %s", states[_i].what, reading_text(&device.now));
}
END_TEST

START_TEST(what_is_missing_now_is_not_kept_from_before) {
  ck_assert_int_eq(take("\"relay_state\":1,\"rssi\":-50"), OUTCOME_OK);
  reading_set(&device.now, Q_KWH_TODAY, 1.5); /* fetched seldom: stays */
  reading_set(&device.now, Q_POWER, 60);
  ck_assert_int_eq(take("\"rssi\":-51"), OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.now), "today=1.5 rssi=-51");
}
END_TEST

static const struct {
  const char *id;
  const char *full;
} ids[] = {
    {"00", "8006AB00"},
    {"5", "8006AB05"},
    {"8006AB03", "8006AB03"},
    {"SCRUBBED_CHILD_DEVICE_ID_1", "SCRUBBED_CHILD_DEVICE_ID_1"},
    {"", "8006AB00"},
};

START_TEST(a_plugs_id_is_made_whole) {
  char members[200];

  snprintf(members, sizeof(members),
           "\"deviceId\":\"8006AB\",\"children\":[{\"id\":\"%s\"}]",
           ids[_i].id);
  ck_assert_int_eq(take(members), OUTCOME_OK);
  ck_assert_str_eq(device.plugs[0].id, ids[_i].full);
}
END_TEST

static const char *const hostile_ids[] = {
    "x\\\"]},\\\"system\\\":{\\\"reset\\\":{}},\\\"y\\\":{\\\"z\\\":[\\\"",
    "00\\\\\\\\",
};

START_TEST(a_plugs_id_cannot_smuggle_a_request) {
  char members[300];

  snprintf(members, sizeof(members), "\"children\":[{\"id\":\"%s\"}]",
           hostile_ids[_i]);
  ck_assert_int_eq(take(members), OUTCOME_OK);
  ck_assert_uint_eq(device.plugs_num, 0);
  ck_assert_uint_gt(progress.failed[OUTCOME_MALFORMED], 0);
}
END_TEST

START_TEST(plugs_keep_their_place_and_lose_old_values) {
  ck_assert_int_eq(
      take("\"deviceId\":\"AB\",\"children\":[{\"id\":\"00\",\"state\":1,"
           "\"alias\":\"Fan / left\",\"on_time\":5},{\"id\":\"01\",\"state\":0,"
           "\"on_time\":79700,\"alias\":\"\"}]"),
      OUTCOME_OK);
  ck_assert_str_eq(device.plugs[0].alias, "Fan _ left");
  ck_assert_str_eq(reading_text(&device.plugs[0].now), "relay=1 on=5");
  ck_assert_str_eq(reading_text(&device.plugs[1].now), "relay=0 on=0");
  ck_assert_uint_eq(device.plugs[1].slot, 2);
  reading_set(&device.plugs[0].now, Q_POWER, 5);
  ck_assert_int_eq(take("\"deviceId\":\"AB\",\"children\":[{},7]"), OUTCOME_OK);
  ck_assert_str_eq(reading_text(&device.plugs[0].now), "");
  ck_assert_uint_eq(device.plugs_num, 2);
  ck_assert(device.plugs_incomplete);
  ck_assert_int_eq(take("\"deviceId\":\"AC\""), OUTCOME_OK);
  ck_assert_uint_eq(device.plugs_num, 0);
}
END_TEST

START_TEST(long_and_hostile_texts_are_cut_and_cleaned) {
  char members[2000];
  char alias[301];

  memset(alias, 'a', 300);
  alias[300] = '\0';
  snprintf(members, sizeof(members),
           "\"alias\":\"%s\",\"deviceId\":\"%s\",\"hw_ver\":\"%s\","
           "\"sw_ver\":\"1.0\x1b[31m Build\"",
           alias, alias, alias);
  ck_assert_int_eq(take(members), OUTCOME_OK);
  ck_assert_uint_eq(strlen(device.alias), DEVICE_NAME_MAX);
  ck_assert_uint_eq(strlen(device.id), sizeof(device.id) - 1);
  ck_assert_str_eq(device.firmware, "1.0[31m");
}
END_TEST

START_TEST(another_firmware_may_know_more) {
  ck_assert_int_eq(take("\"sw_ver\":\"1.0.4 Build 1\""), OUTCOME_OK);
  device.memory.refused = 5;
  ck_assert_int_eq(take("\"sw_ver\":\"1.0.4 Build 2\""), OUTCOME_OK);
  ck_assert_uint_eq(device.memory.refused, 5);
  ck_assert_int_eq(take("\"sw_ver\":\"1.0.5 Build 3\""), OUTCOME_OK);
  ck_assert_uint_eq(device.memory.refused, 0);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, the_kind_follows_from_what_it_says, 0, ROWS(kinds));
  tcase_add_loop_test(t, the_mac_is_found_under_its_three_names, 0, ROWS(macs));
  tcase_add_loop_test(t, the_state_is_read, 0, ROWS(states));
  tcase_add_test(t, what_is_missing_now_is_not_kept_from_before);
  tcase_add_loop_test(t, a_plugs_id_is_made_whole, 0, ROWS(ids));
  tcase_add_loop_test(t, a_plugs_id_cannot_smuggle_a_request, 0,
                      ROWS(hostile_ids));
  tcase_add_test(t, plugs_keep_their_place_and_lose_old_values);
  tcase_add_test(t, long_and_hostile_texts_are_cut_and_cleaned);
  tcase_add_test(t, another_firmware_may_know_more);
}

int main(void) { return suite_run("iot_sysinfo", fill); }
