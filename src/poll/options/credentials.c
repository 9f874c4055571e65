/* SPDX-License-Identifier: MIT */
/* TP-Link accounts: see credentials.h. */
#include <config.h>

#include "poll/options/credentials.h"

#include "device/crypto/crypto.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PASSWORD_MAX = 512 };

void credentials_free(struct credentials_options *login) {
  crypto_free_text(login->password);
  crypto_free_text(login->from_file);
  free(login->username);
  free(login->password_file);
  *login = (struct credentials_options){0};
}

void credentials_note_line(struct credentials_options *login,
                           const struct conf_item *block) {
  static const char *const names[] = {"PasswordFile", "Password", "Username"};

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    unsigned line = option_line(block, names[i]);

    if (line != block->line) {
      login->line = line;
      return;
    }
  }
}

/* -- the file -- */

static struct credentials_stamp stamp_of(const struct stat *info) {
  return (struct credentials_stamp){
      .changed = info->st_ctim, .size = info->st_size, .inode = info->st_ino};
}

static bool same_stamp(const struct credentials_stamp *a,
                       const struct credentials_stamp *b) {
  return a->changed.tv_sec == b->changed.tv_sec &&
         a->changed.tv_nsec == b->changed.tv_nsec && a->size == b->size &&
         a->inode == b->inode;
}

static bool has_blank_around(const char *text) {
  return text != NULL && text[0] != '\0' &&
         (isspace((unsigned char)text[0]) ||
          isspace((unsigned char)text[strlen(text) - 1]));
}

/* The first line of what was read; NULL when there is none. */
static char *first_line(char *text, const char *path, const char *where,
                        struct option_reporter *reporter) {
  static const char mark[] = "\xef\xbb\xbf";
  size_t len;

  if (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0) {
    option_error(reporter,
                 "%s: PasswordFile \"%.120s\" is UTF-16: save it as UTF-8",
                 where, path);
    return NULL;
  }
  if (strncmp(text, mark, sizeof(mark) - 1) == 0) {
    option_error(reporter,
                 "%s: PasswordFile \"%.120s\" begins with a byte order mark, "
                 "which is left out",
                 where, path);
    text += sizeof(mark) - 1;
  }
  len = strcspn(text, "\r\n");
  text[len] = '\0';
  if (has_blank_around(text))
    option_error(reporter,
                 "%s: PasswordFile \"%.120s\": the password has a blank before "
                 "or behind it, which counts",
                 where, path);
  if (text[0] == '\0')
    option_error(reporter, "%s: PasswordFile \"%.120s\" is empty", where, path);
  else if (strlen(text) > PASSWORD_MAX)
    option_error(reporter, "%s: PasswordFile \"%.120s\" holds no password",
                 where, path);
  else
    return strdup(text);
  return NULL;
}

static char *read_password(const char *path, struct credentials_stamp *stamp,
                           const char *where,
                           struct option_reporter *reporter) {
  char text[PASSWORD_MAX + 2] = "";
  struct stat info;
  char *password = NULL;
  ssize_t n = -1;
  int fd;

  errno = 0;
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    *stamp = stamp_of(&info);
    n = read(fd, text, sizeof(text) - 1);
  }
  if (n < 0) {
    option_error(reporter, "%s: PasswordFile \"%.120s\": %s", where, path,
                 errno != 0 ? strerror(errno) : "no regular file");
  } else {
    if ((info.st_mode & 0777 & ~0640U) != 0)
      option_error(reporter,
                   "%s: PasswordFile \"%.120s\" may be read by others (mode "
                   "%04o): chmod 0640 or narrower",
                   where, path, (unsigned)info.st_mode & 0777U);
    text[n] = '\0';
    password = first_line(text, path, where, reporter);
  }
  crypto_wipe(text, sizeof(text));
  if (fd >= 0)
    close(fd);
  return password;
}

/* -- one block -- */

void credentials_settle(struct credentials_options *login,
                        const struct credentials_options *outer) {
  struct account a = {.user = login->username, .pass = login->password};
  bool has_pass = login->password != NULL || login->password_file != NULL;

  login->account = (struct account){0};
  if (a.user == NULL && !has_pass)
    return;
  if (a.user == NULL && outer != NULL)
    a.user = outer->account.user;
  if (!has_pass && outer != NULL)
    a.pass = outer->account.pass;
  if (has_pass && a.pass == NULL)
    a.pass = login->from_file;
  if (a.user != NULL && a.pass != NULL)
    login->account = a;
}

/* The account is then another one, in a way that nobody sees. */
static void tell_of_blanks(const struct credentials_options *login,
                           const char *where,
                           struct option_reporter *reporter) {
  if (has_blank_around(login->username))
    option_error(reporter,
                 "%s: Username has a blank before or behind it, which counts",
                 where);
  if (has_blank_around(login->password))
    option_error(reporter,
                 "%s: Password has a blank before or behind it, which counts",
                 where);
}

/* Halves of an account are no account. */
static bool is_whole(const struct credentials_options *login,
                     const struct credentials_options *outer, const char *where,
                     struct option_reporter *reporter) {
  bool has_pass = login->password != NULL || login->password_file != NULL;

  if (login->username == NULL && has_pass &&
      (outer == NULL || outer->account.user == NULL)) {
    option_error(reporter, "%s: a password needs a Username beside it", where);
    return false;
  }
  if (login->username != NULL && !has_pass &&
      (outer == NULL || outer->account.pass == NULL)) {
    option_error(reporter,
                 "%s: Username needs Password or PasswordFile beside it",
                 where);
    return false;
  }
  if (login->password != NULL && login->password_file != NULL)
    option_error(reporter,
                 "%s: Password and PasswordFile exclude each other, Password "
                 "counts",
                 where);
  return true;
}

void credentials_load(struct credentials_options *login,
                      const struct credentials_options *outer,
                      const char *where, struct option_reporter *reporter) {
  crypto_free_text(login->from_file);
  login->from_file = NULL;
  if (login->line != 0)
    reporter->line = login->line;
  tell_of_blanks(login, where, reporter);
  if (is_whole(login, outer, where, reporter) && login->password == NULL &&
      login->password_file != NULL)
    login->from_file =
        read_password(login->password_file, &login->stamp, where, reporter);
  credentials_settle(login, outer);
}

bool credentials_reload(struct credentials_options *login, const char *where,
                        struct option_reporter *reporter) {
  struct credentials_stamp stamp;
  struct stat info;
  char *now;

  if (login->password != NULL || login->password_file == NULL ||
      stat(login->password_file, &info) < 0)
    return false;
  stamp = stamp_of(&info);
  if (same_stamp(&stamp, &login->stamp))
    return false;
  login->stamp = stamp; /* one report is enough for each */
  now = read_password(login->password_file, &login->stamp, where, reporter);
  if (now == NULL ||
      (login->from_file != NULL && strcmp(now, login->from_file) == 0)) {
    crypto_free_text(now);
    return false;
  }
  crypto_free_text(login->from_file);
  login->from_file = now;
  return true;
}

int credentials_set(struct credentials_options *login, const char *user,
                    const char *pass) {
  struct credentials_options made = {.username = strdup(user),
                                     .password = strdup(pass)};

  credentials_free(login);
  if (made.username == NULL || made.password == NULL) {
    credentials_free(&made);
    return -ENOMEM;
  }
  *login = made;
  credentials_settle(login, NULL);
  return 0;
}
