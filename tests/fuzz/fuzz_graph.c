/* SPDX-License-Identifier: MIT */
/* Any bytes as rrdtool's answer, and as a name that goes into its commands and
 * into pages. */
#include <config.h>

#include "base/width.h"
#include "cli/gallery/gallery_html.h"
#include "cli/graph/graph_answer.h"
#include "cli/graph/graph_command.h"
#include "cli/graph/graph_plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const char *text, size_t size) {
  struct graph_answer a;

  (void)graph_answer_complete(text, size);
  graph_answer_read(text, &a);
  if (a.ok && a.error[0] != '\0')
    abort();
  (void)graph_answer_is_locked(&a);
}

/* What rrdtool makes of a quoted argument: its quotes hold all but
 * themselves, and there is nothing else to know. */
static void quote(const char *text) {
  struct buf line;
  struct buf back;
  char open = '\0';

  buf_init(&line, 1024 * 1024);
  buf_init(&back, 1024 * 1024);
  if (graph_quote(&line, text) == 0) {
    for (const char *at = line.data + 1; *at != '\0'; at++)
      if (open == '\0' && (*at == '\'' || *at == '"'))
        open = *at;
      else if (*at == open)
        open = '\0';
      else if (open == '\0' || buf_add(&back, at, 1) < 0)
        abort();
    if (open != '\0' || strcmp(back.data != NULL ? back.data : "", text) != 0)
      abort();
  }
  buf_free(&line);
  buf_free(&back);
}

static void legend(const char *text) {
  char out[256];

  graph_legend(text, 24, out, sizeof(out));
  for (const char *at = out; *at != '\0'; at++)
    if (*at == '\n' || (*at == '\\' && at[1] != ':') ||
        (*at == ':' && (at == out || at[-1] != '\\')))
      abort();
}

static void page(const char *text) {
  struct gallery_html h;
  char slug[33];

  gallery_html_init(&h);
  gallery_html_text(&h, text);
  if (h.text.data != NULL && strpbrk(h.text.data, "<>\"'") != NULL)
    abort();
  gallery_html_free(&h);
  graph_slug(text, slug, sizeof(slug));
  if (slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);

  if (text == NULL)
    abort();
  memcpy(text, data, size);
  text[size] = '\0';
  answer(text, size);
  quote(text);
  legend(text);
  page(text);
  free(text);
  return 0;
}
