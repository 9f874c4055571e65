/* SPDX-License-Identifier: MIT */
/* kasactl graph: what rrdtool is told, and what its answers mean. */
#include <config.h>

#include "base/width.h"
#include "cli/graph/graph_answer.h"
#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_command.h"
#include "cli/graph/graph_numbers.h"
#include "cli/graph/graph_picture.h"
#include "cli/graph/graph_plan.h"
#include "cli/graph/graph_probe.h"

#include "../support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* -- words of commands -- */

static const struct {
  const char *argument;
  const char *quoted; /* NULL: refused */
} quotes[] = {
    {"plain", " 'plain'"},
    {"", " ''"},
    {"two words", " 'two words'"},
    {"it's", " 'it'\"'\"'s'"},
    {"''", " \"''\""},
    {"a\"b", " 'a\"b'"},
    {"$(id) `id` \\", " '$(id) `id` \\'"},
    {"-x", " '-x'"},
    {"line\nfeed", NULL},
    {"carriage\rreturn", NULL},
};

START_TEST(any_argument_is_quoted_or_refused) {
  struct buf line;

  buf_init(&line, 1000);
  if (quotes[_i].quoted == NULL) {
    ck_assert_int_eq(graph_quote(&line, quotes[_i].argument), -EINVAL);
  } else {
    ck_assert_int_eq(graph_quote(&line, quotes[_i].argument), 0);
    ck_assert_str_eq(line.data, quotes[_i].quoted);
  }
  buf_free(&line);
}
END_TEST

static const struct {
  const char *name;
  const char *legend; /* in 8 columns */
} legends[] = {
    {"Lamp", "Lamp    "},
    {"a:b", "a\\:b     "},
    {"::::::::", "\\:\\:\\:\\:\\:\\:\\:\\:"},
    {"end\\", "end∖    "},
    {"\\l", "∖l      "},
    {"100 %lf", "100 %lf "},
    {"a\nb\tc", "a b c   "},
    {"Long name", "Long na…"},
    {"日本語日本", "日本語… "},
    {"\xff\xfe", "??      "},
    {"", "        "},
};

START_TEST(names_in_legends_command_nothing) {
  char out[256];

  graph_legend(legends[_i].name, 8, out, sizeof(out));
  ck_assert_str_eq(out, legends[_i].legend);
}
END_TEST

