/* SPDX-License-Identifier: MIT */
/* The emeter modules: present readings and the device's own statistics. */
#include "iot_modules.h"

#include "device.h"
#include "house.h"
#include "json.h"

static void put_int(struct text *out, const char *key, double value) {
  text_key(out, key);
  text_int(out, (int64_t)(value < 0 ? value - 0.5 : value + 0.5));
}

static void put_float(struct text *out, const char *key, double value,
                      unsigned decimals) {
  text_key(out, key);
  text_fixed(out, value, decimals);
}

void iot_realtime(const struct iot_call *call) {
  struct device *d = call->device;
  struct reading r;
  device_reading(d, call->slot, &r);
  text_char(call->out, '{');
  /* Strips with hardware 2.0 say whose reading it is. */
  if (d->kind == KIND_STRIP && d->generation == 2)
    put_int(call->out, "slot_id", (double)call->slot);
  if (d->meter == METER_FLOAT) {
    put_float(call->out, "current", r.amps, 6);
    put_float(call->out, "voltage", r.volts, 6);
    put_float(call->out, "power", r.watts, 6);
    put_float(call->out, "total", r.wh / 1000, 3);
  } else {
    if (r.has & HAS_AMPS)
      put_int(call->out, "current_ma", r.amps * 1000);
    if (r.has & HAS_VOLTS)
      put_int(call->out, "voltage_mv", r.volts * 1000);
    put_int(call->out, "power_mw", r.watts * 1000);
    if (r.has & HAS_WH)
      put_int(call->out, "total_wh", r.wh);
  }
  text_addz(call->out, ",\"err_code\":0}");
  struct plug *plug = &d->plugs[call->slot];
  plug->pending = r;
  plug->reading_pending = true;
  const struct fault *f = fault_peek(d->faults, FAULT_NEGATIVE);
  if (f != NULL && (f->plug < 0 || f->plug == (int)call->slot))
    fault_use(d->faults, FAULT_NEGATIVE); /* device_reading only peeks */
}

static void put_energy(const struct iot_call *call, double wh) {
  if (call->device->meter == METER_FLOAT)
    put_float(call->out, "energy", wh / 1000, 3);
  else
    put_int(call->out, "energy_wh", wh);
}

static struct meter *meter_now(const struct iot_call *call) {
  struct plug *plug = &call->device->plugs[call->slot];
  meter_advance(&plug->meter, &plug->load, plug->relay,
                house_elapsed(call->device->house));
  return &plug->meter;
}

void iot_daystat(const struct iot_call *call) {
  int64_t year, month;
  if (!json_int(call->args, "year", &year) ||
      !json_int(call->args, "month", &month) || month < 1 || month > 12) {
    iot_error(call->out, -3);
    return;
  }
  const struct meter *meter = meter_now(call);
  int64_t first = day_number(year, month, 1);
  text_addz(call->out, "{\"day_list\":[");
  for (int day = 1; day <= days_in_month(year, month); day++) {
    double wh;
    if (!meter_day_wh(meter, first + day - 1, &wh))
      continue;
    if (call->out->p[call->out->len - 1] == '}')
      text_char(call->out, ',');
    text_printf(call->out, "{\"year\":%d,\"month\":%d,\"day\":%d", (int)year,
                (int)month, day);
    put_energy(call, wh);
    text_char(call->out, '}');
  }
  text_addz(call->out, "],\"err_code\":0}");
}

void iot_monthstat(const struct iot_call *call) {
  int64_t year;
  if (!json_int(call->args, "year", &year)) {
    iot_error(call->out, -3);
    return;
  }
  const struct meter *meter = meter_now(call);
  text_addz(call->out, "{\"month_list\":[");
  for (int month = 1; month <= 12; month++) {
    double wh;
    if (!meter_month_wh(meter, year, month, &wh))
      continue;
    if (call->out->p[call->out->len - 1] == '}')
      text_char(call->out, ',');
    text_printf(call->out, "{\"year\":%d,\"month\":%d", (int)year, month);
    put_energy(call, wh);
    text_char(call->out, '}');
  }
  text_addz(call->out, "],\"err_code\":0}");
}
