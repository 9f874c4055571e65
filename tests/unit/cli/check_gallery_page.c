/* SPDX-License-Identifier: MIT */
/* kasactl graph: which pictures a house has, and the pages that show them. */
#include <config.h>

#include "cli/gallery/gallery_page.h"
#include "cli/gallery/gallery_page_device.h"
#include "cli/gallery/gallery_page_parts.h"
#include "cli/graph/graph_colour.h"
#include "cli/graph/graph_output.h"
#include "cli/graph/graph_plan.h"

#include "../support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NOW = 1700000000, MANY = 700 };

static char some_path[] = "/x";
static char other_path[] = "/y";
static char pi[] = "pi";
static struct rrd_series devices[MANY];
static struct rrd_series plugs[2];
static struct rrd_host host = {
    .name = (char[]){"pi"}, .label = (char[]){"pi"}, .devices = devices};
static struct rrd_tree tree = {.hosts = &host, .hosts_num = 1};

static void give(struct rrd_series *t, enum rrd_type type, double value) {
  t->files[type] = (struct rrd_file){
      .path = some_path, .good = true, .last = NOW - 10, .value = value};
  t->seen = NOW - 10;
}

static struct rrd_series series(const char *name) {
  struct rrd_series t = {.host = pi, .name = strdup(name)};

  t.label = t.name;
  return t;
}

static void set_up(size_t num) {
  memset(devices, 0, sizeof(devices));
  host.sums = series("");
  for (size_t i = 0; i < num; i++) {
    char name[32];

    snprintf(name, sizeof(name), "Lamp %03zu", i);
    devices[i] = series(name);
    for (int type = 0; type < RRD_TYPES; type++)
      give(&devices[i], (enum rrd_type)type, 1 + (double)i);
  }
  host.devices_num = num;
  tree.series_num = num;
}

static void tear_down(void) {
  for (size_t i = 0; i < host.devices_num; i++)
    free(devices[i].name);
  free(host.sums.name);
}

static struct graph_wish all(void) {
  return (struct graph_wish){.spans = {true, true, true, true, true},
                             .all_kinds = true};
}

/* As if all had been drawn. */
static void draw(struct graph_plan *plan) {
  for (size_t i = 0; i < plan->views_num; i++)
    if (plan->views[i].state == GRAPH_PLANNED) {
      plan->views[i].state = GRAPH_DRAWN;
      plan->views[i].numbers =
          (struct graph_numbers){12.5, (double)(i % 97), 20, 5};
    }
}

static void make(struct graph_plan *plan, const struct graph_wish *wish) {
  ck_assert_int_eq(graph_plan_series(plan, &tree, wish, NOW), 0);
  draw(plan);
  ck_assert_int_eq(graph_plan_house(plan), 0);
  draw(plan);
}

static const struct {
  size_t devices;
  size_t kinds;
  double zoom;
} sizes[] = {
    {1, GRAPH_TYPES, 2}, {100, GRAPH_TYPES, 2}, {101, 2, 1.25},
    {600, 2, 1.25},      {601, 1, 1.25},
};

