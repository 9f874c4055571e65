/* SPDX-License-Identifier: MIT */
/* What collectd's rrdtool plugin has kept of our values, as a tree: hosts,
 * their devices, the plugs of strips, and a file for each quantity (the names
 * are those of doc/names.md). Looks at folders and file names; what is inside
 * the files is asked of rrdtool later (cli/graph/graph_probe.h). One thread. */
#ifndef CLI_GRAPH_RRD_SCAN_H
#define CLI_GRAPH_RRD_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The quantities that are drawn or shown. */
enum rrd_type {
  RRD_POWER,
  RRD_WATT_HOURS,
  RRD_VOLTAGE,
  RRD_CURRENT,
  RRD_SIGNAL,
  RRD_RESPONSE_TIME,
  RRD_UP,
  RRD_KWH_TODAY,
  RRD_COST_YESTERDAY,
  RRD_TYPES
};

struct rrd_file {
  char *path; /* absolute; NULL: there is none */
  int64_t changed_ns;
  size_t link; /* its number among all files of the tree */
  /* From the probe: */
  bool good;     /* rrdtool can read it */
  bool extremes; /* it keeps the lowest and highest readings, too */
  time_t first;  /* before that it keeps nothing */
  time_t last;   /* when it was updated last */
  bool ended;    /* the device is called otherwise now */
  double value;  /* the reading of then, NAN when unknown */
};

/* What a type instance tells, by the newest file; NULL: none. */
struct rrd_text {
  char *text;
  int64_t at_ns;
};

struct rrd_series {
  char *host;           /* name of its folder */
  char *name;           /* as collectd wrote it; "" for the sums of a host */
  char *strip;          /* of a plug: the name of its strip; else NULL */
  char *label;          /* the name for people: clean UTF-8, never empty */
  struct rrd_text info; /* "model=... mac=..." */
  struct rrd_text info_now; /* "ip=... fw=..." */
  struct rrd_file files[RRD_TYPES];
  struct rrd_series *plugs; /* by label */
  size_t plugs_num;
  unsigned colour;                     /* place in the palette */
  time_t seen;                         /* latest reading, 0: never */
  const struct rrd_series *now_called; /* the device's later name, or NULL */
  size_t views; /* the first of its pictures in the plan */
  size_t views_num;
};

struct rrd_host {
  char *name;
  char *label;
  struct rrd_series sums;
  struct rrd_series *devices; /* by label */
  size_t devices_num;
};

struct rrd_tree {
  struct rrd_host *hosts; /* by name; those that have something of ours */
  size_t hosts_num;
  size_t files_num;
  size_t series_num; /* devices and plugs */
};

/* Ceiling for devices and plugs: beyond it somebody plays with us. */
enum { RRD_SERIES_MAX = 20000 };

/* path is the file or folder that text is about. */
typedef void rrd_problem(void *arg, const char *path, const char *text);

/* Reads the folder root (absolute); every problem is told and the rest is
 * read. 0, -ENOMEM, or -errno when root itself cannot be read.
 * rrd_free() in all cases. */
int rrd_scan(struct rrd_tree *tree, const char *root, rrd_problem *problem,
             void *arg);
void rrd_free(struct rrd_tree *tree);

/* Calls visit for sums, devices and plugs; stops at the first that returns
 * another value than 0, and returns that. */
typedef int rrd_visit(void *arg, struct rrd_series *series);
int rrd_each(struct rrd_tree *tree, rrd_visit *visit, void *arg);

/* A member of info_now or info, like "model"; "" if it is not there. */
void rrd_info(const struct rrd_series *series, const char *member, char *out,
              size_t size);

#endif
