/* SPDX-License-Identifier: MIT */
/* kasactl watch: the live table of a running collectd, from the page of its
 * write_prometheus plugin. */
#include <config.h>

#include "cli/live/watch.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/width.h"
#include "cli/devices/device_table.h"
#include "cli/live/fetch.h"
#include "cli/live/metrics_view.h"
#include "cli/live/power_trend.h"
#include "cli/live/watch_order.h"
#include "cli/term/screen.h"

#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 16 * 1024 * 1024, LINE_SIZE = 512, FRAME_LINES = 7 };

struct watch {
  const char *url;
  const char *label; /* "" for none */
  double interval;
  bool once;
  double wait; /* with once */
  struct watch_choice choice;
  bool help;   /* in place of the table */
  bool typing; /* the filter */

  struct fetch *fetch;
  struct metrics_view *devices;
  struct power_trend *trend;
  struct buf page;
  struct buf text; /* as drawn */
  struct device_table_view view;
  bool fetched;             /* ever */
  char why[FETCH_WHY_SIZE]; /* the last fetch failed; "" when not */
  struct metrics_result read;
};

/* -- reading -- */

static void remember_power(struct watch *w) {
  struct device_rows rows = {0};
  struct device_row total;

  if (metrics_view_rows(w->devices, &rows, &total) == 0)
    power_trend_take(w->trend, &rows, &total, metrics_view_time_ms(w->devices));
  device_rows_free(&rows);
}

/* Whether the page could be had. */
static bool refresh(struct watch *w) {
  if (fetch_page(w->fetch, &w->page, w->why) < 0)
    return false;
  metrics_view_begin(w->devices);
  w->read = (struct metrics_result){0};
  if (w->page.len > 0)
    w->read =
        metrics_read(w->page.data, w->page.len, metrics_view_take, w->devices);
  metrics_view_end(w->devices, (int64_t)(clock_wall_us() / 1000));
  w->fetched = true;
  remember_power(w);
  return true;
}

/* -- drawing -- */

static void clock_text(int64_t ms, const char *format, char out[32]) {
  time_t then = (time_t)(ms / 1000);
  struct tm tm = {0};

  localtime_r(&then, &tm);
  strftime(out, 32, format, &tm);
}

/* Left and right in one line as wide as the table. */
static int headline(struct watch *w, const struct style *style,
                    unsigned columns) {
  static const char title[] = "Kasa devices";
  unsigned used = (unsigned)strlen(title);
  char label[100];
  char now[32];
  unsigned clock;
  int err;

  clock_text((int64_t)(clock_wall_us() / 1000), "%Y-%m-%d %H:%M:%S", now);
  clock = (unsigned)strlen(now);
  err = style_ink(style, &w->text, INK_BOLD, title);
  if (err == 0 && w->label[0] != '\0') {
    used += 2 + width_cut(w->label, columns - used - clock - 4,
                          style->ascii ? "~" : "\u2026", label, sizeof(label));
    err = buf_adds(&w->text, "  ");
    if (err == 0)
      err = style_ink(style, &w->text, INK_YELLOW, label);
  }
  if (err == 0)
    err = buf_addf(&w->text, "%*s", (int)(columns - used - clock), "");
  if (err == 0)
    err = style_ink(style, &w->text, INK_DIM, now);
  return err == 0 ? buf_adds(&w->text, "\n\n") : err;
}

static int line(struct watch *w, const struct style *style, enum ink ink,
                const char *text) {
  char clean[LINE_SIZE];
  char cut[LINE_SIZE];
  int err;

  text_clean(text, strlen(text), clean, sizeof(clean));
  width_cut(clean, style->columns, style->ascii ? "~" : "\u2026", cut,
            sizeof(cut));
  err = style_ink(style, &w->text, ink, cut);
  return err == 0 ? buf_adds(&w->text, "\n") : err;
}

/* Lines of the screen that are no rows of the table. */
static unsigned lines_around(const struct watch *w, bool counted) {
  const bool further[] = {counted, w->why[0] != '\0', w->read.bad > 0,
                          metrics_view_overflowed(w->devices)};
  unsigned lines = FRAME_LINES;

  for (size_t i = 0; i < sizeof(further) / sizeof(further[0]); i++)
    lines += further[i] ? 1U : 0U;
  return lines;
}

