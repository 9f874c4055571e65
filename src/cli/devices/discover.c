/* SPDX-License-Identifier: MIT */
/* kasactl discover: every device that answers. */
#include <config.h>

#include "cli/devices/discover.h"

#include "cli/devices/account.h"
#include "cli/devices/device_info_json.h"
#include "cli/devices/device_search.h"
#include "cli/devices/device_table.h"
#include "cli/term/screen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TARGETS_MAX = 64, TEXT_MAX = 64 * 1024 * 1024 };

/* -- as a table -- */

static int add_plugs(struct device_rows *rows, const struct device_info *f) {
  for (size_t i = 0; i < f->plugs_num; i++) {
    struct device_row *row = device_rows_add(rows);

    if (row == NULL)
      return -1;
    row->kind = i + 1 < f->plugs_num ? DEVICE_ROW_PLUG : DEVICE_ROW_LAST_PLUG;
    snprintf(row->name, sizeof(row->name), "%s", f->plugs[i].name);
    row->now = f->plugs[i].now;
  }
  return 0;
}

/* Why there are no values, in the room that a table has; footnotes say all. */
static const char *short_reason(const struct device_info *f) {
  static const char wants[] = "it wants";

  if (f->why[0] == '\0')
    return "not found";
  if (f->outcome != OUTCOME_AUTH)
    return f->why;
  return strncmp(f->why, wants, strlen(wants)) == 0 ? "wants the account"
                                                    : "account refused";
}

static int add_device(struct device_rows *rows, const struct device_info *f) {
  struct device_row *row = device_rows_add(rows);

  if (row == NULL)
    return -1;
  snprintf(row->name, sizeof(row->name), "%s", f->name);
  snprintf(row->model, sizeof(row->model), "%s", f->model);
  snprintf(row->address, sizeof(row->address), "%s", f->address);
  snprintf(row->via, sizeof(row->via), "%s", f->transport);
  if (f->kind == KIND_UNSUPPORTED) {
    /* what it is; read has the whole sentence */
    snprintf(row->remark, sizeof(row->remark), "unsupported: %.*s",
             (int)strcspn(f->why, ":"), f->why);
    return 0;
  }
  if (!f->up) {
    row->failed = true;
    snprintf(row->remark, sizeof(row->remark), "%s", short_reason(f));
    return 0;
  }
  row->now = f->now;
  return add_plugs(rows, f);
}

/* Whether a device before this one has the same reason. */
static bool is_said(const struct device_info_list *list, size_t index) {
  for (size_t i = 0; i < index; i++)
    if (list->items[i].outcome == OUTCOME_AUTH &&
        strcmp(list->items[i].why, list->items[index].why) == 0)
      return true;
  return false;
}

static size_t count_reason(const struct device_info_list *list,
                           const char *why) {
  size_t num = 0;

  for (size_t i = 0; i < list->count; i++)
    num += !list->items[i].up && strcmp(list->items[i].why, why) == 0;
  return num;
}

/* "it wants ..." of one device or several: "Tapo plug and 2 more want ..." */
static int add_footnote(struct buf *out, const char *name, const char *why,
                        size_t num) {
  static const char wants[] = "it wants ";
  bool wish = strncmp(why, wants, sizeof(wants) - 1) == 0;
  const char *rest = wish ? why + sizeof(wants) - 1 : why;

  if (num == 1)
    return buf_addf(out, "\n%s%s %s\n", name, wish ? " wants" : ":", rest);
  return buf_addf(out, "\n%s and %zu more%s %s\n", name, num - 1,
                  wish ? " want" : ":", rest);
}

/* The account is the one thing that a person has to do something about: each
 * reason once, as a whole sentence. */
static int add_footnotes(struct buf *out, const struct device_info_list *list) {
  bool any = false;
  int err = 0;

  for (size_t i = 0; i < list->count && err == 0; i++) {
    const struct device_info *f = &list->items[i];

    if (f->up || f->outcome != OUTCOME_AUTH || is_said(list, i))
      continue;
    err = add_footnote(out, f->name, f->why, count_reason(list, f->why));
    /* where an option is missing, no other account helps */
    any |= strstr(f->why, "AllowAES") == NULL;
  }
  if (err == 0 && any)
    err = buf_adds(
        out, "\nTo try an account: kasactl discover --username NAME "
             "--password-file FILE\n"
             "For collectd: Username and PasswordFile in <Plugin kasa>, see "
             "collectd-kasa(5)\n");
  return err;
}

/* Returns how many there are. */
static size_t sum_up(const struct device_info_list *list,
                     struct device_row *total) {
  size_t up = 0;
  size_t known = 0;
  size_t on = 0;

  *total = (struct device_row){.kind = DEVICE_ROW_TOTAL};
  for (size_t i = 0; i < list->count; i++) {
    const struct device_info *f = &list->items[i];

    known += f->kind != KIND_UNSUPPORTED;
    if (!f->up)
      continue;
    up++;
    on += reading_has(&f->now, Q_RELAY) && f->now.value[Q_RELAY] > 0;
    if (reading_has(&f->now, Q_POWER))
      reading_set(&total->now, Q_POWER,
                  total->now.value[Q_POWER] + f->now.value[Q_POWER]);
  }
  snprintf(total->name, sizeof(total->name), "%zu device%s, %zu up, %zu on",
           known, known == 1 ? "" : "s", up, on);
  return known;
}

