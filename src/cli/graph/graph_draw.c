/* SPDX-License-Identifier: MIT */
/* Having pictures drawn: see graph_draw.h. */
#include <config.h>

#include "cli/graph/graph_draw.h"

#include "cli/graph/graph_numbers.h"
#include "cli/graph/graph_picture.h"
#include "cli/graph/graph_probe.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One command: the numbers of a view, then its picture in each theme. */
enum { NUMBERS = GRAPH_THEMES };

struct task {
  size_t view;
  unsigned what; /* a theme, or NUMBERS */
  unsigned tries;
};

struct drawing {
  struct graph_draw *draw;
  struct task *tasks;
  size_t next;
  size_t num;
  size_t room;
  int err;
};

/* -- what is still good -- */

/* A curve moves by a pixel in so many nanoseconds. */
static int64_t pixel_ns(const struct graph_view *view) {
  return graph_spans[view->span].seconds * 1000000000 / (int64_t)view->width;
}

static int64_t changed(const struct graph_view *view) {
  const struct rrd_file *file;
  int64_t newest = 0;

  for (size_t i = 0; (file = graph_view_file(view, i)) != NULL; i++)
    if (file->changed_ns > newest)
      newest = file->changed_ns;
  return newest;
}

/* Nothing was written since it was drawn, and time has not moved it. */
static bool is_good(const struct graph_draw *draw,
                    const struct graph_view *view, unsigned theme) {
  int64_t drawn = graph_output_drawn(draw->output, view->names[theme]);
  int64_t now = (int64_t)draw->plan->now * 1000000000;
  enum graph_span span;
  time_t edges[GRAPH_BARS_MAX + 1];

  if (drawn < 0 || drawn > now || changed(view) >= drawn)
    return false;
  if (!graph_types[view->kind].bars)
    return now - drawn < pixel_ns(view);
  span = graph_bars_span(view->kind, view->span);
  graph_edges(span, draw->plan->now, edges);
  return drawn >= (int64_t)edges[graph_spans[span].bars - 1] * 1000000000;
}

/* -- tasks -- */

static int add_task(struct drawing *d, struct task task) {
  if (d->num == d->room) {
    size_t room = d->room > 0 ? d->room * 2 : 256;
    struct task *grown = realloc(d->tasks, room * sizeof(*grown));

    if (grown == NULL)
      return -ENOMEM;
    d->tasks = grown;
    d->room = room;
  }
  d->tasks[d->num++] = task;
  return 0;
}

static int add_pictures(struct drawing *d, size_t place) {
  struct graph_view *view = &d->draw->plan->views[place];
  int err = 0;

  for (unsigned theme = 0; theme < GRAPH_THEMES && err == 0; theme++) {
    view->kept[theme] = is_good(d->draw, view, theme);
    if (view->kept[theme])
      d->draw->pictures++;
    else
      err = add_task(d, (struct task){place, theme, 0});
  }
  return err;
}

static int ask(struct drawing *d, const struct task *task, struct buf *line) {
  const struct graph_view *view = &d->draw->plan->views[task->view];
  const struct graph_picture picture = {.view = view,
                                        .theme = (enum graph_theme)task->what,
                                        .now = d->draw->plan->now,
                                        .zoom = d->draw->plan->zoom};

  return task->what == NUMBERS
             ? graph_numbers_ask(line, view, d->draw->plan->now)
             : graph_picture_ask(line, &picture);
}

static bool next(void *arg, size_t *place, struct buf *line) {
  struct drawing *d = arg;

  while (d->next < d->num && d->err == 0) {
    const struct task *task = &d->tasks[d->next];

    *place = d->next++;
    if (d->draw->plan->views[task->view].state == GRAPH_FAILED) {
      d->draw->pictures++;
      continue;
    }
    d->err = ask(d, task, line);
    return d->err == 0;
  }
  return false;
}

/* -- what went wrong -- */

/* The file of the view that the words name by its link, else its only one. */
static struct rrd_file *culprit(const struct graph_view *view,
                                const char *error) {
  struct rrd_file *file;
  size_t i = 0;

  for (; (file = graph_view_file(view, i)) != NULL; i++) {
    char name[GRAPH_LINK_SIZE];
    const char *at;

    graph_link_name(file, name);
    at = strstr(error, name);
    if (at != NULL && (at == error || strchr("'/ ", at[-1]) != NULL))
      return file;
  }
  return i == 1 ? graph_view_file(view, 0) : NULL;
}

/* Without the files that turned out to be broken; whether anything is left.
 * What shows response times may do so without them. */
