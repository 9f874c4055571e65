/* SPDX-License-Identifier: MIT */
/* What the names in templates stand for: those about several alerts in one
 * text, and about the readings of a missing device. See template_variables.h.
 */
#include <config.h>

#include "alert/text/template_variables_group.h"

#include "alert/text/template_value.h"
#include "base/buf.h"

#include <math.h>
#include <string.h>

GETTER(get_member) {
  return value_give_text(value,
                         view->member != NULL ? view->member->series : "");
}

GETTER(get_missing_since) {
  return value_give_moment_ms(
      value, view->member != NULL ? view->member->missing_since : 0);
}

GETTER(get_back_at) {
  return value_give_moment_ms(value,
                              view->member != NULL ? view->member->back_at : 0);
}

GETTER(get_members) {
  return value_give_number(value, (double)view->alert->members_num);
}

GETTER(get_members_missing) {
  return value_give_number(value, (double)view->alert->members_missing);
}

/* -- several alerts in one text ---------------------------------------------
 */

enum { LEVELS_TEXT_MAX = 200 };

static bool is_over(const struct alert *alert) {
  return alert->state == ALERT_RESOLVED || alert->state == ALERT_EXPIRED;
}

static bool is_warning(const struct alert *alert) {
  return !is_over(alert) && alert->level <= LEVEL_WARNING;
}

static bool is_failure(const struct alert *alert) {
  return !is_over(alert) && alert->level > LEVEL_WARNING;
}

static bool is_offline(const struct alert *alert) {
  return !is_over(alert) && alert->class == ALERT_MISSING;
}

static const struct message_group *group_of(const struct view *view) {
  return view->message != NULL ? view->message->group : NULL;
}

static int give_tally(const struct view *view,
                      bool (*counts)(const struct alert *alert),
                      struct value *value) {
  unsigned n = 0;

  for (size_t i = 0; i < view->alerts_num; i++)
    n += counts(view->alerts[i]) ? 1U : 0U;
  return value_give_number(value, n);
}

GETTER(get_total) {
  if (group_of(view) != NULL)
    return value_give_number(value, group_of(view)->total);
  return value_give_number(
      value, view->alerts_num > 0 ? (double)view->alerts_num : NAN);
}
static bool is_open(const struct alert *alert) { return !is_over(alert); }

GETTER(get_still_open) {
  const struct message_group *group = group_of(view);

  return group != NULL
             ? value_give_number(value, group->total - group->recovered)
             : give_tally(view, is_open, value);
}

GETTER(get_warnings) {
  return group_of(view) != NULL
             ? value_give_number(value, group_of(view)->warnings)
             : give_tally(view, is_warning, value);
}
GETTER(get_failures) {
  return group_of(view) != NULL
             ? value_give_number(value, group_of(view)->failures)
             : give_tally(view, is_failure, value);
}
GETTER(get_offline) {
  return group_of(view) != NULL
             ? value_give_number(value, group_of(view)->offline)
             : give_tally(view, is_offline, value);
}
GETTER(get_recovered) {
  return group_of(view) != NULL
             ? value_give_number(value, group_of(view)->recovered)
             : give_tally(view, is_over, value);
}

/* "2 critical, 5 warning, 7 recovered" */
GETTER(get_by_level) {
  const struct message_group *group = group_of(view);
  struct buf text;
  int err = 0;

  buf_init(&text, LEVELS_TEXT_MAX);
  for (int l = LEVEL_COUNT - 1;
       group != NULL && group->by_level && l >= 0 && err == 0; l--) {
    unsigned n = l == LEVEL_OK ? group->recovered : group->levels[l];

    if (n > 0)
      err = buf_addf(&text, "%s%u %s", text.len > 0 ? ", " : "", n,
                     l == LEVEL_OK ? "recovered" : level_name((enum level)l));
  }
  if (err == 0)
    err = value_give_copy(value, text.data != NULL ? text.data : "");
  buf_free(&text);
  return err;
}

enum { NAMED_DEVICES = 3, EACH_MAX = 10, DEVICES_MAX = 16384 };

static bool named_before(const struct view *view, size_t i) {
  for (size_t j = 0; j < i; j++)
    if (strcmp(view->alerts[j]->device, view->alerts[i]->device) == 0)
      return true;
  return false;
}

