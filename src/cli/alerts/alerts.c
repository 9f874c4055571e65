/* SPDX-License-Identifier: MIT */
/* The command line of `kasactl alerts`: words to requests, see alerts.h. */
#include <config.h>

#include "cli/alerts/alerts.h"

#include "base/guess.h"
#include "base/text.h"
#include "cli/alerts/alerts_show.h"
#include "cli/alerts/alerts_silence.h"
#include "cli/alerts/alerts_stats.h"
#include "cli/alerts/control_client.h"
#include "cli/common/json_print.h"
#include "config/option.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ALERTS_USAGE "[COMMAND] [--json] [--socket PATH]"
#define ALERTS_HELP                                                            \
  "Asks the running notify_kasa. Without a COMMAND: what is open.\n"           \
  "\n"                                                                         \
  "  list                          open alerts\n"                              \
  "  history [DEVICE] [--since 2d] [--limit N]\n"                              \
  "  show ID                       one alert in full\n"                        \
  "  ack ID [--for 4h]             no reminders, here and on the phone\n"      \
  "  unack ID, resolve ID\n"                                                   \
  "  silence add MATCH... --for 2h|--until 07:00|--until resolved\n"           \
  "              [--comment TEXT] [--force]\n"                                 \
  "                                nobody is told of it meanwhile; MATCH is\n" \
  "                                a device, or class=missing, host=nas, "     \
  "...\n"                                                                      \
  "  silence list, silence end ID\n"                                           \
  "  maintenance                   the hours the configuration keeps quiet\n"  \
  "  test CHANNEL|all [--level L]  sends a test, waits for the answer\n"       \
  "  report NAME                   sends a <Report> now\n"                     \
  "  explain DEVICE|IDENTIFIER [SEVERITY [VALUE]] [--at 23:10]\n"              \
  "                                who would be told of it, and why not\n"     \
  "  render IDENTIFIER [SEVERITY [VALUE]] [--channel C]\n"                     \
  "                                what exactly would be sent\n"               \
  "  stats [--since 30d] [--limit N]\n"                                        \
  "                                what alerts most, how soon it is heard\n"   \
  "  queue list, queue retry ID, queue drop ID\n"                              \
  "  channel list, channel enable NAME\n"                                      \
  "  status                        the same as channel list\n"                 \
  "\n"                                                                         \
  "IDENTIFIER is host/plugin-instance/type-instance, SEVERITY is FAILURE,\n"   \
  "WARNING, OKAY or missing.\n"                                                \
  "\n"                                                                         \
  "  --json           for programs\n"                                          \
  "  --socket PATH    ControlSocket of the configuration\n"                    \
  "                   (/run/collectd/notify_kasa.sock)\n"

enum {
  DONE = 0,
  FAILED = 1,
  USAGE = 2,
  WAIT_S = 30,
  TEST_WAIT_S = 95,
  OPTION_MOST = 12,
  WORDS_MOST = 32
};

/* What was typed, taken apart. */
struct typed {
  const char *words[WORDS_MOST]; /* without options */
  int words_num;
  const char *socket;
  const char *option[OPTION_MOST]; /* by enum option_name */
  bool json;
  bool help;
  bool force;
};

enum option_name {
  BY_FOR,
  BY_LEVEL,
  BY_DEVICE,
  BY_SINCE,
  BY_LIMIT,
  BY_CHANNEL,
  BY_UNTIL,
  BY_COMMENT,
  BY_AT,
  OPTION_NAMES
};

static const char *const option_names[OPTION_NAMES] = {
    "--for",     "--level", "--device",  "--since", "--limit",
    "--channel", "--until", "--comment", "--at"};

struct subcommand {
  const char *words; /* "queue retry": what is typed */
  const char *request;
  const char *arguments; /* for the usage */
  int least, most;       /* words that follow */
  unsigned takes;        /* bits of enum option_name */
  /* Fills the request from the words that follow; NULL, or what is wrong. */
  const char *(*fill)(cJSON *request, const struct typed *typed,
                      const char *const *words, int words_num);
  int (*show)(const struct output *page, const cJSON *answer);
};

/* -- filling requests -------------------------------------------------------
 */

