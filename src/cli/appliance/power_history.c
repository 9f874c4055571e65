/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/appliance/power_history.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/common/cli.h"
#include "cli/graph/rrd_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* -- the file -- */

struct seeking {
  const char *name;
  char *path;
  unsigned found;
};

static bool is_meant(const struct rrd_series *s, const char *name) {
  char full[512];

  if (text_same(s->name, name) || text_same(s->label, name))
    return true;
  snprintf(full, sizeof(full), "%s: %s", s->strip != NULL ? s->strip : "",
           s->label);
  return s->strip != NULL && text_same(full, name);
}

static int look_at(void *arg, struct rrd_series *s) {
  struct seeking *seeking = arg;
  const char *path = s->files[RRD_POWER].path;

  if (path == NULL || s->label == NULL || !is_meant(s, seeking->name))
    return 0;
  if (seeking->found++ == 0)
    seeking->path = strdup(path);
  return 0;
}

/* Files that are none of ours are no concern here. */
static void unheard(void *arg, const char *path, const char *text) {
  (void)arg;
  (void)path;
  (void)text;
}

/* For the caller to free; NULL after saying why. */
static char *find(const char *folder, const char *name) {
  struct seeking seeking = {.name = name};
  struct rrd_tree tree;
  int err = rrd_scan(&tree, folder, unheard, NULL);

  if (err == 0)
    rrd_each(&tree, look_at, &seeking);
  rrd_free(&tree);
  if (err < 0)
    cli_say("%s: %s", folder, strerror(-err));
  else if (seeking.found == 0)
    cli_say("%s: no power of a device called %.100s is kept there", folder,
            name);
  else if (seeking.found > 1)
    cli_say("%.100s is the name of several: name a plug as in \"Strip: Dryer\"",
            name);
  else
    return seeking.path;
  free(seeking.path);
  return NULL;
}

/* -- rrdtool -- */

static int start(pid_t *pid, int out, const char *path, double days) {
  char from[32];
  char *const arguments[] = {(char[]){"rrdtool"},
                             (char[]){"fetch"},
                             (char *)path,
                             (char[]){"AVERAGE"},
                             (char[]){"--start"},
                             from,
                             NULL};
  posix_spawn_file_actions_t actions;
  int err = posix_spawn_file_actions_init(&actions);

  if (err != 0)
    return err;
  snprintf(from, sizeof(from), "end-%.0fs", days * 86400);
  err = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  if (err == 0)
    err = posix_spawnp(pid, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return err;
}

/* "1700000000: 8.2e+01" or "...: -nan" */
static bool read_row(const char *line, double *at, double *watts) {
  char *end;

  *at = strtod(line, &end);
  if (end == line || end[0] != ':' || end[1] != ' ')
    return false;
  line = end + 1;
  *watts = strtod(line, &end);
  return end != line && isfinite(*at) && *at > 0;
}

/* The value of a row is the mean of the step that ends there. */
static int read_rows(struct power_curve *c, FILE *in, double *step_s) {
  char line[256];
  double before = 0, at, watts;

  *step_s = 0;
  while (fgets(line, sizeof(line), in) != NULL) {
    if (!read_row(line, &at, &watts))
      continue;
    if (before > 0 && at <= before)
      return -1;
    if (before > 0 && *step_s <= 0)
      *step_s = at - before;
    if (before <= 0)
      c->begins = at;
    before = at;
    if (isfinite(watts) && (c->num == POWER_CSV_ROWS_MAX ||
                            power_curve_add(c, at - c->begins, watts) < 0))
      return -1;
  }
  c->begins -= *step_s;
  c->stale_s = fmax(60, 1.5 * *step_s);
  return 0;
}

static int fetch(struct power_curve *c, const char *path, double days,
                 double *step_s) {
  int ends[2], err, status = 0;
  FILE *in = NULL;
  pid_t pid = -1;

  if (pipe2(ends, O_CLOEXEC) < 0)
    return -errno;
  err = -start(&pid, ends[1], path, days);
  close(ends[1]);
  if (err == 0)
    in = fdopen(ends[0], "r");
  if (in != NULL) {
    if (read_rows(c, in, step_s) < 0)
      err = -EBADMSG;
    fclose(in);
  } else {
    close(ends[0]);
    return err < 0 ? err : -ENOMEM;
  }
  if (waitpid(pid, &status, 0) < 0 || status != 0)
    err = -EBADMSG;
  return err;
}

int power_history_read(struct power_curve *c, const char *folder,
                       const char *name, double days, double *step_s) {
  char *path = find(folder, name);
  int err;

  *c = (struct power_curve){.begins = NAN};
  *step_s = 0;
  if (path == NULL)
    return -1;
  err = fetch(c, path, days, step_s);
  if (err == -ENOENT)
    cli_say("there is no rrdtool, which reads what collectd keeps");
  else if (err < 0)
    cli_say("%s: rrdtool cannot read it", path);
  else if (c->num == 0)
    cli_say("%s: there are no values of these days in it", path);
  free(path);
  return err < 0 || c->num == 0 ? -1 : 0;
}
