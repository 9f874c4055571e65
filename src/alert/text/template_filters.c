/* SPDX-License-Identifier: MIT */
/* The filters of templates: see template_filters.h. */
#include <config.h>

#include "alert/text/template_filters.h"

#include "alert/text/template_value.h"

#include "alert/text/format.h"
#include "alert/text/format_time.h"
#include "alert/text/template.h"
#include "base/guess.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- helpers ----------------------------------------------------------------
 */

/* Takes text over as the new value. */
static int become_text(struct template_filtered *f, char *text) {
  if (text == NULL)
    return -ENOMEM;
  value_free(&f->value);
  f->value = (struct value){.kind = VALUE_TEXT, .text = text, .own = text};
  return 0;
}

static int become_copy(struct template_filtered *f, const char *text) {
  return become_text(f, strdup(text));
}

/* Numbers and moments turned into words, so that text filters apply. */
static int as_text(struct template_filtered *f, const struct view *view) {
  char words[FORMAT_SIZE];

  if (f->value.kind == VALUE_TEXT)
    return 0;
  value_words(&f->value, view, words, sizeof(words));
  return become_copy(f, words);
}

static int whole_number(const char *text, long least, long most, long *out) {
  char *end = NULL;
  long n;

  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): callers have a text
  if (*text < '0' || *text > '9')
    return -EINVAL;
  errno = 0;
  n = strtol(text, &end, 10);
  if (*end != '\0' || errno != 0 || n < least || n > most)
    return -EINVAL;
  *out = n;
  return 0;
}

/* -- filters ----------------------------------------------------------------
 */

#define FILTER(function)                                                       \
  static int function(struct template_filtered *f __attribute__((unused)),     \
                      const char *argument __attribute__((unused)),            \
                      const struct view *view __attribute__((unused)),         \
                      int target __attribute__((unused)))

FILTER(apply_default) {
  if (value_present(&f->value))
    return 0;
  f->authors = true;
  return become_copy(f, argument);
}

/* ASCII, Latin-1, Greek and Cyrillic; the rest stays as it is. */
static uint32_t to_lower(uint32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
      (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
    return c + 32;
  return c >= 0x400 && c <= 0x40f ? c + 80 : c;
}

static uint32_t to_upper(uint32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7) ||
      (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) || (c >= 0x430 && c <= 0x44f))
    return c - 32;
  return c >= 0x450 && c <= 0x45f ? c - 80 : c;
}

/* The characters changed here keep their length in UTF-8. */
static int map_text(struct template_filtered *f, const struct view *view,
                    uint32_t (*map)(uint32_t c)) {
  int err = as_text(f, view);
  char *copy = err == 0 ? strdup(f->value.text) : NULL;
  size_t len;

  if (copy == NULL)
    return -ENOMEM;
  len = strlen(copy);
  for (size_t i = 0; i < len;) {
    uint32_t code = 0;
    char bytes[4];
    size_t n = text_decode(copy + i, len - i, &code);

    if (n > 0 && text_encode(map(code), bytes) == n)
      memcpy(copy + i, bytes, n);
    i += n > 0 ? n : 1;
  }
  return become_text(f, copy);
}

FILTER(apply_upper) { return map_text(f, view, to_upper); }
FILTER(apply_lower) { return map_text(f, view, to_lower); }

FILTER(apply_number) {
  const struct text_style *style = view_style(view);
  char words[FORMAT_SIZE];
  double number = f->value.number;
  long decimals = 0;

  if (f->value.style == NUMBER_UNIT && f->value.unit.factor != 0)
    number *= f->value.unit.factor;
  if (*argument == '\0')
    format_number(number, style, words, sizeof(words));
  else if (whole_number(argument, 0, 9, &decimals) == 0)
    format_decimals(number, (unsigned)decimals, style, words, sizeof(words));
  return become_copy(f, words);
}

/* "1st", "2nd", "3rd", "11th" */
FILTER(apply_ordinal) {
  static const char *const ends[] = {"th", "st", "nd", "rd"};
  double number = f->value.number;
  unsigned last = isfinite(number) ? (unsigned)fmod(fabs(number), 100) : 0;
  char words[FORMAT_SIZE] = "";

  if (last >= 11 && last <= 13)
    last = 0;
  if (isfinite(number))
    snprintf(words, sizeof(words), "%.0f%s", number,
             ends[last % 10 < 4 ? last % 10 : 0]);
  return become_copy(f, words);
}

FILTER(apply_duration) {
  char words[FORMAT_SIZE];

  format_duration(f->value.number, words, sizeof(words));
  return become_copy(f, words);
}

FILTER(apply_date) {
  char words[FORMAT_SIZE];

  format_date(f->value.moment, argument, words, sizeof(words));
  return become_copy(f, words);
}

FILTER(apply_clock) {
  char words[FORMAT_SIZE];

  format_clock(f->value.moment, view_now(view), words, sizeof(words));
  return become_copy(f, words);
}

FILTER(apply_relative) {
  char words[FORMAT_SIZE] = "";

  if (f->value.moment != 0)
    format_relative(f->value.moment, view_now(view), words, sizeof(words));
  return become_copy(f, words);
}

/* Belongs to the character before it: accents, variation selectors, skin
 * tones, and what a zero-width joiner ties together. */
static bool is_attached(uint32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) ||
         (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f) ||
         c == 0x200d || (c >= 0x1f3fb && c <= 0x1f3ff) ||
         (c >= 0xe0020 && c <= 0xe007f);
}

