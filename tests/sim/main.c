/* SPDX-License-Identifier: MIT */
/* kasasim: options, and the life of the process. */
#include "base.h"

#include "control.h"
#include "fault.h"
#include "homes.h"
#include "house.h"
#include "self_test.h"
#include "settings.h"
#include "tdp.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
  OPT_FIRST = 256,
  OPT_STRIPS,
  OPT_OPEN,
  OPT_CLOSE,
  OPT_ANY,
  OPT_RATE,
  OPT_IOT,
  OPT_TRANSPORT,
  OPT_HTTP_PORT,
  OPT_TDP_PORT,
  OPT_USER,
  OPT_PASSWORD,
  OPT_SELF_TEST,
};

struct options {
  struct house_options house;
  const char *file;
  const char *dumps;
  const char *control;
  bool demo;
  bool demo_iot;
  const char *transport;
  double speed;
  double start;
  double strips;
  unsigned long count;
};

static const char usage[] =
    "Usage: kasasim [OPTION]...\n"
    "Simulates a house of TP-Link Kasa devices on loopback addresses.\n"
    "\n"
    "The house (one or more of these):\n"
    "  --house FILE       devices from JSON: a list, or {\"devices\":[..]}\n"
    "  --demo             a lively house of 25 devices of all generations\n"
    "  --demo-iot         those 15 of them that need no account\n"
    "  --count N          N plugs with meters, from 127.77.0.1 on\n"
    "    --strips P         P percent of them are strips with six plugs\n"
    "    --transport T      they speak xor, klap, aes or tpap;\n"
    "                       of dumps: only those that do\n"
    "  --dumps DIR        every dump in DIR/iot and DIR/smart, at successive\n"
    "                     addresses\n"
    "  --keep-open        connections stay open after an answer (all devices)\n"
    "  --close            connections are closed after each answer\n"
    "Running it:\n"
    "  --port N           TCP and UDP port (9999)\n"
    "  --http-port N      HTTP port of devices that name none (80)\n"
    "  --tdp-port N       UDP port of the newer discovery (20002; battery\n"
    "                     devices: two more)\n"
    "  --user U, --password P  account of devices that name none\n"
    "                     (user@example.com, great_password)\n"
    "  --self-test        checks itself against published vectors and ends\n"
    "  --control PATH     Unix socket for commands\n"
    "  --speed X          simulated seconds per second (1)\n"
    "  --start EPOCH      simulated time at the start (now)\n"
    "  --seed N           another seed, other curves (1)\n"
    "  --bind-any         hear UDP on all interfaces, not only on loopback\n"
    "  --broadcast-rate N answers to a broadcast per millisecond (20)\n"
    "  --help             this text\n"
    "\n"
    "Prints \"ready\" when all sockets are open, runs in the foreground and\n"
    "ends with status 0 on SIGTERM or SIGINT. TCP listens at the devices'\n"
    "addresses only, and UDP on loopback only, unless the house names an\n"
    "address outside 127.0.0.0/8 (for network namespaces) or --bind-any is\n"
    "given. Two houses on one machine need two ports or two namespaces.\n"
    "\n"
    "Commands on the control socket, one JSON object per line, like\n"
    "{\"cmd\":\"fault\",\"device\":\"127.77.0.1\",\"fault\":\"delay\",\"ms\":"
    "300}"
    ":\n";

static void help(void) {
  struct text text = {0};
  text_addz(&text, usage);
  control_help(&text);
  text_addz(&text, "Faults (count N ends them after N uses; refuse, drop and "
                   "gone last until cleared):\n");
  fault_help(&text);
  settings_help(&text);
  fputs(text.p, stdout);
  text_free(&text);
}

static double number(const char *name, const char *text, double min,
                     double max) {
  char *end;
  errno = 0;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || errno != 0 || !(value >= min) ||
      !(value <= max))
    die("--%s: a number from %.10g to %.10g, not %s", name, min, max, text);
  return value;
}

