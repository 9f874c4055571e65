/* SPDX-License-Identifier: MIT */
/* Any bytes as two metrics pages in a row, up to the drawn table. */
#include <config.h>

#include "base/width.h"
#include "cli/devices/device_table.h"
#include "cli/live/metrics.h"
#include "cli/live/metrics_view.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct metrics_view *h, const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);

  if (text == NULL)
    abort();
  memcpy(text, data, size);
  metrics_view_begin(h);
  metrics_read(text, size, metrics_view_take, h);
  metrics_view_end(h, 1700000000000);
  free(text);
}

static void draw(const struct metrics_view *h) {
  const struct style style = {.columns = 80};
  struct device_rows rows = {0};
  struct device_row total;
  struct buf text;

  buf_init(&text, 16 * 1024 * 1024);
  if (metrics_view_rows(h, &rows, &total) == 0 &&
      device_table_draw(&text, &style, table_live, &rows, &total, NULL) == 0)
    for (char *line = strtok(text.data, "\n"); line != NULL;
         line = strtok(NULL, "\n"))
      if (width_text(line) > style.columns)
        abort();
  device_rows_free(&rows);
  buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct metrics_view *h = metrics_view_create();
  const uint8_t *half = size > 0 ? memchr(data, '\f', size) : NULL;
  size_t first = half != NULL ? (size_t)(half - data) : size;

  if (h == NULL)
    abort();
  take(h, data, first);
  draw(h);
  take(h, data + first, size - first);
  draw(h);
  metrics_view_free(h);
  return 0;
}
