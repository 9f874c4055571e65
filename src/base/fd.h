/* SPDX-License-Identifier: MIT */
/* File descriptors in a process that is not ours alone. */
#ifndef BASE_FD_H
#define BASE_FD_H

/* Whoever waits by select() cannot use descriptors from FD_SETSIZE (1024) on;
 * write_prometheus's server refuses connections then. Connections to thousands
 * of devices therefore leave the low numbers to others: where fd is one of
 * them and the first few hundred are taken, it is moved beyond, as long as the
 * process may have so many. Returns the descriptor to use, fd itself where it
 * stays; never fails. For descriptors that nothing else refers to yet: fd is
 * closed when it was moved. Close-on-exec is set on the new one. Any thread. */
int fd_leave_low(int fd);

#endif
