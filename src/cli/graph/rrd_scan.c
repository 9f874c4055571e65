/* SPDX-License-Identifier: MIT */
/* collectd's RRD folders as a tree: see rrd_scan.h. */
#include <config.h>

#include "cli/graph/rrd_scan.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { LABEL_SIZE = 256 };

struct scan {
  struct rrd_tree *tree;
  rrd_problem *problem;
  void *arg;
};

static const struct {
  const char *name;
  enum rrd_type type;
} types[] = {
    {"power", RRD_POWER},
    {"watt_hours", RRD_WATT_HOURS},
    {"voltage", RRD_VOLTAGE},
    {"current", RRD_CURRENT},
    {"signal_power", RRD_SIGNAL},
    {"response_time", RRD_RESPONSE_TIME},
    {"up", RRD_UP},
    {"kwh_today", RRD_KWH_TODAY},
    {"cost_yesterday", RRD_COST_YESTERDAY},
};

static void tell(const struct scan *s, const char *path, const char *text) {
  s->problem(s->arg, path, text);
}

/* -- series -- */

static char *label_of(const char *name) {
  char clean[LABEL_SIZE];

  text_clean(name, strlen(name), clean, sizeof(clean));
  return strdup(clean[0] != '\0' ? clean : "?");
}

static void series_free(struct rrd_series *t) {
  for (size_t i = 0; i < t->plugs_num; i++)
    series_free(&t->plugs[i]);
  free(t->plugs);
  for (size_t i = 0; i < RRD_TYPES; i++)
    free(t->files[i].path);
  free(t->host);
  free(t->name);
  free(t->strip);
  free(t->label);
  free(t->info.text);
  free(t->info_now.text);
}

static int series_init(struct rrd_series *t, const char *host,
                       const char *name) {
  *t = (struct rrd_series){
      .host = strdup(host), .name = strdup(name), .label = label_of(name)};
  for (size_t i = 0; i < RRD_TYPES; i++)
    t->files[i].value = NAN;
  if (t->host != NULL && t->name != NULL && t->label != NULL)
    return 0;
  series_free(t);
  return -ENOMEM;
}

/* The one of that name, made when it is not there: 0 or -errno. */
static int series_get(struct scan *s, struct rrd_series **series, size_t *num,
                      const char *host, const char *name,
                      struct rrd_series **found) {
  struct rrd_series *grown;
  int err;

  for (size_t i = *num; i > 0; i--)
    if (strcmp((*series)[i - 1].name, name) == 0) {
      *found = &(*series)[i - 1];
      return 0;
    }
  if (s->tree->series_num >= RRD_SERIES_MAX)
    return -E2BIG;
  grown = realloc(*series, (*num + 1) * sizeof(*grown));
  if (grown == NULL)
    return -ENOMEM;
  *series = grown;
  err = series_init(&grown[*num], host, name);
  if (err < 0)
    return err;
  *found = &grown[(*num)++];
  s->tree->series_num++;
  return 0;
}

/* -- files -- */

static const char *file_flaw(const struct stat *what) {
  if (!S_ISREG(what->st_mode))
    return "is not a file";
  return what->st_size == 0 ? "is empty" : NULL;
}