static int table(struct watch *w, const struct style *style) {
  struct device_rows rows = {0};
  struct device_row total;
  int err = metrics_view_rows(w->devices, &rows, &total);
  bool any = rows.count > 0;
  bool counted;
  unsigned taken;

  if (!w->once) /* one reading is no course */
    power_trend_show(w->trend, &rows, &total, style->ascii);
  watch_order_apply(&rows, &w->choice);
  counted = device_table_has_counted(&rows);
  taken = lines_around(w, counted);
  w->view.most = 0;
  if (style->rows > 0 && !w->once)
    w->view.most = style->rows > taken + 3 ? style->rows - taken : 3;
  if (err == 0)
    err = headline(w, style, device_table_width(style, table_live, &rows));
  if (err == 0 && any && rows.count == 0)
    err = line(w, style, INK_DIM,
               w->choice.filter[0] != '\0'      ? "No device fits."
               : w->choice.show == WATCH_SILENT ? "All devices answer."
                                                : "No device is on.");
  else if (err == 0 && rows.count == 0)
    err = line(w, style, INK_YELLOW,
               "collectd has no Kasa device yet: the first search takes some "
               "seconds.");
  else if (err == 0)
    err =
        device_table_draw(&w->text, style, table_live, &rows, &total, &w->view);
  if (err == 0 && counted)
    err = line(w, style, INK_DIM, "* counted since collectd started");
  device_rows_free(&rows);
  return err;
}

/* What the keys have chosen, and which there are. */
static void choice_text(const struct watch *w, char *out, size_t size) {
  const struct watch_choice *c = &w->choice;
  int n = 0;

  out[0] = '\0';
  if (c->sort != WATCH_BY_NAME)
    n += snprintf(out + n, size - (size_t)n, "  by %s", watch_sorts[c->sort]);
  if (c->show != WATCH_ALL)
    n += snprintf(out + n, size - (size_t)n, "  %s only", watch_shows[c->show]);
  if (c->filter[0] != '\0')
    n += snprintf(out + n, size - (size_t)n, "  with \"%s\"", c->filter);
  snprintf(out + n, size - (size_t)n, "  q quits, ? helps");
}

/* Where it comes from, how fresh it is, and what is wrong. */
static int footer(struct watch *w, const struct style *style) {
  char text[LINE_SIZE];
  char choice[160] = "";
  char when[32];
  int err = buf_adds(&w->text, "\n");

  if (style->terminal && !w->once)
    choice_text(w, choice, sizeof(choice));
  if (err == 0 && w->typing) {
    snprintf(text, sizeof(text),
             "Show only: %s%s  (Enter keeps it, Escape shows all)",
             w->choice.filter, style->ascii ? "_" : "\u2588");
    err = line(w, style, INK_BOLD, text);
  } else if (err == 0 && metrics_view_time_ms(w->devices) > 0) {
    clock_text(metrics_view_time_ms(w->devices), "%H:%M:%S", when);
    snprintf(text, sizeof(text), "%s  read %s%s", w->url, when, choice);
    err = line(w, style, INK_DIM, text);
  } else if (err == 0) {
    err = line(w, style, INK_DIM, w->url);
  }
  if (err == 0 && w->read.bad > 0) {
    snprintf(text, sizeof(text),
             "%zu line%s of the page not understood: line "
             "%zu, %s",
             w->read.bad, w->read.bad == 1 ? "" : "s", w->read.first_bad,
             w->read.why);
    err = line(w, style, INK_YELLOW, text);
  }
  if (err == 0 && metrics_view_overflowed(w->devices))
    err = line(w, style, INK_YELLOW, "Too many devices: some are left out.");
  if (err == 0 && w->why[0] != '\0') {
    snprintf(text, sizeof(text), "No new reading: %s", w->why);
    err = line(w, style, INK_RED, text);
  }
  return err;
}

static int nothing_yet(struct watch *w, const struct style *style) {
  char text[LINE_SIZE];
  int err;

  err = headline(w, style, style->columns < 80 ? style->columns : 80);
  snprintf(text, sizeof(text), "Waiting for %s", w->url);
  if (err == 0)
    err = line(w, style, INK_PLAIN, text);
  if (err == 0)
    err = line(w, style, INK_YELLOW, w->why);
  if (err == 0)
    err = line(w, style, INK_DIM,
               "collectd needs LoadPlugin write_prometheus for this page.");
  return err;
}

