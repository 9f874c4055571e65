/* SPDX-License-Identifier: MIT */
/* `kasactl alerts` against the code that answers it: what is asked, what is
 * printed, and with which exit status. */
#include <config.h>

#include "alert/control/command.h"
#include "alert/core/alert_core.h"
#include "alert/deliver/job.h"
#include "base/width.h"
#include "cli/alerts/alerts.h"

#include "../support/fake_senders.h"
#include "../support/samples.h"
#include "../support/suite.h"

#include <math.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* -- a core with a clock and a network of its own ----------------------------
 */

static int64_t now_ms;
static struct alert_core *core;
static struct notify_config *config;
static struct job *done;
static char folder[64];
static char path[108];

static int64_t clock_now(void *arg) {
  (void)arg;
  return now_ms;
}

static void no_luck(void *arg, void *out, size_t size) {
  static unsigned n;
  (void)arg;
  memset(out, 0, size);
  n++;
  memcpy(out, &n, size < sizeof(n) ? size : sizeof(n));
}

static void send_now(void *arg, struct job *job) {
  static const atomic_bool never = false;
  struct sender_env env = {.abort = &never,
                           .wall_ms = clock_now,
                           .channel = config->channels[job->channel].name,
                           .collectd_host = "nas",
                           .version = "0"};
  (void)arg;
  job_run(job, &config->channels[job->channel], &env);
  job->next = done;
  done = job;
}

static void quiet_line(void *arg, const char *line) {
  (void)arg;
  (void)line;
}

static int option_with(struct conf_item *block, const char *name,
                       const char *value) {
  return conf_add_string(conf_add_child(block, name), value);
}

