/* SPDX-License-Identifier: MIT */
/* The folder that holds a gallery. Whatever is made goes into a temporary
 * folder inside and is moved to its place, whole, when all is done: who is
 * interrupted leaves the gallery as it was. One thread. */
#ifndef CLI_GRAPH_GRAPH_OUTPUT_H
#define CLI_GRAPH_GRAPH_OUTPUT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Names in the folder. */
#define GRAPH_INDEX "index.html"
#define GRAPH_PICTURES "pictures"
#define GRAPH_PAGES "devices"
/* What tells our pages from those of others. */
#define GRAPH_MARK "<meta name=\"generator\" content=\"kasactl graph"

enum { GRAPH_OUTPUT_WHY = 256 };

struct graph_output {
  char *path;
  int folder; /* -1: not open */
  bool made;  /* by us, now */
  char *temp; /* absolute path of the temporary folder; NULL: none */
  char why[GRAPH_OUTPUT_WHY]; /* text of the last error */
};

/* Opens path, making its last part when it is not there, for us alone; takes
 * away what a killed run has left. 0 or -errno with why set: a folder that
 * holds somebody else's index.html is refused (-EEXIST), one in which another
 * kasactl graph is at work, too (-EBUSY). graph_output_close() in all cases. */
int graph_output_open(struct graph_output *output, const char *path);

/* Removes the temporary folder, and the whole when it was made for nothing. */
void graph_output_close(struct graph_output *output);

/* When the picture of that name was drawn, in nanoseconds; -1: there is none.
 */
int64_t graph_output_drawn(const struct graph_output *output, const char *name);

/* Whether the picture in the temporary folder is complete: a full disk may cut
 * it in silence. */
bool graph_output_whole(const struct graph_output *output, const char *name);

/* Moves a picture from the temporary folder to its place, with the time of
 * what it shows; 0 or -errno with why set. */
int graph_output_put(struct graph_output *output, const char *name, time_t now);

/* Puts a page in its place; name is relative to the folder. */
int graph_output_write(struct graph_output *output, const char *name,
                       const struct buf *text);

/* Makes the places of pictures and pages. */
int graph_output_prepare(struct graph_output *output);

/* Removes our files in GRAPH_PICTURES or GRAPH_PAGES that wanted does not
 * know; files that only look alike stay. */
void graph_output_sweep(struct graph_output *output, const char *place,
                        bool (*wanted)(const void *arg, const char *name),
                        const void *arg);

#endif