START_TEST(a_legend_never_overruns) {
  char name[1000];
  char out[256];

  for (size_t i = 0; i + 2 < sizeof(name); i += 2)
    memcpy(name + i, "\xcc\x88", 3); /* combining: no columns at all */
  graph_legend(name, 24, out, sizeof(out));
  ck_assert_uint_lt(strlen(out), 160);
  memset(name, ':', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  graph_legend(name, 24, out, 20);
  ck_assert_uint_lt(strlen(out), 20);
}
END_TEST

/* -- answers -- */

START_TEST(an_answer_ends_with_its_last_line) {
  static const char *const whole[] = {
      "OK u:0.00 s:0.00 r:0.00\n",
      "OK\n",
      "ERROR: no such file\n",
      "print[0] = \"1\"\nimage_width = 400\nOK u:0.01 s:0.00 r:0.02\n",
  };
  static const char *const part[] = {"",
                                     "O",
                                     "OK u:0.00",
                                     "ERROR: no such",
                                     "print[0] = \"OK u:\"\n",
                                     " OK\nNOT OK\n"};

  for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
    ck_assert(graph_answer_complete(whole[i], strlen(whole[i])));
  for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
    ck_assert(!graph_answer_complete(part[i], strlen(part[i])));
}
END_TEST

START_TEST(printed_numbers_are_read) {
  struct graph_answer a;

  graph_answer_read("print[0] = \"7.810000000e+01\"\n"
                    "print[1] = \"nan\"\n"
                    "print[3] = \"-61.5\"\n"
                    "print[99] = \"5\"\n"
                    "legend[0] = \"  print[0] = \"\n"
                    "OK u:0.00 s:0.00 r:0.00\n",
                    &a);
  ck_assert(a.ok);
  ck_assert_uint_eq(a.prints_num, 4);
  ck_assert_double_eq(a.prints[0], 78.1);
  ck_assert(isnan(a.prints[1]) && isnan(a.prints[2]));
  ck_assert_double_eq(a.prints[3], -61.5);
}
END_TEST

START_TEST(a_file_is_known_by_its_info) {
  struct graph_answer a;

  graph_answer_read("filename = \"f1.rrd\"\n"
                    "step = 15\n"
                    "last_update = 1795639785\n"
                    "ds[value].type = \"GAUGE\"\n"
                    "ds[value].last_ds = \"81.82\"\n"
                    "rra[0].cf = \"AVERAGE\"\n"
                    "rra[0].rows = 240\n"
                    "rra[0].cur_row = 9999999\n"
                    "rra[0].pdp_per_row = 4\n"
                    "rra[1].cf = \"MIN\"\n"
                    "rra[1].rows = 1000\n"
                    "rra[1].pdp_per_row = 1000\n"
                    "rra[2].cf = \"MAX\"\n"
                    "OK u:0 s:0 r:0\n",
                    &a);
  ck_assert(a.ok && a.info.has_value && a.info.extremes);
  ck_assert_int_eq(a.info.last, 1795639785);
  ck_assert_double_eq(a.info.value, 81.82);
  ck_assert_double_eq(a.info.keeps, 15 * 240 * 4);
  graph_answer_read("step = 0\n"
                    "last_update = -5\n"
                    "ds[rx].type = \"GAUGE\"\n"
                    "ds[rx].last_ds = \"1\"\n"
                    "ds[value].last_ds = \"U\"\n"
                    "rra[0].pdp_per_row = 4\n"
                    "rra[0].cf = \"MAX\"\n"
                    "rra\nrra[\n"
                    "OK u:0 s:0 r:0\n",
                    &a);
  ck_assert(a.ok && !a.info.has_value && !a.info.extremes);
  ck_assert_int_eq(a.info.last, 0);
  ck_assert(isnan(a.info.value));
  ck_assert_double_eq(a.info.keeps, 0);
}
END_TEST

START_TEST(an_error_is_told) {
  struct graph_answer a;

  graph_answer_read("ERROR: 'f1.rrd' is not an RRD file\n", &a);
  ck_assert(!a.ok && !graph_answer_is_locked(&a));
  ck_assert_str_eq(a.error, "'f1.rrd' is not an RRD file");
  graph_answer_read("ERROR: could not lock RRD\n", &a);
  ck_assert(graph_answer_is_locked(&a));
  graph_answer_read("neither\n", &a);
  ck_assert(!a.ok);
}
END_TEST

START_TEST(a_link_is_called_by_its_file_s_name) {
  const struct rrd_file file = {.path = (char[]){"/rrd/h/kasa-A/power.rrd"},
                                .link = 7};
  char out[200];

  graph_link_words(&file, "'f7.rrd' is not an RRD file", out, sizeof(out));
  ck_assert_str_eq(out, "'power.rrd' is not an RRD file");
  graph_link_words(&file, "no name", out, sizeof(out));
  ck_assert_str_eq(out, "no name");
  graph_link_words(NULL, "'f7.rrd'", out, sizeof(out));
  ck_assert_str_eq(out, "'f7.rrd'");
}
END_TEST

/* -- time -- */

static time_t at(int year, int month, int day, int hour) {
  struct tm tm = {.tm_year = year - 1900,
                  .tm_mon = month - 1,
                  .tm_mday = day,
                  .tm_hour = hour,
                  .tm_min = 20,
                  .tm_isdst = -1};

  return mktime(&tm);
}

static void use_zone(const char *zone) {
  setenv("TZ", zone, 1);
  tzset();
}

START_TEST(bars_are_those_of_the_calendar) {
  static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3",
                                      "<+0545>-5:45", "EST5EDT,M3.2.0,M11.1.0"};
  time_t edges[GRAPH_BARS_MAX + 1];

  for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
    use_zone(zones[z]);
    for (int month = 1; month <= 12; month++)
      for (int span = 0; span < GRAPH_SPANS; span++) {
        time_t now = at(2026, month, 29, 13);
        size_t bars = graph_spans[span].bars;

        graph_edges((enum graph_span)span, now, edges);
        ck_assert_int_le(edges[bars - 1], now);
        ck_assert_int_gt(edges[bars], now);
        for (size_t i = 0; i < bars; i++) {
          struct tm tm;

          ck_assert_int_lt(edges[i], edges[i + 1]);
          localtime_r(&edges[i], &tm);
          ck_assert_int_eq(tm.tm_sec, 0);
          ck_assert_int_eq(tm.tm_min, 0);
          if (graph_spans[span].bar != 'h')
            ck_assert_int_eq(tm.tm_hour, 0);
          if (graph_spans[span].bar == 'm')
            ck_assert_int_eq(tm.tm_mday, 1);
        }
      }
  }
}
END_TEST

