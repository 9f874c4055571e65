/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/power_csv.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEADER[] = "offset_s,watts";
static const double STALE_S = 60;

int power_curve_add(struct power_curve *c, double at, double watts) {
  if (c->num == c->room) {
    size_t room = c->room == 0 ? 4096 : c->room * 2;
    struct power_sample *grown =
        realloc(c->samples, room * sizeof(c->samples[0]));

    if (grown == NULL)
      return -1;
    c->samples = grown;
    c->room = room;
  }
  c->samples[c->num++] = (struct power_sample){at, watts};
  return 0;
}

/* "12.5,830"; end of line already taken off. */
static bool read_row(const char *line, double *at, double *watts) {
  char *end;

  *at = strtod(line, &end);
  if (end == line || *end != ',')
    return false;
  line = end + 1;
  *watts = strtod(line, &end);
  return end != line && *end == '\0' && isfinite(*at) && isfinite(*watts) &&
         fabs(*at) < 1e12 && fabs(*watts) < 1e7;
}

static void chop(char *line) {
  size_t len = strlen(line);

  while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r' ||
                     line[len - 1] == ' '))
    line[--len] = '\0';
}

static const char *skip_mark(const char *line) {
  return strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
}

static int read_rows(struct power_curve *c, FILE *in, char why[POWER_CSV_WHY]) {
  char line[256];

  for (size_t number = 1; fgets(line, sizeof(line), in) != NULL; number++) {
    double at, watts;

    chop(line);
    if (number == 1) {
      if (strcmp(skip_mark(line), HEADER) == 0)
        continue;
      snprintf(why, POWER_CSV_WHY, "line 1: expected the header %s", HEADER);
      return -1;
    }
    if (line[0] == '\0')
      continue;
    if (!read_row(line, &at, &watts)) {
      snprintf(why, POWER_CSV_WHY,
               "line %zu: expected seconds and watts, like 15,830.5", number);
      return -1;
    }
    if (c->num > 0 && at <= c->samples[c->num - 1].at) {
      snprintf(why, POWER_CSV_WHY, "line %zu: the time does not rise", number);
      return -1;
    }
    if (c->num == POWER_CSV_ROWS_MAX || power_curve_add(c, at, watts) < 0) {
      snprintf(why, POWER_CSV_WHY, "line %zu: there are too many rows", number);
      return -1;
    }
  }
  if (ferror(in)) {
    snprintf(why, POWER_CSV_WHY, "%s", strerror(errno));
    return -1;
  }
  if (c->num == 0) {
    snprintf(why, POWER_CSV_WHY, "there are no values in it");
    return -1;
  }
  return 0;
}

int power_csv_read(struct power_curve *c, const char *path,
                   char why[POWER_CSV_WHY]) {
  FILE *in = fopen(path, "re");
  int err;

  *c = (struct power_curve){.stale_s = STALE_S, .begins = NAN};
  if (in == NULL) {
    snprintf(why, POWER_CSV_WHY, "%s", strerror(errno));
    return -1;
  }
  err = read_rows(c, in, why);
  fclose(in);
  return err;
}

void power_curve_free(struct power_curve *c) {
  free(c->samples);
  *c = (struct power_curve){0};
}

bool power_curve_at(const struct power_curve *c, double at, size_t *from,
                    double *watts) {
  while (*from + 1 < c->num && c->samples[*from + 1].at <= at)
    (*from)++;
  if (*from >= c->num || c->samples[*from].at > at ||
      at - c->samples[*from].at > c->stale_s)
    return false;
  *watts = c->samples[*from].watts;
  return true;
}