static int help(struct watch *w, const struct style *style) {
  static const char *const lines[] = {
      "s            sort by name, power, energy",
      "f            show all, those that are on, those that are silent",
      "/            show those with a text in name, model or outlet",
      "arrows, j k  one line; Page Up, Page Down, b, blank: a screen",
      "Home, End    first and last line; g, G",
      "?            this help, and back",
      "q            quit; the table stays to be read",
  };
  int err = headline(w, style, style->columns < 80 ? style->columns : 80);

  for (size_t i = 0; err == 0 && i < sizeof(lines) / sizeof(lines[0]); i++)
    err = line(w, style, INK_PLAIN, lines[i]);
  return err;
}

static void draw(struct watch *w) {
  const struct style *style = screen_style();
  int err;

  buf_clear(&w->text);
  err = w->help      ? help(w, style)
        : w->fetched ? table(w, style)
                     : nothing_yet(w, style);
  if (err == 0 && w->fetched && !w->help)
    err = footer(w, style);
  if (err == 0)
    (void)screen_show(&w->text, 0);
}

/* -- the two ways to run -- */

static int run_once(struct watch *w) {
  uint64_t until = clock_monotonic_us() + (uint64_t)(w->wait * 1e6);

  for (;;) {
    bool here = refresh(w) && metrics_view_devices(w->devices) > 0;

    if (here || clock_monotonic_us() >= until)
      break;
    if (screen_wait(-1, 0.3) == SCREEN_QUIT)
      break;
  }
  if (!w->fetched) {
    cli_say("%s: %s", w->url, w->why);
    cli_say("is collectd running, with export-prometheus.conf? (sudo systemctl "
            "status collectd)");
    return CLI_NOTHING;
  }
  draw(w);
  return metrics_view_devices(w->devices) > 0 ? CLI_DONE : CLI_NOTHING;
}

static double seconds_until(uint64_t us) {
  uint64_t now = clock_monotonic_us();

  return us > now ? (double)(us - now) / 1e6 : 0;
}

static void type(struct watch *w, bool on) {
  w->typing = on;
  screen_typing(on);
}

/* A key of the filter's text. */
static void take_letter(struct watch *w, char key) {
  char *filter = w->choice.filter;
  size_t len = strlen(filter);

  if (key == SCREEN_ENTER) {
    type(w, false);
  } else if (key == SCREEN_ESCAPE) {
    filter[0] = '\0';
    type(w, false);
  } else if (key == SCREEN_BACKSPACE) {
    while (len > 0 && ((unsigned char)filter[len - 1] & 0xc0U) == 0x80)
      len--; /* all bytes of the character */
    filter[len > 0 ? len - 1 : 0] = '\0';
  } else if (((unsigned char)key >= ' ') &&
             len + 1 < sizeof(w->choice.filter)) {
    filter[len] = key;
    filter[len + 1] = '\0';
  }
}

static void take_key(struct watch *w, char key) {
  struct watch_choice *c = &w->choice;

  if (w->typing)
    take_letter(w, key);
  else if (key == '?' || key == 'h')
    w->help = !w->help;
  else if (key == 's')
    c->sort = (enum watch_sort)((c->sort + 1) % WATCH_SORTS);
  else if (key == 'f')
    c->show = (enum watch_show)((c->show + 1) % WATCH_SHOWS);
  else if (key == '/') {
    w->help = false;
    type(w, true);
  }
}

static int run(struct watch *w) {
  char key;
  enum screen_event event = SCREEN_TIME;
  uint64_t due_us = 0;

  while (event != SCREEN_QUIT) {
    if (clock_monotonic_us() >= due_us) {
      (void)refresh(w);
      due_us = clock_monotonic_us() +
               (uint64_t)(1e6 * (w->fetched ? w->interval : 1));
    }
    if (screen_quitting())
      break;
    while ((key = screen_key()) != '\0')
      take_key(w, key);
    w->view.first = screen_moved(w->view.first, screen_scrolled());
    draw(w);
    event = screen_wait(-1, seconds_until(due_us));
  }
  return w->fetched ? CLI_DONE : CLI_NOTHING;
}

