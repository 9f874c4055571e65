/* What the names in templates stand for: see variable.h. */
#include <config.h>

#include "alert/variable.h"

#include "alert/template.h"
#include "alert/texts.h"
#include "alert/topic.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- filling a value --------------------------------------------------------
 */

static int give_text(struct value *value, const char *text) {
  value->text = text != NULL ? text : "";
  return 0;
}

static int give_copy(struct value *value, const char *text) {
  free(value->own);
  value->own = strdup(text);
  value->text = value->own != NULL ? value->own : "";
  return value->own != NULL ? 0 : -ENOMEM;
}

static int give_number(struct value *value, double number) {
  value->number = number;
  return 0;
}

static int give_moment_ms(struct value *value, int64_t ms) {
  value->moment = ms / 1000;
  return 0;
}

static int give_with_unit(const struct view *view, struct value *value,
                          double number) {
  value->style = NUMBER_UNIT;
  value->number = number;
  value->unit = topic_unit(
      view->alert, view->message != NULL ? view->message->config : NULL);
  return 0;
}

/* -- derived facts ----------------------------------------------------------
 */

int64_t view_now(const struct view *view) {
  if (view->message != NULL && view->message->created != 0)
    return view->message->created / 1000;
  return (view->alert->resolved_at != 0 ? view->alert->resolved_at
                                        : view->alert->seen) /
         1000;
}

struct format_style view_style(const struct view *view) {
  const struct notify_config *config =
      view->message != NULL ? view->message->config : NULL;

  if (config == NULL)
    return (struct format_style){NULL, NULL};
  return (struct format_style){config->thousands_separator, config->currency};
}

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
  bool away = alert->resolved_at == 0 && alert->class == ALERT_MISSING;
  int64_t from =
      away || alert->last_at != 0 ? last_reading_ms(alert) : alert->since;
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

/* -- getters ----------------------------------------------------------------
 */

#define GETTER(function)                                                       \
  static int function(const struct view *view __attribute__((unused)),         \
                      const char *argument __attribute__((unused)),            \
                      struct value *value)

