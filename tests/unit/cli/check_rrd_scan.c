/* SPDX-License-Identifier: MIT */
/* kasactl graph: collectd's folders as a tree, and the gallery's folder. */
#include <config.h>

#include "cli/graph/graph_output.h"
#include "cli/graph/rrd_scan.h"

#include "../support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[64];
static char told[4096];

static void setup(void) {
  strcpy(top, "/tmp/check-graph-XXXXXX");
  ck_assert(mkdtemp(top) != NULL);
  told[0] = '\0';
}

static void teardown(void) {
  char command[100];

  snprintf(command, sizeof(command), "rm -rf '%s'", top);
  ck_assert_int_eq(system(command), 0);
}

/* A file below top, its folders made; with content unless that is NULL. */
static void put(const char *path, const char *content) {
  char whole[512];
  int fd;

  snprintf(whole, sizeof(whole), "%s/%s", top, path);
  for (char *at = whole + strlen(top) + 1; (at = strchr(at, '/')) != NULL;
       at++) {
    *at = '\0';
    mkdir(whole, 0777);
    *at = '/';
  }
  fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, content, strlen(content)),
                   (ssize_t)strlen(content));
  close(fd);
}

static void tell(void *arg, const char *path, const char *text) {
  char line[1024];

  (void)arg;
  snprintf(line, sizeof(line), "%s: %s\n", path + strlen(top), text);
  strncat(told, line, sizeof(told) - strlen(told) - 1);
}

static void scan(struct rrd_tree *tree) {
  ck_assert_int_eq(rrd_scan(tree, top, tell, NULL), 0);
}

START_TEST(folders_become_devices_and_plugs) {
  struct rrd_tree tree;
  struct rrd_host *host;
  char text[64];

  put("pi/kasa-Lamp/power.rrd", "x");
  put("pi/kasa-Lamp/info-model=HS110(EU) ip=192.0.2.7 mac=50:c7.rrd", "x");
  put("pi/kasa-Lamp/failures-timeout.rrd", "x");
  put("pi/kasa-Lamp/notes.txt", "x");
  put("pi/kasa-a-b-c/up.rrd", "x");
  put("pi/kasa-Strip/power.rrd", "x");
  put("pi/kasa_plug-Strip/power-Fan.rrd", "x");
  put("pi/kasa_plug-Strip/power-a-b.rrd", "x");
  put("pi/kasa_plug-Strip/watt_hours-Fan.rrd", "x");
  put("pi/kasa_total/power.rrd", "x");
  put("pi/cpu-0/cpu-idle.rrd", "x");
  put("nas/cpu-0/cpu-idle.rrd", "x");
  put("stray.rrd", "x");
  scan(&tree);
  ck_assert_str_eq(told, "");
  ck_assert_uint_eq(tree.hosts_num, 1);
  host = &tree.hosts[0];
  ck_assert_str_eq(host->label, "pi");
  ck_assert(host->sums.files[RRD_POWER].path != NULL);
  ck_assert_uint_eq(host->devices_num, 3);
  ck_assert_uint_eq(tree.series_num, 5);
  ck_assert_str_eq(host->devices[0].name, "a-b-c");
  ck_assert_str_eq(host->devices[1].name, "Lamp");
  rrd_info(&host->devices[1], "model", text, sizeof(text));
  ck_assert_str_eq(text, "HS110(EU)");
  rrd_info(&host->devices[1], "mac", text, sizeof(text));
  ck_assert_str_eq(text, "50:c7");
  rrd_info(&host->devices[1], "fw", text, sizeof(text));
  ck_assert_str_eq(text, "");
  ck_assert_uint_eq(host->devices[2].plugs_num, 2);
  ck_assert_str_eq(host->devices[2].plugs[0].name, "a-b");
  ck_assert_str_eq(host->devices[2].plugs[1].name, "Fan");
  ck_assert_str_eq(host->devices[2].plugs[1].strip, "Strip");
  ck_assert(host->devices[2].plugs[1].files[RRD_WATT_HOURS].path != NULL);
  ck_assert(host->devices[2].plugs[0].files[RRD_WATT_HOURS].path == NULL);
  rrd_free(&tree);
}
END_TEST