static void start(void) {
  const struct alert_core_hooks hooks = {.wall_ms = clock_now,
                                         .boot_ms = clock_now,
                                         .random = no_luck,
                                         .hand = send_now,
                                         .collectd_host = "nas",
                                         .interval_s = 10,
                                         .grace_s = 0};
  struct option_reporter reporter = {.say = quiet_line};
  struct conf_item *root = conf_new("Plugin");
  struct conf_item *line = conf_add_child(root, "Pushover");
  strcpy(folder, "/tmp/check_alerts_cli.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(conf_add_string(line, "u"), 0);
  ck_assert_int_eq(conf_add_string(line, "t"), 0);
  ck_assert_int_eq(option_with(root, "Email", "me@example.org"), 0);
  config = notify_config_new();
  notify_config_read(config, root, &reporter);
  notify_config_finish(config, &reporter);
  ck_assert_uint_eq(reporter.errors, 0);
  conf_free(root);
  now_ms = AT_1403;
  core = alert_core_new(config, folder, &hooks);
  ck_assert_ptr_nonnull(core);
}

static void round_trip(struct event *events, size_t num) {
  struct job *back = done;
  done = NULL;
  alert_core_step(core, back, events, num, true);
}

static void stop(void) {
  char order[100];
  round_trip(NULL, 0);
  alert_core_free(core);
  while (done != NULL) { /* handed out in the last round */
    struct job *next = done->next;
    job_free(done);
    done = next;
  }
  notify_config_free(config);
  snprintf(order, sizeof(order), "rm -rf %s", folder);
  ck_assert_int_eq(system(order), 0);
}

static void exceed_of(const char *plugin, const char *instance,
                      const char *type, const char *type_instance,
                      double value) {
  struct event ev;
  event_init(&ev);
  ev.severity = SEVERITY_FAILURE;
  ev.time = ev.received = now_ms;
  strcpy(ev.host, "nas");
  strcpy(ev.plugin, plugin);
  strcpy(ev.plugin_instance, instance);
  strcpy(ev.type, type);
  strcpy(ev.type_instance, type_instance);
  strcpy(ev.data_source, "value");
  ev.has_value = true;
  ev.value = value;
  ev.warning_max = 1500;
  ev.failure_max = 1800;
  snprintf(ev.text, sizeof(ev.text),
           "Host nas, plugin %s (instance %s) type %s: Data source "
           "\"value\" is currently %f. That is above the failure threshold of "
           "1800.000000.",
           plugin, instance, type, value);
  event_classify(&ev, true);
  round_trip(&ev, 1);
  round_trip(NULL, 0);
}

static void exceed(const char *device, double value) {
  exceed_of("kasa", device, "power", "", value);
}

/* -- a socket that answers one request ---------------------------------------
 */

static int listener = -1;
static const char *canned; /* NULL = ask the core */
static char asked[4096];

static void *serve(void *arg) {
  struct command_wait wait;
  int fd = accept(listener, NULL, NULL);
  size_t len = 0;
  (void)arg;
  while (len + 1 < sizeof(asked) && memchr(asked, '\n', len) == NULL) {
    ssize_t n = recv(fd, asked + len, sizeof(asked) - 1 - len, 0);
    if (n <= 0)
      break;
    len += (size_t)n;
  }
  asked[len] = '\0';
  asked[strcspn(asked, "\n")] = '\0';
  if (canned != NULL) {
    ck_assert(send(fd, canned, strlen(canned), MSG_NOSIGNAL) >= 0);
  } else {
    cJSON *answer = command_answer(core, "0.1", asked, strlen(asked), &wait);
    char *text;
    /* what control.c does while the engine's rounds go on */
    for (int i = 0; i < 20 && wait.num > 0; i++)
      for (struct job *job = done; job != NULL && wait.num > 0; job = job->next)
        command_tested(core, answer, &wait, job->row_id, &job->result);
    text = cJSON_PrintUnformatted(answer);
    ck_assert(send(fd, text, strlen(text), MSG_NOSIGNAL) > 0);
    ck_assert(send(fd, "\n", 1, MSG_NOSIGNAL) > 0);
    free(text);
    cJSON_Delete(answer);
  }
  close(fd);
  return NULL;
}

static char said[65536], complained[8192];

static int run(const char *words) {
  char copy[512];
  char *argv[20] = {(char *)"alerts"};
  int argc = 1;
  FILE *out = fmemopen(said, sizeof(said), "w");
  FILE *err = fmemopen(complained, sizeof(complained), "w");
  int status;
  snprintf(copy, sizeof(copy), "%s", words);
  said[0] = complained[0] = '\0';
  /* words apart by a bar, since identifiers hold blanks */
  for (char *save = NULL, *w = strtok_r(copy, "|", &save); w != NULL;
       w = strtok_r(NULL, "|", &save))
    argv[argc++] = w;
  argv[argc++] = (char *)"--socket";
  argv[argc++] = path;
  status = alerts_run(argc, argv, out, err);
  fclose(out);
  fclose(err);
  return status;
}

static int ask(const char *words) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  pthread_t thread;
  int status;
  snprintf(path, sizeof(path), "/tmp/check_alerts_cli.%d.sock", (int)getpid());
  strcpy(address.sun_path, path);
  unlink(path);
  listener = socket(AF_UNIX, SOCK_STREAM, 0);
  ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)),
                   0);
  ck_assert_int_eq(listen(listener, 1), 0);
  ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
  status = run(words);
  shutdown(listener, SHUT_RDWR);
  pthread_join(thread, NULL);
  close(listener);
  unlink(path);
  return status;
}

#define HAS(text) ck_assert_msg(strstr(said, text) != NULL, "%s", said)
#define HAS_NOT(text) ck_assert_msg(strstr(said, text) == NULL, "%s", said)

static void fits(unsigned columns) {
  char copy[sizeof(said)];
  strcpy(copy, said);
  for (char *save = NULL, *l = strtok_r(copy, "\n", &save); l != NULL;
       l = strtok_r(NULL, "\n", &save))
    ck_assert_msg(width_text(l) <= columns, "%u columns: %s", width_text(l), l);
}

/* -- the tests ----------------------------------------------------------------
 */

START_TEST(open_alerts_are_listed_in_80_columns) {
  start();
  exceed("Freezer", 1820);
  exceed("Ger\xc3\xa4t mit einem wirklich sehr langen Namen im Keller", 2345);
  now_ms += MINUTES(5);
  round_trip(NULL, 0);
  ck_assert_int_eq(ask("list"), 0);
  HAS("ID  LEVEL     SINCE  STATE   DEVICE");
  HAS("critical  14:03  firing  Freezer");
  HAS("1 820 W, above 1 800 W\n");
  HAS("\xe2\x80\xa6  2 345 W, above 1 800 W\n");
  fits(80);
  ck_assert_int_eq(ask("list|--json"), 0);
  HAS("\"identifier\": \"nas/kasa-Freezer/power\"");
  stop();
}
END_TEST

