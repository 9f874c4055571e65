/* SPDX-License-Identifier: MIT */
/* Numbers and texts: see energy_output.h. */
#include <config.h>

#include "cli/energy/energy_output.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MICRO = 1000000 };

void energy_put_number(double number) {
  char text[40];

  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof(text), "%.*g", digits, number);
    if (!(strtod(text, NULL) < number) && !(strtod(text, NULL) > number))
      break;
  }
  fputs(strcmp(text, "-0") == 0 ? "0" : text, stdout);
}

void energy_put_micro(int64_t micro) {
  uint64_t size = micro < 0 ? (uint64_t)-micro : (uint64_t)micro;
  unsigned rest = (unsigned)(size % MICRO);
  int digits = 6;

  printf("%s%" PRIu64, micro < 0 ? "-" : "", size / MICRO);
  if (rest == 0)
    return;
  while (rest % 10 == 0) {
    rest /= 10;
    digits--;
  }
  printf(".%0*u", digits, rest);
}

void energy_put_json(const char *text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    unsigned char c = (unsigned char)*text;

    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < ' ')
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}

void energy_put_csv(const char *text) {
  if (strpbrk(text, ",\"\r\n") == NULL) {
    fputs(text, stdout);
    return;
  }
  putchar('"');
  for (; *text != '\0'; text++) {
    if (*text == '"')
      putchar('"');
    putchar(*text);
  }
  putchar('"');
}

bool energy_is_named(const char *words, const char *device, const char *plug) {
  static const char *const between[] = {": ", " / "};
  size_t len = strlen(device);
  char head[160];

  if (text_same(words, device) || (plug[0] != '\0' && text_same(words, plug)))
    return true;
  if (plug[0] == '\0' || len >= sizeof(head) || strlen(words) <= len)
    return false;
  snprintf(head, sizeof(head), "%.*s", (int)len, words);
  for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
    size_t gap = strlen(between[i]);

    if (text_same(head, device) && strncmp(words + len, between[i], gap) == 0 &&
        text_same(words + len + gap, plug))
      return true;
  }
  return false;
}
