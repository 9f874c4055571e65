/* SPDX-License-Identifier: MIT */
/* The words of a collectd.conf: what stands at a place of the text, as the
 * scanner of liboconfig would see it. For conf_parser.c. */
#ifndef CONFIG_CONF_LEXER_H
#define CONFIG_CONF_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum conf_token {
  TOKEN_END,
  TOKEN_EOL,
  TOKEN_SLASH,
  TOKEN_OPEN,
  TOKEN_CLOSE,
  TOKEN_TRUE,
  TOKEN_FALSE,
  TOKEN_NUMBER,
  TOKEN_WORD,   /* without quotes */
  TOKEN_STRING, /* in quotes */
  TOKEN_MEMORY, /* there is none left */
};

struct conf_lexer {
  const char *text;
  size_t len, at;
  unsigned line; /* of the text that comes next */

  enum conf_token token; /* the latest */
  unsigned token_line;
  double number; /* TOKEN_NUMBER */
  char *string;  /* TOKEN_WORD, TOKEN_STRING: owned, taken by the reader */

  /* Told of each character that belongs to no token and is skipped. */
  void (*skipped)(void *arg, unsigned line, char what);
  void *arg;

  size_t effort; /* bytes looked at for closing quotes */
};

/* Moves on to the next token and returns it. */
enum conf_token conf_lexer_next(struct conf_lexer *lex);

#endif
