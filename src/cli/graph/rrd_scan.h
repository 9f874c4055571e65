/* SPDX-License-Identifier: MIT */
/* What collectd's rrdtool plugin has kept of our values, as a house: hosts,
 * their devices, the plugs of strips, and a file for each quantity (the names
 * are those of doc/names.md). Looks at folders and file names; what is inside
 * the files is asked of rrdtool later (cli/graph_probe.h). One thread. */
#ifndef CLI_GRAPH_RRD_SCAN_H
#define CLI_GRAPH_RRD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The quantities that are drawn or shown. */
enum graph_type {
  GRAPH_POWER,
  GRAPH_WATT_HOURS,
  GRAPH_VOLTAGE,
  GRAPH_CURRENT,
  GRAPH_SIGNAL,
  GRAPH_RESPONSE,
  GRAPH_UP,
  GRAPH_KWH_TODAY,
  GRAPH_TYPES
};

struct graph_file {
  char *path; /* absolute; NULL: there is none */
  int64_t changed_ns;
  size_t link; /* its number among all files of the house */
  /* From the probe: */
  bool good;     /* rrdtool can read it */
  bool extremes; /* it keeps the lowest and highest readings, too */
  time_t first;  /* before that it keeps nothing */
  time_t last;   /* when it was updated last */
  double value;  /* the reading of then, NAN when unknown */
};

struct graph_thing {
  char *host;  /* name of its folder */
  char *name;  /* as collectd wrote it; "" for the sums of a host */
  char *strip; /* of a plug: the name of its strip; else NULL */
  char *label; /* the name for people: clean UTF-8, never empty */
  char *info;  /* "model=... ip=..." or NULL */
  int64_t info_ns;
  struct graph_file files[GRAPH_TYPES];
  struct graph_thing *plugs; /* by label */
  size_t plugs_num;
  unsigned colour; /* place in the palette */
  time_t seen;     /* latest reading, 0: never */
  size_t views;    /* the first of its pictures in the plan */
  size_t views_num;
};

struct graph_host {
  char *name;
  char *label;
  struct graph_thing sums;
  struct graph_thing *devices; /* by label */
  size_t devices_num;
};

struct rrd_tree {
  struct graph_host *hosts; /* by name; those that have something of ours */
  size_t hosts_num;
  size_t files_num;
  size_t things_num; /* devices and plugs */
};

/* Ceiling for devices and plugs: beyond it somebody plays with us. */
enum { GRAPH_THINGS_MAX = 20000 };

/* path is the file or folder that text is about. */
typedef void graph_problem(void *arg, const char *path, const char *text);

/* Reads the folder root (absolute); every problem is told and the rest is
 * read. 0, -ENOMEM, or -errno when root itself cannot be read.
 * rrd_free() in all cases. */
int rrd_scan(struct rrd_tree *house, const char *root, graph_problem *problem,
             void *arg);
void rrd_free(struct rrd_tree *house);

/* Calls visit for sums, devices and plugs; stops at the first that returns
 * another value than 0, and returns that. */
typedef int graph_visit(void *arg, struct graph_thing *thing);
int rrd_each(struct rrd_tree *house, graph_visit *visit, void *arg);

/* A member of info, like "model"; "" if it is not there. */
void graph_info(const struct graph_thing *thing, const char *member, char *out,
                size_t size);

#endif
