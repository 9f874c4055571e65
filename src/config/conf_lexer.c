/* SPDX-License-Identifier: MIT */
/* Scanning a collectd.conf: see conf_lexer.h. The rules are those of a flex
 * scanner: the longest match wins, of equally long ones the first; what no
 * rule matches is skipped character by character. */
#include <config.h>

#include "config/conf_lexer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Quotes that are never closed make the scanner look to the end of the text
 * again and again; beyond this it gives up there. */
enum { EFFORT_MAX = 64 * 1024 * 1024 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return isxdigit((unsigned char)c) != 0; }
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\b'; }

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         c == '_';
}

/* -- matchers: how many bytes at s a pattern takes, 0 for none -- */

static size_t match_eol(const char *s, size_t len) {
  if (len >= 2 && s[0] == '\r' && s[1] == '\n')
    return 2;
  return len >= 1 && s[0] == '\n' ? 1 : 0;
}

static size_t match_word(const char *s, size_t len) {
  size_t n = 0;

  while (n < len && is_word(s[n]))
    n++;
  return n;
}

static size_t digits(const char *s, size_t len, size_t from) {
  while (from < len && is_digit(s[from]))
    from++;
  return from;
}

/* [+-]?[0-9]+, 0x1f, or [+-]?[0-9]*\.[0-9]+([eE][+-][0-9]+)? */
static size_t match_number(const char *s, size_t len) {
  size_t sign = len > 0 && (s[0] == '+' || s[0] == '-');
  size_t whole = digits(s, len, sign);
  size_t n = whole > sign ? whole : 0;
  size_t part;

  if (len > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && is_hex(s[2])) {
    for (n = 3; n < len && is_hex(s[n]);)
      n++;
    return n;
  }
  if (whole >= len || s[whole] != '.')
    return n;
  part = digits(s, len, whole + 1);
  if (part == whole + 1)
    return n;
  n = part;
  if (n + 2 < len && (s[n] == 'e' || s[n] == 'E') &&
      (s[n + 1] == '+' || s[n + 1] == '-') && is_digit(s[n + 2]))
    n = digits(s, len, n + 2);
  return n;
}

/* Decimal without leading zeros, at most max: its longest match. */
static size_t match_up_to(const char *s, size_t len, unsigned min,
                          unsigned max) {
  unsigned value = 0;
  size_t n = 0;

  if (len > 0 && s[0] == '0')
    return min == 0 ? 1 : 0;
  while (n < len && is_digit(s[n]) &&
         value * 10 + (unsigned)(s[n] - '0') <= max) {
    value = value * 10 + (unsigned)(s[n] - '0');
    n++;
  }
  return n;
}

static size_t match_port(const char *s, size_t len) {
  size_t n = len > 0 && s[0] == ':' ? match_up_to(s + 1, len - 1, 1, 65535) : 0;

  return n > 0 ? n + 1 : 0;
}

static size_t match_ipv4(const char *s, size_t len) {
  size_t at = 0;

  for (int i = 0; i < 4; i++) {
    size_t n = match_up_to(s + at, len - at, 0, 255);

    if (n == 0)
      return 0;
    at += n;
    if (i < 3 && (at >= len || s[at] != '.'))
      return 0;
    at += i < 3;
  }
  return at + match_port(s + at, len - at);
}

static size_t match_group(const char *s, size_t len) {
  size_t n = 0;

  while (n < len && n < 4 && is_hex(s[n]))
    n++;
  return n;
}

/* Groups after the head of an address: further ones with their colons, up to
 * most 16-bit units in total, the last of which may be an IPv4 address. Gives
 * the length of the longest match with exactly `units` units, 0 for none. */
static size_t match_units(const char *s, size_t len, unsigned units) {
  size_t at = 0;

  while (units > 0) {
    size_t v4 = units == 2 ? match_ipv4(s + at, len - at) : 0;
    size_t n = match_group(s + at, len - at);

    if (v4 > 0)
      return at + v4;
    if (n == 0)
      return 0;
    at += n;
    if (--units > 0) {
      if (at >= len || s[at] != ':')
        return 0;
      at++;
    }
  }
  return at;
}

static size_t longer(size_t a, size_t b) { return a > b ? a : b; }

/* What may follow "::" when `before` groups stood in front of it. */
static size_t match_after_gap(const char *s, size_t len, unsigned before) {
  size_t best = 0;

  for (unsigned units = 1; before + units <= 7; units++)
    best = longer(best, match_units(s, len, units));
  return best;
}

