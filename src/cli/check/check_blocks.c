/* SPDX-License-Identifier: MIT */
/* Blocks of devices and plugs for kasactl check: see check_blocks.h. */
#include <config.h>

#include "cli/check/check_blocks.h"

#include "appliance/duration.h"
#include "cli/check/check.h"
#include "energy/calendar.h"

enum { INDENT_SIZE = 24 };

static void deeper(const char *indent, char out[INDENT_SIZE]) {
  snprintf(out, INDENT_SIZE, "%s  ", indent);
}

static void show_limit(const char *name, double limit, double other,
                       const char *indent, FILE *out) {
  char words[DURATION_SIZE];

  if (!(limit < other) && !(limit > other))
    return;
  duration_words(limit, words);
  fprintf(out, "%s%s %s\n", indent, name, limit > 0 ? words : "auto");
}

static void show_expect(const struct expect_window *w, const char *indent,
                        FILE *out) {
  if (w->weekdays == 0)
    return;
  fprintf(out, "%sExpect \"", indent);
  for (unsigned day = 0, any = 0; calendar_weekdays[day] != NULL; day++)
    if ((w->weekdays & 1U << day) != 0)
      fprintf(out, "%s%s", any++ > 0 ? "," : "", calendar_weekdays[day]);
  fprintf(out, "\" \"%02u:%02u-%02u:%02u\"\n", w->start / 60, w->start % 60,
          w->end / 60, w->end % 60);
}

static void show_appliance(const struct appliance_settings *s,
                           const char *indent, FILE *out) {
  const struct appliance_settings *defaults = appliance_defaults(s->kind);
  char inside[INDENT_SIZE];

  deeper(indent, inside);
  fprintf(out, "%s<Appliance>\n%sKind %s\n", indent, inside,
          appliance_kind_names[s->kind]);
  check_show_options(appliance_options, s, defaults, inside, out);
  show_limit("ExpectEvery", s->expect_every_s, defaults->expect_every_s, inside,
             out);
  show_limit("MaxRun", s->max_run_s, defaults->max_run_s, inside, out);
  show_expect(&s->expect, inside, out);
}

void check_show_blocks(const struct appliance_blocks *b, const char *indent,
                       FILE *out) {
  char inside[INDENT_SIZE];

  deeper(indent, inside);
  if (b->has_appliance)
    show_appliance(&b->appliance, indent, out);
  if (!b->has_spike)
    return;
  fprintf(out, "%s<Spike>\n", indent);
  check_show_options(spike_options, &b->spike, &spike_defaults, inside, out);
}

void check_show_limits(const struct limits_settings *s, const char *indent,
                       FILE *out) {
  const struct limits_settings none = {.given = false};
  char inside[INDENT_SIZE];

  if (!s->given)
    return;
  deeper(indent, inside);
  fprintf(out, "%s<Limits>\n", indent);
  check_show_options(limits_options, s, &none, inside, out);
  fprintf(out, "%sAt", inside);
  for (unsigned i = 0; i < s->steps_num; i++)
    fprintf(out, " %g", s->steps[i]);
  fputc('\n', out);
}