static bool prune(struct graph_view *view) {
  size_t layers = 0;

  for (size_t i = 0; i < view->layers_num; i++) {
    struct graph_layer *layer = &view->layers[i];
    size_t files = 0;

    for (size_t j = 0; j < layer->files_num; j++)
      if (layer->files[j]->good)
        layer->files[files++] = layer->files[j];
    layer->files_num = files;
    if (files > 0 || view->kind == GRAPH_RESPONSE)
      view->layers[layers++] = *layer;
    else
      free(layer->files);
  }
  view->layers_num = layers;
  if (view->whole != NULL && !view->whole->good)
    view->whole = NULL;
  if (view->up != NULL && !view->up->good)
    view->up = NULL;
  return graph_view_file(view, 0) != NULL;
}

static void fail(struct drawing *d, struct graph_view *view,
                 struct rrd_file *file, const char *error) {
  const char *path = file != NULL ? file->path : view->names[GRAPH_LIGHT];

  if (file == NULL || file->good)
    d->draw->problem(d->draw->arg, path, error);
  if (file != NULL)
    file->good = false;
}

/* Whether the task is to be done again, without the broken file. */
static bool repair(struct drawing *d, struct graph_view *view,
                   const char *error) {
  char words[GRAPH_ERROR_SIZE + 256];
  struct rrd_file *file;

  file = culprit(view, error);
  graph_link_words(file, error, words, sizeof(words));
  fail(d, view, file, words);
  if (file != NULL && prune(view))
    return true;
  view->state = GRAPH_FAILED;
  return false;
}

/* Whether anything was read; of older readings it is known from the plan that
 * nothing is to be seen. */
static bool has_reading(const struct graph_view *view) {
  const struct rrd_file *file;

  for (size_t i = 0; (file = graph_view_file(view, i)) != NULL; i++)
    if (isfinite(file->value))
      return true;
  return false;
}

/* Numbers first: what has none is not drawn. */
static void take_numbers(struct drawing *d, size_t place,
                         const struct graph_answer *answer) {
  struct graph_view *view = &d->draw->plan->views[place];

  d->err = graph_numbers_take(view, answer);
  view->state = graph_numbers_any(view) ? GRAPH_DRAWN : GRAPH_EMPTY;
  view->too_new = view->state == GRAPH_EMPTY && has_reading(view);
  if (view->state == GRAPH_EMPTY)
    d->draw->pictures += GRAPH_THEMES;
  else if (d->err == 0)
    d->err = add_pictures(d, place);
}

static const char *flaw_of(const struct drawing *d, const struct task *task,
                           const struct graph_answer *answer) {
  const struct graph_view *view = &d->draw->plan->views[task->view];

  if (!answer->ok)
    return answer->error;
  if (task->what == NUMBERS ||
      graph_output_whole(d->draw->output, view->names[task->what]))
    return NULL;
  return "the picture could not be written whole; is the disk full?";
}

static void done(void *arg, size_t place, const struct graph_answer *answer) {
  struct drawing *d = arg;
  struct task task = d->tasks[place];
  struct graph_view *view = &d->draw->plan->views[task.view];
  const char *flaw = flaw_of(d, &task, answer);

  if (graph_answer_is_locked(answer) && task.tries++ < GRAPH_TRIES_MAX) {
    d->err = add_task(d, task);
  } else if (flaw == NULL && task.what == NUMBERS) {
    take_numbers(d, task.view, answer);
  } else if (flaw == NULL) {
    d->draw->pictures++;
    d->draw->drawn++;
  } else if (view->state != GRAPH_FAILED && repair(d, view, flaw)) {
    d->err = add_task(d, task);
  } else {
    d->draw->pictures += task.what == NUMBERS ? GRAPH_THEMES : 1;
  }
}

static void tick(void *arg) {
  struct drawing *d = arg;

  d->draw->tick(d->draw->arg, d->draw->pictures);
}

int graph_draw_views(struct graph_draw *draw, size_t first) {
  struct drawing d = {.draw = draw};
  const struct graph_work work = {next, done, tick, &d};
  int err = 0;

  for (size_t i = first; i < draw->plan->views_num && err == 0; i++)
    if (draw->plan->views[i].state == GRAPH_PLANNED)
      err = add_task(&d, (struct task){i, NUMBERS, 0});
  if (err == 0)
    err = graph_pool_run(draw->pool, &work);
  free(d.tasks);
  return err == 0 ? d.err : err;
}

size_t graph_draw_count(const struct graph_plan *plan, size_t first) {
  size_t count = 0;

  for (size_t i = first; i < plan->views_num; i++)
    if (plan->views[i].state != GRAPH_EMPTY)
      count += GRAPH_THEMES;
  return count;
}
