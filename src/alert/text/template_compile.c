/* SPDX-License-Identifier: MIT */
/* From a template's text to its steps, with a person's mistakes named by place:
 * see template_compile.h. The language is described in the manual of
 * notify_kasa. */
#include <config.h>

#include "alert/text/template_compile.h"

#include "alert/text/template_internal.h"
#include "alert/text/template_words.h"
#include "base/text.h"
#include "config/option.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SOURCE_MAX = 8192, /* of a template's own text */
  DEPTH_MAX = 16,    /* of if within if */
};

struct compiler {
  struct template *t;
  const char *source; /* untouched copy, for positions */
  char *at;           /* in t->text */
  char *error;
  size_t error_size;
  size_t open[DEPTH_MAX]; /* steps not yet closed by an end */
  size_t depth;
  bool out_of_memory;
};

static void refuse(struct compiler *c, const char *where, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

/* Position as a person counts: lines and characters, both from 1. */
static void refuse(struct compiler *c, const char *where, const char *format,
                   ...) {
  size_t offset = (size_t)(where - c->t->text);
  unsigned line = 1;
  unsigned character = 1;
  char what[300];
  va_list args;

  va_start(args, format);
  vsnprintf(what, sizeof(what), format, args);
  va_end(args);
  for (size_t i = 0; i < offset; i++) {
    if (c->source[i] == '\n') {
      line++;
      character = 1;
    } else if (((unsigned char)c->source[i] & 0xc0) != 0x80) {
      character++;
    }
  }
  if (line == 1)
    snprintf(c->error, c->error_size, "%s, at character %u", what, character);
  else
    snprintf(c->error, c->error_size, "%s, in line %u at character %u", what,
             line, character);
}

static struct step *add_step(struct compiler *c, enum step_kind kind) {
  struct step *grown =
      realloc(c->t->steps, (c->t->steps_num + 1) * sizeof(*grown));

  if (grown == NULL) {
    c->out_of_memory = true;
    return NULL;
  }
  c->t->steps = grown;
  grown += c->t->steps_num++;
  *grown = (struct step){.kind = kind, .argument = "", .word = ""};
  return grown;
}

static int add_text(struct compiler *c, const char *text, size_t len) {
  struct step *step;

  if (len == 0)
    return 0;
  step = add_step(c, STEP_TEXT);
  if (step == NULL)
    return -ENOMEM;
  step->text = text;
  step->len = len;
  return 0;
}

static char *trim(char *text) {
  size_t len;

  while (*text == ' ' || *text == '\t' || *text == '\n')
    text++;
  len = strlen(text);
  while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t' ||
                     text[len - 1] == '\n'))
    text[--len] = '\0';
  return text;
}

static int unknown_name(struct compiler *c, const char *name) {
  const char *nearest = template_word_meant(name);

  if (nearest == NULL)
    nearest = template_variable_nearest(name);
  if (nearest != NULL)
    refuse(c, name, "unknown name %.60s, did you mean %s?", name, nearest);
  else if (*name == '\0')
    refuse(c, name, "a name is missing between %%{ and }");
  else
    refuse(c, name, "unknown name %.60s", name);
  return -EINVAL;
}

/* "value", "meta:KEY". */
static int take_name(struct compiler *c, char *name, struct step *step) {
  char *colon = strchr(name, ':');
  size_t len = colon != NULL ? (size_t)(colon - name) : strlen(name);
  const struct template_variable *variable = template_variable_find(name, len);

  if (colon != NULL)
    *colon = '\0';
  if (variable == NULL)
    return unknown_name(c, name);
  if (variable->argument && (colon == NULL || colon[1] == '\0')) {
    refuse(c, name, "%s needs a name behind a colon, as in %s:room", name,
           name);
    return -EINVAL;
  }
  if (!variable->argument && colon != NULL) {
    refuse(c, name, "%s takes nothing behind a colon; filters stand behind a |",
           name);
    return -EINVAL;
  }
  step->variable = variable;
  step->argument = colon != NULL ? colon + 1 : "";
  return 0;
}

