/* SPDX-License-Identifier: MIT */
/* Needed libraries, as the dynamic linker would look for them: see
 * shared_library.h. Every offset comes from a file and is checked. */
#include <config.h>

#include "cli/check/shared_library.h"

#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEEN_MAX = 256, NEEDED_MAX = 64, FOLDERS_MAX = 128, DEPTH_MAX = 16 };

struct image {
  const char *bytes;
  size_t len;
};

struct search {
  char *folders[FOLDERS_MAX];
  size_t folders_num;
  char seen[SEEN_MAX][SHARED_LIBRARY_NAME_MAX];
  size_t seen_num;
  char *missing;
};

static bool image_open(struct image *image, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;
  void *map = MAP_FAILED;

  if (fd < 0)
    return false;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  close(fd);
  if (map == MAP_FAILED)
    return false;
  image->bytes = map;
  image->len = (size_t)st.st_size;
  return true;
}

static void image_close(struct image *image) {
  munmap((void *)(uintptr_t)image->bytes, image->len);
}

/* Copies a struct out of the file; false where it is not all there. */
static bool take(const struct image *image, uint64_t at, void *out,
                 size_t size) {
  if (at > image->len || size > image->len - at)
    return false;
  memcpy(out, image->bytes + at, size);
  return true;
}

/* The file is of the kind that this program is. */
static bool is_ours(const struct image *image, ElfW(Ehdr) * head) {
  static const unsigned char class =
      sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

  return take(image, 0, head, sizeof(*head)) &&
         memcmp(head->e_ident, ELFMAG, SELFMAG) == 0 &&
         head->e_ident[EI_CLASS] == class &&
         head->e_phentsize == sizeof(ElfW(Phdr));
}

/* Where an address of the loaded file stands in it; image->len: nowhere. */
static uint64_t offset_of(const struct image *image, const ElfW(Ehdr) * head,
                          uint64_t address) {
  ElfW(Phdr) part;

  for (unsigned i = 0; i < head->e_phnum; i++)
    if (take(image, head->e_phoff + i * sizeof(part), &part, sizeof(part)) &&
        part.p_type == PT_LOAD && address >= part.p_vaddr &&
        address - part.p_vaddr < part.p_filesz)
      return part.p_offset + (address - part.p_vaddr);
  return image->len;
}

static bool find_dynamic(const struct image *image, const ElfW(Ehdr) * head,
                         ElfW(Phdr) * part) {
  for (unsigned i = 0; i < head->e_phnum; i++)
    if (take(image, head->e_phoff + i * sizeof(*part), part, sizeof(*part)) &&
        part->p_type == PT_DYNAMIC)
      return true;
  return false;
}

static bool copy_name(const struct image *image, uint64_t at,
                      char out[SHARED_LIBRARY_NAME_MAX]) {
  size_t from = (size_t)at;
  size_t len;

  if (at >= image->len)
    return false;
  len = strnlen(image->bytes + from, image->len - from);
  if (len == 0 || len >= SHARED_LIBRARY_NAME_MAX || from + len == image->len)
    return false;
  memcpy(out, image->bytes + from, len + 1);
  return true;
}

/* The names in the file's DT_NEEDED entries; how many. */
static size_t needed_by(const struct image *image,
                        char names[NEEDED_MAX][SHARED_LIBRARY_NAME_MAX]) {
  ElfW(Ehdr) head;
  ElfW(Phdr) part;
  ElfW(Dyn) entry;
  uint64_t offsets[NEEDED_MAX];
  uint64_t strings = image->len;
  size_t wanted = 0;
  size_t num = 0;

  if (!is_ours(image, &head) || !find_dynamic(image, &head, &part))
    return 0;
  for (uint64_t at = 0; at < part.p_filesz; at += sizeof(entry)) {
    if (!take(image, part.p_offset + at, &entry, sizeof(entry)) ||
        entry.d_tag == DT_NULL)
      break;
    if (entry.d_tag == DT_STRTAB)
      strings = offset_of(image, &head, entry.d_un.d_ptr);
    else if (entry.d_tag == DT_NEEDED && wanted < NEEDED_MAX)
      offsets[wanted++] = entry.d_un.d_val;
  }
  for (size_t i = 0; i < wanted && strings < image->len; i++)
    if (offsets[i] < image->len &&
        copy_name(image, strings + offsets[i], names[num]))
      num++;
  return num;
}

/* -- where libraries are -- */

