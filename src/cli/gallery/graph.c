/* SPDX-License-Identifier: MIT */
/* kasactl graph: pictures and pages from collectd's RRD files. */
#include <config.h>

#include "cli/gallery/graph.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/gallery/gallery_page.h"
#include "cli/gallery/gallery_publish.h"
#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_datadir.h"
#include "cli/graph/graph_draw.h"
#include "cli/graph/graph_probe.h"
#include "cli/graph/rrd_renames.h"
#include "cli/term/screen.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_OUT "kasa-graphs"

enum { SAID_MAX = 20 };

struct graph {
  const char *out;
  const char *rrd;    /* of the option, or NULL */
  const char *config; /* of the option, or NULL */
  struct graph_wish wish;

  char *root; /* absolute, of the RRD files */
  struct rrd_tree tree;
  struct graph_plan plan;
  struct graph_output output;
  struct graph_pool *pool;
  struct graph_flaws flaws;
  time_t now;
  size_t pictures; /* to come, in all */
  size_t drawn;
  uint64_t told_us; /* when the progress was shown last */
  bool progress;    /* stands on the terminal */
};

/* -- telling -- */

static void clear_progress(struct graph *g) {
  if (g->progress)
    fputs("\r\033[K", stderr);
  g->progress = false;
}

static void tick(void *arg, size_t pictures) {
  struct graph *g = arg;
  uint64_t now = clock_monotonic_us();

  if (isatty(STDERR_FILENO) != 1 || now < g->told_us + 100000)
    return;
  g->told_us = now;
  g->progress = true;
  fprintf(stderr, "\r\033[KDrawing: %zu of %zu pictures", pictures,
          g->pictures);
  fflush(stderr);
}

/* A broken file is said once here and stands on the page. */
static void problem(void *arg, const char *path, const char *text) {
  struct graph *g = arg;
  char clean[1024];
  char *line = NULL;

  if (asprintf(&line, "%s: %s", path, text) < 0)
    return;
  text_clean(line, strlen(line), clean, sizeof(clean));
  free(line);
  if (g->flaws.num + g->flaws.more < SAID_MAX) {
    clear_progress(g);
    cli_say("%s", clean);
  }
  line = g->flaws.num < GRAPH_FLAWS_SHOWN ? strdup(clean) : NULL;
  if (line == NULL)
    g->flaws.more++;
  else
    g->flaws.lines[g->flaws.num++] = line;
}

/* -- reading -- */

static int scan(struct graph *g) {
  char *place = graph_datadir(g->rrd, g->config);
  int err;

  if (place == NULL)
    return -1;
  g->root = realpath(place, NULL);
  err = g->root == NULL ? -errno : rrd_scan(&g->tree, g->root, problem, g);
  if (err < 0)
    cli_say("%s: %s; there collectd's rrdtool plugin would keep its files "
            "(--rrd names another folder)",
            place, strerror(-err));
  else if (g->tree.series_num == 0)
    cli_say("%s: no values of the kasa plugin are here (--rrd names another "
            "folder)",
            g->root);
  free(place);
  return err < 0 || g->tree.series_num == 0 ? -1 : 0;
}

/* -- drawing -- */

static void explain(struct graph *g, int err) {
  clear_progress(g);
  if (err == -EINTR)
    cli_say("interrupted: %s is as it was", g->out);
  else if (err == -ENOENT)
    cli_say("rrdtool is not installed; it draws the pictures (apt install "
            "rrdtool)");
  else if (err == -ECHILD)
    cli_say("rrdtool ends at every command: try `rrdtool --version` by itself");
  else
    cli_say("%s: %s", g->out, strerror(-err));
}

static int draw(struct graph *g) {
  struct graph_draw d = {.plan = &g->plan,
                         .output = &g->output,
                         .problem = problem,
                         .tick = tick,
                         .arg = g};
  int err;

  g->pool = graph_pool_create(graph_pool_processors(), g->output.temp);
  if (g->pool == NULL)
    return -ENOMEM;
  d.pool = g->pool;
  err = graph_probe(&g->tree, g->pool, g->output.temp, g->now, problem, g);
  if (err < 0)
    return err;
  err = rrd_find_renames(&g->tree);
  if (err < 0)
    return err;
  graph_colour_tree(&g->tree);
  err = graph_plan_series(&g->plan, &g->tree, &g->wish, g->now);
  g->pictures = graph_draw_count(&g->plan, 0);
  if (err == 0)
    err = graph_draw_views(&d, 0);
  if (err == 0)
    err = graph_plan_house(&g->plan);
  g->pictures += graph_draw_count(&g->plan, g->plan.total_views);
  if (err == 0)
    err = graph_draw_views(&d, g->plan.total_views);
  g->drawn = d.drawn;
  return err;
}

/* -- the whole -- */

static void tell_left_out(const struct graph *g) {
  bool any = false;

  for (size_t k = 0; k < GRAPH_TYPES && g->wish.all_kinds; k++)
    if (!g->plan.kinds[k]) {
      printf("%s%s", any ? ", " : "Left out, as there are so many: ",
             graph_types[k].name);
      any = true;
    }
  if (any)
    puts(" (--kind draws them)");
}

