/* SPDX-License-Identifier: MIT */
/* Where collectd keeps its RRD files. */
#ifndef CLI_GRAPH_GRAPH_DATADIR_H
#define CLI_GRAPH_GRAPH_DATADIR_H

/* The folder: rrd when it is given; else what this collectd.conf says, or
 * collectd's own when config is NULL; else Debian's. The caller frees it. NULL
 * when config cannot be read, which has been said, or memory is out. */
char *graph_datadir(const char *rrd, const char *config);

#endif