START_TEST(large_houses_have_fewer_kinds) {
  struct graph_wish wish = all();
  struct graph_plan plan;

  set_up(sizes[_i].devices);
  make(&plan, &wish);
  ck_assert_uint_eq(devices[0].views_num, sizes[_i].kinds * GRAPH_SPANS);
  ck_assert_double_eq(plan.zoom, sizes[_i].zoom);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(a_wish_is_a_command) {
  struct graph_wish wish = {.spans = {[GRAPH_WEEK] = true},
                            .kinds = {[GRAPH_SIGNAL] = true}};
  struct graph_plan plan;

  set_up(MANY);
  make(&plan, &wish);
  ck_assert_uint_eq(plan.views_num, MANY); /* and nothing of all together */
  ck_assert_int_eq(plan.views[5].kind, GRAPH_SIGNAL);
  ck_assert_int_eq(plan.views[5].span, GRAPH_WEEK);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(without_a_meter_the_answers_are_shown) {
  struct graph_wish wish = all();
  struct graph_plan plan;

  set_up(200);
  devices[7].files[RRD_POWER].good = false;
  devices[7].files[RRD_WATT_HOURS].good = false;
  make(&plan, &wish);
  ck_assert_uint_eq(devices[7].views_num, GRAPH_SPANS);
  ck_assert_int_eq(plan.views[devices[7].views].kind, GRAPH_RESPONSE);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(the_rest_of_a_stack_is_one_layer) {
  struct graph_wish wish = all();
  struct graph_plan plan;
  size_t stacks = 0;

  set_up(50);
  make(&plan, &wish);
  for (size_t i = plan.total_views; i < plan.views_num; i++) {
    const struct graph_view *view = &plan.views[i];
    size_t files = 0;

    if (!view->stacked)
      continue;
    stacks++;
    ck_assert_uint_eq(view->layers_num, 11);
    for (size_t j = 0; j < view->layers_num; j++)
      files += view->layers[j].files_num;
    ck_assert_uint_eq(files, 50);
    ck_assert_str_eq(view->layers[10].label, "other devices");
  }
  ck_assert_uint_eq(stacks, 2 * GRAPH_SPANS);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(a_strip_is_counted_once) {
  struct graph_wish wish = all();
  struct graph_plan plan;
  const struct graph_view *view;

  set_up(2);
  plugs[0] = series("Fan");
  plugs[1] = series("Pump");
  give(&plugs[0], RRD_POWER, 3);
  give(&plugs[1], RRD_POWER, 4);
  devices[1].plugs = plugs;
  devices[1].plugs_num = 2;
  make(&plan, &wish);
  view = graph_plan_find(plan.views + devices[1].views, devices[1].views_num,
                         GRAPH_POWER, GRAPH_DAY);
  ck_assert(view->stacked && view->layers_num == 2);
  ck_assert(view->whole == &devices[1].files[RRD_POWER]);
  ck_assert(graph_view_file(view, 2) == view->whole);
  ck_assert(graph_view_file(view, 3) == NULL);
  for (size_t i = plan.total_views; i < plan.views_num; i++)
    for (size_t j = 0; j < plan.views[i].layers_num; j++)
      for (size_t k = 0; k < plan.views[i].layers[j].files_num; k++)
        ck_assert(plan.views[i].layers[j].files[k] !=
                  &plugs[0].files[RRD_POWER]);
  graph_plan_free(&plan);
  free(plugs[0].name);
  free(plugs[1].name);
  tear_down();
}
END_TEST

START_TEST(names_tell_pictures_apart) {
  struct graph_wish wish = all();
  struct graph_plan plan;

  set_up(3);
  free(devices[1].name);
  devices[1].name = devices[1].label = strdup("Lamp 000"); /* on another host */
  devices[1].files[RRD_POWER].path = other_path;
  make(&plan, &wish);
  for (size_t i = 0; i < plan.views_num; i++)
    for (size_t j = 0; j < i; j++)
      if (plan.views[i].kind == GRAPH_POWER)
        ck_assert_str_ne(plan.views[i].names[0], plan.views[j].names[0]);
  ck_assert_str_ne(plan.views[0].names[GRAPH_LIGHT],
                   plan.views[0].names[GRAPH_DARK]);
  ck_assert(strncmp(plan.views[0].names[GRAPH_DARK],
                    "lamp-000-power-hour-dark-", 25) == 0);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

/* -- pages -- */

static char *page_of(const struct graph_plan *plan,
                     const struct rrd_series *device,
                     const struct graph_flaws *flaws) {
  struct gallery_html page;

  gallery_html_init(&page);
  if (device != NULL)
    gallery_page_device(&page, plan, device);
  else
    gallery_page_index(&page, plan, flaws);
  ck_assert_int_eq(page.err, 0);
  return page.text.data;
}

static size_t count(const char *text, const char *word) {
  size_t n = 0;

  for (; (text = strstr(text, word)) != NULL; text++)
    n++;
  return n;
}

START_TEST(a_page_leads_nowhere_else) {
  struct graph_wish wish = all();
  struct graph_flaws none = {0};
  struct graph_plan plan;
  char *page;

  set_up(3);
  make(&plan, &wish);
  page = page_of(&plan, NULL, &none);
  ck_assert(strncmp(page, "<!DOCTYPE html>", 15) == 0);
  ck_assert(strstr(page, GRAPH_MARK) != NULL);
  ck_assert(strstr(page, "://") == NULL);
  ck_assert(strstr(page, "url(") == NULL);
  ck_assert_uint_eq(count(page, "<article"), 3 + 3);
  ck_assert_uint_eq(count(page, "<img "), (3 + 3) * GRAPH_SPANS);
  ck_assert_uint_eq(count(page, " alt=\"Power of Lamp 001 over the last"),
                    GRAPH_SPANS);
  ck_assert(strstr(page, "3 of 3") != NULL);
  ck_assert(strstr(page, "<b>6.0 W</b>") != NULL);
  free(page);
  page = page_of(&plan, &devices[2], NULL);
  ck_assert_uint_eq(count(page, "<img "), GRAPH_TYPES * GRAPH_SPANS);
  ck_assert_uint_eq(count(page, "src=\"../pictures/"),
                    GRAPH_TYPES * GRAPH_SPANS);
  free(page);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(only_chosen_spans_have_tabs) {
  struct graph_wish wish = {.spans = {[GRAPH_MONTH] = true}, .all_kinds = true};
  struct graph_flaws none = {0};
  struct graph_plan plan;
  char *page;

  set_up(1);
  make(&plan, &wish);
  page = page_of(&plan, NULL, &none);
  ck_assert_uint_eq(count(page, "class=\"pick\""), 1);
  ck_assert(strstr(page, "id=\"month\" checked") != NULL);
  free(page);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(names_are_text_and_nothing_else) {
  static char evil[] = "\"><script>alert('x')</script>&amp;\xff\n";
  struct graph_wish wish = all();
  char *lines[] = {evil};
  struct graph_flaws flaws = {.lines = lines, .num = 1, .more = 2};
  struct graph_plan plan;

  set_up(1);
  free(devices[0].name);
  devices[0].name = devices[0].label = strdup(evil);
  make(&plan, &wish);
  for (int i = 0; i < 2; i++) {
    char *page = page_of(&plan, i == 0 ? NULL : &devices[0], &flaws);

    ck_assert_uint_eq(count(page, "<script>"), 1); /* our own */
    ck_assert(strstr(page, "alert('x')") == NULL);
    ck_assert(strstr(page, "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)"
                           "&lt;/script&gt;&amp;amp;? ") != NULL);
    free(page);
  }
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(who_never_answered_is_counted_as_away) {
  struct graph_wish wish = all();
  struct graph_flaws none = {0};
  struct graph_plan plan;
  char *page;

  set_up(3);
  for (int type = 0; type < RRD_TYPES; type++)
    if (type != RRD_UP)
      devices[1].files[type].good = false;
  devices[1].files[RRD_UP].good = true;
  devices[1].files[RRD_UP].last = NOW;
  devices[1].files[RRD_UP].value = 0; /* collectd goes on saying so */
  devices[1].seen = 0;
  make(&plan, &wish);
  page = page_of(&plan, NULL, &none);
  ck_assert(strstr(page, "2 of 3") != NULL);
  ck_assert(strstr(page, "no answer") != NULL);
  ck_assert(strstr(page, "Not seen lately") == NULL);
  free(page);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

START_TEST(old_devices_stand_apart) {
  struct graph_wish wish = all();
  struct graph_flaws none = {0};
  struct graph_plan plan;
  char *page;

  set_up(3);
  for (int type = 0; type < RRD_TYPES; type++)
    devices[1].files[type].last = NOW - 40 * 86400;
  devices[1].seen = NOW - 40 * 86400;
  devices[2].files[RRD_UP].value = 0;
  devices[2].seen = NOW - 7 * 86400;
  make(&plan, &wish);
  ck_assert(gallery_part_is_gone(&plan, &devices[1]));
  ck_assert(!gallery_part_is_gone(&plan, &devices[2]));
  page = page_of(&plan, NULL, &none);
  ck_assert(strstr(page, "Not seen lately") != NULL);
  ck_assert_uint_eq(count(page, "last seen "), 1);
  ck_assert_uint_eq(count(page, "silent since "), 1);
  ck_assert(strstr(page, "1 of 2") != NULL);
  ck_assert(strstr(page, "Nothing was measured in the last 31 days.") != NULL);
  ck_assert(strstr(page, "Power of Lamp 001 over the last 12 months") != NULL);
  free(page);
  graph_plan_free(&plan);
  tear_down();
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, large_houses_have_fewer_kinds, 0, ROWS(sizes));
  tcase_add_test(t, a_wish_is_a_command);
  tcase_add_test(t, without_a_meter_the_answers_are_shown);
  tcase_add_test(t, the_rest_of_a_stack_is_one_layer);
  tcase_add_test(t, a_strip_is_counted_once);
  tcase_add_test(t, names_tell_pictures_apart);
  tcase_add_test(t, a_page_leads_nowhere_else);
  tcase_add_test(t, only_chosen_spans_have_tabs);
  tcase_add_test(t, names_are_text_and_nothing_else);
  tcase_add_test(t, who_never_answered_is_counted_as_away);
  tcase_add_test(t, old_devices_stand_apart);
}

int main(void) { return suite_run("graph_page", fill); }
