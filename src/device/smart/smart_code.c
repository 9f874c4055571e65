/* SPDX-License-Identifier: MIT */
/* Error codes of SMART devices: see smart_code.h. */
#include <config.h>

#include "device/smart/smart_code.h"

#include <stddef.h>

static const struct {
  int code;
  enum smart_verdict verdict;
} codes[] = {
    {0, SMART_FINE},          {9999, SMART_SESSION}, /* session timed out */
    {1002, SMART_SESSION},    /* transport not available */
    {1003, SMART_MOVED},      /* what AES devices say once they speak KLAP */
    {1100, SMART_AUTH},       /* handshake failed */
    {1111, SMART_AUTH},       /* login failed */
    {1200, SMART_BATCH},      /* multi request failed */
    {-1001, SMART_TRANSIENT}, /* unspecific */
    {-1002, SMART_REFUSED},   /* unknown method */
    {-1003, SMART_BATCH},     /* cannot read the JSON: P100 and batches */
    {-1005, SMART_SESSION},   /* cannot decrypt */
    {-1006, SMART_BATCH},     /* too long */
    {-1008, SMART_REFUSED},   /* parameters, also "not supported here" */
    {-1101, SMART_SESSION},   /* session parameters */
    {-1501, SMART_AUTH},      /* login: wrong account */
    {-2203, SMART_SESSION},   {-40106, SMART_REFUSED}, {-40209, SMART_REFUSED},
    {-40210, SMART_REFUSED},  {-40401, SMART_SESSION}, {-40404, SMART_LOCKED},
    {-40411, SMART_AUTH},     {-40412, SMART_AUTH},    {-40413, SMART_SESSION},
};

enum smart_verdict smart_judge(double code) {
  for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    if (codes[i].code == code)
      return codes[i].verdict;
  return SMART_TRANSIENT;
}

bool smart_code_of(const struct json *doc, json_ref object, double *code) {
  json_ref value = json_get(doc, object, "error_code");

  *code = 0;
  return json_type(doc, object) == JSON_OBJECT &&
         (value == 0 || json_number(doc, value, code));
}

bool smart_code_if_any(const struct json *doc, json_ref object, double *code) {
  if (!smart_code_of(doc, object, code))
    *code = 0;
  return json_type(doc, object) == JSON_OBJECT;
}
