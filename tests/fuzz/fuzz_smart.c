/* SPDX-License-Identifier: MIT */
/* Answers of anybody through the SMART dialect: the input is cut at line
 * feeds into the answers of one poll after the other. Whatever comes, polls
 * end, and values lie in their range. */
#include <config.h>

#include "device/smart/smart.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct reading *r) {
  for (unsigned q = 0; q < QUANTITIES; q++)
    if (reading_has(r, (enum quantity)q) &&
        !(r->value[q] >= quantities[q].min && r->value[q] <= quantities[q].max))
      abort();
}

/* A poll over the rest of the input; false when that is used up. */
static int poll_once(struct device *d, struct json *doc, struct buf *request,
                     const uint8_t **data, size_t *size, int slow) {
  struct progress p = {.rare = slow};
  enum next next;

  for (int rounds = 0; (next = dialect_smart.next(d, &p, request)) != NEXT_DONE;
       rounds++) {
    const uint8_t *end = memchr(*data, '\n', *size);
    size_t len = end != NULL ? (size_t)(end - *data) : *size;
    char why[WHY_SIZE];
    char *text;
    enum outcome outcome;

    if (next == NEXT_ERROR || rounds > 500)
      abort();
    if (*size == 0)
      return 0;
    text = malloc(len + 1);
    if (text == NULL)
      return 0;
    memcpy(text, *data, len);
    text[len] = '\0';
    outcome = dialect_smart.take(d, &p, doc, text, len, why);
    free(text);
    *data += end != NULL ? len + 1 : len;
    *size -= end != NULL ? len + 1 : len;
    if (outcome != OUTCOME_OK && next == NEXT_CORE)
      return 1;
    if (outcome != OUTCOME_OK)
      dialect_smart.skip(d, &p, OUTCOME_TIMEOUT);
  }
  device_sum_plugs(d);
  check(&d->now);
  for (unsigned i = 0; i < d->plugs_num; i++)
    check(&d->plugs[i].now);
  return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct device d = {0};
  struct json doc;
  struct buf request;
  int slow = 1;

  if (size > 65536)
    return 0;
  json_init(&doc);
  buf_init(&request, 1024);
  while (size > 0 && poll_once(&d, &doc, &request, &data, &size, slow))
    slow = !slow;
  buf_free(&request);
  json_free(&doc);
  device_free(&d);
  return 0;
}