static int64_t nanoseconds(struct timespec t) {
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int take_file(struct scan *s, struct rrd_file *file, const char *path) {
  struct stat what;
  const char *flaw = stat(path, &what) < 0 ? strerror(errno) : file_flaw(&what);

  if (flaw != NULL) {
    tell(s, path, flaw);
    return 0;
  }
  free(file->path);
  file->path = strdup(path);
  file->changed_ns = nanoseconds(what.st_mtim);
  file->link = s->tree->files_num++;
  return file->path != NULL ? 0 : -ENOMEM;
}

/* "info_now-ip=....rrd": of several, from before and after an update of the
 * firmware, the newest counts. */
static int take_info(struct rrd_text *to, const char *text, size_t len,
                     const char *path) {
  struct stat what;
  char *copy;

  if (stat(path, &what) < 0 || nanoseconds(what.st_mtim) < to->at_ns)
    return 0;
  copy = strndup(text, len);
  if (copy == NULL)
    return -ENOMEM;
  free(to->text);
  to->text = copy;
  to->at_ns = nanoseconds(what.st_mtim);
  return 0;
}

static bool is_word(const char *text, size_t len, const char *word) {
  return strlen(word) == len && memcmp(text, word, len) == 0;
}

static const enum rrd_type *type_of(const char *text, size_t len) {
  for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
    if (is_word(text, len, types[i].name))
      return &types[i].type;
  return NULL;
}

/* One entry of a device's folder: "power.rrd"; of a strip's outlets:
 * "power-Lamp.rrd", where what stands behind the first dash is the plug. */
static int take_entry(struct scan *s, struct rrd_series *t, bool plugs,
                      const char *path, const char *entry) {
  size_t len = strlen(entry);
  size_t word = strcspn(entry, "-.");
  const enum rrd_type *type = type_of(entry, word);
  struct rrd_series *plug = NULL;
  char *name;
  int err;

  if (len < 5 || strcmp(entry + len - 4, ".rrd") != 0)
    return 0;
  len -= 4;
  if (!plugs && entry[word] == '-' && is_word(entry, word, "info"))
    return take_info(&t->info, entry + word + 1, len - word - 1, path);
  if (!plugs && entry[word] == '-' && is_word(entry, word, "info_now"))
    return take_info(&t->info_now, entry + word + 1, len - word - 1, path);
  if (type == NULL)
    return 0;
  if (!plugs)
    return word == len ? take_file(s, &t->files[*type], path) : 0;
  if (entry[word] != '-' || word + 1 >= len)
    return 0;
  name = strndup(entry + word + 1, len - word - 1);
  err = name == NULL
            ? -ENOMEM
            : series_get(s, &t->plugs, &t->plugs_num, t->host, name, &plug);
  free(name);
  if (err == 0 && plug->strip == NULL &&
      (plug->strip = strdup(t->name)) == NULL)
    err = -ENOMEM;
  return err < 0 ? err : take_file(s, &plug->files[*type], path);
}

/* -- folders -- */

static int visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

typedef int take_path(struct scan *s, void *arg, const char *path,
                      const char *name);

/* Calls take for each entry. A folder that cannot be read is told, and no
 * error here. */
static int walk(struct scan *s, const char *folder, take_path *take,
                void *arg) {
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, visible, by_bytes);
  int err = 0;

  if (count < 0) {
    if (errno == ENOMEM)
      return -ENOMEM;
    tell(s, folder, strerror(errno));
    return 0;
  }
  for (int i = 0; i < count; i++) {
    char *path = NULL;

    if (err == 0 && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
      err = -ENOMEM;
    if (err == 0)
      err = take(s, arg, path, entries[i]->d_name);
    if (path != NULL)
      free(path);
    free(entries[i]);
  }
  free(entries);
  return err;
}

static int take_own(struct scan *s, void *arg, const char *path,
                    const char *name) {
  return take_entry(s, arg, false, path, name);
}

static int take_plug(struct scan *s, void *arg, const char *path,
                     const char *name) {
  return take_entry(s, arg, true, path, name);
}

/* One folder of a host: kasa-DEVICE, kasa_plug-STRIP or kasa_total. */
static int take_folder(struct scan *s, void *arg, const char *path,
                       const char *name) {
  struct rrd_host *host = arg;
  size_t word = strcspn(name, "-");
  const char *instance = name[word] == '-' ? name + word + 1 : "";
  struct rrd_series *device = NULL;
  bool plugs = is_word(name, word, "kasa_plug");
  int err;

  if (is_word(name, word, "kasa_total"))
    return walk(s, path, take_own, &host->sums);
  if ((!plugs && !is_word(name, word, "kasa")) || instance[0] == '\0')
    return 0;
  err = series_get(s, &host->devices, &host->devices_num, host->name, instance,
                   &device);
  if (err == -E2BIG) {
    tell(s, path, "more devices and plugs than kasactl graph can take");
    return 0;
  }
  return err < 0 ? err : walk(s, path, plugs ? take_plug : take_own, device);
}

static bool has_files(const struct rrd_series *t) {
  for (size_t i = 0; i < RRD_TYPES; i++)
    if (t->files[i].path != NULL)
      return true;
  for (size_t i = 0; i < t->plugs_num; i++)
    if (has_files(&t->plugs[i]))
      return true;
  return false;
}

static int by_label(const void *a, const void *b) {
  const struct rrd_series *left = a;
  const struct rrd_series *right = b;
  int order = strcasecmp(left->label, right->label);

  return order != 0 ? order : strcmp(left->name, right->name);
}

/* Without those of which nothing is left: folders of other plugins called
 * kasa, devices whose files are all broken. */
static void tidy(struct rrd_tree *tree, struct rrd_series **series,
                 size_t *num) {
  size_t kept = 0;

  for (size_t i = 0; i < *num; i++) {
    struct rrd_series *t = &(*series)[i];

    tidy(tree, &t->plugs, &t->plugs_num);
    if (has_files(t)) {
      (*series)[kept++] = *t;
    } else {
      series_free(t);
      tree->series_num--;
    }
  }
  *num = kept;
  if (kept > 1)
    qsort(*series, kept, sizeof(**series), by_label);
}

static void host_free(struct rrd_host *host) {
  for (size_t i = 0; i < host->devices_num; i++)
    series_free(&host->devices[i]);
  free(host->devices);
  series_free(&host->sums);
  free(host->name);
  free(host->label);
}

static int host_init(struct rrd_host *host, const char *name) {
  *host = (struct rrd_host){.name = strdup(name), .label = label_of(name)};
  if (host->name != NULL && host->label != NULL &&
      series_init(&host->sums, name, "") == 0)
    return 0;
  free(host->name);
  free(host->label);
  return -ENOMEM;
}

/* Folders of hosts that have nothing of ours are none of our business, nor are
 * files beside them. */
static int take_host(struct scan *s, void *arg, const char *path,
                     const char *name) {
  struct rrd_tree *tree = arg;
  struct rrd_host host;
  struct rrd_host *grown;
  struct stat what;
  int err;

  if (stat(path, &what) < 0) {
    tell(s, path, strerror(errno));
    return 0;
  }
  if (!S_ISDIR(what.st_mode))
    return 0;
  err = host_init(&host, name);
  if (err < 0)
    return err;
  err = walk(s, path, take_folder, &host);
  tidy(tree, &host.devices, &host.devices_num);
  if (err < 0 || (host.devices_num == 0 && !has_files(&host.sums))) {
    host_free(&host);
    return err;
  }
  grown = realloc(tree->hosts, (tree->hosts_num + 1) * sizeof(*grown));
  if (grown == NULL) {
    host_free(&host);
    return -ENOMEM;
  }
  tree->hosts = grown;
  grown[tree->hosts_num++] = host;
  return 0;
}

int rrd_scan(struct rrd_tree *tree, const char *root, rrd_problem *problem,
             void *arg) {
  struct scan s = {.tree = tree, .problem = problem, .arg = arg};
  DIR *folder = opendir(root);

  *tree = (struct rrd_tree){0};
  if (folder == NULL)
    return -errno;
  closedir(folder);
  return walk(&s, root, take_host, tree);
}

void rrd_free(struct rrd_tree *tree) {
  for (size_t i = 0; i < tree->hosts_num; i++)
    host_free(&tree->hosts[i]);
  free(tree->hosts);
  *tree = (struct rrd_tree){0};
}

int rrd_each(struct rrd_tree *tree, rrd_visit *visit, void *arg) {
  int stop = 0;

  for (size_t h = 0; h < tree->hosts_num && stop == 0; h++) {
    struct rrd_host *host = &tree->hosts[h];

    stop = visit(arg, &host->sums);
    for (size_t i = 0; i < host->devices_num && stop == 0; i++) {
      struct rrd_series *device = &host->devices[i];

      stop = visit(arg, device);
      for (size_t j = 0; j < device->plugs_num && stop == 0; j++)
        stop = visit(arg, &device->plugs[j]);
    }
  }
  return stop;
}

static bool text_member(const char *at, const char *member, char *out,
                        size_t size) {
  size_t len = strlen(member);

  for (; at != NULL; at = strchr(at, ' ')) {
    at += *at == ' ';
    if (strncmp(at, member, len) == 0 && at[len] == '=') {
      text_clean(at + len + 1, strcspn(at + len + 1, " "), out, size);
      return true;
    }
  }
  return false;
}

void rrd_info(const struct rrd_series *series, const char *member, char *out,
              size_t size) {
  out[0] = '\0';
  if (!text_member(series->info_now.text, member, out, size))
    text_member(series->info.text, member, out, size);
}
