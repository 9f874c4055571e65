/* SPDX-License-Identifier: MIT */
/* Reading a collectd.conf: see conf_parser.h. */
#include <config.h>

#include "config/conf_parser.h"

#include "base/text.h"
#include "config/conf_lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf_reader {
  struct conf_lexer lex;
  unsigned depth;
  unsigned items;
  char *why;
  conf_parser_note *note;
  void *arg;
  unsigned noted; /* line of the last note */
};

static bool fail(struct conf_reader *r, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says why and returns false. The first failure counts. */
static bool fail(struct conf_reader *r, unsigned line, const char *format,
                 ...) {
  char what[CONF_WHY_SIZE];
  char raw[CONF_WHY_SIZE + 32];
  va_list args;

  if (r->why[0] != '\0')
    return false;
  va_start(args, format);
  vsnprintf(what, sizeof(what), format, args);
  va_end(args);
  snprintf(raw, sizeof(raw), "line %u: %s", line, what);
  text_clean(raw, sizeof(raw), r->why, CONF_WHY_SIZE);
  return false;
}

/* What a character that no rule knows is likely to be, and what to do. */
static const char *remedy(char what) {
  switch (what) {
  case '\'':
    return "texts stand in \"...\"";
  case '=':
  case ':':
    return "a value with it needs quotes, and none stands between an option "
           "and its value";
  default:
    return "does the text need quotes?";
  }
}

/* The first bytes, in UTF-8, of typographic quotes and of a byte order mark. */
static const char *remedy_of_byte(unsigned char what) {
  switch (what) {
  case 0xe2:
    return "quotes are the plain \", not those of a word processor";
  case 0xef:
    return "save the file as UTF-8 without a byte order mark";
  default:
    return "does the text need quotes?";
  }
}

static void skipped(void *arg, unsigned line, char what) {
  struct conf_reader *r = arg;
  char text[CONF_WHY_SIZE];

  if (r->note == NULL || r->noted == line)
    return;
  r->noted = line;
  if (what == '"')
    snprintf(text, sizeof(text),
             "line %u: this quote is never closed, collectd ignores it", line);
  else if (what > ' ' && what < 0x7f)
    snprintf(text, sizeof(text), "line %u: collectd ignores '%c' here: %s",
             line, what, remedy(what));
  else
    snprintf(text, sizeof(text),
             "line %u: collectd ignores the byte 0x%02x here: %s", line,
             (unsigned char)what, remedy_of_byte((unsigned char)what));
  r->note(r->arg, line, text);
}

/* Moves on; whatever the old token owned and nobody took is freed. */
static enum conf_token next(struct conf_reader *r) {
  free(r->lex.string);
  r->lex.string = NULL;
  return conf_lexer_next(&r->lex);
}

static bool unexpected(struct conf_reader *r, const char *expected) {
  static const char *const names[] = {
      [TOKEN_END] = "the end of the file",
      [TOKEN_EOL] = "the end of the line",
      [TOKEN_SLASH] = "\"/\"",
      [TOKEN_OPEN] = "\"<\"",
      [TOKEN_CLOSE] = "\">\"",
      [TOKEN_TRUE] = "\"true\"",
      [TOKEN_FALSE] = "\"false\"",
      [TOKEN_NUMBER] = "a number",
      [TOKEN_WORD] = "a word",
      [TOKEN_STRING] = "a text in quotes",
      [TOKEN_MEMORY] = "no memory",
  };
  const char *hint =
      r->lex.token == TOKEN_SLASH ? "; texts with \"/\" must be in quotes" : "";

  if (r->lex.token == TOKEN_MEMORY)
    return fail(r, r->lex.token_line, "out of memory");
  if (r->lex.token == TOKEN_WORD || r->lex.token == TOKEN_STRING)
    return fail(r, r->lex.token_line, "expected %s, found \"%.60s\"", expected,
                r->lex.string);
  return fail(r, r->lex.token_line, "expected %s, found %s%s", expected,
              names[r->lex.token], hint);
}

static bool count(struct conf_reader *r) {
  if (++r->items <= CONF_ITEMS_MAX)
    return true;
  return fail(r, r->lex.token_line, "more than %d options", CONF_ITEMS_MAX);
}

/* Values up to whatever is none. */
static bool read_values(struct conf_reader *r, struct conf_item *item) {
  for (;; next(r)) {
    int err;

    switch (r->lex.token) {
    case TOKEN_NUMBER:
      err = conf_add_number(item, r->lex.number);
      break;
    case TOKEN_TRUE:
    case TOKEN_FALSE:
      err = conf_add_bool(item, r->lex.token == TOKEN_TRUE);
      break;
    case TOKEN_WORD:
    case TOKEN_STRING:
      err = conf_add_string(item, r->lex.string);
      break;
    default:
      return true;
    }
    if (err < 0)
      return fail(r, r->lex.token_line, "out of memory");
    if (!count(r))
      return false;
  }
}

static struct conf_item *add_item(struct conf_reader *r,
                                  struct conf_item *parent) {
  struct conf_item *item = NULL;

  if (!count(r))
    return NULL;
  item = conf_add_child(parent, r->lex.string);
  if (item == NULL)
    fail(r, r->lex.token_line, "out of memory");
  else
    item->line = r->lex.token_line;
  return item;
}

static bool take(struct conf_reader *r, enum conf_token token,
                 const char *expected) {
  if (r->lex.token != token)
    return unexpected(r, expected);
  next(r);
  return true;
}

/* Name value... EOL; the name is the token. */
static bool read_option(struct conf_reader *r, struct conf_item *parent) {
  struct conf_item *item = add_item(r, parent);

  if (item == NULL)
    return false;
  next(r);
  if (!read_values(r, item))
    return false;
  if (item->values_num == 0)
    return unexpected(r, "a value");
  return take(r, TOKEN_EOL, "a value or the end of the line");
}

/* "/Name> EOL" of the end of item. */
static bool read_block_end(struct conf_reader *r,
                           const struct conf_item *item) {
  next(r); /* the slash */
  if (r->lex.token != TOKEN_WORD)
    return unexpected(r, "the name of a block");
  if (strcmp(r->lex.string, item->key) != 0)
    return fail(r, r->lex.token_line,
                "</%.60s> does not close <%.60s> of line %u", r->lex.string,
                item->key, item->line);
  next(r);
  return take(r, TOKEN_CLOSE, "\">\"") &&
         take(r, TOKEN_EOL, "the end of the line");
}

static bool read_block(struct conf_reader *r, struct conf_item *parent);

/* Everything up to the end of the block, or of the text for the root. */
static bool read_content(struct conf_reader *r, struct conf_item *item,
                         bool root) {
  for (;;) {
    switch (r->lex.token) {
    case TOKEN_EOL:
      next(r);
      break;
    case TOKEN_WORD:
      if (!read_option(r, item))
        return false;
      break;
    case TOKEN_OPEN:
      next(r);
      if (r->lex.token == TOKEN_SLASH)
        return root
                   ? fail(r, r->lex.token_line, "a block ends that never began")
                   : read_block_end(r, item);
      if (!read_block(r, item))
        return false;
      break;
    case TOKEN_END:
      return root ? true
                  : fail(r, r->lex.token_line,
                         "<%.60s> of line %u is not closed", item->key,
                         item->line);
    default:
      return unexpected(r, "the name of an option or block");
    }
  }
}

/* collectd forgets blocks that hold nothing and have no name. */
static void drop_empty(struct conf_reader *r, struct conf_item *parent) {
  struct conf_item *last = &parent->children[parent->children_num - 1];
  char text[CONF_WHY_SIZE];

  if (last->values_num > 0 || last->children_num > 0)
    return;
  snprintf(text, sizeof(text),
           "line %u: collectd passes over <%.60s>, for nothing stands in it",
           last->line, last->key);
  if (r->note != NULL)
    r->note(r->arg, last->line, text);
  free(last->key);
  free(last->children); /* of blocks in it that were dropped themselves */
  parent->children_num--;
}

/* After "<". */
static bool read_block(struct conf_reader *r, struct conf_item *parent) {
  struct conf_item *item;

  if (r->lex.token != TOKEN_WORD)
    return unexpected(r, "the name of a block");
  if (r->depth >= CONF_DEPTH_MAX)
    return fail(r, r->lex.token_line, "blocks are nested deeper than %d",
                CONF_DEPTH_MAX);
  item = add_item(r, parent);
  if (item == NULL)
    return false;
  next(r);
  if (!read_values(r, item) || !take(r, TOKEN_CLOSE, "a value or \">\"") ||
      !take(r, TOKEN_EOL, "the end of the line"))
    return false;
  r->depth++;
  if (!read_content(r, item, false))
    return false;
  r->depth--;
  drop_empty(r, parent);
  return true;
}

struct conf_item *conf_parser_read(const char *text, size_t len,
                                   conf_parser_note *note, void *arg,
                                   char why[CONF_WHY_SIZE]) {
  struct conf_reader r = {.why = why, .note = note, .arg = arg};
  struct conf_item *root = NULL;
  const char *nul = memchr(text, '\0', len);
  bool good = false;

  why[0] = '\0';
  r.lex = (struct conf_lexer){
      .text = text, .len = len, .line = 1, .skipped = skipped, .arg = &r};
  if (len > CONF_TEXT_MAX) {
    fail(&r, 1, "longer than %d bytes", CONF_TEXT_MAX);
  } else if (nul != NULL) {
    unsigned line = 1;

    for (const char *s = text; s < nul; s++)
      line += *s == '\n';
    fail(&r, line, "a NUL byte: this is no text");
  } else {
    root = conf_new("");
    if (root == NULL)
      fail(&r, 1, "out of memory");
  }
  if (root != NULL) {
    next(&r);
    good = read_content(&r, root, true);
  }
  free(r.lex.string);
  if (good)
    return root;
  conf_free(root);
  return NULL;
}
