/* SPDX-License-Identifier: MIT */
/* Tables of texts: see text_table.h. */
#include <config.h>

#include "cli/term/text_table.h"

#include "base/text.h"
#include "base/width.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_COLUMNS = 60, GAP = 2 };

void text_table_add(struct text_table *t, const char *text) {
  char clean[CELL_SIZE];
  char **grown = realloc(t->texts, (t->texts_num + 1) * sizeof(*grown));

  if (grown == NULL) {
    t->out_of_memory = true;
    return;
  }
  t->texts = grown;
  text_clean(text, strlen(text), clean, sizeof(clean));
  t->texts[t->texts_num] = strdup(clean);
  if (t->texts[t->texts_num] != NULL)
    t->texts_num++;
  else
    t->out_of_memory = true;
}

void text_table_add_number(struct text_table *t, int64_t number) {
  char text[24] = "";

  if (number != 0)
    snprintf(text, sizeof(text), "%" PRId64, number);
  text_table_add(t, text);
}

/* As wide as needed; what is too much is taken from the widest column, again
 * and again, but from none below its least width. */
static void fit_widths(const struct text_table *t,
                       unsigned widths[COLUMNS_MAX]) {
  unsigned columns =
      t->page->columns > LEAST_COLUMNS ? t->page->columns : LEAST_COLUMNS;
  unsigned sum = (unsigned)(t->columns_num - 1) * GAP;

  for (size_t c = 0; c < t->columns_num; c++) {
    widths[c] = width_text(t->columns[c].title);
    for (size_t i = c; i < t->texts_num; i += t->columns_num)
      if (width_text(t->texts[i]) > widths[c])
        widths[c] = width_text(t->texts[i]);
    sum += widths[c];
  }
  while (sum > columns) {
    size_t widest = t->columns_num;

    for (size_t c = 0; c < t->columns_num; c++)
      if (widths[c] > t->columns[c].least &&
          (widest == t->columns_num || widths[c] > widths[widest]))
        widest = c;
    if (widest == t->columns_num)
      return;
    widths[widest]--;
    sum--;
  }
}

static void put_cell(const struct text_table *t, const char *text,
                     unsigned width, bool right, bool last) {
  char cut[CELL_SIZE];
  unsigned used = width_cut(text, width, "\xe2\x80\xa6", cut, sizeof(cut));
  unsigned pad = width > used ? width - used : 0;

  if (right)
    fprintf(t->page->out, "%*s%s", (int)pad, "", cut);
  else if (last)
    fprintf(t->page->out, "%s", cut);
  else
    fprintf(t->page->out, "%s%*s", cut, (int)pad, "");
}

static const char *color_of(const char *level) {
  if (strcmp(level, "critical") == 0 || strcmp(level, "emergency") == 0)
    return "\x1b[31m";
  if (strcmp(level, "warning") == 0 || strcmp(level, "error") == 0)
    return "\x1b[33m";
  return "";
}

/* A row is coloured by the level in its second cell, if there is one. */
static void put_row(const struct text_table *t, char *const *cells,
                    const unsigned widths[COLUMNS_MAX]) {
  const char *color =
      t->page->color && t->columns_num > 1 ? color_of(cells[1]) : "";

  for (size_t c = 0; c < t->columns_num; c++) {
    if (c > 0)
      fprintf(t->page->out, "%*s", GAP, "");
    if (c == 1)
      fprintf(t->page->out, "%s", color);
    put_cell(t, cells[c], widths[c], t->columns[c].right,
             c + 1 == t->columns_num);
    if (c == 1 && color[0] != '\0')
      fprintf(t->page->out, "\x1b[0m");
  }
  fprintf(t->page->out, "\n");
}

int text_table_end(struct text_table *t, const char *nothing) {
  unsigned widths[COLUMNS_MAX];
  char *titles[COLUMNS_MAX];
  bool empty = t->texts_num == 0;

  if (t->out_of_memory) {
    fprintf(t->page->out, "out of memory\n");
  } else if (empty) {
    fprintf(t->page->out, "%s\n", nothing);
  } else {
    for (size_t c = 0; c < t->columns_num; c++)
      titles[c] = (char *)(uintptr_t)t->columns[c].title;
    fit_widths(t, widths);
    put_row(t, titles, widths);
    for (size_t i = 0; i + t->columns_num <= t->texts_num; i += t->columns_num)
      put_row(t, t->texts + i, widths);
  }
  for (size_t i = 0; i < t->texts_num; i++)
    free(t->texts[i]);
  free(t->texts);
  return empty || t->out_of_memory ? 1 : 0;
}
