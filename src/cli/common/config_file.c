/* SPDX-License-Identifier: MIT */
/* Configurations with their includes: see config_file.h. The rules are those
 * of collectd's cf_read_generic(): words are expanded as a shell does, the
 * result is sorted, hidden files in directories are passed over. */
#include <config.h>

#include "cli/common/config_file.h"

#include "base/buf.h"
#include "base/text.h"
#include "config/conf_parser.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

enum { INCLUDE_DEPTH_MAX = 8, FILES_MAX = 10000 };

struct loader {
  struct config *config;
  config_problem *problem;
  void *arg;
  unsigned depth;
  size_t file; /* the one being read */
};

static bool include(struct loader *l, const char *path, const char *filter);

static void tell(struct loader *l, const char *path, unsigned line,
                 const char *text) {
  char *where = NULL;

  if (line == 0)
    l->problem(l->arg, path, text);
  else if (asprintf(&where, "%s:%u", path, line) >= 0)
    l->problem(l->arg, where, text);
  free(where);
}

static bool refuse(struct loader *l, const char *path, unsigned line,
                   const char *text) {
  tell(l, path, line, text);
  return false;
}

/* "line 12: text" is for people who see only that; here the place stands in
 * front. Returns the text, *line becomes 12. */
static const char *split_line(const char *text, unsigned *line) {
  static const char word[] = "line ";
  char *end = NULL;

  *line = 0;
  if (strncmp(text, word, strlen(word)) != 0)
    return text;
  *line = (unsigned)strtoul(text + strlen(word), &end, 10);
  return strncmp(end, ": ", 2) == 0 ? end + 2 : text;
}

static void note(void *arg, unsigned line, const char *text) {
  struct loader *l = arg;

  tell(l, l->config->files[l->file].path, line, split_line(text, &line));
}

/* -- one file -- */

static int slurp(FILE *in, struct buf *text) {
  char piece[16384];
  size_t n;
  int err = 0;

  while (err == 0 && (n = fread(piece, 1, sizeof(piece), in)) > 0)
    err = buf_add(text, piece, n);
  if (err == 0 && ferror(in))
    err = -EIO;
  return err;
}

static bool add_file(struct config *c, const char *path) {
  struct config_file *grown =
      realloc(c->files, (c->files_num + 1) * sizeof(*grown));

  if (grown == NULL)
    return false;
  c->files = grown;
  grown[c->files_num] = (struct config_file){.path = strdup(path)};
  if (grown[c->files_num].path == NULL)
    return false;
  c->files_num++;
  return true;
}

static bool add_statement(struct config *c, const struct conf_item *item,
                          size_t file) {
  struct config_statement *grown =
      realloc(c->statements, (c->statements_num + 1) * sizeof(*grown));

  if (grown == NULL)
    return false;
  c->statements = grown;
  grown[c->statements_num++] = (struct config_statement){item, file};
  return true;
}

/* Include "path", or a block with a Filter. */
static bool follow(struct loader *l, const char *from,
                   const struct conf_item *item) {
  const char *filter = NULL;

  if (item->values_num != 1 || item->values[0].kind != CONF_STRING) {
    tell(l, from, item->line, "Include expects one path in quotes");
    return true; /* collectd goes on, too */
  }
  for (size_t i = 0; i < item->children_num; i++) {
    const struct conf_item *child = &item->children[i];

    if (text_same(child->key, "Filter") && child->values_num == 1 &&
        child->values[0].kind == CONF_STRING)
      filter = child->values[0].string;
    else
      tell(l, from, child->line,
           "<Include> knows only the option Filter with one text in quotes");
  }
  return include(l, item->values[0].string, filter);
}

static bool read_statements(struct loader *l, size_t file) {
  const struct conf_item *root = l->config->files[file].root;
  bool good = true;

  for (size_t i = 0; i < root->children_num && good; i++) {
    const struct conf_item *item = &root->children[i];

    if (text_same(item->key, "Include")) {
      l->depth++;
      good = follow(l, l->config->files[file].path, item);
      l->depth--;
    } else if (!add_statement(l->config, item, file)) {
      good = refuse(l, l->config->files[file].path, 0, "out of memory");
    }
  }
  return good;
}