START_TEST(nothing_open_is_no_failure) {
  start();
  ck_assert_int_eq(ask("list"), 0);
  ck_assert_str_eq(said, "No alert is open.\n");
  ck_assert_int_eq(ask("history"), 1);
  ck_assert_int_eq(ask("show|417"), 1);
  ck_assert_str_eq(complained, "kasactl alerts: there is no alert 417\n");
  stop();
}
END_TEST

START_TEST(alert_is_shown_acknowledged_and_closed) {
  start();
  exceed("Freezer", 1820);
  ck_assert_int_eq(ask("show|1"), 0);
  HAS("Alert 1: Freezer\n");
  HAS("what         1 820 W, above 1 800 W\n");
  HAS("since        2026-11-21 14:03:00 CET\n");
  HAS("identifier   nas/kasa-Freezer/power\n");
  ck_assert_int_eq(ask("ack|1|--for|4h"), 0);
  ck_assert_ptr_nonnull(strstr(asked, "\"command\":\"ack\",\"for\":14400,"
                                      "\"id\":1"));
  ck_assert_str_eq(said, "done\n");
  ck_assert_int_eq(ask("list"), 0);
  HAS("  acked  ");
  ck_assert_int_eq(ask("unack|1"), 0);
  ck_assert_int_eq(ask("resolve|1"), 0);
  ck_assert_int_eq(ask("resolve|1"), 1);
  ck_assert_int_eq(ask("history|Freezer|--limit=5"), 0);
  HAS("WHEN");
  HAS("Freezer");
  fits(80);
  stop();
}
END_TEST

/* collectd's name for the root disk is "root": that is no device of anybody. */
START_TEST(an_alert_is_about_the_same_in_every_list) {
  start();
  exceed_of("df", "root", "percent_bytes", "used", 2000);
  exceed_of("kasa_plug", "Desk strip", "power", "Fan", 2000);
  ck_assert_int_eq(ask("list"), 0);
  HAS("  nas  ");
  HAS("Desk strip, Fan  ");
  ck_assert_int_eq(ask("history"), 0);
  HAS("opened  nas  ");
  HAS("Desk strip, Fan  ");
  HAS_NOT("  root  ");
  ck_assert_int_eq(ask("history|nas"), 0); /* what is about the host */
  HAS("opened  nas  ");
  HAS_NOT("Desk strip");
  ck_assert_int_eq(ask("history|Desk strip"), 0);
  HAS("Desk strip, Fan  ");
  HAS_NOT("  nas  ");
  ck_assert_int_eq(ask("stats"), 0);
  HAS("nas              disk /  ");
  HAS("Desk strip, Fan  power  ");
  stop();
}
END_TEST

START_TEST(queue_shows_what_waits_and_why) {
  start();
  exceed("Freezer", 1820);
  round_trip(NULL, 0);
  ck_assert_int_eq(ask("queue|list"), 0);
  HAS("the mail");
  HAS("email");
  fits(80);
  ck_assert_int_eq(ask("queue|drop|99"), 1);
  ck_assert_str_eq(complained, "kasactl alerts: there is no message 99\n");
  ck_assert_int_eq(ask("channel|list"), 0);
  HAS("CHANNEL");
  HAS("pushover");
  fits(80);
  ck_assert_int_eq(ask("channel|enable|nowhere"), 1);
  ck_assert_int_eq(ask("channel|enable|email"), 0);
  stop();
}
END_TEST

START_TEST(explain_says_who_would_be_told) {
  start();
  ck_assert_int_eq(ask("explain|nas/kasa-Freezer/power|FAILURE|1820"), 0);
  ck_assert_ptr_nonnull(
      strstr(asked, "\"identifier\":\"nas/kasa-Freezer/power\",\"severity\":"
                    "\"FAILURE\",\"value\":1820"));
  HAS("Freezer: 1 820 W\n");
  HAS("Class range, level critical.\n");
  HAS("No route is configured, at once, reminders every 1 h:\n");
  HAS("  goes to pushover\n");
  ck_assert_int_eq(ask("explain|Freezer"), 0);
  HAS("Freezer: an example, as no value was given\n");
  ck_assert_int_eq(ask("explain|nas/kasa-Freezer/power|missing"), 0);
  HAS("Freezer: not reporting\nClass missing, level error.\n");
  ck_assert_int_eq(ask("explain|Freezer|FAILURE|1820"), 0);
  HAS("Freezer: 1 820 W\n");
  ck_assert_int_eq(ask("explain|Freezer/up|missing"), 0);
  HAS("Freezer: not reporting\nClass missing, level error.\n");
  ck_assert_int_eq(ask("explain|nas/cpu/percent-idle|FAILURE|1"), 0);
  /* an end, which is no failure to tell anybody */
  ck_assert_int_eq(ask("explain|Freezer|OKAY|90"), 0);
  HAS("Note: the end is told to whoever was told of the beginning");
  HAS_NOT("Nobody is told");
  ck_assert_int_eq(ask("explain|Freezer/"), 1);
  ck_assert_int_eq(ask("explain|/"), 1);
  stop();
}
END_TEST