static int take_filter(struct compiler *c, char *text, struct step *step,
                       enum value_kind *kind) {
  char *colon = strchr(text, ':');
  char *name;
  const struct template_filter *filter;
  const char *wrong;

  if (colon != NULL)
    *colon = '\0';
  name = trim(text);
  filter = template_filter_find(name, strlen(name));
  if (filter == NULL) {
    const char *nearest = template_filter_nearest(name);

    if (*name == '\0') {
      refuse(c, name, "a filter is missing behind |");
      return -EINVAL;
    }
    refuse(c, name, "unknown filter %.60s%s%s%s", name,
           nearest != NULL ? ", did you mean " : "",
           nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    return -EINVAL;
  }
  if (step->filters_num == FILTERS_MAX) {
    refuse(c, name, "more than %d filters", FILTERS_MAX);
    return -EINVAL;
  }
  wrong = template_filter_check(filter, colon != NULL ? colon + 1 : NULL,
                                step->variable->foreign, kind);
  if (wrong != NULL) {
    refuse(c, name, "filter %s of %s %s", name, step->variable->name, wrong);
    return -EINVAL;
  }
  step->filters[step->filters_num++] =
      (struct applied_filter){filter, colon != NULL ? colon + 1 : ""};
  return 0;
}

/* "value|default:none|upper" */
static int take_value(struct compiler *c, char *tag) {
  struct step *step = add_step(c, STEP_VALUE);
  char *rest = strchr(tag, '|');
  enum value_kind kind;
  int err;

  if (step == NULL)
    return -ENOMEM;
  if (rest != NULL)
    *rest++ = '\0';
  err = take_name(c, trim(tag), step);
  if (err < 0)
    return err;
  kind = step->variable->kind;
  while (rest != NULL && err == 0) {
    char *next = strchr(rest, '|');

    if (next != NULL)
      *next++ = '\0';
    err = take_filter(c, rest, step, &kind);
    rest = next;
  }
  return err;
}

/* Finds and cuts out the comparison: "level>=error" leaves "level". */
static char *cut_comparison(char *text, enum comparison *comparison) {
  static const struct {
    const char *sign;
    enum comparison comparison;
  } signs[] = {{">=", MORE_EQUAL}, {"<=", LESS_EQUAL}, {"==", EQUAL},
               {"!=", DIFFERENT},  {">", MORE},        {"<", LESS},
               {"=", EQUAL}};
  char *at = strpbrk(text, "<>=!");

  if (at == NULL)
    return NULL;
  for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
    size_t len = strlen(signs[i].sign);

    if (strncmp(at, signs[i].sign, len) == 0) {
      *comparison = signs[i].comparison;
      *at = '\0';
      return at + len;
    }
  }
  return NULL;
}

static int parse_number(const char *text, double *number) {
  char *end = NULL;

  if (strpbrk(text, "xXnNiIpP") != NULL) /* no nan, inf, hexadecimal */
    return -EINVAL;
  *number = strtod(text, &end);
  return end != text && *end == '\0' && isfinite(*number) ? 0 : -EINVAL;
}

/* What stands right of the sign, by the kind of the name left of it. */
static int take_operand(struct compiler *c, const char *word,
                        struct step *step) {
  const char *name = step->variable->name;
  enum level level = LEVEL_OK;
  char words[240];

  step->word = word;
  switch (step->variable->kind) {
  case VALUE_LEVEL:
    if (level_parse(word, &level) < 0) {
      refuse(c, word,
             "%s is compared with ok, info, warning, error, critical or "
             "emergency, found %.40s",
             name, word);
      return -EINVAL;
    }
    step->number = (double)level;
    return 0;
  case VALUE_DURATION:
    if (option_parse_seconds(word, &step->number) < 0) {
      refuse(c, word, "%s is compared with seconds or 5m, 4h, found %.40s",
             name, word);
      return -EINVAL;
    }
    return 0;
  case VALUE_NUMBER:
    if (parse_number(word, &step->number) < 0) {
      refuse(c, word, "%s is compared with a number, found %.40s", name, word);
      return -EINVAL;
    }
    return 0;
  case VALUE_MOMENT:
    refuse(c, word, "%s is a time and cannot be compared; duration can", name);
    return -EINVAL;
  case VALUE_TEXT:
    if (step->comparison != EQUAL && step->comparison != DIFFERENT) {
      refuse(c, word, "%s is a text, which is compared with == or !=", name);
      return -EINVAL;
    }
    if (!template_word_fits(name, word, words, sizeof(words))) {
      refuse(c, word, "%s is compared with %s, found %.40s", name, words, word);
      return -EINVAL;
    }
    return 0;
  }
  return -EINVAL;
}

static int open_block(struct compiler *c, const char *tag) {
  if (c->depth == DEPTH_MAX) {
    refuse(c, tag, "more than %d levels of if and each", DEPTH_MAX);
    return -EINVAL;
  }
  c->open[c->depth++] = c->t->steps_num - 1;
  return 0;
}

static int take_if(struct compiler *c, char *tag, char *condition) {
  struct step *step = add_step(c, STEP_IF);
  char *operand;
  int err;

  if (step == NULL)
    return -ENOMEM;
  step->comparison = IS_SET;
  operand = cut_comparison(condition, &step->comparison);
  err = take_name(c, trim(condition), step);
  if (err == 0 && operand != NULL)
    err = take_operand(c, trim(operand), step);
  return err == 0 ? open_block(c, tag) : err;
}