START_TEST(what_is_no_device_is_passed_over) {
  struct rrd_tree tree;

  put("pi/kasa/power.rrd", "x");
  put("pi/kasa-/power.rrd", "x");
  put("pi/kasa_plug-Strip/power.rrd", "x");
  put("pi/kasa_plug-Strip/power-.rrd", "x");
  put("pi/kasa-Lamp/power-odd.rrd", "x");
  put("pi/kasa-Lamp/powers.rrd", "x");
  put("pi/kasa-Lamp/.rrd", "x");
  put("pi/kasatotal/power.rrd", "x");
  put("pi/kasa-hidden/.power.rrd", "x");
  scan(&tree);
  ck_assert_str_eq(told, "");
  ck_assert_uint_eq(tree.hosts_num, 0);
  ck_assert_uint_eq(tree.series_num, 0);
  rrd_free(&tree);
}
END_TEST

START_TEST(flaws_are_named) {
  struct rrd_tree tree;
  char path[200];

  put("pi/kasa-A/power.rrd", "");
  put("pi/kasa-B/power.rrd", "x");
  put("pi/kasa-C/up.rrd", "x");
  snprintf(path, sizeof(path), "%s/pi/kasa-C/power.rrd", top);
  ck_assert_int_eq(mkfifo(path, 0666), 0);
  snprintf(path, sizeof(path), "%s/pi/kasa-D", top);
  ck_assert_int_eq(symlink("kasa-D", path), 0);
  snprintf(path, sizeof(path), "%s/loop", top);
  ck_assert_int_eq(symlink("loop", path), 0);
  scan(&tree);
  ck_assert(strstr(told, "/pi/kasa-A/power.rrd: is empty\n") != NULL);
  ck_assert(strstr(told, "/pi/kasa-C/power.rrd: is not a file\n") != NULL);
  ck_assert(strstr(told, "/pi/kasa-D: Too many levels") != NULL);
  ck_assert(strstr(told, "/loop: Too many levels") != NULL);
  ck_assert_uint_eq(tree.hosts[0].devices_num, 2);
  rrd_free(&tree);
  snprintf(path, sizeof(path), "%s/none", top);
  ck_assert_int_eq(rrd_scan(&tree, path, tell, NULL), -ENOENT);
  rrd_free(&tree);
}
END_TEST

START_TEST(names_become_clean_labels) {
  struct rrd_tree tree;

  put("pi/kasa-a\nb\xff/power.rrd", "x");
  put("pi/kasa-\xe2\x80\xae/power.rrd", "x"); /* nothing that shows */
  scan(&tree);
  ck_assert_uint_eq(tree.hosts[0].devices_num, 2);
  ck_assert_str_eq(tree.hosts[0].devices[0].label, "?");
  ck_assert_str_eq(tree.hosts[0].devices[1].label, "a b?");
  ck_assert_str_eq(tree.hosts[0].devices[1].name, "a\nb\xff");
  rrd_free(&tree);
}
END_TEST

/* -- the gallery's folder -- */

static bool exists(const char *path) {
  char whole[512];

  snprintf(whole, sizeof(whole), "%s/%s", top, path);
  return access(whole, F_OK) == 0;
}

static bool is_old(const void *arg, const char *name) {
  return strcmp(arg, name) == 0;
}

START_TEST(a_shelf_takes_pictures_whole) {
  struct graph_output output;
  char path[512];
  struct buf page;
  FILE *file;

  snprintf(path, sizeof(path), "%s/out", top);
  ck_assert_int_eq(graph_output_open(&output, path), 0);
  ck_assert_int_eq(graph_output_prepare(&output), 0);
  ck_assert_int_eq(graph_output_drawn(&output, "a.png"), -1);
  snprintf(path, sizeof(path), "%s/a.png", output.temp);
  file = fopen(path, "w");
  fputs("\x89PNG\r\n\x1a\nhalf", file);
  fclose(file);
  ck_assert(!graph_output_whole(&output, "a.png"));
  file = fopen(path, "a");
  fputs("IEND\xae\x42\x60\x82", file);
  fclose(file);
  ck_assert(graph_output_whole(&output, "a.png"));
  ck_assert(!graph_output_whole(&output, "b.png"));
  ck_assert_int_eq(graph_output_put(&output, "a.png", 1700000000), 0);
  ck_assert(graph_output_drawn(&output, "a.png") == 1700000000000000000);
  ck_assert_int_lt(graph_output_put(&output, "b.png", 1), 0);
  ck_assert(strstr(output.why, "b.png") != NULL);
  buf_init(&page, 100);
  ck_assert_int_eq(buf_adds(&page, "text"), 0);
  ck_assert_int_eq(graph_output_write(&output, "index.html", &page), 0);
  buf_free(&page);
  graph_output_close(&output);
  ck_assert(exists("out/index.html") && exists("out/pictures/a.png"));
}
END_TEST

