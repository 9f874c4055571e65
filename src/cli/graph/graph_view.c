/* SPDX-License-Identifier: MIT */
/* Views: see graph_view.h. */
#include <config.h>

#include "cli/graph/graph_view.h"

#include <stdlib.h>

struct rrd_file *graph_view_file(const struct graph_view *view, size_t i) {
  for (size_t j = 0; j < view->layers_num; j++) {
    if (i < view->layers[j].files_num)
      return view->layers[j].files[i];
    i -= view->layers[j].files_num;
  }
  if (view->whole != NULL && i-- == 0)
    return view->whole;
  return i == 0 ? view->up : NULL;
}

void graph_view_free(struct graph_view *view) {
  for (size_t i = 0; i < view->layers_num; i++)
    free(view->layers[i].files);
  free(view->layers);
  free(view->bars);
}