static size_t match_ipv6_base(const char *s, size_t len) {
  size_t best = match_units(s, len, 8);
  size_t at = 0;

  for (unsigned before = 0; before <= 7; before++) {
    size_t n;

    if (before > 0) {
      if (before > 1 && (at >= len || s[at++] != ':'))
        break;
      n = match_group(s + at, len - at);
      if (n == 0)
        break;
      at += n;
    }
    if (at + 2 <= len && s[at] == ':' && s[at + 1] == ':')
      best = longer(best,
                    at + 2 + match_after_gap(s + at + 2, len - at - 2, before));
  }
  return best;
}

static size_t match_ipv6(const char *s, size_t len) {
  size_t n;

  if (len == 0 || s[0] != '[')
    return match_ipv6_base(s, len);
  n = match_ipv6_base(s + 1, len - 1);
  if (n == 0 || n + 1 >= len || s[n + 1] != ']')
    return 0;
  n += 2;
  return n + match_port(s + n, len - n);
}

/* -- bare words -- */

static enum conf_token boolean_of(const char *s, size_t n) {
  static const struct {
    const char *word;
    enum conf_token token;
  } words[] = {{"true", TOKEN_TRUE}, {"yes", TOKEN_TRUE},
               {"on", TOKEN_TRUE},   {"false", TOKEN_FALSE},
               {"no", TOKEN_FALSE},  {"off", TOKEN_FALSE}};

  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
    if (strlen(words[i].word) == n && memcmp(words[i].word, s, n) == 0)
      return words[i].token;
  return TOKEN_END;
}

static enum conf_token give_string(struct conf_lexer *lex,
                                   enum conf_token token, const char *s,
                                   size_t n) {
  lex->string = strndup(s, n);
  return lex->string == NULL ? TOKEN_MEMORY : token;
}

static enum conf_token give_number(struct conf_lexer *lex, const char *s,
                                   size_t n) {
  char *copy = strndup(s, n);

  if (copy == NULL)
    return TOKEN_MEMORY;
  lex->number = strtod(copy, NULL);
  free(copy);
  return TOKEN_NUMBER;
}

/* A boolean, address, number or word; TOKEN_END when it is none. */
static enum conf_token bare(struct conf_lexer *lex) {
  const char *s = lex->text + lex->at;
  size_t len = lex->len - lex->at;
  size_t word = match_word(s, len);
  size_t number = match_number(s, len);
  size_t address = longer(match_ipv4(s, len), match_ipv6(s, len));
  size_t best = longer(longer(word, number), address);
  enum conf_token boolean = boolean_of(s, word);

  lex->at += best;
  if (best == 0)
    return TOKEN_END;
  if (boolean != TOKEN_END && best == word)
    return boolean;
  if (best == number && best > address)
    return give_number(lex, s, best);
  return give_string(lex, TOKEN_WORD, s, best);
}

/* -- quoted strings -- */

enum quoted { QUOTED_NONE, QUOTED_CLOSED, QUOTED_CONTINUED };

/* Text up to the closing quote, or to a backslash at the end of a line, from
 * `from` on; *end becomes where it ends. */
static enum quoted scan_quoted(struct conf_lexer *lex, size_t from,
                               size_t *end) {
  enum quoted found = QUOTED_NONE;

  for (size_t i = from; i < lex->len; i++) {
    size_t eol;

    lex->effort++;
    if (lex->text[i] == '"') {
      *end = i + 1;
      return QUOTED_CLOSED;
    }
    if (lex->text[i] != '\\')
      continue;
    eol = match_eol(lex->text + i + 1, lex->len - i - 1);
    if (eol > 0) {
      *end = i + 1 + eol;
      found = QUOTED_CONTINUED;
    }
    if (eol == 1 || i + 1 >= lex->len)
      break;
    i++; /* the escaped one; \r may be one, then a later match is longer */
  }
  return found;
}

static void count_lines(struct conf_lexer *lex, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    lex->line += lex->text[i] == '\n';
}

static void skip(struct conf_lexer *lex) {
  char c = lex->text[lex->at++];

  if (lex->skipped != NULL)
    lex->skipped(lex->arg, lex->line, c);
  lex->line += c == '\n';
}