START_TEST(days_of_23_and_25_hours_are_one_bar) {
  time_t edges[GRAPH_BARS_MAX + 1];

  use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
  graph_edges(GRAPH_WEEK, at(2026, 3, 30, 13), edges);
  ck_assert_int_eq(edges[6] - edges[5], 23 * 3600); /* Sunday the 29th */
  graph_edges(GRAPH_WEEK, at(2026, 10, 26, 13), edges);
  ck_assert_int_eq(edges[6] - edges[5], 25 * 3600);
  graph_edges(GRAPH_YEAR, at(2026, 3, 31, 13), edges);
  ck_assert_int_eq(edges[11] - edges[10], 28 * 86400); /* February */
  ck_assert_int_eq(edges[0], at(2025, 4, 1, 0) - 20 * 60);
}
END_TEST

/* -- numbers -- */

static struct rrd_file power = {.path = (char[]){"/h/kasa-A/power.rrd"},
                                .good = true};
static struct rrd_file *files[] = {&power, &power};
static struct graph_layer layer = {.files = files, .files_num = 1};

static struct graph_view view_of(enum graph_type kind, enum graph_span span) {
  struct graph_view view = {
      .kind = kind, .span = span, .layers = &layer, .layers_num = 1};

  layer.files_num = 1;
  graph_numbers_clear(&view);
  graph_size(&view);
  strcpy(view.names[GRAPH_LIGHT], "a-light.png");
  return view;
}

START_TEST(energy_is_averaged_over_complete_bars) {
  struct graph_view view = view_of(GRAPH_ENERGY, GRAPH_WEEK);
  struct graph_answer a = {.ok = true,
                           .prints = {NAN, NAN, 100, 300, NAN, 200, 40, 640.5},
                           .prints_num = 8};

  ck_assert_int_eq(graph_numbers_take(&view, &a), 0);
  ck_assert_double_eq(view.numbers.last, 40); /* today, so far */
  ck_assert_double_eq(view.numbers.average, 200);
  ck_assert_double_eq(view.numbers.most, 300);
  ck_assert_double_eq(view.sum, 640.5);
  ck_assert(graph_numbers_any(&view));
  for (int i = 0; i < 6; i++)
    a.prints[i] = NAN;
  ck_assert_int_eq(graph_numbers_take(&view, &a), 0);
  ck_assert_double_eq(view.numbers.average, 40);
  a.prints[6] = NAN;
  ck_assert_int_eq(graph_numbers_take(&view, &a), 0);
  ck_assert(!graph_numbers_any(&view));
  free(view.bars);
}
END_TEST

/* The newest row of a week is the mean of half an hour. */
START_TEST(last_is_the_reading_not_the_row) {
  struct graph_view view = view_of(GRAPH_POWER, GRAPH_WEEK);
  const struct graph_answer row = {
      .ok = true, .prints = {500, 300, 900, 1}, .prints_num = 4};
  const struct graph_answer none = {
      .ok = true, .prints = {NAN, NAN, NAN, NAN}, .prints_num = 4};

  power.value = 8.5;
  ck_assert_int_eq(graph_numbers_take(&view, &row), 0);
  ck_assert_double_eq(view.numbers.last, 8.5);
  ck_assert_double_eq(view.numbers.average, 300);
  ck_assert_int_eq(graph_numbers_take(&view, &none), 0);
  ck_assert(isnan(view.numbers.last)); /* it is from before the span */
  power.value = (double)NAN;
  ck_assert_int_eq(graph_numbers_take(&view, &row), 0);
  ck_assert_double_eq(view.numbers.last, 500);
  power.value = 0;
}
END_TEST

START_TEST(what_was_not_printed_is_unknown) {
  struct graph_view view = view_of(GRAPH_RESPONSE, GRAPH_DAY);
  const struct graph_answer a = {
      .ok = true, .prints = {0.02, 0.03}, .prints_num = 2};

  view.up = &power;
  ck_assert_int_eq(graph_numbers_take(&view, &a), 0);
  ck_assert_double_eq_tol(view.numbers.average, 30, 1e-9); /* ms */
  ck_assert(isnan(view.numbers.most) && isnan(view.share));
}
END_TEST

/* -- commands -- */

static void picture_of(struct graph_view *view, char out[16384]) {
  const struct graph_picture picture = {
      .view = view, .theme = GRAPH_LIGHT, .now = 1700000000, .zoom = 2};
  struct buf line;

  buf_init(&line, 16384);
  ck_assert_int_eq(graph_picture_ask(&line, &picture), 0);
  ck_assert(strchr(line.data, '\n') == NULL);
  strcpy(out, line.data);
  buf_free(&line);
}

