/* SPDX-License-Identifier: MIT */
/* See deliver_report.h. */
#include <config.h>

#include "alert/deliver/deliver_report.h"

#include "alert/deliver/deliver_fold.h"
#include "alert/deliver/deliver_message.h"
#include "alert/deliver/deliver_outbox.h"
#include "alert/model/alert_json.h"
#include "alert/model/event.h"
#include "energy/calendar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What of a report stands in an alert's metadata. */
enum { META_NAME, META_PERIOD, META_BEFORE };
static const char *const keys[] = {
    [META_NAME] = "report", [META_PERIOD] = "period", [META_BEFORE] = "before"};

static void set_meta(struct alert *a, size_t i, const char *value) {
  snprintf(a->meta[i].key, sizeof(a->meta[i].key), "%s", keys[i]);
  snprintf(a->meta[i].value, sizeof(a->meta[i].value), "%s", value);
}

static void fill(const struct deliver *d, const struct report_config *report,
                 int before, int64_t now, struct alert *a) {
  char date[CALENDAR_DATE_SIZE];

  alert_init(a);
  a->class = ALERT_EVENT;
  a->level = LEVEL_INFO;
  a->severity = SEVERITY_OKAY;
  a->state = ALERT_FIRING;
  a->flags = ALERT_ONESHOT;
  a->reason = REASON_REPORT;
  a->sequence = 1;
  a->since = a->seen = a->time = now;
  snprintf(a->host, sizeof(a->host), "%.127s", d->hooks.collectd_host);
  snprintf(a->device, sizeof(a->device), "%.127s", d->hooks.collectd_host);
  snprintf(a->plugin, sizeof(a->plugin), "notify_kasa");
  snprintf(a->type, sizeof(a->type), "report");
  snprintf(a->type_instance, sizeof(a->type_instance), "%s", report->name);
  snprintf(a->text, sizeof(a->text), "Report \"%.64s\"", report->name);
  calendar_format_date(before, date);
  set_meta(a, META_NAME, report->name);
  set_meta(a, META_PERIOD, report_kinds[report->schedule.kind]);
  set_meta(a, META_BEFORE, date);
  event_fingerprint(ALERT_EVENT, a->host, a->plugin, "", a->type,
                    a->type_instance, "", a->fingerprint);
  snprintf(a->episode, sizeof(a->episode), "%s-%" PRId64, a->fingerprint,
           now / 1000);
}

static int queue_one(struct deliver *d, const struct alert *a, int channel,
                     int64_t now) {
  struct outbox_row row = {.kind = MESSAGE_NOTE,
                           .reason = REASON_REPORT,
                           .level = a->level,
                           .created = now};
  int err;

  if (!deliver_has_room(d, channel, now)) {
    deliver_fold(d, channel, a, a->level, now);
    return -ENOSPC;
  }
  snprintf(row.channel, sizeof(row.channel), "%s",
           d->channels[channel].config->name);
  deliver_new_ids(d, a, &row);
  row.snapshot = alert_json_text(a);
  err = row.snapshot == NULL ? -ENOMEM : deliver_title(d, a, -1, &row);
  if (err == 0)
    err = deliver_add(d, channel, &row);
  outbox_row_free(&row);
  return err;
}

unsigned deliver_report(struct deliver *d, const struct report_config *report,
                        int before, int64_t now) {
  struct alert a;
  unsigned queued = 0;

  fill(d, report, before, now, &a);
  for (size_t i = 0; i < report->channels_num; i++) {
    int channel = report->channels[i];
    int err = d->channels[channel].config->broken
                  ? -ENXIO
                  : queue_one(d, &a, channel, now);

    if (err == 0)
      queued++;
    else if (err != -ENXIO && err != -ENOSPC)
      deliver_complain(err, "report not queued");
  }
  return queued;
}

static const char *meta_of(const struct alert *a, size_t key) {
  for (size_t i = 0; i < ALERT_META_MAX; i++)
    if (strcmp(a->meta[i].key, keys[key]) == 0)
      return a->meta[i].value;
  return "";
}

int deliver_report_parse(const struct alert *a,
                         struct report_request *request) {
  const char *period = meta_of(a, META_PERIOD);

  if (a->reason != REASON_REPORT ||
      !calendar_parse_date(meta_of(a, META_BEFORE), &request->before))
    return -ENOENT;
  for (int kind = 0; report_kinds[kind] != NULL; kind++)
    if (strcmp(report_kinds[kind], period) == 0) {
      request->kind = (enum report_kind)kind;
      return 0;
    }
  return -ENOENT;
}
