/* SPDX-License-Identifier: MIT */
/* Asks rrdtool of every file of a tree whether it can be read and what it
 * held last. One thread. */
#ifndef CLI_GRAPH_GRAPH_PROBE_H
#define CLI_GRAPH_GRAPH_PROBE_H

#include "cli/graph/graph_pool.h"
#include "cli/graph/rrd_scan.h"

#include <time.h>

enum { GRAPH_LINK_SIZE = 32, GRAPH_FUTURE_SECONDS = 300 };

/* The name under which rrdtool finds a file: paths hold what its command
 * lines cannot (colons, quotes, line feeds), links in a folder of ours do not.
 */
void graph_link_name(const struct rrd_file *file, char out[GRAPH_LINK_SIZE]);

/* rrdtool's words with the link's name replaced by that of the file, which may
 * be NULL. */
void graph_link_words(const struct rrd_file *file, const char *words, char *out,
                      size_t size);

/* Makes the links in folder, the pool's, and fills in what is known of each
 * file, and seen of each series. Problems are told, with the paths of the
 * files. 0, -EINTR and the other errors of graph_pool_run(), or the -errno
 * with which links cannot be made. */
int graph_probe(struct rrd_tree *tree, struct graph_pool *pool,
                const char *folder, time_t now, rrd_problem *problem,
                void *arg);

#endif
