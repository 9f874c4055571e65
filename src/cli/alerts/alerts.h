/* SPDX-License-Identifier: MIT */
/* `kasactl alerts`: a person's view of notify_kasa, over its control socket
 * (alert/control.h lists the requests). */
#ifndef CLI_ALERTS_ALERTS_H
#define CLI_ALERTS_ALERTS_H

#include <stdio.h>

/* For kasactl's table of commands. */
#define ALERTS_USAGE "[COMMAND] [--json] [--socket PATH]"
#define ALERTS_HELP                                                            \
  "Asks the running notify_kasa. Without a COMMAND: what is open.\n"           \
  "\n"                                                                         \
  "  list                          open alerts\n"                              \
  "  history [DEVICE] [--since 2d] [--limit N]\n"                              \
  "  show ID                       one alert in full\n"                        \
  "  ack ID [--for 4h]             no reminders, here and on the phone\n"      \
  "  unack ID, resolve ID\n"                                                   \
  "  test CHANNEL|all [--level L]  sends a test, waits for the answer\n"       \
  "  explain IDENTIFIER [SEVERITY [VALUE]]\n"                                  \
  "                                who would be told of it, and why not\n"     \
  "  render IDENTIFIER [SEVERITY [VALUE]] [--channel C]\n"                     \
  "                                what exactly would be sent\n"               \
  "  queue list, queue retry ID, queue drop ID\n"                              \
  "  channel list, channel enable NAME\n"                                      \
  "\n"                                                                         \
  "IDENTIFIER is host/plugin-instance/type-instance, SEVERITY is FAILURE,\n"   \
  "WARNING, OKAY or missing.\n"                                                \
  "\n"                                                                         \
  "  --json           for programs\n"                                          \
  "  --socket PATH    ControlSocket of the configuration\n"                    \
  "                   (/run/collectd/notify_kasa.sock)\n"

/* argv[0] is "alerts". Returns the exit status: 0 done, 1 not found, refused
 * or nobody answered, 2 wrong usage. */
int alerts_main(int argc, char **argv);

/* The same with other streams, for tests. */
int alerts_run(int argc, char **argv, FILE *out, FILE *err);

#endif
