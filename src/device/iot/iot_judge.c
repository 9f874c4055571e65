/* SPDX-License-Identifier: MIT */
/* What an answer's error codes mean, and which modules a device has: what the
 * steps of every poll and the rare ones share. See iot_internal.h. */
#include <config.h>

#include "device/iot/iot_internal.h"

#include <stddef.h>

bool iot_is_light(const struct device *d) {
  return d->kind == KIND_BULB || d->kind == KIND_LIGHT_STRIP;
}

const char *iot_meter_module(const struct device *d) {
  return iot_is_light(d) ? "smartlife.iot.common.emeter" : "emeter";
}

bool iot_asks_meter(const struct device *d) {
  return d->has_meter && (d->refused & ASK_METER) == 0;
}

/* "No such module" and "no such method" in the two numberings. */
static const struct {
  int code;
  enum iot_verdict verdict;
} codes[] = {
    {0, IOT_FINE},        {-1, IOT_REFUSED},    {-2, IOT_REFUSED},
    {-2000, IOT_REFUSED}, {-2001, IOT_REFUSED},
};

enum iot_verdict iot_judge(const struct json *doc, json_ref root,
                           const char *module, const char *name,
                           json_ref *method, double *code) {
  json_ref in = json_get(doc, root, module);

  *method = json_get(doc, in, name);
  if ((!json_number(doc, json_get(doc, in, "err_code"), code) || *code == 0) &&
      !json_number(doc, json_get(doc, *method, "err_code"), code))
    *code = 0;
  if (*code == 0 && json_type(doc, *method) != JSON_OBJECT)
    return IOT_MISSING;
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    if (codes[i].code == *code)
      return codes[i].verdict;
  return IOT_FAILED;
}
