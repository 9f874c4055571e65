/* SPDX-License-Identifier: MIT */
/* Any text for the JSON reader; whatever it takes is walked through. */
#include <config.h>

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct json *doc, json_ref ref, unsigned depth) {
  char out[9];
  double number;

  if (depth > JSON_DEPTH_MAX)
    abort();
  if (json_number(doc, ref, &number) && !(number - number == 0)) /* infinite */
    abort();
  if (json_string(doc, ref, out, sizeof(out)) && strlen(out) >= sizeof(out))
    abort();
  (void)json_get(doc, ref, "system");
  for (json_ref c = json_first(doc, ref); c != 0; c = json_next(doc, c))
    walk(doc, c, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct json doc;
  char *text = malloc(size + 1);

  if (text == NULL)
    return -1;
  memcpy(text, data, size);
  text[size] = '\0'; /* as transports give it */
  json_init(&doc);
  walk(&doc, json_parse(&doc, text, size), 0);
  json_free(&doc);
  free(text);
  return 0;
}