START_TEST(every_kind_and_span_has_a_command) {
  char line[16384];

  use_zone("UTC0");
  for (int kind = 0; kind < GRAPH_TYPES; kind++)
    for (int span = 0; span < GRAPH_SPANS; span++) {
      struct graph_view view =
          view_of((enum graph_type)kind, (enum graph_span)span);
      double bars[GRAPH_BARS_MAX] = {1, 2, NAN};
      struct buf numbers;

      view.bars = bars;
      picture_of(&view, line);
      ck_assert(strncmp(line, "graphv 'a-light.png' ", 21) == 0);
      ck_assert(strstr(line, "f0.rrd") != NULL);
      ck_assert(strstr(line, graph_types[kind].unit) != NULL);
      buf_init(&numbers, 65536);
      ck_assert_int_eq(graph_numbers_ask(&numbers, &view, 1700000000), 0);
      ck_assert(strncmp(numbers.data, "graphv none ", 12) == 0);
      ck_assert(strstr(numbers.data, "LINE") == NULL);
      ck_assert(strstr(numbers.data, "AREA") == NULL);
      buf_free(&numbers);
    }
}
END_TEST

static const struct {
  enum graph_type kind;
  struct graph_numbers numbers;
  const char *legend;
} texts[] = {
    {GRAPH_POWER,
     {78.14, 59.66, 109.55, 0},
     "last 78.1 W   avg 59.7   max 109.5"},
    {GRAPH_POWER, {NAN, 1, 2, 0}, "last -   avg 1.0   max 2.0"},
    {GRAPH_VOLTAGE,
     {230, 231, 232, 229},
     "last 230.0 V   avg 231.0   min 229.0   max 232.0"},
    {GRAPH_ENERGY,
     {0, 9.994, 99.94, 0},
     "last 0.00 Wh  avg 9.99 Wh  max 99.9 Wh  sum -"},
    {GRAPH_ENERGY,
     {999.4, 999.6, 123456, 0},
     "last 999 Wh  avg 1.00 kWh  max 123 kWh  sum -"},
};

START_TEST(the_legend_has_the_numbers) {
  struct graph_view view = view_of(texts[_i].kind, GRAPH_DAY);
  double bars[GRAPH_BARS_MAX] = {0};
  char want[200];
  char line[16384];

  view.bars = bars;
  view.numbers = texts[_i].numbers;
  picture_of(&view, line);
  snprintf(want, sizeof(want), "'COMMENT:%s\\l'", texts[_i].legend);
  ck_assert_msg(strstr(line, want) != NULL, "%s\n%s", want, line);
}
END_TEST

/* rrdtool would write "6.0 k", and Wh beside the axis. */
START_TEST(the_axis_of_energy_is_in_one_unit) {
  struct graph_view view = view_of(GRAPH_ENERGY, GRAPH_DAY);
  double bars[GRAPH_BARS_MAX] = {999, 0};
  char line[16384];

  use_zone("UTC0");
  view.bars = bars;
  view.numbers.most = 999;
  picture_of(&view, line);
  ck_assert(strstr(line, "'--vertical-label=Wh'") != NULL);
  ck_assert(strstr(line, "'--units-exponent=0'") != NULL);
  ck_assert(strstr(line, ",*,999,") != NULL);
  bars[0] = view.numbers.most = 6123;
  picture_of(&view, line);
  ck_assert(strstr(line, "'--vertical-label=kWh'") != NULL);
  ck_assert(strstr(line, "'--units-exponent=0'") != NULL);
  ck_assert(strstr(line, ",*,6.123,") != NULL);
}
END_TEST

START_TEST(a_file_of_averages_is_asked_for_nothing_else) {
  struct graph_view view = view_of(GRAPH_POWER, GRAPH_DAY);
  char line[16384];
  struct buf numbers;

  view.plain = true;
  picture_of(&view, line);
  ck_assert(strstr(line, ":MAX") == NULL && strstr(line, ":MIN") == NULL);
  buf_init(&numbers, 65536);
  ck_assert_int_eq(graph_numbers_ask(&numbers, &view, 1700000000), 0);
  ck_assert(strstr(numbers.data, "value:MAX") == NULL);
  buf_free(&numbers);
}
END_TEST

START_TEST(nothing_is_read_from_before_there_was_anything) {
  struct graph_view view = view_of(GRAPH_POWER, GRAPH_YEAR);
  char line[16384];

  power.first = 1700000000 - 86400;
  picture_of(&view, line);
  ck_assert(strstr(line, "value:AVERAGE:start=1699913600'") != NULL);
  power.first = 1700000000 + 86400; /* from the future */
  picture_of(&view, line);
  ck_assert(strstr(line, ":start=") == NULL);
  power.first = 0;
}
END_TEST

