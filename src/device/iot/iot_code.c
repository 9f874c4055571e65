/* SPDX-License-Identifier: MIT */
/* Error codes of IOT devices: see iot_code.h. */
#include <config.h>

#include "device/iot/iot_code.h"

#include <stdio.h>

/* All others may pass: -3 (arguments), -10 and -11 (time), -1003 and -1601
 * (before the clock is set), ... */
static const struct {
  int code;
  enum iot_verdict verdict;
} codes[] = {
    {0, IOT_FINE},        {-1, IOT_REFUSED},    {-2, IOT_REFUSED},
    {-2000, IOT_REFUSED}, {-2001, IOT_REFUSED},
};

enum iot_verdict iot_judge(struct iot_answer *a, const char *module,
                           const char *method) {
  json_ref in = json_get(a->doc, a->root, module);
  enum json_type type;

  a->module = module;
  a->method = method;
  a->object = json_get(a->doc, in, method);
  if ((!json_number(a->doc, json_get(a->doc, in, "err_code"), &a->code) ||
       a->code == 0) &&
      !json_number(a->doc, json_get(a->doc, a->object, "err_code"), &a->code))
    a->code = 0;
  type = json_type(a->doc, a->object);
  if (a->code == 0 && type != JSON_OBJECT)
    return type == JSON_NONE || type == JSON_NULL ? IOT_MISSING : IOT_SHAPELESS;
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    if (codes[i].code == a->code)
      return codes[i].verdict;
  return IOT_FAILED;
}

void iot_complain(const struct iot_answer *a, enum iot_verdict verdict,
                  char *out, size_t size) {
  if (verdict == IOT_MISSING)
    snprintf(out, size, "the answer lacks %s.%s", a->module, a->method);
  else if (verdict == IOT_SHAPELESS)
    snprintf(out, size, "%s.%s: the answer makes no sense", a->module,
             a->method);
  else
    snprintf(out, size, "%s.%s: error %.0f from the device", a->module,
             a->method, a->code);
}
