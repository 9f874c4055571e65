/* SPDX-License-Identifier: MIT */
/* The folder of a gallery: see graph_output.h. */
#include <config.h>

#include "cli/graph/graph_output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMP_PREFIX ".kasactl-graph-"

enum { MARK_WITHIN = 1024, HASH_DIGITS = 16 };

__attribute__((format(printf, 3, 4))) static int
fail(struct graph_output *output, int err, const char *format, ...) {
  va_list args;

  va_start(args, format);
  vsnprintf(output->why, sizeof(output->why), format, args);
  va_end(args);
  return err;
}

/* -- opening -- */

/* A folder made by us is flat. The last picture of an rrdtool whose master was
 * killed may still arrive meanwhile. */
static void remove_folder(int parent, const char *name) {
  for (int tries = 0; tries < 3; tries++) {
    int fd =
        openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (folder == NULL) {
      if (fd >= 0)
        close(fd);
      return;
    }
    while ((entry = readdir(folder)) != NULL)
      (void)unlinkat(fd, entry->d_name, 0);
    closedir(folder);
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
      return;
  }
}

/* Only while the folder is locked: nobody is at work in them. */
static void remove_leftovers(const struct graph_output *output) {
  int fd = dup(output->folder);
  DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
  struct dirent *entry;

  if (folder == NULL) {
    if (fd >= 0)
      close(fd);
    return;
  }
  rewinddir(folder);
  while ((entry = readdir(folder)) != NULL)
    if (strncmp(entry->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)) == 0)
      remove_folder(output->folder, entry->d_name);
  closedir(folder);
}

/* Whether there is an index.html that is not ours. */
static bool is_foreign(const struct graph_output *output) {
  char text[MARK_WITHIN + 1];
  int fd =
      openat(output->folder, GRAPH_INDEX, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t n;

  if (fd < 0)
    return errno != ENOENT;
  n = read(fd, text, MARK_WITHIN);
  close(fd);
  text[n > 0 ? n : 0] = '\0';
  return n < 0 || (n > 0 && strstr(text, GRAPH_MARK) == NULL);
}

static int make_temp(struct graph_output *output) {
  char *absolute = realpath(output->path, NULL);

  if (absolute == NULL)
    return -errno;
  if (asprintf(&output->temp, "%s/" TEMP_PREFIX "XXXXXX", absolute) < 0)
    output->temp = NULL;
  free(absolute);
  if (output->temp == NULL)
    return -ENOMEM;
  if (mkdtemp(output->temp) != NULL)
    return 0;
  free(output->temp);
  output->temp = NULL;
  return -errno;
}

int graph_output_open(struct graph_output *output, const char *path) {
  int err;

  *output = (struct graph_output){.folder = -1, .path = strdup(path)};
  if (output->path == NULL)
    return fail(output, -ENOMEM, "out of memory");
  output->made = mkdir(path, 0777) == 0;
  if (!output->made && errno != EEXIST)
    return fail(output, -errno, "cannot be made: %s", strerror(errno));
  output->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (output->folder < 0)
    return fail(output, -errno, "%s", strerror(errno));
  if (flock(output->folder, LOCK_EX | LOCK_NB) < 0)
    return fail(output, -EBUSY, "another kasactl graph is at work here");
  if (is_foreign(output))
    return fail(output, -EEXIST,
                "holds an index.html that kasactl graph did not make; choose "
                "another folder with --out");
  remove_leftovers(output);
  err = make_temp(output);
  return err == 0 ? 0 : fail(output, err, "%s", strerror(-err));
}

void graph_output_close(struct graph_output *output) {
  if (output->temp != NULL)
    remove_folder(AT_FDCWD, output->temp);
  if (output->made)
    (void)rmdir(output->path); /* stays when something is inside */
  if (output->folder >= 0)
    close(output->folder);
  free(output->temp);
  free(output->path);
  *output = (struct graph_output){.folder = -1};
}

/* -- pictures -- */

int64_t graph_output_drawn(const struct graph_output *output,
                           const char *name) {
  char path[NAME_MAX + 32];
  struct stat what;

  snprintf(path, sizeof(path), GRAPH_PICTURES "/%s", name);
  if (fstatat(output->folder, path, &what, 0) < 0 || !S_ISREG(what.st_mode))
    return -1;
  return (int64_t)what.st_mtim.tv_sec * 1000000000 + what.st_mtim.tv_nsec;
}

bool graph_output_whole(const struct graph_output *output, const char *name) {
  static const char begin[] = "\x89PNG\r\n\x1a\n";
  static const char end[] = "IEND\xae\x42\x60\x82";
  char *path = NULL;
  char head[8];
  char tail[8];
  bool whole = false;
  off_t size;
  int fd = -1;

  if (asprintf(&path, "%s/%s", output->temp, name) < 0)
    return false;
  fd = open(path, O_RDONLY | O_CLOEXEC);
  free(path);
  if (fd < 0)
    return false;
  size = lseek(fd, 0, SEEK_END);
  if (size > (off_t)(sizeof(head) + sizeof(tail)))
    whole = pread(fd, head, sizeof(head), 0) == sizeof(head) &&
            pread(fd, tail, sizeof(tail), size - 8) == sizeof(tail) &&
            memcmp(head, begin, sizeof(head)) == 0 &&
            memcmp(tail, end, sizeof(tail)) == 0;
  close(fd);
  return whole;
}

int graph_output_prepare(struct graph_output *output) {
  static const char *const places[] = {GRAPH_PICTURES, GRAPH_PAGES};

  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    if (mkdirat(output->folder, places[i], 0777) < 0 && errno != EEXIST)
      return fail(output, -errno, "%s cannot be made: %s", places[i],
                  strerror(errno));
  return 0;
}

static int move(struct graph_output *output, const char *from, const char *to) {
  char *path = NULL;
  int err = 0;

  if (asprintf(&path, "%s/%s", output->temp, from) < 0)
    return fail(output, -ENOMEM, "out of memory");
  if (renameat(AT_FDCWD, path, output->folder, to) < 0)
    err = fail(output, -errno, "%.180s: %s", to, strerror(errno));
  free(path);
  return err;
}

int graph_output_put(struct graph_output *output, const char *name,
                     time_t now) {
  const struct timespec times[] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = now}};
  char to[NAME_MAX + 32];
  int err;

  snprintf(to, sizeof(to), GRAPH_PICTURES "/%s", name);
  err = move(output, name, to);
  if (err == 0)
    (void)utimensat(output->folder, to, times, 0);
  return err;
}