/* A backslash takes itself away and protects what follows. */
static void unescape(char *s, size_t len) {
  size_t out = 0;

  for (size_t i = 0; i < len; i++) {
    if (s[i] == '\\' && ++i >= len)
      break;
    s[out++] = s[i];
  }
  s[out] = '\0';
}

/* The pieces of a string that goes on over several lines: the scanner's state
 * "ML". Leading white space of each further line is dropped. */
static enum conf_token continued(struct conf_lexer *lex, char *out,
                                 size_t *used) {
  while (lex->at < lex->len) {
    size_t start = lex->at;
    size_t end = 0;
    enum quoted how = QUOTED_NONE;

    if (is_blank(lex->text[start])) {
      if (start > 0 && lex->text[start - 1] == '\n')
        while (lex->at < lex->len && is_blank(lex->text[lex->at]))
          lex->at++;
      else
        skip(lex);
      continue;
    }
    if (lex->effort > EFFORT_MAX) {
      lex->at = lex->len;
      break;
    }
    how = scan_quoted(lex, start + 1, &end);
    if (how == QUOTED_NONE) {
      skip(lex);
      continue;
    }
    count_lines(lex, start, end);
    lex->at = end;
    if (how == QUOTED_CONTINUED) {
      end -= lex->text[end - 2] == '\r' ? 3 : 2;
      memcpy(out + *used, lex->text + start, end - start);
      *used += end - start;
      continue;
    }
    memcpy(out + *used, lex->text + start, end - 1 - start);
    *used += end - 1 - start;
    return TOKEN_STRING;
  }
  return TOKEN_END;
}

static enum conf_token quoted(struct conf_lexer *lex) {
  size_t start = lex->at + 1;
  size_t end = 0;
  enum quoted how = scan_quoted(lex, start, &end);
  enum conf_token token = TOKEN_STRING;
  size_t used;
  char *out;

  if (how == QUOTED_NONE)
    return TOKEN_END; /* never closed: the quote itself is skipped */
  out = malloc((how == QUOTED_CLOSED ? end : lex->len) - lex->at + 1);
  if (out == NULL)
    return TOKEN_MEMORY;
  used = end - start - 1;
  if (how == QUOTED_CONTINUED)
    used = end - start - (lex->text[end - 2] == '\r' ? 3 : 2);
  memcpy(out, lex->text + start, used);
  count_lines(lex, lex->at, end);
  lex->at = end;
  if (how == QUOTED_CONTINUED)
    token = continued(lex, out, &used);
  if (token == TOKEN_STRING) {
    unescape(out, used);
    lex->string = out;
    return token;
  }
  free(out);
  return token;
}

/* -- all together -- */

/* Blanks, comments, continued lines and what nobody knows. */
static void skip_void(struct conf_lexer *lex) {
  while (lex->at < lex->len) {
    const char *s = lex->text + lex->at;
    size_t eol = s[0] == '\\' ? match_eol(s + 1, lex->len - lex->at - 1) : 0;

    if (eol > 0) {
      lex->at += 1 + eol;
      lex->line++;
    } else if (*s == '#') {
      const char *end = memchr(s, '\n', lex->len - lex->at);

      lex->at = end != NULL ? (size_t)(end - lex->text) : lex->len;
    } else if (is_blank(*s)) {
      lex->at++;
    } else {
      break;
    }
  }
}

enum conf_token conf_lexer_next(struct conf_lexer *lex) {
  static const struct {
    char c;
    enum conf_token token;
  } signs[] = {{'/', TOKEN_SLASH}, {'<', TOKEN_OPEN}, {'>', TOKEN_CLOSE}};

  for (;;) {
    size_t eol;

    skip_void(lex);
    if (lex->effort > EFFORT_MAX)
      lex->at = lex->len;
    lex->token_line = lex->line;
    if (lex->at >= lex->len)
      return lex->token = TOKEN_END;
    eol = match_eol(lex->text + lex->at, lex->len - lex->at);
    if (eol > 0) {
      lex->at += eol;
      lex->line++;
      return lex->token = TOKEN_EOL;
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
      if (lex->text[lex->at] == signs[i].c) {
        lex->at++;
        return lex->token = signs[i].token;
      }
    lex->token = lex->text[lex->at] == '"' ? quoted(lex) : bare(lex);
    if (lex->token != TOKEN_END)
      return lex->token;
    if (lex->at < lex->len)
      skip(lex);
  }
}