static void parse(int argc, char **argv, struct options *o) {
  static const struct option options[] = {
      {"house", required_argument, NULL, 'f'},
      {"demo", no_argument, NULL, 'd'},
      {"demo-iot", no_argument, NULL, OPT_IOT},
      {"transport", required_argument, NULL, OPT_TRANSPORT},
      {"http-port", required_argument, NULL, OPT_HTTP_PORT},
      {"tdp-port", required_argument, NULL, OPT_TDP_PORT},
      {"user", required_argument, NULL, OPT_USER},
      {"password", required_argument, NULL, OPT_PASSWORD},
      {"self-test", no_argument, NULL, OPT_SELF_TEST},
      {"count", required_argument, NULL, 'n'},
      {"strips", required_argument, NULL, OPT_STRIPS},
      {"dumps", required_argument, NULL, 'D'},
      {"keep-open", no_argument, NULL, OPT_OPEN},
      {"close", no_argument, NULL, OPT_CLOSE},
      {"port", required_argument, NULL, 'p'},
      {"control", required_argument, NULL, 'c'},
      {"speed", required_argument, NULL, 'x'},
      {"start", required_argument, NULL, 't'},
      {"seed", required_argument, NULL, 's'},
      {"bind-any", no_argument, NULL, OPT_ANY},
      {"broadcast-rate", required_argument, NULL, OPT_RATE},
      {"help", no_argument, NULL, 'h'},
      {0},
  };
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
    switch (option) {
    case 'f':
      o->file = optarg;
      break;
    case 'd':
      o->demo = true;
      break;
    case OPT_IOT:
      o->demo_iot = true;
      break;
    case OPT_TRANSPORT:
      o->transport = optarg;
      break;
    case OPT_HTTP_PORT:
      o->house.http_port = (uint16_t)number("http-port", optarg, 1, 65535);
      break;
    case OPT_TDP_PORT:
      o->house.tdp_port = (uint16_t)number("tdp-port", optarg, 1, 65533);
      o->house.tdp_battery_port = (uint16_t)(o->house.tdp_port + 2);
      break;
    case OPT_USER:
      o->house.user = optarg;
      break;
    case OPT_PASSWORD:
      o->house.password = optarg;
      break;
    case OPT_SELF_TEST:
      exit(self_test());
    case 'n':
      o->count = (unsigned long)number("count", optarg, 1, 60000);
      break;
    case OPT_STRIPS:
      o->strips = number("strips", optarg, 0, 100);
      break;
    case 'D':
      o->dumps = optarg;
      break;
    case OPT_OPEN:
      o->house.keep_open = 1;
      break;
    case OPT_CLOSE:
      o->house.keep_open = 0;
      break;
    case 'p':
      o->house.port = (uint16_t)number("port", optarg, 1, 65535);
      break;
    case 'c':
      o->control = optarg;
      break;
    case 'x':
      o->speed = number("speed", optarg, 0, 1e6);
      break;
    case 't':
      o->start = number("start", optarg, 0, 4e9);
      break;
    case 's':
      o->house.seed = (uint64_t)number("seed", optarg, 0, 9e15);
      break;
    case OPT_ANY:
      o->house.bind_any = true;
      break;
    case OPT_RATE:
      o->house.broadcast_per_ms =
          (unsigned)number("broadcast-rate", optarg, 1, 1e6);
      break;
    case 'h':
      help();
      exit(0);
    default:
      exit(2);
    }
  }
  if (optind < argc)
    die("what is %s? see --help", argv[optind]);
  if (o->file == NULL && o->dumps == NULL && !o->demo && !o->demo_iot &&
      o->count == 0)
    die("no house: give --house, --demo, --count or --dumps; see --help");
}

/* A listener and a connection or two per device. */
static void raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
    return;
  struct rlimit wish = {.rlim_cur = 262144, .rlim_max = 262144};
  if (limit.rlim_max >= wish.rlim_max)
    wish.rlim_max = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &wish) == 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct signals {
  struct source source;
  struct loop *loop;
};

static void on_signal(struct source *source, uint32_t events) {
  (void)events;
  OWNER(source, struct signals, source)->loop->stopping = true;
}

static int watch_signals(struct loop *loop, struct signals *signals) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0)
    die("signalfd: %s", strerror(errno));
  signals->loop = loop;
  signals->source.ready = on_signal;
  loop_watch(loop, fd, EPOLLIN, &signals->source);
  return fd;
}

/* A house with addresses of real interfaces was told so by its author. */
static void listen_as_wide_as_needed(struct house *house) {
  for (size_t i = 0; i < house->count; i++)
    if (ntohl(house->devices[i]->addr.s_addr) >> 24 != 127)
      house->options.bind_any = true;
  static const struct udp_service *const services[] = {&udp_xor, &udp_tdp,
                                                       &udp_tdp_battery, NULL};
  const char *wrong = udp_open(house, services);
  if (wrong != NULL)
    die("%s", wrong);
}

int main(int argc, char **argv) {
  static struct house house;
  struct signals signals = {0};
  struct options o = {.house = {.port = 9999,
                                .http_port = 80,
                                .tdp_port = 20002,
                                .tdp_battery_port = 20004,
                                .user = "user@example.com",
                                .password = "great_password",
                                .seed = 1,
                                .broadcast_per_ms = 20,
                                .keep_open = -1},
                      .speed = 1,
                      .start = -1};
  parse(argc, argv, &o);
  raise_file_limit();
  house_init(&house, &o.house, o.speed, o.start >= 0 ? o.start : real_epoch());
  int signal_fd = watch_signals(&house.loop, &signals);
  if (o.file != NULL)
    home_from_file(&house, o.file);
  if (o.demo || o.demo_iot)
    home_demo(&house, o.demo);
  if (o.count > 0)
    home_generated(&house, o.count, o.strips, o.transport);
  if (o.dumps != NULL)
    home_from_dumps(&house, o.dumps, o.transport);
  listen_as_wide_as_needed(&house);
  if (o.control != NULL)
    control_open(&house, o.control);
  puts("ready");
  fflush(stdout);

  loop_run(&house.loop);
  control_close();
  loop_close(&house.loop, signal_fd, &signals.source);
  house_free(&house);
  return 0;
}
