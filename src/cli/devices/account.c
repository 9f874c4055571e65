/* SPDX-License-Identifier: MIT */
/* Accounts for commands: see account.h. */
#include <config.h>

#include "cli/devices/account.h"

#include "base/text.h"
#include "cli/common/cli.h"
#include "cli/common/config_file.h"
#include "device/crypto/crypto.h"
#include "poll/options/options.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* -- from the machine's configuration -- */

static void keep_quiet(void *arg, const char *text) {
  (void)arg;
  (void)text;
}

static void no_problem(void *arg, const char *where, const char *text) {
  (void)arg;
  (void)where;
  (void)text;
}

/* The block of a device; NULL: it has none. */
static const struct device_options *block_of(const struct poll_options *o,
                                             const char *device) {
  for (size_t i = 0; device != NULL && i < o->devices_num; i++) {
    const struct device_options *d = &o->devices[i];

    if (text_same(d->match, device) ||
        (d->name != NULL && text_same(d->name, device)))
      return d;
  }
  return NULL;
}

void account_from_machine(struct poll_options *o, const char *device) {
  struct option_reporter reporter = {.say = keep_quiet};
  const char *path = config_default();
  struct poll_options theirs;
  const struct device_options *block;
  const struct account *account;
  struct config config;

  if (path == NULL)
    return;
  poll_options_init(&theirs);
  if (config_load(&config, path, no_problem, NULL) == 0)
    for (size_t i = 0; i < config.statements_num; i++)
      if (config_is_plugin(config.statements[i].item, "kasa"))
        poll_options_read(&theirs, config.statements[i].item, &reporter);
  poll_options_finish(&theirs, &reporter);
  config_free(&config);
  block = block_of(&theirs, device);
  account = poll_options_account(&theirs, block);
  if (account != NULL)
    (void)credentials_set(&o->login, account->user, account->pass);
  o->allow_aes = poll_options_may_reveal(&theirs, block);
  poll_options_free(&theirs);
}

/* -- from options and the environment -- */

/* The first line of the file. */
static int read_password(const char *path, char out[ACCOUNT_PASS_MAX]) {
  FILE *file = fopen(path, "re");
  bool good;

  if (file == NULL) {
    cli_say("%s: %s", path, strerror(errno));
    return -1;
  }
  good = fgets(out, ACCOUNT_PASS_MAX, file) != NULL;
  out[good ? strcspn(out, "\r\n") : 0] = '\0';
  fclose(file);
  if (out[0] == '\0')
    cli_say("%s: the first line holds no password", path);
  return out[0] == '\0' ? -1 : 0;
}

static const char *from_environment(const char *option, const char *variable) {
  const char *value = option == NULL ? getenv(variable) : option;

  return value != NULL && value[0] != '\0' ? value : NULL;
}

int account_given(const char *username, const char *password_file,
                  struct typed_account *a) {
  const char *user = from_environment(username, "KASA_USERNAME");
  const char *file = from_environment(password_file, "KASA_PASSWORD_FILE");
  const char *pass = from_environment(NULL, "KASA_PASSWORD");

  *a = (struct typed_account){0};
  if (user == NULL && file == NULL)
    return 0;
  if (user == NULL || (file == NULL && pass == NULL)) {
    cli_say("an account is --username and --password-file, or KASA_USERNAME "
            "and KASA_PASSWORD_FILE or KASA_PASSWORD: %s is missing",
            user == NULL ? "the name" : "the password");
    return -1;
  }
  if (strlen(user) >= sizeof(a->user) ||
      (file == NULL && strlen(pass) >= sizeof(a->pass))) {
    cli_say("the account's name or password is too long");
    return -1;
  }
  memcpy(a->user, user, strlen(user) + 1);
  if (file == NULL)
    memcpy(a->pass, pass, strlen(pass) + 1);
  else if (read_password(file, a->pass) < 0)
    return -1;
  return 1;
}

/* -- from a person -- */

static void ignore(int signal) { (void)signal; }

/* Reads end at once then, and the terminal is put back. */
static void let_signals_end_reads(struct sigaction before[2], bool on) {
  static const int which[2] = {SIGINT, SIGTERM};
  struct sigaction action = {.sa_handler = ignore};

  sigemptyset(&action.sa_mask);
  for (int i = 0; i < 2; i++)
    if (on)
      sigaction(which[i], &action, &before[i]);
    else
      sigaction(which[i], &before[i], NULL);
}

static bool say(int fd, const char *text) {
  return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* One line without its end; false when there is none, or it is too long. */
static bool read_line(int fd, char *out, size_t size) {
  size_t len = 0;

  while (len < size && read(fd, out + len, 1) == 1) {
    if (out[len] == '\n') {
      out[len] = '\0';
      return len > 0;
    }
    len++;
  }
  return false;
}

static bool read_secret(int fd, char *out, size_t size) {
  struct termios shown;
  struct termios hidden;
  bool good;

  if (tcgetattr(fd, &shown) < 0)
    return false;
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t)ECHO;
  if (tcsetattr(fd, TCSAFLUSH, &hidden) < 0)
    return false;
  good = read_line(fd, out, size);
  tcsetattr(fd, TCSAFLUSH, &shown);
  (void)say(fd, "\n");
  return good;
}

bool account_ask(struct typed_account *a) {
  struct sigaction before[2];
  int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  bool good;

  *a = (struct typed_account){0};
  if (fd < 0)
    return false;
  let_signals_end_reads(before, true);
  good = say(fd, "TP-Link account (e-mail address): ") &&
         read_line(fd, a->user, sizeof(a->user)) && say(fd, "Password: ") &&
         read_secret(fd, a->pass, sizeof(a->pass));
  let_signals_end_reads(before, false);
  close(fd);
  if (!good)
    account_forget(a);
  return good;
}

int account_use(struct poll_options *o, const struct typed_account *a) {
  for (size_t i = 0; i < o->devices_num; i++)
    credentials_free(&o->devices[i].login);
  return credentials_set(&o->login, a->user, a->pass);
}

void account_forget(struct typed_account *a) { crypto_wipe(a, sizeof(*a)); }
