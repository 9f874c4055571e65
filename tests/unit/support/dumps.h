/* SPDX-License-Identifier: MIT */
/* The recorded answers of real devices, which are not part of this project:
 * KASA_DEVICES names the directory that holds them. */
#ifndef TESTS_UNIT_SUPPORT_DUMPS_H
#define TESTS_UNIT_SUPPORT_DUMPS_H

#include <check.h>
#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DUMPS_MAX = 200, DUMPS_SKIPPED = 77 }; /* the latter an exit status */

/* "iot/HS110(EU)_1.0.json", below the directory */
struct dumps {
  const char *directory;
  char files[DUMPS_MAX][300];
  int num;
};

static inline void dumps_list(struct dumps *d, const char *family) {
  char path[600];
  struct dirent *entry;
  DIR *dir;

  snprintf(path, sizeof(path), "%s/%s", d->directory, family);
  dir = opendir(path);
  while (dir != NULL && (entry = readdir(dir)) != NULL)
    if (strstr(entry->d_name, ".json") != NULL && d->num < DUMPS_MAX)
      snprintf(d->files[d->num++], sizeof(d->files[0]), "%s/%s", family,
               entry->d_name);
  if (dir != NULL)
    closedir(dir);
}

/* Lists both families; false, and says so, where there are none. */
static inline bool dumps_open(struct dumps *d) {
  d->directory = getenv("KASA_DEVICES");
  if (d->directory == NULL) {
    printf("skipped: KASA_DEVICES does not name the folder of device dumps\n");
    return false;
  }
  dumps_list(d, "iot");
  dumps_list(d, "smart");
  return true;
}

/* The caller deletes it; NULL when it is no JSON. */
static inline cJSON *dump_read(const char *directory, const char *name) {
  static char text[1 << 20];
  char path[1000];
  FILE *file;
  size_t n;

  snprintf(path, sizeof(path), "%s/%s", directory, name);
  file = fopen(path, "r");
  ck_assert_msg(file != NULL, "%s", path);
  n = fread(text, 1, sizeof(text) - 1, file);
  fclose(file);
  text[n] = '\0';
  return cJSON_Parse(text);
}

#endif
