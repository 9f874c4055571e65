/* SPDX-License-Identifier: MIT */
/* What the store_*.c files share. */
#ifndef ALERT_STORE_STORE_INTERNAL_H
#define ALERT_STORE_STORE_INTERNAL_H

#include "alert/store/store.h"
#include "alert/store/store_db.h"

#include <sys/types.h>

struct store {
  struct db db;
  enum store_condition condition;
  char trouble[200];
  bool detached; /* the file was never ours */
  int lock_fd;
  ino_t inode, log_inode; /* of the file and its -wal; 0 = not known */
  int page_limit;
  char directory[512];
  char path[560];
  char ballast[560];
};

#endif
