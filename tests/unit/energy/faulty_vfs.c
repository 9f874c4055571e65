/* SPDX-License-Identifier: MIT */
/* A layer over SQLite's own file system: see faulty_vfs.h. */
#include <config.h>

#include "faulty_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct faulty_file {
  sqlite3_file base;
  char path[256];
  sqlite3_file *real;
};

/* A write that no sync has made sure of, and what was there before. */
struct unsynced {
  char path[256];
  sqlite3_int64 offset;
  int len;
  char *before;
};

static struct {
  sqlite3_vfs vfs, *real;
  sqlite3_io_methods methods;
  enum faulty_kind kind;
  long first, count, seen;
  unsigned chance;
  bool down, met;
  struct unsynced *writes;
  size_t num, room;
} fs;

static struct faulty_file *own(sqlite3_file *f) {
  return (struct faulty_file *)f;
}

static sqlite3_file *real(sqlite3_file *f) { return own(f)->real; }

static unsigned chance(void) {
  fs.chance = fs.chance * 1103515245U + 12345U;
  return fs.chance >> 16;
}

/* -- what is not synced -- */

static void forget(const char *path) {
  size_t kept = 0;

  for (size_t i = 0; i < fs.num; i++)
    if (path == NULL || strcmp(fs.writes[i].path, path) == 0)
      free(fs.writes[i].before);
    else
      fs.writes[kept++] = fs.writes[i];
  fs.num = kept;
}

static void note(sqlite3_file *f, int len, sqlite3_int64 offset) {
  struct unsynced *w;

  if (fs.num == fs.room) {
    fs.room = fs.room > 0 ? 2 * fs.room : 64;
    fs.writes = realloc(fs.writes, fs.room * sizeof(*fs.writes));
    if (fs.writes == NULL)
      abort();
  }
  w = &fs.writes[fs.num++];
  memcpy(w->path, own(f)->path, sizeof(w->path));
  w->offset = offset;
  w->len = len;
  w->before = calloc(1, (size_t)len);
  if (w->before == NULL)
    abort();
  (void)real(f)->pMethods->xRead(real(f), w->before, len, offset);
}

/* Newest first; chance decides which of them reached the disk. */
static void lose(void) {
  for (size_t i = fs.num; i > 0; i--) {
    const struct unsynced *w = &fs.writes[i - 1];
    FILE *file = chance() % 2 == 0 ? fopen(w->path, "r+b") : NULL;

    if (file == NULL)
      continue;
    if (fseek(file, (long)w->offset, SEEK_SET) == 0)
      (void)fwrite(w->before, 1, (size_t)w->len, file);
    fclose(file);
  }
  forget(NULL);
}

/* Whether this operation, of a kind that such a fault concerns, fails. */
static bool fails(bool concerned) {
  if (fs.down)
    return true;
  fs.seen++;
  if (fs.first == 0 || fs.seen < fs.first || fs.seen >= fs.first + fs.count)
    return false;
  if (fs.kind == FAULTY_CUT) {
    fs.met = fs.down = true;
    return true;
  }
  fs.met |= concerned;
  return concerned;
}

/* -- files -- */

static int do_close(sqlite3_file *f) {
  return real(f)->pMethods->xClose(real(f));
}

static int do_read(sqlite3_file *f, void *to, int len, sqlite3_int64 at) {
  return fs.down ? SQLITE_IOERR_READ
                 : real(f)->pMethods->xRead(real(f), to, len, at);
}

