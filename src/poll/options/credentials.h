/* SPDX-License-Identifier: MIT */
/* The TP-Link accounts of <Plugin kasa> and of its <Device> blocks: Username,
 * and Password or the first line of PasswordFile. A password file may be
 * replaced while the daemon runs. One thread at a time. */
#ifndef POLL_OPTIONS_CREDENTIALS_H
#define POLL_OPTIONS_CREDENTIALS_H

#include "config/option.h"
#include "device/transport.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* What tells that a file has changed. */
struct credentials_stamp {
  struct timespec changed;
  off_t size;
  ino_t inode;
};

/* The options of one block. Overwritten with zeros when freed. */
struct credentials_options {
  char *username, *password, *password_file;
  char *from_file; /* what the file held; NULL: nothing usable */
  struct credentials_stamp stamp;
  struct account account; /* in force; user NULL: none */
  unsigned line;          /* where it stands; 0: it is not known */
};

/* Where a block that has been read says something about its account. */
void credentials_note_line(struct credentials_options *login,
                           const struct conf_item *block);

/* Reads the file, if any, and says what is wrong. outer: of the block around
 * it, loaded before; NULL: there is none. where names the block. */
void credentials_load(struct credentials_options *login,
                      const struct credentials_options *outer,
                      const char *where, struct option_reporter *reporter);

/* Reads the file again when it looks different than before. True when the
 * password is another one now; credentials_settle() must follow then, for this
 * block and those inside. A file that is not usable is reported and keeps the
 * old password. */
bool credentials_reload(struct credentials_options *login, const char *where,
                        struct option_reporter *reporter);

/* Sets login.account. */
void credentials_settle(struct credentials_options *login,
                        const struct credentials_options *outer);

/* In place of whatever was there. 0 or -ENOMEM: then there is none. */
int credentials_set(struct credentials_options *login, const char *user,
                    const char *pass);

void credentials_free(struct credentials_options *login);

#endif