static int take_each(struct compiler *c, char *tag, const char *list) {
  struct step *step;

  for (size_t i = 0; i < c->depth; i++)
    if (c->t->steps[c->open[i]].kind == STEP_EACH) {
      refuse(c, tag, "each within each");
      return -EINVAL;
    }
  step = add_step(c, STEP_EACH);
  if (step == NULL)
    return -ENOMEM;
  if (strcmp(list, "alerts") == 0) {
    step->over = EACH_ALERTS;
  } else if (strcmp(list, "members") == 0) {
    step->over = EACH_MEMBERS;
  } else {
    refuse(c, list, "each goes over alerts or members, found %.40s",
           *list != '\0' ? list : "nothing");
    return -EINVAL;
  }
  return open_block(c, tag);
}

static int take_else(struct compiler *c, const char *tag) {
  struct step *opener =
      c->depth > 0 ? &c->t->steps[c->open[c->depth - 1]] : NULL;

  if (opener == NULL || opener->kind != STEP_IF) {
    refuse(c, tag, "%s",
           opener != NULL && opener->kind == STEP_ELSE ? "a second else"
                                                       : "else without if");
    return -EINVAL;
  }
  if (add_step(c, STEP_ELSE) == NULL)
    return -ENOMEM;
  /* add_step() may have moved the steps */
  c->t->steps[c->open[c->depth - 1]].jump = c->t->steps_num;
  c->open[c->depth - 1] = c->t->steps_num - 1;
  return 0;
}

static int take_end(struct compiler *c, const char *tag) {
  struct step *end;
  size_t opener;

  if (c->depth == 0) {
    refuse(c, tag, "end without if or each");
    return -EINVAL;
  }
  end = add_step(c, STEP_END);
  if (end == NULL)
    return -ENOMEM;
  opener = c->open[--c->depth];
  end->loops = c->t->steps[opener].kind == STEP_EACH;
  end->jump = opener;
  /* an if or else that is false, an each that is empty, go on behind it */
  c->t->steps[opener].jump = c->t->steps_num;
  return 0;
}

/* Whether tag begins with this word and a blank; rest is what follows. */
static bool is_word(char *tag, const char *word, char **rest) {
  size_t len = strlen(word);

  if (strncmp(tag, word, len) != 0 ||
      (tag[len] != ' ' && tag[len] != '\0' && tag[len] != '\t'))
    return false;
  *rest = trim(tag + len);
  return true;
}

/* What stands between %{ and }. */
static int take_tag(struct compiler *c, char *tag) {
  char *rest = NULL;

  if (is_word(tag, "if", &rest))
    return take_if(c, tag, rest);
  if (is_word(tag, "each", &rest))
    return take_each(c, tag, rest);
  if (strcmp(tag, "else") == 0)
    return take_else(c, tag);
  if (strcmp(tag, "end") == 0)
    return take_end(c, tag);
  if (strcmp(tag, "nl") == 0)
    return add_text(c, "\n", 1);
  return take_value(c, tag);
}

static int compile(struct compiler *c) {
  int err = 0;

  while (*c->at != '\0' && err == 0) {
    char *percent = strchr(c->at, '%');
    char *close;

    /* a lone percent sign is just that: "humidity above 80 %" */
    while (percent != NULL && percent[1] != '{' && percent[1] != '%')
      percent = strchr(percent + 1, '%');
    if (percent == NULL) {
      err = add_text(c, c->at, strlen(c->at));
      c->at += strlen(c->at);
      continue;
    }
    if (percent[1] == '%') {
      err = add_text(c, c->at, (size_t)(percent + 1 - c->at));
      c->at = percent + 2;
      continue;
    }
    err = add_text(c, c->at, (size_t)(percent - c->at));
    close = strchr(percent, '}');
    if (close == NULL) {
      refuse(c, percent, "%%{ without }");
      return -EINVAL;
    }
    *close = '\0';
    c->at = close + 1;
    if (err == 0)
      err = take_tag(c, trim(percent + 2));
  }
  if (err == 0 && c->depth > 0) {
    const struct step *opener = &c->t->steps[c->open[c->depth - 1]];

    refuse(c, c->at, "%s without end",
           opener->kind == STEP_EACH ? "each" : "if");
    return -EINVAL;
  }
  return err;
}

struct template *template_compile(const char *text, char *error,
                                  size_t error_size) {
  struct compiler c = {
      .source = text, .error = error, .error_size = error_size};
  int err = -ENOMEM;

  if (error_size > 0)
    error[0] = '\0';
  if (strlen(text) > SOURCE_MAX) {
    snprintf(error, error_size, "longer than %d bytes", SOURCE_MAX);
    return NULL;
  }
  c.t = calloc(1, sizeof(*c.t));
  if (c.t != NULL)
    c.t->text = strdup(text);
  if (c.t != NULL && c.t->text != NULL) {
    c.at = c.t->text;
    err = compile(&c);
  }
  if (err == 0)
    return c.t;
  if (err == -ENOMEM)
    snprintf(error, error_size, "out of memory");
  template_free(c.t);
  return NULL;
}

void template_free(struct template *t) {
  if (t == NULL)
    return;
  free(t->steps);
  free(t->text);
  free(t);
}