static void add_me(cJSON *request) {
  const struct passwd *me = getpwuid(getuid());

  if (me != NULL)
    cJSON_AddStringToObject(request, "by", me->pw_name);
}

static const char *fill_id(cJSON *request, const struct typed *typed,
                           const char *const *words, int words_num) {
  char *end = NULL;
  long id = strtol(words[0], &end, 10);

  (void)typed;
  (void)words_num;
  if (*end != '\0' || id < 1)
    return "expected a number from the first column of the list";
  cJSON_AddNumberToObject(request, "id", (double)id);
  add_me(request);
  return NULL;
}

static const char *fill_ack(cJSON *request, const struct typed *typed,
                            const char *const *words, int words_num) {
  const char *text = typed->option[BY_FOR];
  double seconds = 0;

  if (text != NULL) {
    if (option_parse_seconds(text, &seconds) < 0 || seconds < 1 ||
        seconds > 366 * 86400.0)
      return "--for expects a time such as 30m, 4h or 2d";
    cJSON_AddNumberToObject(request, "for", seconds);
  }
  return fill_id(request, typed, words, words_num);
}

/* "2d" back from now, or a local date. */
static const char *since_of(const char *text, double *out) {
  struct tm tm = {.tm_isdst = -1};
  double seconds = 0;
  const char *end;

  if (option_parse_seconds(text, &seconds) == 0) {
    *out = (double)time(NULL) - seconds;
    return NULL;
  }
  end = strptime(text, "%Y-%m-%d", &tm);
  if (end == NULL || *end != '\0')
    return "--since expects a time such as 2d, or a date as 2026-11-20";
  *out = (double)mktime(&tm);
  return NULL;
}

static const char *fill_history(cJSON *request, const struct typed *typed,
                                const char *const *words, int words_num) {
  const char *device = words_num > 0 ? words[0] : typed->option[BY_DEVICE];
  double number = 0;
  char *end = NULL;
  const char *wrong;

  if (device != NULL)
    cJSON_AddStringToObject(request, "device", device);
  if (typed->option[BY_SINCE] != NULL) {
    wrong = since_of(typed->option[BY_SINCE], &number);
    if (wrong != NULL)
      return wrong;
    cJSON_AddNumberToObject(request, "since", number);
  }
  if (typed->option[BY_LIMIT] != NULL) {
    number = strtod(typed->option[BY_LIMIT], &end);
    if (*end != '\0' || !(number >= 1 && number <= 10000))
      return "--limit expects a number from 1 to 10000";
    cJSON_AddNumberToObject(request, "limit", number);
  }
  return NULL;
}

static const char *fill_channel(cJSON *request, const struct typed *typed,
                                const char *const *words, int words_num) {
  (void)words_num;
  cJSON_AddStringToObject(request, "channel", words[0]);
  if (typed->option[BY_LEVEL] != NULL)
    cJSON_AddStringToObject(request, "level", typed->option[BY_LEVEL]);
  return NULL;
}

static const char *fill_name(cJSON *request, const struct typed *typed,
                             const char *const *words, int words_num) {
  (void)typed;
  (void)words_num;
  cJSON_AddStringToObject(request, "name", words[0]);
  return NULL;
}

static const char *fill_imagined(cJSON *request, const struct typed *typed,
                                 const char *const *words, int words_num) {
  static const char *const severities[] = {"FAILURE", "WARNING", "OKAY",
                                           "missing"};
  const char *severity = NULL;
  char *end = NULL;
  double value;

  cJSON_AddStringToObject(request, "identifier", words[0]);
  for (size_t i = 0; i < 4 && words_num > 1; i++)
    if (text_same(words[1], severities[i]))
      severity = severities[i];
  if (words_num > 1 && severity == NULL)
    return "the second word is FAILURE, WARNING, OKAY or missing";
  if (severity != NULL)
    cJSON_AddStringToObject(request, "severity", severity);
  if (words_num > 2) {
    value = strtod(words[2], &end);
    if (end == words[2] || *end != '\0')
      return "the third word is the value, a number";
    cJSON_AddNumberToObject(request, "value", value);
  }
  if (typed->option[BY_CHANNEL] != NULL)
    cJSON_AddStringToObject(request, "channel", typed->option[BY_CHANNEL]);
  if (typed->option[BY_AT] != NULL) {
    if (silence_moment(typed->option[BY_AT], &value) < 0)
      return "--at expects a time such as 23:10 or \"2026-11-20 23:10\"";
    cJSON_AddNumberToObject(request, "at", value);
  }
  return NULL;
}

