/* SPDX-License-Identifier: MIT */
/* Rendering compiled templates: see template.h. */
#include <config.h>

#include "alert/text/template_internal.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static bool compare(const struct step *step, const struct value *value) {
  double left = value->number;
  double right = step->number;

  if (value->kind == VALUE_TEXT) {
    bool same = text_same(value->text, step->word);
    return step->comparison == EQUAL ? same : !same;
  }
  switch (step->comparison) {
  case IS_SET:
    return true;
  case EQUAL:
    return left == right;
  case DIFFERENT:
    return left != right;
  case LESS:
    return left < right;
  case LESS_EQUAL:
    return left <= right;
  case MORE:
    return left > right;
  case MORE_EQUAL:
    return left >= right;
  }
  return false;
}

static int holds(const struct step *step, const struct view *view,
                 bool *answer) {
  struct value value;
  int err = template_variable_get(step->variable, step->argument, view, &value);

  if (err == 0) {
    *answer = value_present(&value);
    /* what is not set is equal to no word and beyond no number */
    if (step->comparison != IS_SET)
      *answer = (*answer || value.kind == VALUE_TEXT) && compare(step, &value);
  }
  value_free(&value);
  return err;
}

static int add_value(const struct step *step, const struct view *view,
                     enum text_target target, struct buf *out) {
  struct template_filtered f = {.escaped = false};
  char words[FORMAT_SIZE];
  const char *text;
  int err =
      template_variable_get(step->variable, step->argument, view, &f.value);

  for (size_t i = 0; i < step->filters_num && err == 0; i++)
    err = step->filters[i].filter->apply(&f, step->filters[i].argument, view,
                                         (int)target);
  if (err == 0) {
    value_words(&f.value, view, words, sizeof(words));
    text = f.value.kind == VALUE_TEXT ? f.value.text : words;
    err = f.escaped || f.authors ? buf_adds(out, text)
                                 : text_escape(text, target, out);
  }
  template_filtered_free(&f);
  return err;
}

/* Points view at the i-th of what each goes over; false behind the last. */
static bool each_at(const struct step *step, size_t i, struct view *view) {
  if (i >= EACH_LIMIT)
    return false;
  if (step->over == EACH_ALERTS) {
    if (i >= view->alerts_num)
      return false;
    view->alert = view->alerts[i];
  } else {
    if (i >= view->alert->members_listed)
      return false;
    view->member = &view->alert->members[i];
  }
  return true;
}

static int render(const struct template *t, struct view *view,
                  enum text_target target, struct buf *out) {
  const struct view outer = *view;
  size_t turn = 0; /* of the one each that can be open */
  int err = 0;

  for (size_t i = 0; i < t->steps_num && err == 0;) {
    const struct step *step = &t->steps[i];
    bool yes = false;

    i++;
    switch (step->kind) {
    case STEP_TEXT:
      err = buf_add(out, step->text, step->len);
      break;
    case STEP_VALUE:
      err = add_value(step, view, target, out);
      break;
    case STEP_IF:
      err = holds(step, view, &yes);
      if (!yes)
        i = step->jump;
      break;
    case STEP_ELSE: /* reached from above: its if was true */
      i = step->jump;
      break;
    case STEP_EACH:
      turn = 0;
      if (!each_at(step, turn, view))
        i = step->jump;
      break;
    case STEP_END:
      if (!step->loops)
        break;
      if (each_at(&t->steps[step->jump], ++turn, view))
        i = step->jump + 1;
      else
        *view = outer;
      break;
    }
  }
  return err;
}

int template_render(const struct template *t, const struct view *view,
                    enum text_target target, struct buf *out) {
  struct view own = *view;
  struct buf text;
  int err;

  /* a buffer of its own, so that the ceiling holds whatever out has before */
  buf_init(&text, TEMPLATE_OUTPUT_MAX);
  err = render(t, &own, target, &text);
  if (text.data != NULL && text.len > 0) {
    /* beyond the ceiling the beginning is better than nothing */
    size_t len = err == -EMSGSIZE ? text_cut(text.data, text.len) : text.len;
    int added = err == 0 || err == -EMSGSIZE ? buf_add(out, text.data, len) : 0;

    if (added < 0)
      err = added;
  }
  buf_free(&text);
  return err;
}

bool template_mentions(const struct template *t, const char *name) {
  for (size_t i = 0; i < t->steps_num; i++)
    if (t->steps[i].variable != NULL &&
        strcmp(t->steps[i].variable->name, name) == 0)
      return true;
  return false;
}