START_TEST(a_shelf_made_for_nothing_goes_away) {
  struct graph_output output;
  char path[512];

  snprintf(path, sizeof(path), "%s/out", top);
  ck_assert_int_eq(graph_output_open(&output, path), 0);
  ck_assert(exists("out"));
  graph_output_close(&output);
  ck_assert(!exists("out"));
}
END_TEST

START_TEST(a_shelf_is_for_one_at_a_time) {
  struct graph_output first;
  struct graph_output second;
  char path[512];

  snprintf(path, sizeof(path), "%s/out", top);
  ck_assert_int_eq(graph_output_open(&first, path), 0);
  ck_assert_int_eq(graph_output_open(&second, path), -EBUSY);
  graph_output_close(&second);
  ck_assert(exists("out"));
  graph_output_close(&first);
  ck_assert_int_eq(graph_output_open(&first, "/proc/none/out"), -ENOENT);
  graph_output_close(&first);
  put("file", "x");
  snprintf(path, sizeof(path), "%s/file", top);
  ck_assert_int_eq(graph_output_open(&first, path), -ENOTDIR);
  graph_output_close(&first);
}
END_TEST

START_TEST(sweeping_takes_what_is_ours) {
  struct graph_output output;
  char path[512];

  put("out/pictures/lamp-day-light-0123456789abcdef.png", "x");
  put("out/pictures/lamp-day-dark-0123456789abcdef.png", "x");
  put("out/pictures/cat.png", "x");
  put("out/pictures/lamp-0123456789abcdeg.png", "x");
  put("out/pictures/0123456789abcdef.png", "x");
  put("out/.kasactl-graph-old/f1.rrd", "x");
  snprintf(path, sizeof(path), "%s/out", top);
  ck_assert_int_eq(graph_output_open(&output, path), 0);
  ck_assert(!exists("out/.kasactl-graph-old"));
  graph_output_sweep(&output, GRAPH_PICTURES, is_old,
                     "lamp-day-dark-0123456789abcdef.png");
  graph_output_close(&output);
  ck_assert(!exists("out/pictures/lamp-day-light-0123456789abcdef.png"));
  ck_assert(exists("out/pictures/lamp-day-dark-0123456789abcdef.png"));
  ck_assert(exists("out/pictures/cat.png"));
  ck_assert(exists("out/pictures/lamp-0123456789abcdeg.png"));
  ck_assert(exists("out/pictures/0123456789abcdef.png"));
}
END_TEST

START_TEST(a_page_of_somebody_else_is_left_alone) {
  struct graph_output output;
  char path[512];

  put("out/index.html", "<html>mine</html>");
  snprintf(path, sizeof(path), "%s/out", top);
  ck_assert_int_eq(graph_output_open(&output, path), -EEXIST);
  ck_assert(strstr(output.why, "did not make") != NULL);
  graph_output_close(&output);
  put("out/index.html", "<html>" GRAPH_MARK " 1.0\">");
  ck_assert_int_eq(graph_output_open(&output, path), 0);
  graph_output_close(&output);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, folders_become_devices_and_plugs);
  tcase_add_test(t, what_is_no_device_is_passed_over);
  tcase_add_test(t, flaws_are_named);
  tcase_add_test(t, names_become_clean_labels);
  tcase_add_test(t, a_shelf_takes_pictures_whole);
  tcase_add_test(t, a_shelf_made_for_nothing_goes_away);
  tcase_add_test(t, a_shelf_is_for_one_at_a_time);
  tcase_add_test(t, sweeping_takes_what_is_ours);
  tcase_add_test(t, a_page_of_somebody_else_is_left_alone);
}

int main(void) { return suite_run("graph_house", fill); }