static int show_table(const struct device_info_list *list) {
  struct device_rows rows = {0};
  struct style style;
  struct device_row total;
  struct buf out;
  size_t known;
  int err = 0;

  buf_init(&out, TEXT_MAX);
  style_of(&style, stdout);
  for (size_t i = 0; i < list->count && err == 0; i++)
    err = add_device(&rows, &list->items[i]);
  known = sum_up(list, &total);
  if (err == 0)
    err = device_table_draw(&out, &style, table_discovered, &rows,
                            known > 0 ? &total : NULL, NULL);
  if (err == 0)
    err = add_footnotes(&out, list);
  if (err == 0)
    fputs(out.data, stdout);
  device_rows_free(&rows);
  buf_free(&out);
  return err;
}

static int show_json(const struct device_info_list *list) {
  char *text = device_info_list_json(list);

  if (text == NULL)
    return -1;
  fputs(text, stdout);
  free(text);
  return 0;
}

/* -- the search -- */

static void progress(const struct device_search *l) {
  if (isatty(STDERR_FILENO) != 1)
    return;
  if (l == NULL)
    fputs("\r\033[K", stderr);
  else
    fprintf(stderr, "\r\033[KLooking for devices: %u found",
            device_search_answered(l));
  fflush(stderr);
}

/* Until the search and all its polls are over, or somebody loses patience:
 * what has been found so far is shown then, too. */
static void wait_for(struct device_search *l, struct device_info_list *list) {
  double waited = 0;
  bool over = false;

  progress(l);
  while (!over && waited < device_search_limit(l)) {
    enum screen_event event = screen_wait(device_search_fd(l), 0.25);

    if (event == SCREEN_QUIT)
      break;
    waited += event == SCREEN_TIME ? 0.25 : 0;
    over = device_search_take(l, list);
    progress(l);
  }
  progress(NULL);
}

static int discover(const struct device_search_options *options, bool json) {
  struct device_info_list list = {0};
  struct device_search *l = NULL;
  int err = screen_open(false);

  if (err < 0) {
    cli_say("signals cannot be handled: %s", strerror(-err));
    return CLI_NOTHING;
  }
  l = device_search_start(options);
  if (l == NULL) {
    screen_close();
    return CLI_USAGE;
  }
  wait_for(l, &list);
  device_search_stop(l);
  if (json)
    err = show_json(&list);
  else if (list.count > 0)
    err = show_table(&list);
  else
    cli_say("no device answered; are this machine and the devices in the same "
            "network? --target ADDR asks one address");
  if (err < 0)
    cli_say("out of memory");
  err |= list.count == 0;
  device_info_list_free(&list);
  screen_close();
  return err != 0 ? CLI_NOTHING : CLI_DONE;
}

static int discover_main(int argc, char **argv) {
  static const struct option known[] = {
      {"target", required_argument, NULL, 't'},
      {"wait", required_argument, NULL, 'w'},
      {"config", required_argument, NULL, 'c'},
      {"username", required_argument, NULL, 'u'},
      {"password-file", required_argument, NULL, 'p'},
      {"json", no_argument, NULL, 'j'},
      {0},
  };
  const char *targets[TARGETS_MAX];
  struct device_search_options options = {.targets = targets};
  bool json = false;
  const char *username = NULL;
  const char *password_file = NULL;
  struct typed_account account;
  int status;
  int given;
  int option;

  while ((option = getopt_long(argc, argv, "t:w:c:u:p:j", known, NULL)) != -1) {
    switch (option) {
    case 't':
      if (options.targets_num == TARGETS_MAX)
        return cli_usage("discover", "more than %d targets", TARGETS_MAX);
      targets[options.targets_num++] = optarg;
      break;
    case 'w':
      if (!cli_number(optarg, 0.1, 60, &options.wait))
        return cli_usage("discover",
                         "--wait expects 0.1 to 60 seconds, found %s", optarg);
      break;
    case 'c':
      options.config = optarg;
      break;
    case 'u':
      username = optarg;
      break;
    case 'p':
      password_file = optarg;
      break;
    case 'j':
      json = true;
      break;
    default:
      return cli_bad_option("discover");
    }
  }
  if (optind < argc)
    return cli_usage("discover", "%s is one argument too many", argv[optind]);
  given = account_given(username, password_file, &account);
  if (given < 0)
    return CLI_USAGE;
  options.account = given > 0 ? &account : NULL;
  status = discover(&options, json);
  account_forget(&account);
  return status;
}

const struct command discover_command = {
    "discover", "find the devices on the network and what they read",
    "Asks the local network, lists every device that answers with its plugs\n"
    "and readings, and those that cannot be polled with the reason.\n"
    "\n"
    "  -t, --target ADDR    ask this address (broadcast or device) instead "
    "of\n"
    "                       all networks of this machine; may be repeated\n"
    "  -w, --wait SECONDS   how long to listen (3)\n"
    "  -c, --config FILE    with the options and devices of this "
    "collectd.conf\n"
    "  -u, --username NAME, -p, --password-file FILE\n"
    "                       the TP-Link account of newer devices, also from\n"
    "                       KASA_USERNAME, KASA_PASSWORD_FILE, KASA_PASSWORD\n"
    "  -j, --json           for programs\n",
    "[--json] [--wait SECONDS] [--target ADDR]... [--config FILE] [--username "
    "NAME --password-file FILE]",
    discover_main};