static const char *fill_silence(cJSON *request, const struct typed *typed,
                                const char *const *words, int words_num) {
  const char *wrong = silence_match(request, words, words_num);

  add_me(request);
  if (typed->force)
    cJSON_AddTrueToObject(request, "force");
  if (typed->option[BY_COMMENT] != NULL)
    cJSON_AddStringToObject(request, "comment", typed->option[BY_COMMENT]);
  return wrong != NULL ? wrong
                       : silence_end(request, typed->option[BY_FOR],
                                     typed->option[BY_UNTIL]);
}

static const char *fill_nothing(cJSON *request, const struct typed *typed,
                                const char *const *words, int words_num) {
  (void)request;
  (void)typed;
  (void)words;
  (void)words_num;
  return NULL;
}

#define TAKES(name) (1U << (name))

/* An answer without more to show than that it went well has no show. */
static const struct subcommand commands[] = {
    {"list", "list", "", 0, 0, 0, fill_nothing, show_list},
    {"history", "history", "[DEVICE] [--since 2d] [--limit N]", 0, 1,
     TAKES(BY_DEVICE) | TAKES(BY_SINCE) | TAKES(BY_LIMIT), fill_history,
     show_history},
    {"show", "show", "ID", 1, 1, 0, fill_id, show_one},
    {"ack", "ack", "ID [--for 4h]", 1, 1, TAKES(BY_FOR), fill_ack, NULL},
    {"unack", "unack", "ID", 1, 1, 0, fill_id, NULL},
    {"resolve", "resolve", "ID", 1, 1, 0, fill_id, NULL},
    {"silence add", "silence_add",
     "MATCH... --for 2h|--until 07:00|--until resolved [--comment TEXT]"
     " [--force]",
     0, WORDS_MOST, TAKES(BY_FOR) | TAKES(BY_UNTIL) | TAKES(BY_COMMENT),
     fill_silence, show_silenced},
    {"silence list", "silence_list", "", 0, 0, 0, fill_nothing, show_silences},
    {"silence end", "silence_end", "ID", 1, 1, 0, fill_id, NULL},
    {"silence", "silence_list", "", 0, 0, 0, fill_nothing, show_silences},
    {"maintenance", "silence_list", "", 0, 0, 0, fill_nothing,
     show_maintenances},
    {"test", "test", "CHANNEL|all [--level L]", 1, 1, TAKES(BY_LEVEL),
     fill_channel, show_test},
    {"report", "report", "NAME", 1, 1, 0, fill_name, show_reported},
    {"explain", "explain", "DEVICE|IDENTIFIER [SEVERITY [VALUE]] [--at 23:10]",
     1, 3, TAKES(BY_AT), fill_imagined, show_explain},
    {"render", "render", "IDENTIFIER [SEVERITY [VALUE]] [--channel C]", 1, 3,
     TAKES(BY_CHANNEL), fill_imagined, show_render},
    {"stats", "stats", "[--since 30d] [--limit N]", 0, 0,
     TAKES(BY_SINCE) | TAKES(BY_LIMIT), fill_history, show_stats},
    {"queue list", "queue", "", 0, 0, 0, fill_nothing, show_queue},
    {"queue retry", "retry", "ID", 1, 1, 0, fill_id, NULL},
    {"queue drop", "drop", "ID", 1, 1, 0, fill_id, NULL},
    {"channel list", "status", "", 0, 0, 0, fill_nothing, show_status},
    {"channel enable", "enable", "NAME", 1, 1, 0, fill_channel, NULL},
    {"status", "status", "", 0, 0, 0, fill_nothing, show_status},
    {"queue", "queue", "", 0, 0, 0, fill_nothing, show_queue},
    {"channel", "status", "", 0, 0, 0, fill_nothing, show_status},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void put_usage(FILE *to) {
  fprintf(to, "Usage: kasactl alerts %s\n\n%s", ALERTS_USAGE, ALERTS_HELP);
}

/* -- the command line -------------------------------------------------------
 */

/* One option with its value, as "--for 4h" or "--for=4h"; how many arguments
 * it took, 0 = no such option, -1 = its value is missing. */
static int take_option(struct typed *typed, int argc, char **argv, int i) {
  const char *equals = strchr(argv[i], '=');
  size_t len = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
  const char **slot = NULL;

  if (len == strlen("--socket") && strncmp(argv[i], "--socket", len) == 0)
    slot = &typed->socket;
  for (int o = 0; o < OPTION_NAMES; o++)
    if (strlen(option_names[o]) == len &&
        strncmp(argv[i], option_names[o], len) == 0)
      slot = &typed->option[o];
  if (slot == NULL)
    return 0;
  if (equals != NULL) {
    *slot = equals + 1;
    return 1;
  }
  if (i + 1 >= argc)
    return -1;
  *slot = argv[i + 1];
  return 2;
}

static int take_words(struct typed *typed, int argc, char **argv, FILE *err) {
  bool options = true;

  for (int i = 1; i < argc;) {
    int taken = 1;

    if (options && strcmp(argv[i], "--") == 0) {
      options = false;
    } else if (options && strcmp(argv[i], "--json") == 0) {
      typed->json = true;
    } else if (options && strcmp(argv[i], "--force") == 0) {
      typed->force = true;
    } else if (options &&
               (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)) {
      typed->help = true;
    } else if (options && strncmp(argv[i], "--", 2) == 0) {
      taken = take_option(typed, argc, argv, i);
      if (taken <= 0) {
        fprintf(err, "kasactl alerts: %s %s\n", argv[i],
                taken < 0 ? "needs a value" : "is no option here");
        return USAGE;
      }
    } else if (typed->words_num < WORDS_MOST) {
      typed->words[typed->words_num++] = argv[i];
    } else {
      fprintf(err, "kasactl alerts: more than %d words\n", (int)WORDS_MOST);
      return USAGE;
    }
    i += taken;
  }
  return DONE;
}

/* How many of the typed words name the command; 0 = they name another. */
static int words_match(const struct subcommand *command,
                       const struct typed *typed) {
  char words[32];
  char *save = NULL;
  int n = 0;

  snprintf(words, sizeof(words), "%s", command->words);
  for (char *w = strtok_r(words, " ", &save); w != NULL;
       w = strtok_r(NULL, " ", &save), n++)
    if (n >= typed->words_num || strcmp(w, typed->words[n]) != 0)
      return 0;
  return n;
}

static const struct subcommand *command_of(const struct typed *typed, int *n) {
  *n = 0;
  if (typed->words_num == 0)
    return &commands[0];
  for (size_t i = 0; i < COMMANDS; i++) {
    *n = words_match(&commands[i], typed);
    if (*n > 0)
      return &commands[i];
  }
  return NULL;
}

static const char *unwanted_option(const struct subcommand *command,
                                   const struct typed *typed) {
  if (typed->force && command->fill != fill_silence)
    return "--force";
  for (int o = 0; o < OPTION_NAMES; o++)
    if (typed->option[o] != NULL && (command->takes & TAKES(o)) == 0)
      return option_names[o];
  return NULL;
}

static const char *nearest_command(const char *word) {
  struct guess g = {.word = word, .reach = 2};

  for (size_t i = 0; i < COMMANDS; i++)
    guess_try(&g, commands[i].words);
  return g.nearest;
}

/* "queue nonsense": queue is a command, and the others that begin so are what
 * may have been meant. True after saying so. */
static bool other_of_family(const struct subcommand *command,
                            const struct typed *typed, FILE *err) {
  size_t n = strlen(command->words);
  const char *before = "; there are ";

  for (size_t i = 0; i < COMMANDS; i++) {
    const char *words = commands[i].words;

    if (strncmp(words, command->words, n) != 0 || words[n] != ' ')
      continue;
    if (before[0] == ';')
      fprintf(err, "kasactl alerts: no command %s %s", command->words,
              typed->words[1]);
    fprintf(err, "%s%s", before, words);
    before = ", ";
  }
  if (before[0] == ',')
    fputc('\n', err);
  return before[0] == ',';
}

/* -- asking -----------------------------------------------------------------
 */

static struct output page_for(FILE *out) {
  struct output page = {out, 80, false};
  struct winsize size;
  int fd = fileno(out);

  if (fd >= 0 && isatty(fd)) {
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      page.columns = size.ws_col;
    page.color = getenv("NO_COLOR") == NULL;
  }
  return page;
}

static int put_json(const cJSON *answer, FILE *out) {
  char *text = json_print(answer);

  if (text == NULL)
    return FAILED;
  fprintf(out, "%s\n", text);
  free(text);
  return DONE;
}

static int ask(const struct subcommand *command, const struct typed *typed,
               const cJSON *request, FILE *out, FILE *err) {
  const struct output page = page_for(out);
  unsigned wait = strcmp(command->request, "test") == 0 ? TEST_WAIT_S : WAIT_S;
  cJSON *answer = NULL;
  char why[300];
  int status = DONE;
  bool fine;

  if (control_ask(typed->socket, request, wait, &answer, why, sizeof(why)) <
      0) {
    fprintf(err, "kasactl alerts: %s\n", why);
    return FAILED;
  }
  fine = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok"));
  if (typed->json) {
    status = put_json(answer, out);
    /* the same exit status as for people, without their words */
    if (fine && status == DONE && command->show != NULL) {
      FILE *nowhere = fopen("/dev/null", "w");

      if (nowhere != NULL) {
        status = command->show(&(struct output){nowhere, 80, false}, answer);
        fclose(nowhere);
      }
    }
  } else if (fine && command->show != NULL) {
    status = command->show(&page, answer);
  } else if (fine) {
    fprintf(out, "done\n");
  }
  if (!fine) {
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(answer, "error");
    char clean[300] = "refused";

    if (cJSON_IsString(error))
      text_clean(error->valuestring, strlen(error->valuestring), clean,
                 sizeof(clean));
    if (!typed->json)
      fprintf(err, "kasactl alerts: %s\n", clean);
    status = FAILED;
  }
  cJSON_Delete(answer);
  return status;
}

int alerts_run(int argc, char **argv, FILE *out, FILE *err) {
  struct typed typed = {.socket = CONTROL_SOCKET};
  const struct subcommand *command;
  const char *wrong = NULL;
  cJSON *request;
  int named = 0;
  int rest;
  int status = take_words(&typed, argc, argv, err);

  if (status != DONE)
    return status;
  if (typed.help) {
    put_usage(out);
    return DONE;
  }
  command = command_of(&typed, &named);
  if (command == NULL) {
    const char *nearest = nearest_command(typed.words[0]);

    fprintf(err, "kasactl alerts: no command %s%s%s%s\n", typed.words[0],
            nearest != NULL ? ", did you mean " : "",
            nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    put_usage(err);
    return USAGE;
  }
  rest = typed.words_num - named;
  if (rest > command->most && other_of_family(command, &typed, err))
    return USAGE;
  wrong = unwanted_option(command, &typed);
  if (wrong != NULL) {
    fprintf(err, "kasactl alerts: %s does not go with %s\n", wrong,
            command->words);
    return USAGE;
  }
  if (rest < command->least || rest > command->most) {
    fprintf(err, "usage: kasactl alerts %s %s\n", command->words,
            command->arguments);
    return USAGE;
  }
  request = cJSON_CreateObject();
  if (request == NULL)
    return FAILED;
  cJSON_AddStringToObject(request, "command", command->request);
  wrong = command->fill(request, &typed, typed.words + named, rest);
  if (wrong != NULL) {
    fprintf(err, "kasactl alerts: %s\n", wrong);
    status = USAGE;
  } else {
    status = ask(command, &typed, request, out, err);
  }
  cJSON_Delete(request);
  return status;
}

static int alerts_main(int argc, char **argv) {
  return alerts_run(argc, argv, stdout, stderr);
}

const struct command alerts_command = {
    "alerts", "what is wrong now; acknowledge, test, explain", ALERTS_HELP,
    ALERTS_USAGE, alerts_main};