START_TEST(a_sum_knows_what_is_known) {
  struct graph_view view = view_of(GRAPH_POWER, GRAPH_DAY);
  char line[16384];

  layer.files_num = 2;
  picture_of(&view, line);
  ck_assert(strstr(line, "'CDEF:a0=a0_0,a0_1,ADDNAN'") != NULL);
}
END_TEST

/* -- names and colours -- */

START_TEST(slugs_are_fit_for_file_names) {
  static const struct {
    const char *label;
    const char *slug;
  } slugs[] = {{"Living Room!", "living-room"},
               {"../../etc", "etc"},
               {"日本", ""},
               {"a  b--c", "a-b-c"},
               {"-x-", "x"},
               {"Küche 2", "k-che-2"}};
  char out[33];

  for (size_t i = 0; i < sizeof(slugs) / sizeof(slugs[0]); i++) {
    graph_slug(slugs[i].label, out, sizeof(out));
    ck_assert_str_eq(out, slugs[i].slug);
  }
  graph_slug("0123456789", out, 4);
  ck_assert_str_eq(out, "012");
  ck_assert(graph_hash(graph_hash(0, "ab"), "c") !=
            graph_hash(graph_hash(0, "a"), "bc"));
}
END_TEST

START_TEST(colours_differ_and_stay) {
  char names[GRAPH_COLOURS][8];
  struct rrd_series devices[GRAPH_COLOURS] = {0};
  struct rrd_host host = {.devices = devices, .devices_num = GRAPH_COLOURS};
  struct rrd_tree tree = {.hosts = &host, .hosts_num = 1};
  unsigned first[GRAPH_COLOURS];
  bool taken[GRAPH_COLOURS] = {false};

  for (size_t i = 0; i < GRAPH_COLOURS; i++) {
    snprintf(names[i], sizeof(names[i]), "Lamp %zu", i);
    devices[i].name = names[i];
  }
  graph_colour_tree(&tree);
  for (size_t i = 0; i < GRAPH_COLOURS; i++) {
    ck_assert_uint_lt(devices[i].colour, GRAPH_COLOURS);
    ck_assert(!taken[devices[i].colour]);
    taken[first[i] = devices[i].colour] = true;
    for (size_t j = 0; j < i; j++)
      for (int t = 0; t < GRAPH_THEMES; t++)
        ck_assert_str_ne(graph_colour((unsigned)i, (enum graph_theme)t),
                         graph_colour((unsigned)j, (enum graph_theme)t));
  }
  graph_colour_tree(&tree);
  for (size_t i = 0; i < GRAPH_COLOURS; i++)
    ck_assert_uint_eq(devices[i].colour, first[i]);
}
END_TEST

START_TEST(layers_of_one_picture_differ) {
  unsigned wanted[] = {3, 3, 3, 13, 0, 3};

  graph_colour_apart(wanted, 6);
  ck_assert_uint_eq(wanted[0], 3);
  for (size_t i = 0; i < 6; i++)
    for (size_t j = 0; j < i; j++)
      ck_assert_uint_ne(wanted[i], wanted[j]);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, any_argument_is_quoted_or_refused, 0, ROWS(quotes));
  tcase_add_loop_test(t, names_in_legends_command_nothing, 0, ROWS(legends));
  tcase_add_test(t, a_legend_never_overruns);
  tcase_add_test(t, an_answer_ends_with_its_last_line);
  tcase_add_test(t, printed_numbers_are_read);
  tcase_add_test(t, a_file_is_known_by_its_info);
  tcase_add_test(t, an_error_is_told);
  tcase_add_test(t, a_link_is_called_by_its_file_s_name);
  tcase_add_test(t, bars_are_those_of_the_calendar);
  tcase_add_test(t, days_of_23_and_25_hours_are_one_bar);
  tcase_add_test(t, energy_is_averaged_over_complete_bars);
  tcase_add_test(t, last_is_the_reading_not_the_row);
  tcase_add_test(t, what_was_not_printed_is_unknown);
  tcase_add_test(t, every_kind_and_span_has_a_command);
  tcase_add_loop_test(t, the_legend_has_the_numbers, 0, ROWS(texts));
  tcase_add_test(t, the_axis_of_energy_is_in_one_unit);
  tcase_add_test(t, a_file_of_averages_is_asked_for_nothing_else);
  tcase_add_test(t, nothing_is_read_from_before_there_was_anything);
  tcase_add_test(t, a_sum_knows_what_is_known);
  tcase_add_test(t, slugs_are_fit_for_file_names);
  tcase_add_test(t, colours_differ_and_stay);
  tcase_add_test(t, layers_of_one_picture_differ);
}

int main(void) { return suite_run("graph", fill); }
