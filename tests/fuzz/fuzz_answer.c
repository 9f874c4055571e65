/* SPDX-License-Identifier: MIT */
/* Answers of a device over several polls: each line of the input is one
 * answer, an empty one silence. */
#include <config.h>

#include "device/iot/iot.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* False when the poll is over. */
static bool exchange(struct device *d, struct progress *p, struct json *doc,
                     struct buf *request, const uint8_t *line, size_t len) {
  char why[WHY_SIZE] = "";
  enum next next = dialect_iot.next(d, p, request);
  char *text;
  enum outcome outcome;

  if (next == NEXT_DONE || next == NEXT_ERROR)
    return false;
  if (len == 0 && next != NEXT_CORE) {
    dialect_iot.skip(d, p, OUTCOME_TIMEOUT);
    return true;
  }
  text = malloc(len + 1);
  if (text == NULL)
    return false;
  memcpy(text, line, len);
  text[len] = '\0';
  outcome = dialect_iot.take(d, p, doc, text, len, why);
  free(text);
  if (outcome != OUTCOME_OK && why[0] == '\0')
    abort();
  device_sum_plugs(d);
  for (unsigned q = 0; q < QUANTITIES; q++)
    if (reading_has(&d->now, (enum quantity)q) &&
        !(d->now.value[q] >= quantities[q].min))
      abort();
  return outcome == OUTCOME_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct device device = {0};
  struct progress progress = {.rare = true};
  struct json doc;
  struct buf request;

  json_init(&doc);
  buf_init(&request, 1024);
  while (size > 0) {
    const uint8_t *end = memchr(data, '\n', size);
    size_t len = end != NULL ? (size_t)(end - data) : size;

    if (!exchange(&device, &progress, &doc, &request, data, len))
      progress = (struct progress){.rare = true};
    data += len;
    size -= len;
    if (size > 0) {
      data++;
      size--;
    }
  }
  device_free(&device);
  buf_free(&request);
  json_free(&doc);
  return 0;
}