#define TEXT_GETTER(name)                                                      \
  GETTER(get_##name) { return give_text(value, view->alert->name); }
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
  GETTER(get_##name) { return give_with_unit(view, value, view->alert->name); }
BOUND_GETTER(limit)
BOUND_GETTER(warning_min)
BOUND_GETTER(warning_max)
BOUND_GETTER(failure_min)
BOUND_GETTER(failure_max)

#define MOMENT_GETTER(name)                                                    \
  GETTER(get_##name) { return give_moment_ms(value, view->alert->name); }
MOMENT_GETTER(time)
MOMENT_GETTER(since)
MOMENT_GETTER(seen)
MOMENT_GETTER(resolved_at)
MOMENT_GETTER(ack_at)
MOMENT_GETTER(ack_until)

GETTER(get_identifier) {
  char text[5 * ALERT_NAME_SIZE + 8];

  alert_identifier(view->alert, text, sizeof(text));
  return give_copy(value, text);
}

GETTER(get_id) {
  value->style = NUMBER_RAW;
  return give_number(value,
                     view->alert->id != 0 ? (double)view->alert->id : NAN);
}

GETTER(get_class) {
  return give_text(value, alert_class_name(view->alert->class));
}

GETTER(get_severity) {
  return give_text(value, severity_name(view->alert->severity));
}

GETTER(get_level) { return give_number(value, (double)view->alert->level); }

GETTER(get_state) {
  return give_text(value, alert_state_name(view->alert->state));
}

static enum alert_reason reason_of(const struct view *view) {
  return view->message != NULL ? view->message->reason : view->alert->reason;
}

GETTER(get_reason) {
  return give_text(value, alert_reason_name(reason_of(view)));
}

GETTER(get_count) { return give_number(value, (double)view->alert->count); }

GETTER(get_repeats) { return give_number(value, (double)view->alert->repeats); }

GETTER(get_value) {
  return give_with_unit(view, value, compared_value(view->alert));
}

GETTER(get_value_raw) {
  value->style = NUMBER_RAW;
  return give_number(value, view->alert->value);
}

GETTER(get_percent) {
  value->style = NUMBER_UNIT;
  value->unit = (struct unit){"%", UNIT_PLAIN, 0, NULL};
  return give_number(value, view->alert->percent);
}

GETTER(get_excess) {
  return give_with_unit(view, value,
                        fabs(compared_value(view->alert) - view->alert->limit));
}

/* Of a percentage only the raw numbers are remembered, which the limit is not
 * about. */
GETTER(get_peak) {
  return give_with_unit(view, value,
                        isnan(view->alert->percent) ? view->alert->peak : NAN);
}

GETTER(get_lower_limit) {
  return give_with_unit(view, value, lower_limit(view->alert));
}

GETTER(get_ds) {
  if (!text_same(view->alert->data_source, argument))
    return give_with_unit(view, value, NAN);
  return give_with_unit(view, value, compared_value(view->alert));
}

GETTER(get_direction) {
  return give_text(value, alert_direction_name(view->alert->direction));
}

GETTER(get_unit) {
  struct format_style style = view_style(view);
  struct unit unit = topic_unit(
      view->alert, view->message != NULL ? view->message->config : NULL);

  return give_copy(value, unit.kind == UNIT_MONEY ? unit_symbol(&unit, &style)
                                                  : unit.symbol);
}

GETTER(get_metric) {
  char text[2 * ALERT_NAME_SIZE + 2];

  snprintf(text, sizeof(text), "%s%s%s", view->alert->type,
           view->alert->type_instance[0] != '\0' ? "-" : "",
           view->alert->type_instance);
  return give_copy(value, text);
}

GETTER(get_duration) { return give_number(value, lasted_seconds(view)); }

GETTER(get_delay) {
  double seconds = view->message != NULL ? view->message->delay_s : 0;

  return give_number(value, seconds > 0 ? seconds : NAN);
}

GETTER(get_now) {
  value->moment = view_now(view);
  return 0;
}

GETTER(get_last_reading) {
  return give_moment_ms(value, last_reading_ms(view->alert));
}

GETTER(get_last_power) {
  value->style = NUMBER_UNIT;
  unit_from_symbol("W", &value->unit);
  return give_number(value, view->alert->last_power);
}

GETTER(get_subject) {
  char text[TOPIC_SIZE];

  topic_subject(view->alert, text, sizeof(text));
  return give_copy(value, text);
}

GETTER(get_quantity) {
  char text[TOPIC_SIZE];

  topic_quantity(view->alert, text, sizeof(text));
  return give_copy(value, text);
}

GETTER(get_suffix) { return give_text(value, topic_suffix(view->alert)); }

GETTER(get_switched) {
  return give_text(value, topic_switch(view->alert, view->alert->value));
}

/* Whether this word stands at the beginning of text. */
static bool begins_with(const char *text, const char *word) {
  size_t len = strlen(word);

  return len > 0 && strncmp(text, word, len) == 0;
}

/* A lock screen shows the beginning, so a stranger's text gets the name of
 * what it is about in front, unless it says so itself. */
GETTER(get_announcement) {
  char subject[TOPIC_SIZE];
  char text[TOPIC_SIZE + ALERT_TEXT_SIZE + 4];

  topic_subject(view->alert, subject, sizeof(subject));
  if (view->alert->text[0] == '\0')
    snprintf(text, sizeof(text), "%s", subject);
  else if (begins_with(view->alert->text, subject) ||
           begins_with(view->alert->text, view->alert->device))
    return give_text(value, view->alert->text);
  else
    snprintf(text, sizeof(text), "%s: %s", subject, view->alert->text);
  return give_copy(value, text);
}

enum { WANT_TITLE, WANT_SUMMARY, WANT_DETAILS };

static int give_default_text(const struct view *view, int want,
                             struct value *value) {
  struct view inner = *view;
  struct buf title;
  struct buf body;
  int err;

  if (view->inner || view->message == NULL)
    return give_text(value, "");
  inner.inner = true;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  err = default_texts(&inner, &title, &body);
  if (err == 0) {
    struct buf *from = want == WANT_TITLE ? &title : &body;

    if (want == WANT_SUMMARY && from->data != NULL)
      from->data[strcspn(from->data, "\n")] = '\0';
    err = give_copy(value, from->data != NULL ? from->data : "");
  }
  buf_free(&title);
  buf_free(&body);
  return err;
}

GETTER(get_title) { return give_default_text(view, WANT_TITLE, value); }
GETTER(get_summary) { return give_default_text(view, WANT_SUMMARY, value); }
GETTER(get_details) { return give_default_text(view, WANT_DETAILS, value); }

GETTER(get_channel) {
  return give_text(value, view->message != NULL ? view->message->channel : "");
}

GETTER(get_route) {
  return give_text(value, view->message != NULL && view->message->route != NULL
                              ? view->message->route->name
                              : "");
}

GETTER(get_collectd_host) {
  return give_text(value,
                   view->message != NULL ? view->message->collectd_host : "");
}

GETTER(get_version) { return give_text(value, PACKAGE_VERSION); }

GETTER(get_url) {
  const struct notify_config *config =
      view->message != NULL ? view->message->config : NULL;
  struct view inner = *view;
  struct buf url;
  int err;

  if (view->inner || config == NULL || config->dashboard == NULL)
    return give_text(value, "");
  inner.inner = true;
  buf_init(&url, TEMPLATE_OUTPUT_MAX);
  err = template_render_view(config->dashboard, &inner, TARGET_PLAIN, &url);
  /* any other scheme in a link of a mail is an attack or a mistake */
  if (err == 0 && url.data != NULL &&
      (begins_with(url.data, "https://") || begins_with(url.data, "http://")))
    err = give_copy(value, url.data);
  buf_free(&url);
  return err == -EMSGSIZE ? 0 : err;
}

GETTER(get_meta) { return give_text(value, meta_of(view->alert, argument)); }
GETTER(get_label) { return give_text(value, label_of(view->alert, argument)); }

static int label_or_meta(const struct view *view, const char *name,
                         struct value *value) {
  const char *label = label_of(view->alert, name);

  return give_text(value,
                   label[0] != '\0' ? label : meta_of(view->alert, name));
}

GETTER(get_runbook) { return label_or_meta(view, "runbook", value); }
GETTER(get_largest) { return label_or_meta(view, "largest", value); }

GETTER(get_member) {
  return give_text(value, view->member != NULL ? view->member->series : "");
}

GETTER(get_missing_since) {
  return give_moment_ms(value,
                        view->member != NULL ? view->member->missing_since : 0);
}

GETTER(get_back_at) {
  return give_moment_ms(value,
                        view->member != NULL ? view->member->back_at : 0);
}

GETTER(get_members) {
  return give_number(value, (double)view->alert->members_num);
}

GETTER(get_members_missing) {
  return give_number(value, (double)view->alert->members_missing);
}

/* -- several alerts in one text ---------------------------------------------
 */

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

static int give_tally(const struct view *view,
                      bool (*counts)(const struct alert *alert),
                      struct value *value) {
  unsigned n = 0;

  for (size_t i = 0; i < view->alerts_num; i++)
    n += counts(view->alerts[i]) ? 1U : 0U;
  return give_number(value, n);
}

GETTER(get_total) {
  return give_number(value,
                     view->alerts_num > 0 ? (double)view->alerts_num : NAN);
}
GETTER(get_warnings) { return give_tally(view, is_warning, value); }
GETTER(get_failures) { return give_tally(view, is_failure, value); }
GETTER(get_offline) { return give_tally(view, is_offline, value); }
GETTER(get_recovered) { return give_tally(view, is_over, value); }

enum { NAMED_DEVICES = 3, EACH_MAX = 10 };

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

  buf_init(&text, TEMPLATE_OUTPUT_MAX);
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
    err = give_copy(value, text.data);
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
  if (worst == NULL || view->inner)
    return give_text(value, "");
  if (view->message != NULL)
    message = *view->message;
  message.alert = worst; /* said as if it were alone */
  message.reason = REASON_OPENED;
  inner.message = &message;
  inner.alert = worst;
  inner.alerts_num = 0;
  return give_default_text(&inner, WANT_TITLE, value);
}

GETTER(get_more) {
  return give_number(value, view->alerts_num > EACH_MAX
                                ? (double)(view->alerts_num - EACH_MAX)
                                : NAN);
}

/* -- the table --------------------------------------------------------------
 */

#define FOREIGN true
#define OWN false
#define BARE false
#define WITH_ARGUMENT true

const struct variable variables[] = {
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
    {"ack_by", "state", "who acknowledged", VALUE_TEXT, FOREIGN, BARE,
     get_ack_by},
    {"ack_at", "state", "when", VALUE_MOMENT, OWN, BARE, get_ack_at},
    {"ack_until", "state", "until when reminders rest", VALUE_MOMENT, OWN, BARE,
     get_ack_until},

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
    {"warnings", "group", "of these, info and warning", VALUE_NUMBER, OWN, BARE,
     get_warnings},
    {"failures", "group", "of these, error and above", VALUE_NUMBER, OWN, BARE,
     get_failures},
    {"offline", "group", "of these, devices that do not report", VALUE_NUMBER,
     OWN, BARE, get_offline},
    {"recovered", "group", "of these, over", VALUE_NUMBER, OWN, BARE,
     get_recovered},
    {"devices", "group", "names of the first three, and how many more",
     VALUE_TEXT, FOREIGN, BARE, get_devices},
    {"worst", "group", "title of the worst", VALUE_TEXT, FOREIGN, BARE,
     get_worst},
    {"alerts", "group", "same as total; what each goes over", VALUE_NUMBER, OWN,
     BARE, get_total},
    {"more", "group", "alerts beyond the ten that each lists", VALUE_NUMBER,
     OWN, BARE, get_more},
    {NULL, NULL, NULL, VALUE_TEXT, false, false, NULL},
};

/* -- looking up -------------------------------------------------------------
 */

const struct variable *variable_find(const char *name, size_t len) {
  for (const struct variable *v = variables; v->name != NULL; v++)
    if (strlen(v->name) == len && strncmp(v->name, name, len) == 0)
      return v;
  return NULL;
}

const char *variable_nearest(const char *name) {
  const char *nearest = NULL;
  unsigned best = 4; /* beyond three edits a guess only misleads */

  for (const struct variable *v = variables; v->name != NULL; v++) {
    unsigned distance = text_distance(name, v->name);

    if (distance < best && distance < strlen(v->name)) {
      best = distance;
      nearest = v->name;
    }
  }
  return nearest;
}

int variable_get(const struct variable *variable, const char *argument,
                 const struct view *view, struct value *value) {
  *value = (struct value){.kind = variable->kind,
                          .style = NUMBER_GROUPED,
                          .number = NAN,
                          .text = ""};
  return variable->get(view, argument, value);
}

void value_free(struct value *value) {
  free(value->own);
  value->own = NULL;
  value->text = "";
}

bool value_present(const struct value *value) {
  switch (value->kind) {
  case VALUE_TEXT:
    return value->text[0] != '\0';
  case VALUE_NUMBER:
  case VALUE_DURATION:
  case VALUE_LEVEL:
    return isfinite(value->number);
  case VALUE_MOMENT:
    return value->moment != 0;
  }
  return false;
}

/* Never a decimal comma, whatever the locale. */
static void raw_number(double number, char *out, size_t size) {
  snprintf(out, size, "%.15g", number);
  for (char *c = out; *c != '\0'; c++)
    if (*c == ',')
      *c = '.';
}

void value_words(const struct value *value, const struct view *view, char *out,
                 size_t size) {
  struct format_style style = view_style(view);

  out[0] = '\0';
  if (!value_present(value))
    return;
  switch (value->kind) {
  case VALUE_TEXT:
    snprintf(out, size, "%s", value->text);
    break;
  case VALUE_NUMBER:
    if (value->style == NUMBER_UNIT)
      format_value(value->number, &value->unit, &style, out, size);
    else if (value->style == NUMBER_RAW)
      raw_number(value->number, out, size);
    else
      format_number(value->number, &style, out, size);
    break;
  case VALUE_DURATION:
    format_duration(value->number, out, size);
    break;
  case VALUE_MOMENT:
    format_moment(value->moment, out, size);
    break;
  case VALUE_LEVEL:
    snprintf(out, size, "%s", level_name((enum level)value->number));
    break;
  }
}