/* -- pages -- */

static int write_all(int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t n = write(fd, bytes, len);

    if (n < 0 && errno != EINTR)
      return -errno;
    if (n > 0) {
      bytes += n;
      len -= (size_t)n;
    }
  }
  return 0;
}

int graph_output_write(struct graph_output *output, const char *name,
                       const struct buf *text) {
  static const char draft[] = "page.html";
  char *path = NULL;
  int err = 0;
  int fd;

  if (asprintf(&path, "%s/%s", output->temp, draft) < 0)
    return fail(output, -ENOMEM, "out of memory");
  fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  free(path);
  if (fd < 0)
    return fail(output, -errno, "%.180s: %s", name, strerror(errno));
  err = write_all(fd, text->data, text->len);
  if (close(fd) < 0 && err == 0)
    err = -errno;
  if (err < 0)
    return fail(output, err, "%.180s: %s", name, strerror(-err));
  return move(output, draft, name);
}

/* Our names end in a dash, 16 hexadecimal digits and a suffix. */
static bool is_ours(const char *name) {
  const char *suffix = strrchr(name, '.');

  if (suffix == NULL || suffix - name <= HASH_DIGITS ||
      (strcmp(suffix, ".png") != 0 && strcmp(suffix, ".html") != 0) ||
      suffix[-HASH_DIGITS - 1] != '-')
    return false;
  return strspn(suffix - HASH_DIGITS, "0123456789abcdef") == HASH_DIGITS;
}

void graph_output_sweep(struct graph_output *output, const char *place,
                        bool (*wanted)(const void *arg, const char *name),
                        const void *arg) {
  int fd = openat(output->folder, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
  struct dirent *entry;

  if (folder == NULL) {
    if (fd >= 0)
      close(fd);
    return;
  }
  while ((entry = readdir(folder)) != NULL)
    if (is_ours(entry->d_name) && !wanted(arg, entry->d_name))
      (void)unlinkat(fd, entry->d_name, 0);
  closedir(folder);
}
