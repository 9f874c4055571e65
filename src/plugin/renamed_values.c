/* SPDX-License-Identifier: MIT */
#include "collectd.h"
#include "plugin.h"

#include "base/buf.h"
#include "base/log.h"
#include "plugin/notification_queue.h"
#include "plugin/renamed_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char KIND[] = "name";

static struct note_keeper names;

void renamed_values_start(const struct note_keeper *keeper) { names = *keeper; }

/* -- what is kept: the device's name, then each outlet's place and name -----
 */

/* False: there is no memory. */
static bool note_of(const struct poll_device *k, struct buf *note) {
  int err = buf_adds(note, k->name);

  for (unsigned i = 0; err == 0 && i < k->plugs_num; i++)
    err = buf_addf(note, "\n%u %s", k->plugs[i].slot, k->plugs[i].name);
  return err == 0;
}

/* "Lamp": the name of an outlet's place in what was kept; NULL: none. */
static const char *name_in_note(char *const *lines, unsigned slot) {
  for (size_t i = 0; lines[i] != NULL; i++) {
    char *end = NULL;

    if (strtoul(lines[i], &end, 10) == slot && end != lines[i] && *end == ' ')
      return end + 1;
  }
  return NULL;
}

enum { LINES_MAX = DEVICE_PLUGS_MAX + 1 };

/* Cuts it into lines; the last is NULL. */
static void cut(char *note, char *lines[LINES_MAX + 1]) {
  size_t n = 0;
  char *rest = NULL;

  for (char *line = strtok_r(note, "\n", &rest); line != NULL && n < LINES_MAX;
       line = strtok_r(NULL, "\n", &rest))
    lines[n++] = line;
  lines[n] = NULL;
}

static bool is_kept(const struct poll_device *k) {
  return names.ledger != NULL && k->identity[0] != '\0' && k->status.answered;
}

/* -- telling ----------------------------------------------------------------
 */

/* The names are those that are over; the new one is in the words. What is kept
 * changes once that is told. */
static void tell(const struct poll_device *k, const char *plugin,
                 const char *device, const char *plug, const char *now) {
  char message[4 * DEVICE_NAME_SIZE];
  struct buf note;
  struct own_notification own = {
      .severity = NOTIF_OKAY,
      .plugin = plugin,
      .plugin_instance = device,
      .type = "renamed",
      .type_instance = plug,
      .message = message,
      .wall_us = k->report.time_us,
  };

  snprintf(message, sizeof(message), "%s is now called \"%s\"",
           plug[0] != '\0' ? plug : device, now);
  buf_init(&note, LEDGER_NOTE_MAX);
  if (is_kept(k) && note_of(k, &note)) {
    own.told = kept_note_told;
    own.arg = kept_note(&names, KIND, k->identity, note.data);
  }
  buf_free(&note);
  notification_queue_put(&own);
}

static bool is_device(const struct poll_engine *engine, const char *name) {
  const struct poll_device *k = NULL;

  while ((k = poll_engine_next(engine, k)) != NULL)
    if (strcmp(k->name, name) == 0)
      return true;
  return false;
}

static bool is_plug(const struct poll_device *k, const char *name) {
  for (unsigned i = 0; i < k->plugs_num; i++)
    if (strcmp(k->plugs[i].name, name) == 0)
      return true;
  return false;
}

void renamed_values_tell(const struct poll_engine *engine,
                         const struct poll_device *k) {
  const char *before = reported_name_before(&k->report.name, k->name);

  if (before != NULL) {
    if (!is_device(engine, before)) /* its plugs' values go with it */
      tell(k, "kasa", before, "", k->name);
    return;
  }
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const struct poll_device_plug *plug = &k->plugs[i];

    before = reported_name_before(&plug->reported, plug->name);
    if (before != NULL && !is_plug(k, before))
      tell(k, "kasa_plug", k->name, before, plug->name);
  }
}

/* Whether anything was told: what is kept changes with that. */
static bool tell_since(const struct poll_engine *engine,
                       const struct poll_device *k, char *const *lines) {
  bool any = false;

  if (lines[0] == NULL)
    return false;
  if (strcmp(lines[0], k->name) != 0) {
    if (is_device(engine, lines[0]))
      return false;
    log_say(LOG_LEVEL_NOTICE, "%s is called \"%s\" since collectd was stopped",
            lines[0], k->name);
    tell(k, "kasa", lines[0], "", k->name);
    return true;
  }
  for (unsigned i = 0; i < k->plugs_num; i++) {
    const char *before = name_in_note(lines + 1, k->plugs[i].slot);

    if (before == NULL || strcmp(before, k->plugs[i].name) == 0 ||
        is_plug(k, before))
      continue;
    tell(k, "kasa_plug", k->name, before, k->plugs[i].name);
    any = true;
  }
  return any;
}

void renamed_values_compare(const struct poll_engine *engine,
                            const struct poll_device *k) {
  char *lines[LINES_MAX + 1];
  struct buf note;
  char *kept;

  if (!is_kept(k))
    return;
  buf_init(&note, LEDGER_NOTE_MAX);
  kept = ledger_note_get(names.ledger, KIND, k->identity);
  if (note_of(k, &note) && (kept == NULL || strcmp(kept, note.data) != 0)) {
    cut(kept != NULL ? kept : (char[]){""}, lines);
    if (!tell_since(engine, k, lines))
      ledger_note_put(names.ledger, KIND, k->identity, note.data);
  }
  free(kept);
  buf_free(&note);
}
