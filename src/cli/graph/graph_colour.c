/* SPDX-License-Identifier: MIT */
/* Palettes: see graph_colour.h. */
#include <config.h>

#include "cli/graph/graph_colour.h"

const struct graph_theme_info graph_themes[GRAPH_THEMES] = {
    [GRAPH_LIGHT] = {"light", "#ffffff", "#475569", "#0f172a12", "#0f172a2b",
                     "#94a3b8", "#334155", "#94a3b8", "#dc2626", "#ca8a04"},
    [GRAPH_DARK] = {"dark", "#17202e", "#b8c4d4", "#e2e8f012", "#e2e8f02b",
                    "#64748b", "#e2e8f0", "#64748b", "#f87171", "#eab308"},
};

/* Ten hues, then the same ten in another shade: neighbours in a stack differ
 * by hue first. Strong on white, bright on black. */
static const char *const palette[GRAPH_COLOURS][GRAPH_THEMES] = {
    {"#2563eb", "#60a5fa"}, /* blue */
    {"#ea580c", "#fb923c"}, /* orange */
    {"#16a34a", "#4ade80"}, /* green */
    {"#9333ea", "#c084fc"}, /* violet */
    {"#dc2626", "#f87171"}, /* red */
    {"#0891b2", "#22d3ee"}, /* cyan */
    {"#ca8a04", "#facc15"}, /* yellow */
    {"#db2777", "#f472b6"}, /* pink */
    {"#65a30d", "#a3e635"}, /* lime */
    {"#8a5a34", "#d0a277"}, /* brown */
    {"#8fb4f8", "#2f67c9"}, {"#f9b183", "#b4560f"}, {"#86d8a4", "#1d8a48"},
    {"#cfa5f5", "#7b3fc0"}, {"#f1a3a3", "#b53636"}, {"#7fd3e4", "#10788f"},
    {"#e9cf72", "#9a7408"}, {"#f0a0c6", "#ad3472"}, {"#b9d983", "#5b8a14"},
    {"#ccab8d", "#7d5433"},
};

enum { HUES = GRAPH_COLOURS / 2 };

const char *graph_colour(unsigned place, enum graph_theme theme) {
  return palette[place % GRAPH_COLOURS][theme];
}

/* FNV-1a: the same on every machine and in every version. */
static unsigned hash(const char *text) {
  uint32_t h = 2166136261U;

  for (; *text != '\0'; text++)
    h = (h ^ (unsigned char)*text) * 16777619U;
  return h ^ h >> 16;
}

/* The wanted hue if it is free, else the next free hue, else a free shade;
 * when all are taken, the wanted one. */
static unsigned take(bool taken[GRAPH_COLOURS], unsigned wanted) {
  for (unsigned i = 0; i < GRAPH_COLOURS; i++) {
    unsigned base = i < HUES ? 0 : HUES;
    unsigned place = base + (wanted + i) % HUES;

    if (!taken[place]) {
      taken[place] = true;
      return place;
    }
  }
  return wanted;
}

static void colour(struct rrd_series *series, size_t num) {
  bool taken[GRAPH_COLOURS] = {false};

  for (size_t i = 0; i < num; i++) {
    unsigned wanted = hash(series[i].name);

    series[i].colour = num > GRAPH_COLOURS ? wanted % GRAPH_COLOURS
                                           : take(taken, wanted % HUES);
    colour(series[i].plugs, series[i].plugs_num);
  }
}

void graph_colour_tree(struct rrd_tree *tree) {
  for (size_t i = 0; i < tree->hosts_num; i++)
    colour(tree->hosts[i].devices, tree->hosts[i].devices_num);
}

void graph_colour_apart(unsigned *wanted, size_t num) {
  bool taken[GRAPH_COLOURS] = {false};

  for (size_t i = 0; i < num; i++) {
    if (wanted[i] < GRAPH_COLOURS && !taken[wanted[i]])
      taken[wanted[i]] = true;
    else
      wanted[i] = take(taken, wanted[i] % HUES);
  }
}
