/* SPDX-License-Identifier: MIT */
/* The commands of the control protocol. */
#include "control.h"

#include "house.h"
#include "report.h"
#include "session.h"
#include "settings.h"
#include "transport.h"
#include "udp.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

/* Appends members after {"ok":true or returns what is wrong. */
typedef const char *command(struct house *house, const cJSON *json,
                            struct text *out);

static const char *word(const cJSON *json, const char *key) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static double number(const cJSON *json, const char *key, double otherwise) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
  return cJSON_IsNumber(item) && isfinite(item->valuedouble) ? item->valuedouble
                                                             : otherwise;
}

static bool flag(const cJSON *json, const char *key) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static const char *one_device(struct house *house, const cJSON *json,
                              struct device **d) {
  const char *name = word(json, "device");
  if (name == NULL)
    return "device: an address, MAC, id or alias is missing";
  *d = house_find(house, name);
  return *d != NULL ? NULL : "device: there is none of that name";
}

static bool all_devices(const cJSON *json) {
  const char *name = word(json, "device");
  return name != NULL && strcmp(name, "*") == 0;
}

/* By slot number, child id or alias. */
static const char *plug_slot(const struct device *d, const cJSON *json,
                             int *slot) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "plug");
  const char *name = cJSON_GetStringValue(item);
  char id[43];
  *slot = -1;
  if (item == NULL)
    return NULL;
  for (size_t i = 0; i < d->n_plugs; i++) {
    const struct text *alias = &d->plugs[i].alias;
    device_child_id(d, i, id);
    if (name != NULL
            ? strcmp(name, id) == 0 || (alias->len == strlen(name) &&
                                        memcmp(alias->p, name, alias->len) == 0)
            : cJSON_IsNumber(item) && item->valueint == (int)i)
      *slot = (int)i;
  }
  return *slot >= 0 ? NULL : "plug: there is none of that name";
}

static const char *each(struct house *house, const cJSON *json,
                        struct text *out, bool stats) {
  struct device *only = NULL;
  const char *name = word(json, "device");
  if (name != NULL && !all_devices(json)) {
    const char *wrong = one_device(house, json, &only);
    if (wrong != NULL)
      return wrong;
  }
  text_key(out, "devices");
  text_char(out, '[');
  bool first = true;
  for (size_t i = 0; i < house->count; i++) {
    struct device *d = house->devices[i];
    if (only != NULL && d != only)
      continue;
    if (!first)
      text_char(out, ',');
    first = false;
    if (stats)
      report_stats(d, out);
    else
      report_truth(d, out);
  }
  text_char(out, ']');
  return NULL;
}

static const char *do_truth(struct house *house, const cJSON *json,
                            struct text *out) {
  text_key(out, "now");
  text_fixed(out, real_epoch(), 6);
  text_key(out, "elapsed");
  text_number(out, house_elapsed(house));
  text_key(out, "simulated");
  text_fixed(out, house->clock.start_epoch + house_elapsed(house), 3);
  return each(house, json, out, false);
}

static const char *do_stats(struct house *house, const cJSON *json,
                            struct text *out) {
  text_key(out, "house");
  report_totals(house, out);
  const char *wrong =
      flag(json, "totals") ? NULL : each(house, json, out, true);
  if (flag(json, "reset"))
    report_reset(house);
  return wrong;
}

static const char *do_set(struct house *house, const cJSON *json,
                          struct text *out) {
  struct device *d = NULL;
  int slot;
  (void)out;
  if (all_devices(json)) {
    for (size_t i = 0; i < house->count; i++) {
      const char *bad = settings_change(house->devices[i], -1, json);
      if (bad != NULL)
        return bad;
    }
    return NULL;
  }
  const char *wrong = one_device(house, json, &d);
  if (wrong == NULL)
    wrong = plug_slot(d, json, &slot);
  return wrong != NULL ? wrong : settings_change(d, slot, json);
}

