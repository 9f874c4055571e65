/* SPDX-License-Identifier: MIT */
/* The TP-Link account of a command: that of this machine's collectd, or one
 * that a person types in. Single-threaded. */
#ifndef CLI_DEVICES_ACCOUNT_H
#define CLI_DEVICES_ACCOUNT_H

#include <stdbool.h>

struct poll_options;

enum { ACCOUNT_USER_MAX = 256, ACCOUNT_PASS_MAX = 512 };

/* What was typed in; wipe it with account_forget(). */
struct typed_account {
  char user[ACCOUNT_USER_MAX];
  char pass[ACCOUNT_PASS_MAX];
};

/* Takes the account, whether it may be shown (AllowAES), and nothing else, from
 * the configuration of the collectd of this machine, as far as this user may
 * read it. device: the address, MAC or name whose <Device> block may have its
 * own; NULL: none. Says nothing. */
void account_from_machine(struct poll_options *o, const char *device);

/* Takes it from the options of a command (NULL: not given) or else from the
 * environment: KASA_USERNAME with KASA_PASSWORD_FILE or KASA_PASSWORD. 1 when
 * there is one, 0 when there is none, -1 after saying what is wrong. */
int account_given(const char *username, const char *password_file,
                  struct typed_account *a);

/* Asks on the terminal. False when there is none, or nothing was typed. */
bool account_ask(struct typed_account *a);

/* From now on a is in force for all devices. 0 or -ENOMEM. */
int account_use(struct poll_options *o, const struct typed_account *a);

void account_forget(struct typed_account *a);

#endif