/* "Freezer, Heater, Office and 6 more" */
GETTER(get_devices) {
  struct buf text;
  unsigned names = 0;
  int err = 0;

  buf_init(&text, DEVICES_MAX);
  for (size_t i = 0; i < view->alerts_num && err == 0; i++) {
    if (named_before(view, i))
      continue;
    names++;
    if (names <= NAMED_DEVICES)
      err = buf_addf(&text, "%s%s", names > 1 ? ", " : "",
                     view->alerts[i]->device);
  }
  if (err == 0 && names > NAMED_DEVICES)
    err = buf_addf(&text, " and %u more", names - NAMED_DEVICES);
  if (err == 0 && text.data != NULL)
    err = value_give_copy(value, text.data);
  buf_free(&text);
  return err;
}

GETTER(get_worst) {
  const struct alert *worst = NULL;
  struct view inner = *view;
  struct message message = {.channel = ""};

  for (size_t i = 0; i < view->alerts_num; i++)
    if (!is_over(view->alerts[i]) &&
        (worst == NULL || view->alerts[i]->level > worst->level))
      worst = view->alerts[i];
  if (worst == NULL)
    return value_give_text(value, "");
  if (view->message != NULL)
    message = *view->message;
  message.alert = worst; /* said as if it were alone */
  message.group = NULL;
  message.reason = REASON_OPENED;
  inner.message = &message;
  inner.alert = worst;
  inner.alerts_num = 0;
  return value_give_view_text(&inner, VIEW_TITLE, value);
}

/* "Freezer: 1 620 W", "Heater was above 1 500 W" */
GETTER(get_headline) {
  struct view inner = *view;
  struct message message = {.channel = ""};
  bool once = view->alert->flags & ALERT_ONESHOT;

  if (view->message != NULL)
    message = *view->message;
  message.alert = view->alert;
  message.group = NULL;
  message.reason =
      is_over(view->alert) && !once ? REASON_MISSED : REASON_OPENED;
  inner.message = &message;
  inner.alerts_num = 0;
  return value_give_view_text(&inner, VIEW_TITLE, value);
}

GETTER(get_more) {
  const struct message_group *group = group_of(view);

  if (group != NULL)
    return value_give_number(value,
                             group->total > group->alerts_num
                                 ? (double)(group->total - group->alerts_num)
                                 : NAN);
  return value_give_number(value, view->alerts_num > EACH_MAX
                                      ? (double)(view->alerts_num - EACH_MAX)
                                      : NAN);
}

/* -- the table ------------------------------------------------------------- */

const struct template_variable variables_group[] = {
    {"member", "group", "one reading of a missing device", VALUE_TEXT, FOREIGN,
     BARE, get_member},
    {"missing_since", "group", "of that reading", VALUE_MOMENT, OWN, BARE,
     get_missing_since},
    {"back_at", "group", "of that reading", VALUE_MOMENT, OWN, BARE,
     get_back_at},
    {"members", "group", "readings of a missing device", VALUE_NUMBER, OWN,
     BARE, get_members},
    {"members_missing", "group", "of these, still missing", VALUE_NUMBER, OWN,
     BARE, get_members_missing},
    {"total", "group", "alerts in this text", VALUE_NUMBER, OWN, BARE,
     get_total},
    {"still_open", "group", "of these, not over", VALUE_NUMBER, OWN, BARE,
     get_still_open},
    {"warnings", "group", "of these, info and warning", VALUE_NUMBER, OWN, BARE,
     get_warnings},
    {"failures", "group", "of these, error and above", VALUE_NUMBER, OWN, BARE,
     get_failures},
    {"offline", "group", "of these, devices that do not report", VALUE_NUMBER,
     OWN, BARE, get_offline},
    {"recovered", "group", "of these, over", VALUE_NUMBER, OWN, BARE,
     get_recovered},
    {"by_level", "group", "how many of each level, of what waited for a rate",
     VALUE_TEXT, OWN, BARE, get_by_level},
    {"devices", "group", "names of the first three, and how many more",
     VALUE_TEXT, FOREIGN, BARE, get_devices},
    {"headline", "group", "title of one of them, inside each", VALUE_TEXT,
     FOREIGN, BARE, get_headline},
    {"worst", "group", "title of the worst", VALUE_TEXT, FOREIGN, BARE,
     get_worst},
    {"alerts", "group", "same as total; what each goes over", VALUE_NUMBER, OWN,
     BARE, get_total},
    {"more", "group", "alerts beyond the ten that each lists", VALUE_NUMBER,
     OWN, BARE, get_more},
};

const size_t variables_group_num =
    sizeof(variables_group) / sizeof(variables_group[0]);
