/* SPDX-License-Identifier: MIT */
/* What a terminal can show: see style.h. */
#include <config.h>

#include "cli/term/style.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *variable) {
  const char *value = getenv(variable);

  return value != NULL && value[0] != '\0';
}

/* Only a locale that says so: without any, today's terminals show UTF-8. */
static bool wants_ascii(void) {
  static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  const char *term = getenv("TERM");
  const char *locale = "";

  if (term != NULL && strcmp(term, "dumb") == 0)
    return true;
  for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
    if (is_set(variables[i])) {
      locale = getenv(variables[i]); // NOLINT(concurrency-mt-unsafe)
      break;
    }
  if (locale == NULL)
    locale = "";
  return locale[0] != '\0' && strcmp(locale, "C") != 0 &&
         strcmp(locale, "POSIX") != 0 && strcasestr(locale, "UTF-8") == NULL &&
         strcasestr(locale, "UTF8") == NULL;
}

static void take_size(struct style *style, FILE *file) {
  const char *columns = getenv("COLUMNS");
  struct winsize size = {0};
  unsigned long wanted = 80;

  if (style->terminal && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0) {
    wanted = size.ws_col;
    style->rows = size.ws_row;
  } else if (columns != NULL && columns[0] >= '1' && columns[0] <= '9') {
    wanted = strtoul(columns, NULL, 10);
  }
  if (wanted < STYLE_COLUMNS_MIN)
    wanted = STYLE_COLUMNS_MIN;
  if (wanted > STYLE_COLUMNS_MAX)
    wanted = STYLE_COLUMNS_MAX;
  style->columns = (unsigned)wanted;
}

void style_of(struct style *style, FILE *file) {
  const char *term = getenv("TERM");

  *style = (struct style){.terminal = isatty(fileno(file)) == 1};
  style->colour = style->terminal && !is_set("NO_COLOR") && term != NULL &&
                  strcmp(term, "dumb") != 0;
  style->ascii = wants_ascii();
  take_size(style, file);
}

int style_ink(const struct style *style, struct buf *out, enum ink ink,
              const char *text) {
  static const char *const codes[] = {
      [INK_PLAIN] = "",   [INK_DIM] = "2",     [INK_BOLD] = "1",
      [INK_GREEN] = "32", [INK_YELLOW] = "33", [INK_RED] = "31",
      [INK_CYAN] = "36",
  };

  if (!style->colour || ink == INK_PLAIN || text[0] == '\0')
    return buf_adds(out, text);
  return buf_addf(out, "\033[%sm%s\033[0m", codes[ink], text);
}