static void add_folder(struct search *s, const char *folder) {
  if (s->folders_num == FOLDERS_MAX || folder[0] != '/')
    return;
  s->folders[s->folders_num] = strdup(folder);
  if (s->folders[s->folders_num] != NULL)
    s->folders_num++;
}

static void add_list(struct search *s, const char *list, const char *marks) {
  char *copy = strdup(list);
  char *rest = NULL;

  for (char *word = copy != NULL ? strtok_r(copy, marks, &rest) : NULL;
       word != NULL; word = strtok_r(NULL, marks, &rest))
    add_folder(s, word);
  free(copy);
}

/* The folders of /etc/ld.so.conf.d, one a line: what includes them is the same
 * on every distribution. */
static void add_configured(struct search *s) {
  glob_t found;

  if (glob("/etc/ld.so.conf.d/*.conf", 0, NULL, &found) != 0)
    return;
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct image text;
    char *copy;

    if (!image_open(&text, found.gl_pathv[i]))
      continue;
    copy = strndup(text.bytes, text.len);
    if (copy != NULL)
      add_list(s, copy, "\n\r\t ");
    free(copy);
    image_close(&text);
  }
  globfree(&found);
}

static void search_init(struct search *s, char *missing) {
  static const char *const usual[] = {"/lib", "/usr/lib", "/lib64",
                                      "/usr/lib64", "/usr/local/lib"};
  const char *own = getenv("LD_LIBRARY_PATH");

  *s = (struct search){.missing = missing};
  if (own != NULL)
    add_list(s, own, ":;");
  add_configured(s);
  for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
    add_folder(s, usual[i]);
}

static void search_free(struct search *s) {
  for (size_t i = 0; i < s->folders_num; i++)
    free(s->folders[i]);
}

static bool is_seen(struct search *s, const char *name) {
  for (size_t i = 0; i < s->seen_num; i++)
    if (strcmp(s->seen[i], name) == 0)
      return true;
  if (s->seen_num == SEEN_MAX)
    return true;
  snprintf(s->seen[s->seen_num++], SHARED_LIBRARY_NAME_MAX, "%s", name);
  return false;
}

static bool open_library(const struct search *s, const char *name,
                         struct image *image) {
  ElfW(Ehdr) head;

  for (size_t i = 0; i < s->folders_num; i++) {
    char path[1024];

    if (snprintf(path, sizeof(path), "%s/%s", s->folders[i], name) >=
            (int)sizeof(path) ||
        !image_open(image, path))
      continue;
    if (is_ours(image, &head))
      return true;
    image_close(image);
  }
  return false;
}

static bool follow(struct search *s, const struct image *image,
                   unsigned depth) {
  char(*names)[SHARED_LIBRARY_NAME_MAX] = calloc(NEEDED_MAX, sizeof(*names));
  size_t num = names != NULL ? needed_by(image, names) : 0;
  bool missing = false;

  for (size_t i = 0; i < num && !missing && depth < DEPTH_MAX; i++) {
    struct image library;

    if (is_seen(s, names[i]))
      continue;
    missing = !open_library(s, names[i], &library);
    if (missing) {
      snprintf(s->missing, SHARED_LIBRARY_NAME_MAX, "%s", names[i]);
    } else {
      missing = follow(s, &library, depth + 1);
      image_close(&library);
    }
  }
  free(names);
  return missing;
}

bool shared_library_missing(const char *path,
                            char missing[SHARED_LIBRARY_NAME_MAX]) {
  struct search *s = malloc(sizeof(*s));
  struct image image;
  bool any = false;

  if (s == NULL)
    return false;
  search_init(s, missing);
  /* A linker that looks elsewhere (Nix, musl's own list): no opinion. */
  if (image_open(&image, "/proc/self/exe")) {
    any = !follow(s, &image, 0);
    image_close(&image);
  }
  s->seen_num = 0;
  if (any && image_open(&image, path)) {
    any = follow(s, &image, 0);
    image_close(&image);
  } else {
    any = false;
  }
  search_free(s);
  free(s);
  return any;
}

void shared_library_package(const char *library, char *out, size_t size) {
  const char *dot = strstr(library, ".so");
  size_t len = dot != NULL ? (size_t)(dot - library) : strlen(library);
  const char *version = dot != NULL && dot[3] == '.' ? dot + 4 : "";
  bool dash = len > 0 && isdigit((unsigned char)library[len - 1]) != 0;

  snprintf(out, size, "%.*s%s%s", (int)len, library,
           dash && version[0] != '\0' ? "-" : "", version);
  for (char *c = out; *c != '\0'; c++)
    *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
}
