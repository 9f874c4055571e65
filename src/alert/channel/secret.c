/* SPDX-License-Identifier: MIT */
/* Secrets by text or file, and masking: see secret.h. */
#include <config.h>

#include "alert/channel/secret.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MASKED_MIN = 4 };

static void wipe(char **text) {
  if (*text != NULL) {
    explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
  }
}

bool secret_unset(const struct secret *s) {
  return s->text == NULL && s->file == NULL;
}

/* One line of a file, without white space at its end: 0 or -errno, -ENODATA
 * for an empty one, -EBADMSG for one with further lines or control
 * characters. */
static int file_line(const char *path, char **line, mode_t *mode) {
  char *bytes = NULL;
  size_t len = 0;
  struct stat st;
  int err = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0)
    return -errno;
  if (fstat(fd, &st) < 0)
    err = -errno;
  else if (!S_ISREG(st.st_mode))
    err = -EINVAL;
  else if ((bytes = malloc(SECRET_SIZE_MAX + 1)) == NULL)
    err = -ENOMEM;
  while (err == 0 && bytes != NULL && len < SECRET_SIZE_MAX) {
    ssize_t n = read(fd, bytes + len, SECRET_SIZE_MAX - len);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      err = -errno;
    if (n <= 0)
      break;
    len += (size_t)n;
  }
  close(fd);
  if (err == 0 && bytes != NULL) {
    while (len > 0 && strchr(" \t\r\n", bytes[len - 1]) != NULL &&
           bytes[len - 1] != '\0')
      len--;
    bytes[len] = '\0';
    if (len == 0)
      err = -ENODATA;
    for (size_t i = 0; i < len && err == 0; i++)
      if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
        err = -EBADMSG;
  }
  if (err == 0 && bytes != NULL) {
    *mode = st.st_mode;
    *line = strdup(bytes);
    if (*line == NULL)
      err = -ENOMEM;
  }
  if (bytes != NULL) {
    explicit_bzero(bytes, SECRET_SIZE_MAX + 1);
    free(bytes);
  }
  return err;
}

static const char *file_problem(int err) {
  switch (err) {
  case -ENODATA:
    return "the file is empty";
  case -EBADMSG:
    return "the file must hold one line of text";
  case -EINVAL:
    return "not a regular file";
  default:
    return strerror(-err);
  }
}

int secret_load(struct secret *s, const char *where, const char *option,
                struct option_reporter *reporter) {
  mode_t mode = 0;
  int err;

  wipe(&s->value);
  if (s->text != NULL && s->file != NULL) {
    option_error(reporter, "%s: give %s or %sFile, not both", where, option,
                 option);
    return -EINVAL;
  }
  if (s->text != NULL) {
    for (const char *c = s->text; *c != '\0'; c++)
      if ((unsigned char)*c < 0x20 || *c == 0x7f) {
        option_error(reporter, "%s: %s: must be one line of text", where,
                     option);
        return -EINVAL;
      }
    if (s->text[0] == '\0') {
      option_error(reporter, "%s: %s: is empty", where, option);
      return -EINVAL;
    }
    s->value = strdup(s->text);
    if (s->value == NULL)
      return -ENOMEM;
    log_say(LOG_LEVEL_WARNING,
            "%s: %s stands in the configuration itself; %sFile keeps it in a "
            "file of its own",
            where, option, option);
    return 0;
  }
  if (s->file == NULL)
    return 0;
  err = file_line(s->file, &s->value, &mode);
  if (err < 0) {
    option_error(reporter, "%s: %sFile \"%s\": %s", where, option, s->file,
                 file_problem(err));
    return -EINVAL;
  }
  if ((mode & 0137) != 0)
    log_say(LOG_LEVEL_WARNING,
            "%s: %sFile \"%s\" has mode %04o; 0640 or less keeps it secret",
            where, option, s->file, (unsigned)mode & 07777);
  return 0;
}

bool secret_reread(struct secret *s) {
  char *now = NULL;
  mode_t mode = 0;

  if (s->file == NULL || file_line(s->file, &now, &mode) < 0 || now == NULL)
    return false;
  if (s->value != NULL && strcmp(now, s->value) == 0) {
    wipe(&now);
    return false;
  }
  wipe(&s->value);
  s->value = now;
  return true;
}

void secret_free(struct secret *s) {
  wipe(&s->value);
  wipe(&s->text);
  free(s->file);
  s->file = NULL;
}

/* -- masking ------------------------------------------------------------- */

/* Every occurrence of needle (without regard to case: percent encoding comes
 * in both) becomes three stars. */
static void mask_one(const char *needle, size_t len, char *text) {
  char *read = text;
  char *write = text;

  if (len < MASKED_MIN)
    return;
  while (*read != '\0') {
    if (strncasecmp(read, needle, len) == 0) {
      memcpy(write, "***", 3);
      write += 3;
      read += len;
    } else {
      *write++ = *read++;
    }
  }
  *write = '\0';
}

static char *percent_encoded(const char *in) {
  static const char hex[] = "0123456789ABCDEF";
  char *out = malloc(3 * strlen(in) + 1);
  char *o = out;

  if (out == NULL)
    return NULL;
  for (; *in != '\0'; in++) {
    unsigned char c = (unsigned char)*in;
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
        (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL) {
      *o++ = *in;
    } else {
      *o++ = '%';
      *o++ = hex[c >> 4];
      *o++ = hex[c & 15];
    }
  }
  *o = '\0';
  return out;
}

/* Without the padding, which a longer text would not have. The last one or
 * two letters are left out as well: they depend on what follows. */
static char *base64_stem(const char *in) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t len = strlen(in) / 3 * 3;
  char *out = malloc(len / 3 * 4 + 1);
  char *o = out;

  if (out == NULL)
    return NULL;
  for (size_t i = 0; i < len; i += 3) {
    const unsigned char *u = (const unsigned char *)in + i;
    uint32_t three = (uint32_t)u[0] << 16 | (uint32_t)u[1] << 8 | u[2];
    for (int shift = 18; shift >= 0; shift -= 6)
      *o++ = letters[three >> shift & 63];
  }
  *o = '\0';
  return out;
}

void secret_mask_value(const char *value, char *text) {
  char *forms[2];

  if (value == NULL)
    return;
  mask_one(value, strlen(value), text);
  forms[0] = percent_encoded(value);
  forms[1] = base64_stem(value);
  for (size_t i = 0; i < 2; i++)
    if (forms[i] != NULL) {
      mask_one(forms[i], strlen(forms[i]), text);
      wipe(&forms[i]);
    }
}

void secret_mask(const struct secret *const *secrets, size_t n, char *text) {
  for (size_t i = 0; i < n; i++)
    if (secrets[i] != NULL)
      secret_mask_value(secrets[i]->value, text);
}