/* Back to the end of a word, unless that costs a quarter of it. */
static size_t end_of_word(const char *text, size_t keep) {
  size_t end = keep;

  while (end > 0 && text[end] != ' ')
    end--;
  if (keep - end > keep / 4)
    end = keep;
  while (end > 0 && strchr(" ,;:", text[end - 1]) != NULL)
    end--;
  return end;
}

FILTER(apply_truncate) {
  const char *text;
  size_t len;
  size_t keep = 0; /* bytes that leave room for the ellipsis */
  long letters = 0;
  long most = 0;
  uint32_t before = 0;
  char *cut = NULL;
  int err = as_text(f, view);

  if (err < 0 || whole_number(argument, 1, 9999, &most) < 0)
    return err;
  text = f->value.text;
  len = strlen(text);
  for (size_t i = 0; i < len;) {
    uint32_t code = 0xfffd;
    size_t n = text_decode(text + i, len - i, &code);

    /* a boundary only where nothing is torn off */
    if (letters < most && !is_attached(code) && before != 0x200d)
      keep = i;
    if (letters == most)
      break;
    before = code;
    letters++;
    i += n > 0 ? n : 1;
    if (i == len)
      return 0; /* it fits */
  }
  if (len == 0)
    return 0;
  keep = end_of_word(text, keep);
  if (asprintf(&cut, "%.*s\xe2\x80\xa6", (int)keep, text) < 0)
    return -ENOMEM;
  return become_text(f, cut);
}

static int escape_now(struct template_filtered *f, const struct view *view,
                      enum text_target target) {
  struct buf out;
  int err = as_text(f, view);

  buf_init(&out, TEMPLATE_OUTPUT_MAX * 6);
  if (err == 0)
    err = text_escape(f->value.text, target, &out);
  if (err == 0)
    err = out.data != NULL ? become_text(f, buf_take(&out)) : 0;
  buf_free(&out);
  return err;
}

/* Percent-encoded text needs no further escaping anywhere. */
FILTER(apply_url) {
  f->escaped = true;
  return escape_now(f, view, TARGET_URL);
}

/* Inside JSON the work is done; anywhere else the quotes that were added are
 * text like any other. */
FILTER(apply_json) {
  f->escaped = target == TARGET_JSON;
  return escape_now(f, view, TARGET_JSON);
}

FILTER(apply_raw) {
  f->escaped = true;
  return 0;
}

const struct template_filter filters[] = {
    {"default", "TEXT", false, apply_default},
    {"upper", NULL, false, apply_upper},
    {"lower", NULL, false, apply_lower},
    {"number", "N", true, apply_number},
    {"ordinal", NULL, false, apply_ordinal},
    {"duration", NULL, false, apply_duration},
    {"date", "FORMAT", false, apply_date},
    {"clock", NULL, false, apply_clock},
    {"relative", NULL, false, apply_relative},
    {"truncate", "N", false, apply_truncate},
    {"json", NULL, false, apply_json},
    {"url", NULL, false, apply_url},
    {"raw", NULL, false, apply_raw},
    {NULL, NULL, false, NULL},
};

/* -- checking ---------------------------------------------------------------
 */

const struct template_filter *template_filter_find(const char *name,
                                                   size_t len) {
  for (const struct template_filter *f = filters; f->name != NULL; f++)
    if (strlen(f->name) == len && strncmp(f->name, name, len) == 0)
      return f;
  return NULL;
}

const char *template_filter_nearest(const char *name) {
  struct guess g = {.word = name, .reach = 3};

  for (const struct template_filter *f = filters; f->name != NULL; f++)
    guess_try(&g, f->name);
  return g.nearest;
}

const char *template_filter_check(const struct template_filter *filter,
                                  const char *argument, bool foreign,
                                  enum value_kind *kind) {
  long n = 0;

  if (argument != NULL && filter->argument == NULL)
    return "takes no argument";
  if (argument == NULL && filter->argument != NULL && !filter->optional)
    return "needs an argument behind a colon";
  if (filter->apply == apply_number) {
    if (*kind != VALUE_NUMBER && *kind != VALUE_DURATION)
      return "expects a number";
    if (argument != NULL && whole_number(argument, 0, 9, &n) < 0)
      return "expects a number of decimals from 0 to 9";
  } else if (filter->apply == apply_ordinal) {
    if (*kind != VALUE_NUMBER)
      return "expects a number";
  } else if (filter->apply == apply_duration) {
    if (*kind != VALUE_NUMBER && *kind != VALUE_DURATION)
      return "expects a number of seconds";
  } else if (filter->apply == apply_date) {
    if (*kind != VALUE_MOMENT)
      return "expects a time";
    if (argument[0] == '\0')
      return "needs an argument behind a colon";
    if (!format_date_valid(argument))
      return "expects a format of %Y %m %d %H %M %S %F %T %R %a %b %e %Z and "
             "their like";
  } else if (filter->apply == apply_relative || filter->apply == apply_clock) {
    if (*kind != VALUE_MOMENT)
      return "expects a time";
  } else if (filter->apply == apply_truncate) {
    if (whole_number(argument, 1, 9999, &n) < 0)
      return "expects a number of characters from 1 to 9999";
  } else if (filter->apply == apply_raw) {
    if (foreign)
      return "is refused here: names and texts from devices are always escaped";
    return NULL; /* whatever it is, it stays */
  }
  *kind = VALUE_TEXT;
  return NULL;
}

void template_filtered_free(struct template_filtered *f) {
  value_free(&f->value);
}
