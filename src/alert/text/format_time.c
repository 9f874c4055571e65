/* SPDX-License-Identifier: MIT */
/* Durations and moments: see format_time.h. */
#include <config.h>

#include "alert/text/format_time.h"

#include "base/text.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PIECE_SIZE = 1024, PATTERN_MAX = 256 };

/* Copies what fits, between characters. */
static size_t finish(const char *text, char *out, size_t size) {
  size_t len;

  if (size == 0)
    return 0;
  len = text_cut(text, size - 1);
  memcpy(out, text, len);
  out[len] = '\0';
  return len;
}

/* -- durations --------------------------------------------------------------
 */

static const char *plural(uint64_t n) { return n == 1 ? "" : "s"; }

size_t format_duration(double seconds, char *out, size_t size) {
  char text[64];
  uint64_t s;
  uint64_t days;
  uint64_t hours;
  uint64_t minutes;

  if (!isfinite(seconds))
    return finish("", out, size);
  s = seconds <= 0      ? 0
      : seconds >= 1e12 ? 1000000000000U
                        : (uint64_t)floor(seconds + 0.5);
  days = s / 86400;
  hours = s / 3600 % 24;
  minutes = s / 60 % 60;
  if (s < 60)
    snprintf(text, sizeof(text), "%" PRIu64 " s", s);
  else if (s < 3600)
    snprintf(text, sizeof(text), "%" PRIu64 " minute%s", minutes,
             plural(minutes));
  else if (days == 0 && minutes == 0)
    snprintf(text, sizeof(text), "%" PRIu64 " h", hours);
  else if (days == 0)
    snprintf(text, sizeof(text), "%" PRIu64 " h %02" PRIu64 " min", hours,
             minutes);
  else if (hours == 0)
    snprintf(text, sizeof(text), "%" PRIu64 " day%s", days, plural(days));
  else
    snprintf(text, sizeof(text), "%" PRIu64 " day%s %" PRIu64 " h", days,
             plural(days), hours);
  return finish(text, out, size);
}

size_t format_relative(int64_t when, int64_t now, char *out, size_t size) {
  char lasted[64];
  char text[80];

  if (when == now)
    return finish("now", out, size);
  format_duration(fabs((double)now - (double)when), lasted, sizeof(lasted));
  if (when < now)
    snprintf(text, sizeof(text), "%s ago", lasted);
  else
    snprintf(text, sizeof(text), "in %s", lasted);
  return finish(text, out, size);
}

/* -- moments ----------------------------------------------------------------
 */

/* English names whatever the daemon's locale; made once, never freed. */
static locale_t english;

static void make_english(void) {
  english = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool local(int64_t when, struct tm *tm) {
  time_t t = (time_t)when;

  return when != 0 && localtime_r(&t, tm) != NULL;
}

bool format_date_valid(const char *pattern) {
  for (; *pattern != '\0'; pattern++) {
    if (*pattern != '%')
      continue;
    pattern++;
    if (*pattern == '\0' || strchr("YymdejHIpMSaAbBFTRsZz%", *pattern) == NULL)
      return false;
  }
  return true;
}

/* The two conversions that people read are without padding and small: "5" for
 * %e, "pm" for %p. */
static void readable(const char *pattern, const struct tm *tm,
                     char out[PATTERN_MAX]) {
  size_t used = 0;

  while (*pattern != '\0' && used + 4 < PATTERN_MAX) {
    const char *piece = NULL;

    if (pattern[0] == '%' && pattern[1] == 'e')
      piece = "%-d";
    else if (pattern[0] == '%' && pattern[1] == 'p')
      piece = tm->tm_hour < 12 ? "am" : "pm";
    if (piece != NULL) {
      used += strlen(strcpy(out + used, piece));
      pattern += 2;
    } else {
      if (pattern[0] == '%' && pattern[1] != '\0')
        out[used++] = *pattern++;
      out[used++] = *pattern++;
    }
  }
  out[used] = '\0';
}

size_t format_date(int64_t when, const char *pattern, char *out, size_t size) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  char ours[PATTERN_MAX];
  char text[PIECE_SIZE];
  struct tm tm;

  pthread_once(&once, make_english);
  if (!local(when, &tm) || english == (locale_t)0)
    return finish("", out, size);
  readable(pattern, &tm, ours);
  text[strftime_l(text, sizeof(text), ours, &tm, english)] = '\0';
  return finish(text, out, size);
}

size_t format_moment(int64_t when, char *out, size_t size) {
  return format_date(when, "%F %T %Z", out, size);
}

size_t format_clock(int64_t when, int64_t now, char *out, size_t size) {
  struct tm then;
  struct tm today;

  if (!local(when, &then))
    return finish("", out, size);
  if (!local(now, &today) || then.tm_year != today.tm_year)
    return format_date(when, "%e %b %Y %R", out, size);
  if (then.tm_yday != today.tm_yday)
    return format_date(when, "%e %b %R", out, size);
  return format_date(when, "%R", out, size);
}