static const char *fault_one(struct device *d, const cJSON *json) {
  const char *wrong = fault_set(&d->faults, json);
  if (wrong == NULL)
    d->transport->faults_changed(d);
  return wrong;
}

static const char *do_fault(struct house *house, const cJSON *json,
                            struct text *out) {
  struct device *d = NULL;
  const char *wrong = NULL;
  (void)out;
  if (!all_devices(json)) {
    wrong = one_device(house, json, &d);
    return wrong != NULL ? wrong : fault_one(d, json);
  }
  for (size_t i = 0; i < house->count && wrong == NULL; i++)
    wrong = fault_one(house->devices[i], json);
  return wrong;
}

static const char *do_move(struct house *house, const cJSON *json,
                           struct text *out) {
  struct device *d = NULL;
  struct in_addr addr;
  const char *to = word(json, "addr");
  const char *wrong = one_device(house, json, &d);
  if (wrong != NULL)
    return wrong;
  if (to == NULL)
    addr = house_free_address(house);
  else if (inet_pton(AF_INET, to, &addr) != 1)
    return "addr: like 127.77.0.1";
  wrong = house_move(house, d, addr);
  if (wrong == NULL) {
    char words[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &addr, words, sizeof(words));
    text_printf(out, ",\"addr\":\"%s\"", words);
  }
  return wrong;
}

static void reboot_one(struct house *house, struct device *d,
                       const cJSON *json) {
  double now = house_elapsed(house);
  for (size_t i = 0; i < d->n_plugs; i++) {
    struct plug *plug = &d->plugs[i];
    meter_advance(&plug->meter, &plug->load, plug->relay, now);
    if (flag(json, "reset_total"))
      plug->meter.wh = 0;
    plug->on_since = now;
  }
  double seconds = number(json, "seconds", 1);
  house_reboot(house, d, fmin(fmax(seconds, 0), 1e6));
}

static const char *do_reboot(struct house *house, const cJSON *json,
                             struct text *out) {
  struct device *d = NULL;
  (void)out;
  if (!all_devices(json)) {
    const char *wrong = one_device(house, json, &d);
    if (wrong == NULL)
      reboot_one(house, d, json);
    return wrong;
  }
  for (size_t i = 0; i < house->count; i++)
    reboot_one(house, house->devices[i], json);
  return NULL;
}

static const char *do_add(struct house *house, const cJSON *json,
                          struct text *out) {
  const char *wrong = "device: an object is missing";
  struct device *d = settings_device(
      house, cJSON_GetObjectItemCaseSensitive(json, "device"), &wrong);
  if (d == NULL)
    return wrong;
  wrong = house_add(house, d);
  if (wrong != NULL)
    return wrong;
  text_key(out, "device");
  report_truth(d, out);
  return NULL;
}

static const char *do_remove(struct house *house, const cJSON *json,
                             struct text *out) {
  struct device *d = NULL;
  (void)out;
  const char *wrong = one_device(house, json, &d);
  if (wrong == NULL)
    house_remove(house, d);
  return wrong;
}

static const char *do_time(struct house *house, const cJSON *json,
                           struct text *out) {
  double jump = number(json, "jump", 0);
  double speed = number(json, "speed", house->clock.speed);
  double elapsed = house_elapsed(house);
  if (fabs(jump) > 1e9 || speed < 0 || speed > 1e6)
    return "time: jump in seconds, speed from 0 to 1000000";
  house->clock.jumped_s = elapsed + jump;
  house->clock.started_ns = house->loop.now_ns;
  house->clock.speed = speed;
  text_key(out, "elapsed");
  text_number(out, elapsed + jump);
  text_key(out, "simulated");
  text_fixed(out, house->clock.start_epoch + elapsed + jump, 3);
  return NULL;
}

