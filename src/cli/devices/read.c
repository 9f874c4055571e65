/* SPDX-License-Identifier: MIT */
/* kasactl read: one device in full, once or again and again. */
#include <config.h>

#include "cli/devices/read.h"

#include "base/clock.h"
#include "cli/devices/account.h"
#include "cli/devices/device_details.h"
#include "cli/devices/device_info_json.h"
#include "cli/devices/device_search.h"
#include "cli/term/screen.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TARGETS_MAX = 64, DETAILS_MAX = 1024 * 1024 };

struct read_command {
  struct device_search_options search;
  bool json;
  bool watch;
  double seconds; /* between two readings */
  bool refused;   /* it did not accept the account */
  bool by_aes;    /* nor will it another: AllowAES is missing */
  size_t first;   /* line at the top of the screen */
};

/* The one device: rather one that answers than one that was only seen, and
 * that rather than a mere wish. NULL: nobody. */
static const struct device_info *pick(const struct device_info_list *list) {
  const struct device_info *best = NULL;

  for (size_t i = 0; i < list->count; i++) {
    const struct device_info *f = &list->items[i];

    if (best == NULL || best->address[0] == '\0' || f->up)
      best = f;
  }
  return best;
}

/* Shows what there is; whether it is a reading. */
static bool show(struct read_command *c, const struct device_info *f) {
  struct buf out;
  char *json = NULL;

  if (f->address[0] == '\0') /* only a wish so far */
    return false;
  buf_init(&out, DETAILS_MAX);
  if (c->json) {
    json = device_info_json(f, !c->watch);
    if (json != NULL && buf_adds(&out, json) == 0)
      (void)screen_show(&out, 0);
    free(json);
  } else if (device_details_draw(&out, screen_style(), f) == 0) {
    c->first = screen_show(&out, c->first);
  }
  buf_free(&out);
  return f->up && f->kind != KIND_UNSUPPORTED;
}

static bool round_over(struct device_search *l, struct device_info_list *list,
                       bool *quit) {
  double waited = 0;
  bool over = false;

  while (!over && waited < device_search_limit(l)) {
    enum screen_event event = screen_wait(device_search_fd(l), 0.25);

    *quit = event == SCREEN_QUIT;
    if (*quit)
      return false;
    waited += event == SCREEN_TIME ? 0.25 : 0;
    over = device_search_take(l, list);
  }
  return over;
}

/* Waits for the next round; a new window size draws the last reading again. */
static bool pause_between(struct read_command *c,
                          const struct device_info *last) {
  uint64_t until = clock_monotonic_us() + (uint64_t)(c->seconds * 1e6);

  for (;;) {
    uint64_t now = clock_monotonic_us();
    enum screen_event event =
        screen_wait(-1, until > now ? (double)(until - now) / 1e6 : 0);

    if (event == SCREEN_QUIT)
      return false;
    if (event == SCREEN_TIME)
      return true;
    c->first = screen_moved(c->first, screen_scrolled());
    if (last != NULL && !c->json)
      show(c, last);
  }
}

static int run(struct read_command *c, struct device_search *l) {
  struct device_info_list list = {0};
  const struct device_info *f = NULL;
  bool any = false;
  bool quit = false;

  for (;;) {
    (void)round_over(l, &list, &quit);
    f = pick(&list);
    c->refused = f != NULL && !f->up && f->outcome == OUTCOME_AUTH;
    /* where an option is missing, no other account helps */
    c->by_aes = c->refused && strstr(f->why, "AllowAES") != NULL;
    if (quit || (f == NULL && !c->watch) ||
        (c->refused && c->search.account == NULL && c->watch))
      break;
    if (f != NULL)
      any |= show(c, f);
    if (!c->watch || !pause_between(c, f))
      break;
    device_search_again(l);
  }
  if (!any && !quit && (f == NULL || f->address[0] == '\0'))
    cli_say("%s was not found: no device of this name or address answered; "
            "kasactl discover lists those that do",
            c->search.device);
  device_info_list_free(&list);
  return any ? CLI_DONE : CLI_NOTHING;
}

static int read_once(struct read_command *c) {
  struct device_search *l;
  int status;
  int err = screen_open(c->watch && !c->json);

  if (err < 0) {
    cli_say("signals cannot be handled: %s", strerror(-err));
    return CLI_NOTHING;
  }
  l = device_search_start(&c->search);
  status = l != NULL ? run(c, l) : CLI_USAGE;
  device_search_stop(l);
  screen_close();
  return status;
}