static int do_write(sqlite3_file *f, const void *from, int len,
                    sqlite3_int64 at) {
  bool was_down = fs.down;
  bool bad = fails(fs.kind != FAULTY_SYNC);

  if (was_down)
    return SQLITE_IOERR_WRITE;
  if (!bad || fs.kind == FAULTY_IO || fs.kind == FAULTY_CUT) {
    note(f, len, at);
    if (real(f)->pMethods->xWrite(real(f), from, bad ? len / 2 : len, at) !=
        SQLITE_OK)
      return SQLITE_IOERR_WRITE;
  }
  if (bad && fs.kind == FAULTY_CUT)
    lose();
  if (!bad)
    return SQLITE_OK;
  return fs.kind == FAULTY_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int other(bool concerned, int error) {
  bool was_down = fs.down;

  if (!fails(concerned))
    return SQLITE_OK;
  if (!was_down && fs.down)
    lose();
  return error;
}

static int do_truncate(sqlite3_file *f, sqlite3_int64 size) {
  int rc = other(fs.kind == FAULTY_ALL, SQLITE_IOERR_TRUNCATE);

  return rc == SQLITE_OK ? real(f)->pMethods->xTruncate(real(f), size) : rc;
}

static int do_sync(sqlite3_file *f, int flags) {
  int rc = other(fs.kind == FAULTY_SYNC || fs.kind == FAULTY_ALL,
                 SQLITE_IOERR_FSYNC);

  (void)flags;
  if (rc == SQLITE_OK)
    forget(own(f)->path);
  return rc;
}

static int do_size(sqlite3_file *f, sqlite3_int64 *size) {
  return real(f)->pMethods->xFileSize(real(f), size);
}

static int do_lock(sqlite3_file *f, int level) {
  return real(f)->pMethods->xLock(real(f), level);
}

static int do_unlock(sqlite3_file *f, int level) {
  return real(f)->pMethods->xUnlock(real(f), level);
}

static int do_reserved(sqlite3_file *f, int *out) {
  return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int do_control(sqlite3_file *f, int op, void *arg) {
  return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int do_sector(sqlite3_file *f) {
  return real(f)->pMethods->xSectorSize(real(f));
}

static int do_device(sqlite3_file *f) {
  (void)f;
  return 0; /* nothing is promised */
}

static int do_shm_map(sqlite3_file *f, int page, int size, int extend,
                      void volatile **out) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}

static int do_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
  return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void do_shm_barrier(sqlite3_file *f) {
  real(f)->pMethods->xShmBarrier(real(f));
}

static int do_shm_unmap(sqlite3_file *f, int remove) {
  return real(f)->pMethods->xShmUnmap(real(f), remove);
}

/* -- the file system -- */

static int do_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f,
                   int flags, int *out) {
  struct faulty_file *file = own(f);
  bool creates = path != NULL && (flags & SQLITE_OPEN_CREATE) != 0;
  int rc;

  (void)vfs;
  memset(file, 0, sizeof(*file));
  rc = fs.down   ? SQLITE_CANTOPEN
       : creates ? other(fs.kind == FAULTY_ALL, SQLITE_CANTOPEN)
                 : SQLITE_OK;
  if (rc != SQLITE_OK)
    return rc;
  snprintf(file->path, sizeof(file->path), "%s", path != NULL ? path : "");
  file->real = (sqlite3_file *)&file[1];
  rc = fs.real->xOpen(fs.real, path, file->real, flags, out);
  if (rc == SQLITE_OK)
    file->base.pMethods = &fs.methods;
  return rc;
}

static int do_delete(sqlite3_vfs *vfs, const char *path, int sync) {
  int rc = other(fs.kind == FAULTY_ALL, SQLITE_IOERR_DELETE);

  (void)vfs;
  if (rc != SQLITE_OK)
    return rc;
  forget(path);
  return fs.real->xDelete(fs.real, path, sync);
}

static int do_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
  (void)vfs;
  return fs.real->xAccess(fs.real, path, flags, out);
}

static int do_full_path(sqlite3_vfs *vfs, const char *path, int size,
                        char *out) {
  (void)vfs;
  return fs.real->xFullPathname(fs.real, path, size, out);
}

void faulty_install(void) {
  if (fs.real != NULL)
    return;
  fs.real = sqlite3_vfs_find(NULL);
  fs.methods = (sqlite3_io_methods){.iVersion = 2,
                                    .xClose = do_close,
                                    .xRead = do_read,
                                    .xWrite = do_write,
                                    .xTruncate = do_truncate,
                                    .xSync = do_sync,
                                    .xFileSize = do_size,
                                    .xLock = do_lock,
                                    .xUnlock = do_unlock,
                                    .xCheckReservedLock = do_reserved,
                                    .xFileControl = do_control,
                                    .xSectorSize = do_sector,
                                    .xDeviceCharacteristics = do_device,
                                    .xShmMap = do_shm_map,
                                    .xShmLock = do_shm_lock,
                                    .xShmBarrier = do_shm_barrier,
                                    .xShmUnmap = do_shm_unmap};
  fs.vfs = *fs.real;
  fs.vfs.pNext = NULL;
  fs.vfs.zName = "faulty";
  fs.vfs.szOsFile = (int)sizeof(struct faulty_file) + fs.real->szOsFile;
  fs.vfs.xOpen = do_open;
  fs.vfs.xDelete = do_delete;
  fs.vfs.xAccess = do_access;
  fs.vfs.xFullPathname = do_full_path;
  sqlite3_vfs_register(&fs.vfs, 1);
}

void faulty_set(enum faulty_kind kind, long operation, long count,
                unsigned seed) {
  fs.kind = kind;
  fs.first = operation;
  fs.count = count;
  fs.chance = seed;
  fs.seen = 0;
  fs.met = false;
}

long faulty_seen(void) { return fs.seen; }

bool faulty_met(void) { return fs.met; }

void faulty_mend(void) {
  forget(NULL);
  free(fs.writes);
  fs.writes = NULL;
  fs.room = 0;
  fs.down = false;
  fs.first = 0;
}