static int start(struct watch *w) {
  int status = CLI_NOTHING;
  int err;

  w->once |= isatty(STDOUT_FILENO) != 1;
  buf_init(&w->page, METRICS_PAGE_MAX);
  buf_init(&w->text, TEXT_MAX);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  w->fetch = fetch_create(w->url);
  w->devices = metrics_view_create();
  w->trend = power_trend_create();
  err = screen_open(!w->once);
  if (w->fetch == NULL || w->devices == NULL || w->trend == NULL)
    cli_say("%s: this address cannot be used", w->url);
  else if (err < 0)
    cli_say("the terminal cannot be used: %s", strerror(-err));
  else
    status = w->once ? run_once(w) : run(w);
  screen_close();
  power_trend_free(w->trend);
  metrics_view_free(w->devices);
  fetch_free(w->fetch);
  curl_global_cleanup();
  buf_free(&w->text);
  buf_free(&w->page);
  return status;
}

static int watch_main(int argc, char **argv) {
  static const struct option options[] = {
      {"metrics", required_argument, NULL, 'm'},
      {"interval", required_argument, NULL, 'i'},
      {"once", no_argument, NULL, '1'},
      {"wait", required_argument, NULL, 'w'},
      {"label", required_argument, NULL, 'l'},
      {"sort", required_argument, NULL, 's'},
      {"show", required_argument, NULL, 'f'},
      {"filter", required_argument, NULL, 'F'},
      {0},
  };
  struct watch w = {
      .url = "http://127.0.0.1:9103/metrics", .label = "", .interval = 5};
  int option;
  int word;

  while ((option = getopt_long(argc, argv, "m:i:1w:l:s:f:F:", options, NULL)) !=
         -1) {
    switch (option) {
    case 'm':
      w.url = optarg;
      break;
    case 'i':
      if (!cli_number(optarg, 0.1, 86400, &w.interval))
        return cli_usage("watch",
                         "--interval expects 0.1 to 86400 seconds, found %s",
                         optarg);
      break;
    case '1':
      w.once = true;
      break;
    case 'w':
      if (!cli_number(optarg, 0, 86400, &w.wait))
        return cli_usage("watch", "--wait expects 0 to 86400 seconds, found %s",
                         optarg);
      break;
    case 'l':
      w.label = optarg;
      break;
    case 's':
      word = watch_word(watch_sorts, WATCH_SORTS, optarg);
      if (word < 0)
        return cli_usage(
            "watch", "--sort expects name, power or energy, found %s", optarg);
      w.choice.sort = (enum watch_sort)word;
      break;
    case 'f':
      word = watch_word(watch_shows, WATCH_SHOWS, optarg);
      if (word < 0)
        return cli_usage("watch", "--show expects all, on or silent, found %s",
                         optarg);
      w.choice.show = (enum watch_show)word;
      break;
    case 'F':
      if (strlen(optarg) >= sizeof(w.choice.filter))
        return cli_usage("watch", "--filter expects at most %zu bytes",
                         sizeof(w.choice.filter) - 1);
      strcpy(w.choice.filter, optarg);
      break;
    default:
      return cli_bad_option("watch");
    }
  }
  if (optind < argc)
    return cli_usage("watch", "%s is one argument too many", argv[optind]);
  return start(&w);
}

const struct command watch_command = {
    "watch", "the live table of a running collectd",
    "Reads the page that collectd's write_prometheus plugin serves; asks no\n"
    "device. Names marked in red do not answer.\n"
    "\n"
    "  -m, --metrics URL    the page (http://127.0.0.1:9103/metrics)\n"
    "  -i, --interval N     seconds between two readings (5)\n"
    "  -1, --once           one table, then end\n"
    "  -w, --wait SECONDS   with --once: wait so long for devices to appear\n"
    "  -l, --label TEXT     a word for the headline\n"
    "  -s, --sort WORD      by name, power or energy (name); key s\n"
    "  -f, --show WORD      all, on or silent devices (all); key f\n"
    "  -F, --filter TEXT    those with TEXT in name, model or outlet; key /\n"
    "\n"
    "? lists the keys.\n",
    "[--metrics URL] [--interval N] [--once [--wait SECONDS]] [--label TEXT]\n"
    "              [--sort WORD] [--show WORD] [--filter TEXT]",
    watch_main};
