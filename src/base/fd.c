/* SPDX-License-Identifier: MIT */
/* See fd.h. */
#include <config.h>

#include "base/fd.h"

#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

/* Below this, small houses pay no system call for it. */
enum { LOW_OURS = 256 };

int fd_leave_low(int fd) {
  int moved;

  if (fd < LOW_OURS || fd >= FD_SETSIZE)
    return fd;
  moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE);
  if (moved < 0)
    return fd;
  close(fd);
  return moved;
}