/* Returns the exit status. */
static int tell_done(const struct graph *g, double seconds) {
  size_t pictures = 0;

  for (size_t i = 0; i < g->plan.views_num; i++)
    pictures += g->plan.views[i].state == GRAPH_DRAWN ? GRAPH_THEMES : 0;
  if (g->flaws.num + g->flaws.more > SAID_MAX)
    cli_say("and %zu files more; the page lists them",
            g->flaws.num + g->flaws.more - SAID_MAX);
  printf("%s/" GRAPH_INDEX ": %zu devices and plugs, %zu pictures, %zu drawn "
         "in %.1f s\n",
         g->out, g->tree.series_num, pictures, g->drawn, seconds);
  tell_left_out(g);
  if (pictures > 0)
    return CLI_DONE;
  cli_say("%s: nothing could be drawn: no values of these spans", g->root);
  return CLI_NOTHING;
}

static int make(struct graph *g) {
  uint64_t start = clock_monotonic_us();
  int err;

  if (scan(g) < 0)
    return CLI_NOTHING;
  if (graph_output_open(&g->output, g->out) < 0) {
    cli_say("%s: %s", g->out, g->output.why);
    return CLI_NOTHING;
  }
  err = draw(g);
  clear_progress(g);
  if (err < 0) {
    explain(g, err);
    return CLI_NOTHING;
  }
  err = graph_publish(&g->output, &g->plan, &g->flaws);
  if (err < 0) {
    cli_say("%s: %s", g->out,
            g->output.why[0] != '\0' ? g->output.why : strerror(-err));
    return CLI_NOTHING;
  }
  return tell_done(g, (double)(clock_monotonic_us() - start) / 1e6);
}

static int start(struct graph *g) {
  char *lines[GRAPH_FLAWS_SHOWN];
  int status = CLI_NOTHING;
  int err = screen_open(false);

  if (err < 0) {
    cli_say("signals cannot be handled: %s", strerror(-err));
    return CLI_NOTHING;
  }
  g->flaws.lines = lines;
  g->output.folder = -1;
  g->now = (time_t)(clock_wall_us() / 1000000);
  status = make(g);
  graph_pool_free(g->pool);
  graph_output_close(&g->output);
  graph_plan_free(&g->plan);
  rrd_free(&g->tree);
  for (size_t i = 0; i < g->flaws.num; i++)
    free(lines[i]);
  free(g->root);
  screen_close();
  return status;
}

/* "day,week": names of a table, each sets its flag. */
static bool take_list(const char *list, bool *flags, size_t num,
                      const char *(*name)(size_t)) {
  while (*list != '\0') {
    size_t len = strcspn(list, ",");
    bool known = false;

    for (size_t i = 0; i < num; i++)
      if (strlen(name(i)) == len && strncasecmp(list, name(i), len) == 0)
        known = flags[i] = true;
    if (!known)
      return false;
    list += len + (list[len] == ',');
  }
  return true;
}

static const char *span_name(size_t i) { return graph_spans[i].name; }
static const char *kind_name(size_t i) { return graph_types[i].name; }

static bool take_kinds(struct graph_wish *wish, const char *list) {
  if (text_same(list, "all")) {
    for (size_t i = 0; i < GRAPH_TYPES; i++)
      wish->kinds[i] = true;
    return true;
  }
  return list[0] != '\0' &&
         take_list(list, wish->kinds, GRAPH_TYPES, kind_name);
}

static int graph_main(int argc, char **argv) {
  static const struct option known[] = {
      {"out", required_argument, NULL, 'o'},
      {"span", required_argument, NULL, 's'},
      {"kind", required_argument, NULL, 'k'},
      {"rrd", required_argument, NULL, 'r'},
      {"config", required_argument, NULL, 'c'},
      {0},
  };
  struct graph g = {.out = DEFAULT_OUT, .wish = {.all_kinds = true}};
  bool spans = false;
  int option;

  while ((option = getopt_long(argc, argv, "o:s:k:r:c:", known, NULL)) != -1) {
    switch (option) {
    case 'o':
      g.out = optarg;
      break;
    case 's':
      spans = true;
      if (optarg[0] == '\0' ||
          !take_list(optarg, g.wish.spans, GRAPH_SPANS, span_name))
        return cli_usage("graph",
                         "--span expects hour, day, week, month, year, or "
                         "several with commas, found \"%s\"",
                         optarg);
      break;
    case 'k':
      g.wish.all_kinds = false;
      if (!take_kinds(&g.wish, optarg))
        return cli_usage("graph",
                         "--kind expects all, or some of power, "
                         "energy, voltage, current, signal, response, "
                         "found \"%s\"",
                         optarg);
      break;
    case 'r':
      g.rrd = optarg;
      break;
    case 'c':
      g.config = optarg;
      break;
    default:
      return cli_bad_option("graph");
    }
  }
  if (optind < argc)
    return cli_usage("graph", "%s is one argument too many", argv[optind]);
  if (g.out[0] == '\0')
    return cli_usage("graph", "--out expects a folder");
  for (size_t i = 0; i < GRAPH_SPANS && !spans; i++)
    g.wish.spans[i] = true;
  return start(&g);
}

const struct command graph_command = {
    "graph", "pictures and pages from collectd's RRD files",
    "Draws what collectd's rrdtool plugin has kept, and makes DIR/index.html\n"
    "with all devices and a page for each. rrdtool has to be installed.\n"
    "\n"
    "  -o, --out DIR        where the gallery goes (kasa-graphs)\n"
    "  -s, --span LIST      of hour, day, week, month, year (all)\n"
    "  -k, --kind LIST      of power, energy, voltage, current, signal,\n"
    "                       response, or all; otherwise as many as half a\n"
    "                       minute allows\n"
    "  -r, --rrd DIR        where the RRD files are, instead of where the\n"
    "                       configuration says\n"
    "  -c, --config FILE    this collectd.conf\n",
    "[--out DIR] [--span LIST] [--kind LIST] [--rrd DIR] [--config FILE]",
    graph_main};