static const char *do_forge(struct house *house, const cJSON *json,
                            struct text *out) {
  struct in_addr first = {0};
  const char *from = word(json, "from");
  double n = number(json, "n", 1);
  if (from != NULL && inet_pton(AF_INET, from, &first) != 1)
    return "from: an address";
  if (!(n >= 1 && n <= 2e6))
    return "forge: n from 1 to 2000000";
  text_addz(out, ",\"to\":\"");
  const char *wrong = udp_forge(house, (unsigned long)n, first.s_addr, out);
  text_char(out, '"');
  return wrong;
}

/* As if another client had logged in; with hang_up as after a power cut. */
static void evict_one(struct device *d, const cJSON *json) {
  session_end_all(d);
  if (flag(json, "hang_up"))
    d->transport->hang_up(d);
}

static const char *do_evict(struct house *house, const cJSON *json,
                            struct text *out) {
  struct device *d = NULL;
  (void)out;
  if (all_devices(json)) {
    for (size_t i = 0; i < house->count; i++)
      evict_one(house->devices[i], json);
    return NULL;
  }
  const char *wrong = one_device(house, json, &d);
  if (wrong == NULL)
    evict_one(d, json);
  return wrong;
}

static const char *do_lock(struct house *house, const cJSON *json,
                           struct text *out) {
  struct device *d = NULL;
  (void)out;
  const char *wrong = one_device(house, json, &d);
  if (wrong != NULL)
    return wrong;
  session_end_all(d);
  session_lock(d,
               fmin(fmax(number(json, "seconds", d->quirks.lock_s), 0), 1e6));
  return NULL;
}

static const char *do_secrets(struct house *house, const cJSON *json,
                              struct text *out) {
  (void)json;
  text_key(out, "secrets");
  text_quoted(out, house->secrets.p != NULL ? house->secrets.p : "",
              house->secrets.len);
  return NULL;
}

static const char *do_quit(struct house *house, const cJSON *json,
                           struct text *out) {
  (void)json;
  (void)out;
  house->loop.stopping = true;
  return NULL;
}

static const struct command_row {
  const char *name;
  command *run;
  const char *help;
} commands[] = {
    {"truth", do_truth, "[device]: what each would answer, and last did"},
    {"stats", do_stats, "[device] [totals] [reset]: what each was asked"},
    {"set", do_set, "device [plug] and members: changes values"},
    {"fault", do_fault, "device fault [count] [parameters]: \"none\" clears"},
    {"move", do_move, "device [addr]: another address"},
    {"reboot", do_reboot, "device [seconds] [reset_total]"},
    {"add", do_add, "device (an object as in the house file)"},
    {"remove", do_remove, "device"},
    {"time", do_time, "[jump] seconds, [speed]"},
    {"forge", do_forge, "n [from]: false answers to the last prober"},
    {"evict", do_evict,
     "device [hang_up]: its sessions are gone, its connections, too"},
    {"lock", do_lock, "device [seconds]: refuses logins; 0 unlocks"},
    {"secrets", do_secrets, ": ids, tokens and keys of all sessions so far"},
    {"quit", do_quit, ""},
};

void control_command(struct house *house, const char *line, size_t len,
                     struct text *out) {
  size_t start = out->len;
  cJSON *json = cJSON_ParseWithLength(line, len);
  const char *name = word(json, "cmd");
  const char *wrong = json == NULL ? "not JSON" : "cmd: no such command";
  text_addz(out, "{\"ok\":true");
  for (size_t i = 0; name != NULL && i < COUNT(commands); i++)
    if (strcmp(commands[i].name, name) == 0)
      wrong = commands[i].run(house, json, out);
  if (wrong != NULL) {
    out->len = start;
    text_addz(out, "{\"ok\":false,\"error\":");
    text_quoted_clean(out, wrong, strlen(wrong));
  }
  text_char(out, '}');
  cJSON_Delete(json);
}

void control_help(struct text *out) {
  for (size_t i = 0; i < COUNT(commands); i++)
    text_printf(out, "  %-8s%s\n", commands[i].name, commands[i].help);
}
