/* SPDX-License-Identifier: MIT */
/* What the names in templates stand for: those about one alert. See
 * template_variables.h. */
#include <config.h>

#include "alert/text/template_variables_alert.h"

#include "alert/text/alert_subject.h"
#include "alert/text/template_value.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- derived facts --------------------------------------------------------- */

/* With Percentage the threshold compares percent, not the raw number. */
static double compared_value(const struct alert *alert) {
  return !isnan(alert->percent) ? alert->percent : alert->value;
}

/* Of a missing device: seconds between its last reading and the notice, as
 * collectd's text has it. A value from the future wraps to centuries there. */
static double silent_seconds(const struct alert *alert) {
  static const char words[] = "has not been updated for ";
  const char *at =
      alert->class == ALERT_MISSING ? strstr(alert->text, words) : NULL;
  double seconds = 0;

  if (at == NULL)
    return 0;
  for (at += sizeof(words) - 1; *at >= '0' && *at <= '9'; at++)
    seconds = seconds * 10 + (*at - '0');
  return seconds < 86400.0 * 3660 ? seconds : 0;
}

static int64_t last_reading_ms(const struct alert *alert) {
  if (alert->last_at != 0)
    return alert->last_at;
  if (alert->class != ALERT_MISSING || alert->since == 0)
    return 0;
  return alert->since - (int64_t)(silent_seconds(alert) * 1000);
}

static double lasted_seconds(const struct view *view) {
  const struct alert *alert = view->alert;
  /* who is away is so since the last reading, not since somebody noticed */
  int64_t from = alert->class == ALERT_MISSING || alert->last_at != 0
                     ? last_reading_ms(alert)
                     : alert->since;
  int64_t to =
      alert->resolved_at != 0 ? alert->resolved_at : view_now(view) * 1000;

  if (from == 0 || to == 0)
    return NAN;
  return to > from ? (double)(to - from) / 1000 : 0;
}

/* After WARNING became FAILURE: the bound that was crossed first. */
static double lower_limit(const struct alert *alert) {
  double bound = alert->direction == DIRECTION_ABOVE   ? alert->warning_max
                 : alert->direction == DIRECTION_BELOW ? alert->warning_min
                                                       : NAN;

  return bound == alert->limit ? NAN : bound;
}

static const char *meta_of(const struct alert *alert, const char *key) {
  for (size_t i = 0; i < ALERT_META_MAX; i++)
    if (alert->meta[i].key[0] != '\0' && text_same(alert->meta[i].key, key))
      return alert->meta[i].value;
  return "";
}

static const char *label_of(const struct alert *alert, const char *name) {
  for (size_t i = 0; i < alert->labels_num; i++)
    if (text_same(alert->labels[i].name, name))
      return alert->labels[i].value;
  return "";
}

/* -- getters --------------------------------------------------------------- */