/* A device that does not accept the account, or wants one, is a question for
 * whoever sits in front of it. */
static int start(struct read_command *c) {
  struct typed_account typed;
  int status = read_once(c);

  if (!c->refused)
    return status;
  if (!account_ask(&typed)) {
    if (c->search.account == NULL && !c->by_aes)
      cli_say("to try an account: --username NAME --password-file FILE");
    return status;
  }
  c->search.account = &typed;
  status = read_once(c);
  c->search.account = NULL;
  account_forget(&typed);
  return status;
}

/* --watch 2: getopt takes optional values only behind "=". */
static bool takes_seconds(struct read_command *c, int argc, char **argv) {
  if (optarg != NULL)
    return cli_number(optarg, 0.2, 86400, &c->seconds);
  if (optind < argc && cli_number(argv[optind], 0.2, 86400, &c->seconds))
    optind++;
  return true;
}

static int read_main(int argc, char **argv) {
  static const struct option known[] = {
      {"watch", optional_argument, NULL, 'W'},
      {"target", required_argument, NULL, 't'},
      {"wait", required_argument, NULL, 'w'},
      {"config", required_argument, NULL, 'c'},
      {"username", required_argument, NULL, 'u'},
      {"password-file", required_argument, NULL, 'p'},
      {"json", no_argument, NULL, 'j'},
      {0},
  };
  const char *targets[TARGETS_MAX];
  struct read_command c = {.search = {.targets = targets}, .seconds = 5};
  const char *username = NULL;
  const char *password_file = NULL;
  struct typed_account account;
  int status;
  int given;
  int option;

  /* "-" keeps the order: a number behind --watch is not the address */
  while ((option = getopt_long(argc, argv, "-W::t:w:c:u:p:j", known, NULL)) !=
         -1) {
    switch (option) {
    case 1:
      if (c.search.device != NULL)
        return cli_usage("read", "%s is one argument too many", optarg);
      c.search.device = optarg;
      break;
    case 'W':
      c.watch = true;
      if (!takes_seconds(&c, argc, argv))
        return cli_usage("read", "--watch expects 0.2 to 86400 seconds");
      break;
    case 't':
      if (c.search.targets_num == TARGETS_MAX)
        return cli_usage("read", "more than %d targets", TARGETS_MAX);
      targets[c.search.targets_num++] = optarg;
      break;
    case 'w':
      if (!cli_number(optarg, 0.1, 60, &c.search.wait))
        return cli_usage("read", "--wait expects 0.1 to 60 seconds, found %s",
                         optarg);
      break;
    case 'c':
      c.search.config = optarg;
      break;
    case 'u':
      username = optarg;
      break;
    case 'p':
      password_file = optarg;
      break;
    case 'j':
      c.json = true;
      break;
    default:
      return cli_bad_option("read");
    }
  }
  if (c.search.device == NULL && optind < argc)
    c.search.device = argv[optind++];
  if (c.search.device == NULL || c.search.device[0] == '\0' || optind < argc)
    return cli_usage("read", "one address, host name, MAC or name is needed");
  given = account_given(username, password_file, &account);
  if (given < 0)
    return CLI_USAGE;
  c.search.account = given > 0 ? &account : NULL;
  status = start(&c);
  account_forget(&account);
  return status;
}

const struct command read_command = {
    "read", "read one device in full",
    "ADDRESS is an IPv4 address, a host name, a MAC address or the name that\n"
    "the device has in the app.\n"
    "\n"
    "  -W, --watch[=SECONDS] again and again, every 5 seconds, until Ctrl-C\n"
    "  -t, --target ADDR    where to look for a name or MAC; may be repeated\n"
    "  -w, --wait SECONDS   how long to look for it (3)\n"
    "  -c, --config FILE    with the options and devices of this "
    "collectd.conf\n"
    "  -u, --username NAME, -p, --password-file FILE\n"
    "                       the TP-Link account of newer devices, also from\n"
    "                       KASA_USERNAME, KASA_PASSWORD_FILE, KASA_PASSWORD\n"
    "  -j, --json           for programs; with --watch one object per line\n",
    "ADDRESS [--json] [--watch [SECONDS]] [--target ADDR]... [--config FILE] "
    "[--username NAME --password-file FILE]",
    read_main};