static bool read_file(struct loader *l, const char *path) {
  struct buf text;
  char why[CONF_WHY_SIZE];
  unsigned line = 0;
  size_t file;
  FILE *in = fopen(path, "re");
  int err = in != NULL ? 0 : -errno;

  buf_init(&text, CONF_TEXT_MAX);
  if (err == 0)
    err = slurp(in, &text);
  if (in != NULL)
    fclose(in);
  if (err == 0 &&
      (l->config->files_num >= FILES_MAX || !add_file(l->config, path)))
    err = -ENOMEM;
  if (err < 0) {
    buf_free(&text);
    return refuse(l, path, 0, strerror(-err));
  }
  l->file = file = l->config->files_num - 1;
  l->config->files[file].included = l->depth > 0;
  l->config->files[file].root =
      conf_parser_read(text.len > 0 ? text.data : "", text.len, note, l, why);
  buf_free(&text);
  if (l->config->files[file].root == NULL) {
    const char *what = split_line(why, &line);

    return refuse(l, path, line, what);
  }
  return read_statements(l, file);
}

/* -- paths -- */

/* Whether a file's name fits; Filter counts in directories and globs alike. */
static bool passes(const char *path, const char *filter) {
  const char *name = strrchr(path, '/');

  name = name != NULL ? name + 1 : path;
  return filter == NULL || fnmatch(filter, name, FNM_PERIOD) == 0;
}

static bool read_path(struct loader *l, const char *path, const char *filter);

static int visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

/* A bad file of a directory is left out and collectd runs on without it. */
static bool read_directory(struct loader *l, const char *path,
                           const char *filter) {
  struct dirent **entries = NULL;
  int count = scandir(path, &entries, visible, by_bytes);

  if (count < 0)
    return refuse(l, path, 0, strerror(errno));
  for (int i = 0; i < count; i++) {
    char *file = NULL;

    if (asprintf(&file, "%s/%s", path, entries[i]->d_name) >= 0) {
      l->depth++; /* directories within directories, links in circles */
      /* what this user may not read collectd, which runs as root, does */
      if (!read_path(l, file, filter) &&
          (geteuid() == 0 || access(file, R_OK) == 0))
        tell(l, file, 0, "collectd leaves this file out and runs on");
      l->depth--;
    }
    free(file);
    free(entries[i]);
  }
  free(entries);
  return true;
}

static bool read_path(struct loader *l, const char *path, const char *filter) {
  struct stat what;

  if (l->depth >= INCLUDE_DEPTH_MAX)
    return refuse(l, path, 0, "included at a depth of more than 8");
  if (stat(path, &what) < 0) {
    tell(l, path, 0, strerror(errno));
    return true; /* collectd only warns */
  }
  if (S_ISDIR(what.st_mode))
    return read_directory(l, path, filter);
  if (!passes(path, filter))
    return true;
  if (!S_ISREG(what.st_mode)) {
    tell(l, path, 0, "neither a file nor a directory: left out");
    return true;
  }
  return read_file(l, path);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool include(struct loader *l, const char *path, const char *filter) {
  wordexp_t words = {0};
  bool good = true;

  if (wordexp(path, &words, WRDE_NOCMD) != 0)
    return refuse(l, path, 0, "this path cannot be expanded");
  if (words.we_wordc > 1)
    qsort(words.we_wordv, words.we_wordc, sizeof(*words.we_wordv), by_text);
  for (size_t i = 0; i < words.we_wordc && good; i++)
    good = read_path(l, words.we_wordv[i], filter);
  wordfree(&words);
  return good;
}

/* -- the whole -- */

int config_load(struct config *config, const char *path,
                config_problem *problem, void *arg) {
  struct loader l = {.config = config, .problem = problem, .arg = arg};

  struct stat what;

  *config = (struct config){0};
  if (stat(path, &what) == 0 && S_ISDIR(what.st_mode)) /* so does collectd */
    config->broken = !read_directory(&l, path, NULL);
  else
    config->broken = !read_file(&l, path);
  return config->broken ? -1 : 0;
}

void config_free(struct config *config) {
  for (size_t i = 0; i < config->files_num; i++) {
    conf_free(config->files[i].root);
    free(config->files[i].path);
  }
  free(config->files);
  free(config->statements);
  *config = (struct config){0};
}

bool config_is_plugin(const struct conf_item *item, const char *plugin) {
  return text_same(item->key, "Plugin") && item->values_num >= 1 &&
         item->values[0].kind == CONF_STRING &&
         text_same(item->values[0].string, plugin);
}

const char *config_default(void) {
  static const char *const places[] = {
      "/etc/collectd/collectd.conf", /* Debian and its kin */
      "/etc/collectd.conf",
      "/usr/local/etc/collectd.conf",
      "/opt/collectd/etc/collectd.conf",
  };

  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    if (access(places[i], R_OK) == 0)
      return places[i];
  return NULL;
}