#define TEXT_GETTER(name)                                                      \
  GETTER(get_##name) { return value_give_text(value, view->alert->name); }
TEXT_GETTER(host)
TEXT_GETTER(plugin)
TEXT_GETTER(plugin_instance)
TEXT_GETTER(type)
TEXT_GETTER(type_instance)
TEXT_GETTER(device)
TEXT_GETTER(fingerprint)
TEXT_GETTER(episode)
TEXT_GETTER(data_source)
TEXT_GETTER(text)
TEXT_GETTER(ack_by)

#define BOUND_GETTER(name)                                                     \
  GETTER(get_##name) {                                                         \
    return value_give_with_unit(view, value, view->alert->name);               \
  }
BOUND_GETTER(limit)
BOUND_GETTER(warning_min)
BOUND_GETTER(warning_max)
BOUND_GETTER(failure_min)
BOUND_GETTER(failure_max)

#define MOMENT_GETTER(name)                                                    \
  GETTER(get_##name) { return value_give_moment_ms(value, view->alert->name); }
MOMENT_GETTER(time)
MOMENT_GETTER(since)
MOMENT_GETTER(seen)
MOMENT_GETTER(resolved_at)
MOMENT_GETTER(ack_at)
MOMENT_GETTER(ack_until)
MOMENT_GETTER(unacked_since)

GETTER(get_identifier) {
  char text[5 * ALERT_NAME_SIZE + 8];

  alert_identifier(view->alert, text, sizeof(text));
  return value_give_copy(value, text);
}

GETTER(get_id) {
  value->style = NUMBER_RAW;
  return value_give_number(value, view->alert->id != 0 ? (double)view->alert->id
                                                       : NAN);
}

GETTER(get_class) {
  return value_give_text(value, alert_class_name(view->alert->class));
}

GETTER(get_severity) {
  return value_give_text(value, severity_name(view->alert->severity));
}

GETTER(get_level) {
  return value_give_number(value, (double)view->alert->level);
}

GETTER(get_state) {
  return value_give_text(value, alert_state_name(view->alert->state));
}

static enum alert_reason reason_of(const struct view *view) {
  return view->message != NULL ? view->message->reason : view->alert->reason;
}

GETTER(get_reason) {
  return value_give_text(value, alert_reason_name(reason_of(view)));
}

GETTER(get_count) {
  return value_give_number(value, (double)view->alert->count);
}

GETTER(get_repeats) {
  return value_give_number(value, (double)view->alert->repeats);
}

GETTER(get_flapping) {
  return value_give_text(value,
                         view->alert->flags & ALERT_FLAPPING ? "flapping" : "");
}

GETTER(get_reopened) {
  return value_give_number(value, view->alert->reopened_num > 0
                                      ? (double)view->alert->reopened_num
                                      : NAN);
}

GETTER(get_reopened_for) {
  const struct alert *alert = view->alert;
  int64_t from = alert->reopened_num > 0 ? alert->reopened[0] : 0;
  int64_t now = view_now(view) * 1000;

  return value_give_number(
      value, from > 0 && now > from ? (double)(now - from) / 1000 : NAN);
}

GETTER(get_news) { return value_give_number(value, (double)view->alert->news); }

GETTER(get_value) {
  return value_give_with_unit(view, value, compared_value(view->alert));
}

GETTER(get_value_raw) {
  value->style = NUMBER_RAW;
  return value_give_number(value, view->alert->value);
}

GETTER(get_percent) {
  value->style = NUMBER_UNIT;
  value->unit = (struct unit){"%", UNIT_PLAIN, 0, NULL};
  return value_give_number(value, view->alert->percent);
}

GETTER(get_excess) {
  return value_give_with_unit(
      view, value, fabs(compared_value(view->alert) - view->alert->limit));
}

/* Of a percentage only the raw numbers are remembered, which the limit is not
 * about. */
GETTER(get_peak) {
  return value_give_with_unit(
      view, value, isnan(view->alert->percent) ? view->alert->peak : NAN);
}

GETTER(get_lower_limit) {
  return value_give_with_unit(view, value, lower_limit(view->alert));
}

GETTER(get_ds) {
  if (!text_same(view->alert->data_source, argument))
    return value_give_with_unit(view, value, NAN);
  return value_give_with_unit(view, value, compared_value(view->alert));
}

GETTER(get_direction) {
  return value_give_text(value, alert_direction_name(view->alert->direction));
}

GETTER(get_unit) {
  const struct text_style *style = view_style(view);
  struct unit unit = unit_of_alert(
      view->alert, view->message != NULL ? view->message->style : NULL);

  return value_give_copy(
      value, unit.kind == UNIT_MONEY ? unit_symbol(&unit, style) : unit.symbol);
}

GETTER(get_metric) {
  char text[2 * ALERT_NAME_SIZE + 2];

  snprintf(text, sizeof(text), "%s%s%s", view->alert->type,
           view->alert->type_instance[0] != '\0' ? "-" : "",
           view->alert->type_instance);
  return value_give_copy(value, text);
}

GETTER(get_duration) { return value_give_number(value, lasted_seconds(view)); }

GETTER(get_delay) {
  double seconds = view->message != NULL ? view->message->delay_s : 0;

  return value_give_number(value, seconds > 0 ? seconds : NAN);
}

GETTER(get_now) {
  value->moment = view_now(view);
  return 0;
}

GETTER(get_last_reading) {
  return value_give_moment_ms(value, last_reading_ms(view->alert));
}

GETTER(get_last_power) {
  value->style = NUMBER_UNIT;
  unit_from_symbol("W", &value->unit);
  return value_give_number(value, view->alert->last_power);
}

GETTER(get_subject) {
  char text[SUBJECT_SIZE];

  alert_subject(view->alert, text, sizeof(text));
  return value_give_copy(value, text);
}

GETTER(get_quantity) {
  char text[SUBJECT_SIZE];

  alert_subject_quantity(view->alert, text, sizeof(text));
  return value_give_copy(value, text);
}

GETTER(get_suffix) {
  return value_give_text(value, alert_subject_suffix(view->alert));
}

GETTER(get_switched) {
  return value_give_text(value,
                         alert_subject_switch(view->alert, view->alert->value));
}

/* Whether this word stands at the beginning of text. */
static bool begins_with(const char *text, const char *word) {
  size_t len = strlen(word);

  return len > 0 && strncmp(text, word, len) == 0;
}

GETTER(get_was_switched) {
  double before = isnan(view->alert->value) ? (double)NAN
                  : view->alert->value != 0 ? 0
                                            : 1;

  return value_give_text(value, alert_subject_switch(view->alert, before));
}

/* A lock screen shows the beginning, so a stranger's text gets the name of
 * what it is about in front, unless it says so itself. */
static int give_named(const struct alert *alert, const char *words,
                      struct value *value) {
  char subject[SUBJECT_SIZE];
  char text[SUBJECT_SIZE + ALERT_TEXT_SIZE + 4];

  alert_subject(alert, subject, sizeof(subject));
  if (words[0] == '\0')
    snprintf(text, sizeof(text), "%s", subject);
  else if (alert_is_storm(alert) || begins_with(words, subject) ||
           begins_with(words, alert->device) ||
           begins_with(words, alert->type_instance))
    return value_give_text(value, words);
  else
    snprintf(text, sizeof(text), "%s: %s", subject, words);
  return value_give_copy(value, text);
}

GETTER(get_announcement) {
  return give_named(view->alert, view->alert->text, value);
}

/* Of our own sentences the first is the headline. */
GETTER(get_announced) {
  const char *text = view->alert->text;
  const char *end = strstr(text, ". ");
  char first[ALERT_TEXT_SIZE];

  if (!alert_is_storm(view->alert) || end == NULL)
    return get_announcement(view, argument, value);
  snprintf(first, sizeof(first), "%.*s", (int)(end - text), text);
  return value_give_copy(value, first);
}

GETTER(get_recovery) {
  if (view->alert->recovery_text[0] == '\0')
    return value_give_text(value, "");
  return give_named(view->alert, view->alert->recovery_text, value);
}

/* To stand within a sentence. */
GETTER(get_problem) {
  char text[ALERT_TEXT_SIZE];
  size_t len;

  snprintf(text, sizeof(text), "%s", view->alert->text);
  len = strlen(text);
  while (len > 0 && strchr(".! ", text[len - 1]) != NULL)
    text[--len] = '\0';
  return value_give_copy(value, text);
}

GETTER(get_title) { return value_give_view_text(view, VIEW_TITLE, value); }
GETTER(get_summary) { return value_give_view_text(view, VIEW_SUMMARY, value); }
GETTER(get_details) { return value_give_view_text(view, VIEW_DETAILS, value); }
GETTER(get_url) { return value_give_view_text(view, VIEW_URL, value); }

GETTER(get_channel) {
  return value_give_text(value,
                         view->message != NULL ? view->message->channel : "");
}

GETTER(get_route) {
  return value_give_text(value,
                         view->message != NULL && view->message->words != NULL
                             ? view->message->words->name
                             : "");
}

GETTER(get_collectd_host) {
  return value_give_text(
      value, view->message != NULL ? view->message->collectd_host : "");
}

GETTER(get_version) { return value_give_text(value, PACKAGE_VERSION); }

GETTER(get_meta) {
  return value_give_text(value, meta_of(view->alert, argument));
}
GETTER(get_label) {
  return value_give_text(value, label_of(view->alert, argument));
}

static int label_or_meta(const struct view *view, const char *name,
                         struct value *value) {
  const char *label = label_of(view->alert, name);

  return value_give_text(value,
                         label[0] != '\0' ? label : meta_of(view->alert, name));
}

GETTER(get_runbook) { return label_or_meta(view, "runbook", value); }
GETTER(get_largest) { return label_or_meta(view, "largest", value); }

/* -- the table ------------------------------------------------------------- */

const struct template_variable variables_alert[] = {
    {"host", "identity", "host name in collectd", VALUE_TEXT, FOREIGN, BARE,
     get_host},
    {"plugin", "identity", "plugin that measured", VALUE_TEXT, FOREIGN, BARE,
     get_plugin},
    {"plugin_instance", "identity", "device as collectd names it", VALUE_TEXT,
     FOREIGN, BARE, get_plugin_instance},
    {"type", "identity", "type of the value, such as power", VALUE_TEXT,
     FOREIGN, BARE, get_type},
    {"type_instance", "identity", "plug of a strip, or part of a value",
     VALUE_TEXT, FOREIGN, BARE, get_type_instance},
    {"identifier", "identity", "all five, host/plugin-instance/type-instance",
     VALUE_TEXT, FOREIGN, BARE, get_identifier},
    {"device", "identity", "alias, else the plugin instance", VALUE_TEXT,
     FOREIGN, BARE, get_device},
    {"subject", "identity", "what the default texts begin with", VALUE_TEXT,
     FOREIGN, BARE, get_subject},
    {"fingerprint", "identity", "32 digits that name this alert for ever",
     VALUE_TEXT, OWN, BARE, get_fingerprint},
    {"episode", "identity", "fingerprint and start of this occurrence",
     VALUE_TEXT, OWN, BARE, get_episode},
    {"id", "identity", "short number for kasactl alerts", VALUE_NUMBER, OWN,
     BARE, get_id},
    {"class", "identity", "range, missing or event", VALUE_TEXT, OWN, BARE,
     get_class},

    {"severity", "state", "collectd's own: FAILURE, WARNING or OKAY",
     VALUE_TEXT, OWN, BARE, get_severity},
    {"level", "state", "info, warning, error, critical or emergency",
     VALUE_LEVEL, OWN, BARE, get_level},
    {"state", "state", "pending, firing, recovering, resolved or expired",
     VALUE_TEXT, OWN, BARE, get_state},
    {"reason", "state", "why this is sent: opened, worse, repeat, ...",
     VALUE_TEXT, OWN, BARE, get_reason},
    {"count", "state", "bad notifications so far", VALUE_NUMBER, OWN, BARE,
     get_count},
    {"repeats", "state", "reminders so far", VALUE_NUMBER, OWN, BARE,
     get_repeats},
    {"flapping", "state", "set while it comes and goes", VALUE_TEXT, OWN, BARE,
     get_flapping},
    {"reopened", "state", "how often it came again within the window",
     VALUE_NUMBER, OWN, BARE, get_reopened},
    {"reopened_for", "state", "since the first of these times", VALUE_DURATION,
     OWN, BARE, get_reopened_for},
    {"news", "state", "other texts of an open event since the last message",
     VALUE_NUMBER, OWN, BARE, get_news},
    {"ack_by", "state", "who acknowledged", VALUE_TEXT, FOREIGN, BARE,
     get_ack_by},
    {"ack_at", "state", "when", VALUE_MOMENT, OWN, BARE, get_ack_at},
    {"ack_until", "state", "until when reminders rest", VALUE_MOMENT, OWN, BARE,
     get_ack_until},
    {"unacked_since", "state", "since when nobody has acknowledged it",
     VALUE_MOMENT, OWN, BARE, get_unacked_since},

    {"value", "value", "with its unit; percent where percent is judged",
     VALUE_NUMBER, OWN, BARE, get_value},
    {"current_value", "value", "the same", VALUE_NUMBER, OWN, BARE, get_value},
    {"value_raw", "value", "as collectd has it, without unit", VALUE_NUMBER,
     OWN, BARE, get_value_raw},
    {"quantity", "value", "words before the value in default texts", VALUE_TEXT,
     FOREIGN, BARE, get_quantity},
    {"suffix", "value", "words behind it, such as today", VALUE_TEXT, OWN, BARE,
     get_suffix},
    {"switched", "value", "on or off, for types that are either", VALUE_TEXT,
     OWN, BARE, get_switched},
    {"was_switched", "value", "the other of the two", VALUE_TEXT, OWN, BARE,
     get_was_switched},
    {"data_source", "value", "data source that was judged", VALUE_TEXT, FOREIGN,
     BARE, get_data_source},
    {"ds", "value", "the value, if NAME was the data source", VALUE_NUMBER, OWN,
     WITH_ARGUMENT, get_ds},
    {"warning_min", "value", "WarningMin of the threshold", VALUE_NUMBER, OWN,
     BARE, get_warning_min},
    {"warning_max", "value", "WarningMax of the threshold", VALUE_NUMBER, OWN,
     BARE, get_warning_max},
    {"failure_min", "value", "FailureMin of the threshold", VALUE_NUMBER, OWN,
     BARE, get_failure_min},
    {"failure_max", "value", "FailureMax of the threshold", VALUE_NUMBER, OWN,
     BARE, get_failure_max},
    {"limit", "value", "the bound that was crossed", VALUE_NUMBER, OWN, BARE,
     get_limit},
    {"lower_limit", "value", "the warning's bound when limit is the failure's",
     VALUE_NUMBER, OWN, BARE, get_lower_limit},
    {"direction", "value", "above, below or within", VALUE_TEXT, OWN, BARE,
     get_direction},
    {"excess", "value", "how far beyond the limit", VALUE_NUMBER, OWN, BARE,
     get_excess},
    {"percent", "value", "set where the threshold has Percentage", VALUE_NUMBER,
     OWN, BARE, get_percent},
    {"peak", "value", "worst value so far", VALUE_NUMBER, OWN, BARE, get_peak},
    {"unit", "value", "W, V, kWh, ...", VALUE_TEXT, OWN, BARE, get_unit},
    {"metric", "value", "type and type instance", VALUE_TEXT, FOREIGN, BARE,
     get_metric},
    {"largest", "value", "the device that takes most of a total", VALUE_TEXT,
     FOREIGN, BARE, get_largest},

    {"time", "time", "of the notification", VALUE_MOMENT, OWN, BARE, get_time},
    {"since", "time", "when it became bad", VALUE_MOMENT, OWN, BARE, get_since},
    {"seen", "time", "last heard of", VALUE_MOMENT, OWN, BARE, get_seen},
    {"resolved_at", "time", "when it became good", VALUE_MOMENT, OWN, BARE,
     get_resolved_at},
    {"last_power", "value", "what a device took before it went away",
     VALUE_NUMBER, OWN, BARE, get_last_power},
    {"last_reading", "time", "last value of a device that is away",
     VALUE_MOMENT, OWN, BARE, get_last_reading},
    {"duration", "time", "how long it has been or was bad", VALUE_DURATION, OWN,
     BARE, get_duration},
    {"delay", "time", "how late this message is", VALUE_DURATION, OWN, BARE,
     get_delay},
    {"now", "time", "when this message was decided", VALUE_MOMENT, OWN, BARE,
     get_now},

    {"message", "text", "collectd's own sentence", VALUE_TEXT, FOREIGN, BARE,
     get_text},
    {"announcement", "text", "the same, the device's name in front", VALUE_TEXT,
     FOREIGN, BARE, get_announcement},
    {"announced", "text", "the same as a headline", VALUE_TEXT, FOREIGN, BARE,
     get_announced},
    {"recovery", "text", "what the notification that ended it said", VALUE_TEXT,
     FOREIGN, BARE, get_recovery},
    {"problem", "text", "message without its full stop", VALUE_TEXT, FOREIGN,
     BARE, get_problem},
    {"title", "text", "default title", VALUE_TEXT, FOREIGN, BARE, get_title},
    {"summary", "text", "first line of the default text", VALUE_TEXT, FOREIGN,
     BARE, get_summary},
    {"details", "text", "default text", VALUE_TEXT, FOREIGN, BARE, get_details},
    {"channel", "text", "name of the channel this goes through", VALUE_TEXT,
     OWN, BARE, get_channel},
    {"route", "text", "name of the route that chose it", VALUE_TEXT, OWN, BARE,
     get_route},
    {"collectd_host", "text", "host name of this daemon", VALUE_TEXT, FOREIGN,
     BARE, get_collectd_host},
    {"version", "text", "of this plugin", VALUE_TEXT, OWN, BARE, get_version},
    {"url", "text", "DashboardURL for this alert", VALUE_TEXT, FOREIGN, BARE,
     get_url},
    {"runbook", "text", "label or metadata of that name", VALUE_TEXT, FOREIGN,
     BARE, get_runbook},
    {"meta", "text", "string metadata KEY of the notification", VALUE_TEXT,
     FOREIGN, WITH_ARGUMENT, get_meta},
    {"label", "text", "label NAME of the device", VALUE_TEXT, FOREIGN,
     WITH_ARGUMENT, get_label},
};

const size_t variables_alert_num =
    sizeof(variables_alert) / sizeof(variables_alert[0]);