START_TEST(names_that_nobody_has_are_told_with_the_nearest) {
  start();
  exceed("Freezer", 1820);
  ck_assert_int_eq(ask("silence|add|Freezr|--for|2h"), 0);
  ck_assert_str_eq(said, "silence 1, about 0 open alerts\n"
                         "Note: no device called \"Freezr\" is known, did you "
                         "mean \"Freezer\"?\n");
  ck_assert_int_eq(ask("silence|add|Freezer|--for|2h"), 0);
  ck_assert_str_eq(said, "silence 2, about 1 open alert\n");
  ck_assert_int_eq(ask("resolve|1"), 0);
  round_trip(NULL, 0);
  ck_assert_int_eq(ask("silence|add|Freezer|--for|2h"), 0);
  HAS_NOT("Note"); /* the history knows it */
  ck_assert_int_eq(ask("silence|add|device=/^Fr/|--for|2h"), 0);
  HAS_NOT("Note");
  ck_assert_int_eq(ask("test|emial"), 1);
  ck_assert_str_eq(complained, "kasactl alerts: there is no channel \"emial\", "
                               "did you mean \"email\"?\n");
  ck_assert_int_eq(ask("channel|enable|emial"), 1);
  ck_assert_ptr_nonnull(strstr(complained, "did you mean \"email\"?"));
  ck_assert_int_eq(ask("render|Freezer|--channel|emial"), 1);
  ck_assert_ptr_nonnull(strstr(complained, "did you mean \"email\"?"));
  stop();
}
END_TEST

START_TEST(render_shows_the_real_texts) {
  start();
  ck_assert_int_eq(ask("render|nas/kasa-Freezer/power|FAILURE|1820"), 0);
  HAS("== pushover ==\nFreezer: 1" NARROW "820 W\n");
  HAS("-- as sent, secrets hidden --\ntoken=***&title=Freezer");
  HAS("== email ==\n");
  ck_assert_int_eq(
      ask("render|nas/kasa-Freezer/power|FAILURE|1820|--channel|email"), 0);
  ck_assert_ptr_null(strstr(said, "pushover"));
  stop();
}
END_TEST

START_TEST(test_tells_which_channel_failed) {
  canned = "{\"ok\":true,\"results\":[{\"channel\":\"phone\",\"ok\":true},"
           "{\"channel\":\"mail\",\"ok\":false,\"why\":\"535 no\"}]}\n";
  ck_assert_int_eq(ask("test|all|--level|error"), 1);
  ck_assert_str_eq(
      asked, "{\"command\":\"test\",\"channel\":\"all\",\"level\":\"error\"}");
  ck_assert_str_eq(said, "phone: delivered\nmail: FAILED: 535 no\n");
  ck_assert_int_eq(ask("test|all|--json"), 1);
  canned = NULL;
}
END_TEST

static const struct {
  const char *words;
  const char *complaint;
} wrong[] = {
    {"lsit", "kasactl alerts: no command lsit, did you mean list?\n"},
    {"ack", "usage: kasactl alerts ack ID [--for 4h]\n"},
    {"ack|x",
     "kasactl alerts: expected a number from the first column of the list\n"},
    {"silence|end|Freezer",
     "kasactl alerts: expected a number from the first column of the list\n"},
    {"ack|1|2", "usage: kasactl alerts ack ID [--for 4h]\n"},
    {"ack|1|--for|soon",
     "kasactl alerts: --for expects a time such as 30m, 4h or 2d\n"},
    {"list|--for|4h", "kasactl alerts: --for does not go with list\n"},
    {"list|--loud", "kasactl alerts: --loud is no option here\n"},
    {"history|--since|never",
     "kasactl alerts: --since expects a time such as 2d, or a date as "
     "2026-11-20\n"},
    {"queue|nonsense", "kasactl alerts: no command queue nonsense; there are "
                       "queue list, queue retry, queue drop\n"},
    {"silence|Freezer|--for|2h",
     "kasactl alerts: no command silence Freezer; there are silence add, "
     "silence list, silence end\n"},
    {"channel|enabel|mail", "kasactl alerts: no command channel enabel; there "
                            "are channel list, channel enable\n"},
    {"list|--force", "kasactl alerts: --force does not go with list\n"},
    {"history|--limit|5abc",
     "kasactl alerts: --limit expects a number from 1 to 10000\n"},
    {"explain|a/b/c|BAD",
     "kasactl alerts: the second word is FAILURE, WARNING, OKAY or missing\n"},
    {"explain|a/b/c|FAILURE|much",
     "kasactl alerts: the third word is the value, a number\n"},
};

