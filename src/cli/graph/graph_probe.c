/* SPDX-License-Identifier: MIT */
/* A first look into every file: see graph_probe.h. */
#include <config.h>

#include "cli/graph/graph_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAR_BACK 1e10 /* seconds: beyond any archive */

struct probe {
  struct rrd_tree *tree;
  struct rrd_file **files; /* by link */
  size_t num;
  size_t *queue; /* places in files: each, and again those that were locked */
  size_t next;
  size_t end;
  time_t now;
  int folder;
  rrd_problem *problem;
  void *arg;
};

void graph_link_name(const struct rrd_file *file, char out[GRAPH_LINK_SIZE]) {
  snprintf(out, GRAPH_LINK_SIZE, "f%zu.rrd", file->link);
}

void graph_link_words(const struct rrd_file *file, const char *words, char *out,
                      size_t size) {
  char name[GRAPH_LINK_SIZE] = "";
  const char *at = NULL;

  if (file != NULL) {
    graph_link_name(file, name);
    at = strstr(words, name);
  }
  if (at != NULL)
    snprintf(out, size, "%.*s%s%s", (int)(at - words), words,
             strrchr(file->path, '/') + 1, at + strlen(name));
  else
    snprintf(out, size, "%s", words);
}

static int link_files(void *arg, struct rrd_series *series) {
  struct probe *p = arg;

  for (size_t i = 0; i < RRD_TYPES; i++) {
    struct rrd_file *file = &series->files[i];
    char name[GRAPH_LINK_SIZE];

    if (file->path == NULL)
      continue;
    graph_link_name(file, name);
    if (symlinkat(file->path, p->folder, name) < 0)
      return -errno;
    p->files[p->num++] = file;
  }
  return 0;
}

static bool next(void *arg, size_t *task, struct buf *line) {
  struct probe *p = arg;
  char name[GRAPH_LINK_SIZE];

  if (p->next >= p->end)
    return false;
  *task = p->queue[p->next++];
  graph_link_name(p->files[*task], name);
  return buf_addf(line, "info %s", name) == 0;
}

static void tell_future(struct probe *p, const struct rrd_file *file) {
  char when[32];
  char text[160];
  struct tm tm = {0};

  localtime_r(&file->last, &tm);
  strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
  snprintf(text, sizeof(text),
           "comes from the future: its last value is of %s; was a clock wrong?",
           when);
  p->problem(p->arg, file->path, text);
}

static void done(void *arg, size_t task, const struct graph_answer *answer) {
  struct probe *p = arg;
  struct rrd_file *file = p->files[task];

  if (graph_answer_is_locked(answer) && p->end < p->num + GRAPH_TRIES_MAX) {
    p->queue[p->end++] = task;
    return;
  }
  if (!answer->ok) {
    char words[GRAPH_ERROR_SIZE + 256];

    graph_link_words(file, answer->error, words, sizeof(words));
    p->problem(p->arg, file->path, words);
    return;
  }
  if (!answer->info.has_value) {
    p->problem(p->arg, file->path,
               "has no data source \"value\": collectd did not make it");
    return;
  }
  file->good = true;
  file->extremes = answer->info.extremes;
  file->last = answer->info.last;
  file->value = answer->info.value;
  file->first = file->last - (time_t)fmin(answer->info.keeps, FAR_BACK);
  if (file->last > p->now + GRAPH_FUTURE_SECONDS)
    tell_future(p, file);
}

static void tick(void *arg) { (void)arg; }

/* A device that does not answer is still written about: up is 0 then. */
static time_t latest(const struct probe *p, const struct rrd_series *series) {
  time_t seen = 0;

  for (size_t i = 0; i < RRD_TYPES; i++) {
    const struct rrd_file *file = &series->files[i];

    if (file->good && (i != RRD_UP || file->value > 0) && file->last > seen &&
        file->last <= p->now + GRAPH_FUTURE_SECONDS)
      seen = file->last;
  }
  for (size_t i = 0; i < series->plugs_num; i++)
    if (latest(p, &series->plugs[i]) > seen)
      seen = latest(p, &series->plugs[i]);
  return seen;
}

static int set_seen(void *arg, struct rrd_series *series) {
  series->seen = latest(arg, series);
  return 0;
}

int graph_probe(struct rrd_tree *tree, struct graph_pool *pool,
                const char *folder, time_t now, rrd_problem *problem,
                void *arg) {
  struct probe p = {.tree = tree, .now = now, .problem = problem, .arg = arg};
  const struct graph_work work = {next, done, tick, &p};
  int err;

  p.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (p.folder < 0)
    return -errno;
  p.files = calloc(tree->files_num + 1, sizeof(struct rrd_file *));
  p.queue = calloc(tree->files_num + GRAPH_TRIES_MAX, sizeof(size_t));
  err = p.files == NULL || p.queue == NULL ? -ENOMEM
                                           : rrd_each(tree, link_files, &p);
  close(p.folder);
  for (; err == 0 && p.end < p.num; p.end++)
    p.queue[p.end] = p.end;
  if (err == 0)
    err = graph_pool_run(pool, &work);
  if (err == 0)
    rrd_each(tree, set_seen, &p);
  free(p.queue);
  free(p.files);
  return err;
}
