/* `kasactl alerts`: a person's view of notify_kasa, over its control socket
 * (alert/control.h lists the requests). */
#ifndef CLI_ALERTS_H
#define CLI_ALERTS_H

#include <stdio.h>

/* argv[0] is "alerts". Returns the exit status: 0 done, 1 not found, refused
 * or nobody answered, 2 wrong usage. */
int alerts_main(int argc, char **argv);

/* The same with other streams, for tests. */
int alerts_run(int argc, char **argv, FILE *out, FILE *err);

#endif
