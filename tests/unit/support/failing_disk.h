/* SPDX-License-Identifier: MIT */
/* A disk for SQLite that fails on command, without a trick on the file system:
 * the usual one, whose writes give disk_error when that is not 0. */
#ifndef TESTS_UNIT_SUPPORT_FAILING_DISK_H
#define TESTS_UNIT_SUPPORT_FAILING_DISK_H

#include <sqlite3.h>
#include <string.h>

static int disk_error; /* SQLITE_IOERR_WRITE, SQLITE_READONLY, ... */

static sqlite3_vfs failing_vfs;
static const sqlite3_io_methods *usual_methods;
static int (*usual_open)(sqlite3_vfs *, const char *, sqlite3_file *, int,
                         int *);

static int failing_write(sqlite3_file *file, const void *bytes, int n,
                         sqlite3_int64 at) {
  return disk_error != 0 ? disk_error
                         : usual_methods->xWrite(file, bytes, n, at);
}

static int failing_sync(sqlite3_file *file, int flags) {
  return disk_error != 0 ? SQLITE_IOERR_FSYNC
                         : usual_methods->xSync(file, flags);
}

static int failing_truncate(sqlite3_file *file, sqlite3_int64 size) {
  return disk_error != 0 ? SQLITE_IOERR_TRUNCATE
                         : usual_methods->xTruncate(file, size);
}

/* The usual VFS has one set of methods for databases and one for their logs,
 * with the same function for writing in both. */
static int failing_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                        int flags, int *out) {
  static const sqlite3_io_methods *seen[4];
  static sqlite3_io_methods mine[4];
  int rc = disk_error != 0 ? SQLITE_CANTOPEN
                           : usual_open(vfs, name, file, flags, out);
  int i = 0;

  if (rc != SQLITE_OK || file->pMethods == NULL)
    return rc;
  while (i < 3 && seen[i] != NULL && seen[i] != file->pMethods)
    i++;
  if (seen[i] == NULL) {
    seen[i] = usual_methods = file->pMethods;
    mine[i] = *seen[i];
    mine[i].xWrite = failing_write;
    mine[i].xSync = failing_sync;
    mine[i].xTruncate = failing_truncate;
  }
  file->pMethods = &mine[i];
  return rc;
}

/* From now on, for this process. */
static void failing_disk_use(void) {
  sqlite3_vfs *usual = sqlite3_vfs_find(NULL);

  failing_vfs = *usual;
  failing_vfs.zName = "failing";
  usual_open = usual->xOpen;
  failing_vfs.xOpen = failing_open;
  sqlite3_vfs_register(&failing_vfs, 1);
}

#endif
