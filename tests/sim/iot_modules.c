/* SPDX-License-Identifier: MIT */
/* Time, cloud, schedule, lights and sensors of the IOT dialect. */
#include "iot_modules.h"

#include "device.h"
#include "house.h"
#include "json.h"
#include "sysinfo.h"

/* The words devices put beside the numbers. */
static const struct error_word {
  int code;
  const char *word;
} error_words[] = {
    {-1, "module not support"},
    {-2, "member not support"},
    {-3, "invalid argument"},
    {-5, "not enough memory"},
    {-7, "unknown error"},
    {-10, "table is full"},
    {-14, "entry not exist"},
    {-2000, "Method not support"},
    {-2001, "Module not support"},
    {-10000, "Invalid input argument"},
    {-10002, "Missing necessary argument"},
};

void iot_error(struct text *out, int code) {
  text_addz(out, "{\"err_code\":");
  text_int(out, code);
  for (size_t i = 0; i < COUNT(error_words); i++)
    if (error_words[i].code == code)
      text_printf(out, ",\"err_msg\":\"%s\"", error_words[i].word);
  text_char(out, '}');
}

void iot_sysinfo(const struct iot_call *call) {
  sysinfo_answer(call->device, call->udp, call->out);
}

static struct tm device_time(const struct device *d) {
  return clock_calendar(&d->house->clock, house_elapsed(d->house),
                        d->clock_offset_s);
}

void iot_time(const struct iot_call *call) {
  struct tm tm = device_time(call->device);
  text_printf(call->out,
              "{\"year\":%d,\"month\":%d,\"mday\":%d,\"hour\":%d,\"min\":%d,"
              "\"sec\":%d,\"err_code\":0}",
              tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
              tm.tm_min, tm.tm_sec);
}

void iot_timezone(const struct iot_call *call) {
  text_addz(call->out, "{\"index\":42,\"err_code\":0}");
}

void iot_cloud(const struct iot_call *call) {
  text_printf(call->out,
              "{\"username\":\"user@example.com\",\"server\":\"devs."
              "example.com\",\"binded\":1,\"cld_connection\":%d,"
              "\"illegalType\":0,\"stopConnect\":0,\"tcspStatus\":1,"
              "\"fwDlPage\":\"\",\"tcspInfo\":\"\",\"fwNotifyType\":-1,"
              "\"err_code\":0}",
              call->device->cloud ? 1 : 0);
}

void iot_next_action(const struct iot_call *call) {
  text_addz(call->out, "{\"type\":-1,\"err_code\":0}");
}

void iot_rules(const struct iot_call *call) {
  text_addz(call->out,
            "{\"rule_list\":[],\"version\":2,\"enable\":0,\"err_code\":0}");
}

/* schedule.get_daystat: minutes on. Two hours a day up to today. */
void iot_usage_days(const struct iot_call *call) {
  int64_t year, month;
  struct tm tm = device_time(call->device);
  if (!json_int(call->args, "year", &year) ||
      !json_int(call->args, "month", &month)) {
    iot_error(call->out, -3);
    return;
  }
  bool now = year == tm.tm_year + 1900 && month == tm.tm_mon + 1;
  text_addz(call->out, "{\"day_list\":[");
  for (int day = 1; now && day <= tm.tm_mday; day++)
    text_printf(call->out,
                "%s{\"year\":%d,\"month\":%d,\"day\":%d,\"time\":120}",
                day > 1 ? "," : "", (int)year, (int)month, day);
  text_addz(call->out, "],\"err_code\":0}");
}

void iot_usage_months(const struct iot_call *call) {
  int64_t year;
  struct tm tm = device_time(call->device);
  if (!json_int(call->args, "year", &year)) {
    iot_error(call->out, -3);
    return;
  }
  text_addz(call->out, "{\"month_list\":[");
  if (year == tm.tm_year + 1900)
    text_printf(call->out, "{\"year\":%d,\"month\":%d,\"time\":%d}", (int)year,
                tm.tm_mon + 1, tm.tm_mday * 120);
  text_addz(call->out, "],\"err_code\":0}");
}

void iot_dimmer(const struct iot_call *call) {
  text_addz(call->out, "{\"minThreshold\":0,\"fadeOnTime\":1000,"
                       "\"fadeOffTime\":1000,\"gentleOnTime\":3000,"
                       "\"gentleOffTime\":10000,\"rampRate\":30,"
                       "\"bulb_type\":1,\"err_code\":0}");
}

void iot_light_state(const struct iot_call *call) {
  sysinfo_light_state(call->device, call->out);
  call->out->len--; /* its closing brace */
  text_addz(call->out, ",\"err_code\":0}");
}

void iot_pir_config(const struct iot_call *call) {
  text_addz(call->out, "{\"enable\":1,\"version\":\"1.0\",\"trigger_index\":2,"
                       "\"cold_time\":15000,\"min_adc\":0,\"max_adc\":4095,"
                       "\"array\":[80,50,20,0],\"err_code\":0}");
}

/* Trigger index 2 means 20: beyond 80 percent from the middle is motion. */
void iot_pir_adc(const struct iot_call *call) {
  text_printf(call->out, "{\"value\":%d,\"err_code\":0}",
              call->device->motion ? 3940 : 2025);
}

void iot_las_config(const struct iot_call *call) {
  text_addz(call->out,
            "{\"ver\":\"1.0\",\"devs\":[{\"hw_id\":0,\"enable\":1,"
            "\"dark_index\":0,\"min_adc\":0,\"max_adc\":2450,\"level_array\":["
            "{\"name\":\"cloudy\",\"adc\":390,\"value\":15},"
            "{\"name\":\"dawn\",\"adc\":222,\"value\":9},"
            "{\"name\":\"custom\",\"adc\":2400,\"value\":97}]}],"
            "\"err_code\":0}");
}

void iot_las_brightness(const struct iot_call *call) {
  text_printf(call->out, "{\"value\":%d,\"err_code\":0}",
              (int)call->device->ambient_light);
}

void iot_las_dark(const struct iot_call *call) {
  text_printf(call->out, "{\"bDark\":%d,\"err_code\":0}",
              call->device->dark ? 1 : 0);
}