START_TEST(wrong_usage_is_status_2) {
  ck_assert_int_eq(run(wrong[_i].words), 2);
  ck_assert_msg(strncmp(complained, wrong[_i].complaint,
                        strlen(wrong[_i].complaint)) == 0,
                "%s", complained);
}
END_TEST

START_TEST(help_is_status_0) {
  ck_assert_int_eq(run("--help"), 0);
  HAS("queue retry ID, queue drop ID\n");
  fits(80);
}
END_TEST

static const struct {
  const char *answer;
  const char *complaint;
} broken[] = {
    {"", "is that all"},
    {"nonsense\n", "the answer makes no sense"},
    {"[1]\n", "the answer makes no sense"},
    {"{}\n", "refused"},
    {"{\"ok\":false,\"error\":\"no \\u001b[31mway\"}\n", "no [31mway"},
};

START_TEST(broken_answer_is_status_1) {
  canned = broken[_i].answer;
  ck_assert_int_eq(ask("list"), 1);
  if (_i > 0)
    ck_assert_msg(strstr(complained, broken[_i].complaint) != NULL, "%s",
                  complained);
  canned = NULL;
}
END_TEST

START_TEST(strange_fields_are_shown_as_nothing) {
  canned = "{\"ok\":true,\"alerts\":[7,{},{\"id\":\"x\",\"level\":3,\"value\":"
           "[],\"device\":\"a\\nb\\u001b[2J\"},null],\"now\":1e300}\n";
  ck_assert_int_eq(ask("list"), 0);
  ck_assert_ptr_null(strchr(said, '\x1b'));
  canned = "{\"ok\":true,\"alert\":5,\"members\":{},\"told\":\"x\"}\n";
  ck_assert_int_eq(ask("show|1"), 0);
  canned = "{\"ok\":true,\"routes\":[{\"channels\":[1]},2]}\n";
  ck_assert_int_eq(ask("explain|a/b/c"), 1);
  canned = NULL;
}
END_TEST

START_TEST(nobody_there_is_status_1) {
  strcpy(path, "/nonexistent/notify_kasa.sock");
  ck_assert_int_eq(run("list"), 1);
  ck_assert_str_eq(complained,
                   "kasactl alerts: /nonexistent/notify_kasa.sock: is collectd "
                   "running with notify_kasa?\n");
}
END_TEST

static void fill(TCase *t) {
  samples_zone();
  tcase_set_timeout(t, 60);
  tcase_add_test(t, open_alerts_are_listed_in_80_columns);
  tcase_add_test(t, nothing_open_is_no_failure);
  tcase_add_test(t, alert_is_shown_acknowledged_and_closed);
  tcase_add_test(t, an_alert_is_about_the_same_in_every_list);
  tcase_add_test(t, queue_shows_what_waits_and_why);
  tcase_add_test(t, explain_says_who_would_be_told);
  tcase_add_test(t, names_that_nobody_has_are_told_with_the_nearest);
  tcase_add_test(t, render_shows_the_real_texts);
  tcase_add_test(t, test_tells_which_channel_failed);
  tcase_add_loop_test(t, wrong_usage_is_status_2, 0, ROWS(wrong));
  tcase_add_test(t, help_is_status_0);
  tcase_add_loop_test(t, broken_answer_is_status_1, 0, ROWS(broken));
  tcase_add_test(t, strange_fields_are_shown_as_nothing);
  tcase_add_test(t, nobody_there_is_status_1);
}

int main(void) { return suite_run("alerts_cli", fill); }
