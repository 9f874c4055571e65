/* SPDX-License-Identifier: MIT */
/* Sends made-up messages through one channel, for tests of the channels.
 *
 * Reads one JSON object from stdin:
 *   {"kind": "slack", "name": "team", "options": [["WebhookURL",
 * "https://.."]], "config": {"dashboard": ".."}, "route": {"title": "..",
 * "text": ".."}, "now_ms": 0, "abort_after_s": 0, "steps": [{"op": "send",
 * "message": {.., "alert": {..}}}]} op is send, cancel, poll (with "ref"),
 * render or recipients. Prints one line of JSON per step, before them one with
 * the result of check(); log lines go to stderr. */
#include <config.h>

#include "alert/channel/sender.h"
#include "alert/model/message.h"
#include "alert/text/message_texts.h"
#include "alert/text/template.h"
#include "alert/text/template_compile.h"
#include "alert/text/text_style.h"
#include "base/clock.h"
#include "config/conf_tree.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* -- reading a struct from JSON ------------------------------------------- */

enum kind { TEXT, NUMBER, MOMENT, UNSIGNED, ID };

struct field {
  const char *name;
  enum kind kind;
  size_t offset;
  size_t size;
};

#define ALERT_TEXT(F)                                                          \
  { #F, TEXT, offsetof(struct alert, F), sizeof(((struct alert *)0)->F) }
#define ALERT_NUMBER(F)                                                        \
  { #F, NUMBER, offsetof(struct alert, F), 0 }
#define ALERT_MOMENT(F)                                                        \
  { #F, MOMENT, offsetof(struct alert, F), 0 }
#define ALERT_UNSIGNED(F)                                                      \
  { #F, UNSIGNED, offsetof(struct alert, F), 0 }

static const struct field alert_fields[] = {
    ALERT_TEXT(fingerprint),
    ALERT_TEXT(recovery_text),
    ALERT_TEXT(episode),
    ALERT_TEXT(host),
    ALERT_TEXT(plugin),
    ALERT_TEXT(plugin_instance),
    ALERT_TEXT(type),
    ALERT_TEXT(type_instance),
    ALERT_TEXT(device),
    ALERT_TEXT(unit),
    ALERT_TEXT(data_source),
    ALERT_TEXT(text),
    ALERT_TEXT(ack_by),
    ALERT_NUMBER(value),
    ALERT_NUMBER(percent),
    ALERT_NUMBER(peak),
    ALERT_NUMBER(limit),
    ALERT_NUMBER(warning_min),
    ALERT_NUMBER(warning_max),
    ALERT_NUMBER(failure_min),
    ALERT_NUMBER(failure_max),
    ALERT_MOMENT(id),
    ALERT_MOMENT(time),
    ALERT_MOMENT(since),
    ALERT_MOMENT(seen),
    ALERT_MOMENT(resolved_at),
    ALERT_UNSIGNED(sequence),
    ALERT_UNSIGNED(count),
    ALERT_UNSIGNED(repeats),
    ALERT_UNSIGNED(flags),
    ALERT_UNSIGNED(members_num),
    ALERT_UNSIGNED(members_missing),
    ALERT_UNSIGNED(reopened_num),
};

static const cJSON *get(const cJSON *o, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(o, name);
}

static const char *text_of(const cJSON *o, const char *name,
                           const char *otherwise) {
  const cJSON *item = get(o, name);
  return cJSON_IsString(item) ? item->valuestring : otherwise;
}

static double number_of(const cJSON *o, const char *name, double otherwise) {
  const cJSON *item = get(o, name);
  return cJSON_IsNumber(item) ? item->valuedouble : otherwise;
}

static void die(const char *what) {
  fprintf(stderr, "channel_probe: %s\n", what);
  exit(2);
}

/* The index of the name by which names() calls one of n values. */
static int choose(const cJSON *o, const char *key, int n, int otherwise,
                  const char *(*names)(int)) {
  const char *text = text_of(o, key, NULL);

  if (text == NULL)
    return otherwise;
  for (int i = 0; i < n; i++)
    if (strcmp(names(i), text) == 0)
      return i;
  die(text);
  return 0;
}

static const char *class_name(int i) {
  return alert_class_name((enum alert_class)i);
}
static const char *state_name(int i) {
  return alert_state_name((enum alert_state)i);
}
static const char *direction_name(int i) {
  return alert_direction_name((enum alert_direction)i);
}
static const char *reason_name(int i) {
  return alert_reason_name((enum alert_reason)i);
}
static const char *kind_name(int i) {
  return message_kind_name((enum message_kind)i);
}
static const char *level_of(int i) { return level_name((enum level)i); }

static void read_alert(const cJSON *o, struct alert *a,
                       struct alert_label *labels) {
  const cJSON *label;

  alert_init(a);
  a->state = ALERT_FIRING;
  a->severity = SEVERITY_FAILURE;
  a->sequence = 1;
  a->count = 1;
  snprintf(a->fingerprint, sizeof(a->fingerprint),
           "0123456789abcdef0123456789abcdef");
  snprintf(a->episode, sizeof(a->episode), "%s-1700000000", a->fingerprint);
  for (size_t i = 0; i < sizeof(alert_fields) / sizeof(alert_fields[0]); i++) {
    const struct field *f = &alert_fields[i];
    const cJSON *item = get(o, f->name);
    char *at = (char *)a + f->offset;

    if (f->kind == TEXT && cJSON_IsString(item)) {
      snprintf(at, f->size, "%s", item->valuestring);
    } else if (f->kind == NUMBER && cJSON_IsNumber(item)) {
      memcpy(at, &item->valuedouble, sizeof(double));
    } else if (f->kind == MOMENT && cJSON_IsNumber(item)) {
      int64_t v = (int64_t)item->valuedouble;
      memcpy(at, &v, sizeof(v));
    } else if (f->kind == UNSIGNED && cJSON_IsNumber(item)) {
      unsigned v = (unsigned)item->valuedouble;
      memcpy(at, &v, sizeof(v));
    }
  }
  a->class = (enum alert_class)choose(o, "class", 3, ALERT_RANGE, class_name);
  a->state = (enum alert_state)choose(o, "state", 5, ALERT_FIRING, state_name);
  a->direction = (enum alert_direction)choose(o, "direction", 4, DIRECTION_NONE,
                                              direction_name);
  a->level =
      (enum level)choose(o, "level", LEVEL_COUNT, LEVEL_CRITICAL, level_of);
  cJSON_ArrayForEach(label, get(o, "labels")) {
    labels[a->labels_num].name = label->string;
    labels[a->labels_num].value = label->valuestring;
    if (++a->labels_num == 8)
      break;
  }
  a->labels = labels;
}

static void read_message(const cJSON *o, const struct alert *a,
                         struct message *m) {
  memset(m, 0, sizeof(*m));
  m->kind = (enum message_kind)choose(o, "kind", MESSAGE_KINDS, MESSAGE_OPEN,
                                      kind_name);
  m->reason =
      (enum alert_reason)choose(o, "reason", REASON_COUNT,
                                m->kind == MESSAGE_RESOLVED ? REASON_RECOVERED
                                : m->kind == MESSAGE_REPEAT ? REASON_REPEAT
                                : m->kind == MESSAGE_ACKED  ? REASON_ACKED
                                : m->kind == MESSAGE_TEST   ? REASON_TEST
                                                            : REASON_OPENED,
                                reason_name);
  m->level = (enum level)choose(
      o, "level", LEVEL_COUNT,
      m->kind == MESSAGE_RESOLVED ? LEVEL_OK : (int)a->level, level_of);
  m->quiet = cJSON_IsTrue(get(o, "quiet"));
  m->alert = a;
  m->channel = "probe";
  m->delivery_id =
      text_of(o, "delivery_id", "00112233445566778899aabbccddeeff");
  m->message_id = text_of(o, "message_id", "<1.1.abcd@nas.example.org>");
  m->thread_root = text_of(o, "thread_root", "");
  m->previous = text_of(o, "previous", "");
  m->root_ref = text_of(o, "root_ref", "");
  m->last_ref = text_of(o, "last_ref", "");
  m->recipient = text_of(o, "recipient", "");
  m->attempt = (unsigned)number_of(o, "attempt", 1);
  m->ambiguous = cJSON_IsTrue(get(o, "ambiguous"));
  m->shrink = cJSON_IsTrue(get(o, "shrink"));
  m->created =
      (int64_t)number_of(o, "created", (double)(clock_wall_us() / 1000));
  m->delay_s = number_of(o, "delay_s", 0);
  m->delay_why = text_of(o, "delay_why", "");
  m->fallback_for = text_of(o, "fallback_for", "");
  m->collectd_host = "nas.example.org";
}

/* -- the channel ----------------------------------------------------------- */

static atomic_bool stopping;
static int64_t fixed_now;

static int64_t wall_ms(void *arg) {
  (void)arg;
  return fixed_now != 0 ? fixed_now : (int64_t)(clock_wall_us() / 1000);
}

static void *stop_later(void *arg) {
  const double *seconds = arg;
  struct timespec t = {(time_t)*seconds,
                       (long)((*seconds - (double)(time_t)*seconds) * 1e9)};

  nanosleep(&t, NULL);
  atomic_store(&stopping, true);
  return NULL;
}

static void say(void *arg, const char *text) {
  cJSON_AddItemToArray(arg, cJSON_CreateString(text));
}

static struct conf_item *block_of(const cJSON *options) {
  struct conf_item *block = conf_new("Channel");
  const cJSON *option;

  cJSON_ArrayForEach(option, options) {
    const cJSON *value = cJSON_GetArrayItem(option, 0);
    struct conf_item *child = conf_add_child(block, value->valuestring);

    for (value = value->next; value != NULL; value = value->next) {
      int err =
          cJSON_IsString(value) ? conf_add_string(child, value->valuestring)
          : cJSON_IsBool(value) ? conf_add_bool(child, cJSON_IsTrue(value))
                                : conf_add_number(child, value->valuedouble);
      if (err < 0)
        die("memory");
    }
  }
  return block;
}

static void print(cJSON *o) {
  char *text = cJSON_PrintUnformatted(o);

  puts(text);
  fflush(stdout);
  cJSON_free(text);
  cJSON_Delete(o);
}

static void print_result(const struct send_result *r) {
  static const char *const outcomes[] = {
      "sent", "retry", "ambiguous", "message", "channel", "shrink", "split"};
  cJSON *o = cJSON_CreateObject();

  cJSON_AddStringToObject(o, "outcome", outcomes[r->outcome]);
  cJSON_AddNumberToObject(o, "wait_s", r->wait_s);
  cJSON_AddBoolToObject(o, "stop", r->stop);
  cJSON_AddNumberToObject(o, "quota_left", (double)r->quota_left);
  cJSON_AddStringToObject(o, "provider_ref", r->provider_ref);
  cJSON_AddStringToObject(o, "why", r->why);
  print(o);
}

static void do_poll(const struct sender *sender, void *settings,
                    const struct sender_env *env, const char *ref) {
  struct poll_result r;
  int err = sender->poll(settings, ref, env, &r);
  cJSON *o = cJSON_CreateObject();

  cJSON_AddNumberToObject(o, "err", err);
  cJSON_AddBoolToObject(o, "acknowledged", r.acknowledged);
  cJSON_AddBoolToObject(o, "over", r.over);
  cJSON_AddNumberToObject(o, "acknowledged_at", (double)r.acknowledged_at);
  cJSON_AddStringToObject(o, "by", r.by);
  cJSON_AddNumberToObject(o, "wait_s", r.wait_s);
  print(o);
}

static void do_render(const struct sender *sender, void *settings,
                      const struct sender_env *env, const struct message *m) {
  struct buf out;
  cJSON *o = cJSON_CreateObject();
  int err;

  buf_init(&out, (size_t)1 << 20);
  err = sender->render(settings, m, env, &out);
  cJSON_AddNumberToObject(o, "err", err);
  cJSON_AddStringToObject(o, "text", out.data != NULL ? out.data : "");
  print(o);
  buf_free(&out);
}

static void do_step(const struct sender *sender, void *settings,
                    const struct sender_env *env, const cJSON *step,
                    const struct text_override *words,
                    const struct text_style *style) {
  const char *op = text_of(step, "op", "send");
  const cJSON *json = get(step, "message");
  struct alert_label labels[8];
  struct alert alert;
  struct message message;
  struct send_result result;
  struct buf title, body;

  read_alert(get(json, "alert"), &alert, labels);
  read_message(json, &alert, &message);
  message.words = words;
  message.style = style;
  buf_init(&title, TEMPLATE_OUTPUT_MAX);
  buf_init(&body, TEMPLATE_OUTPUT_MAX);
  if (message_texts(&message, TARGET_PLAIN, &title, &body) < 0)
    die("no texts");
  message.title = text_of(json, "title", title.data);
  message.body = text_of(json, "body", body.data != NULL ? body.data : "");
  memset(&result, 0x55, sizeof(result)); /* send() must fill all of it */
  if (strcmp(op, "send") == 0) {
    sender->send(settings, &message, env, &result);
    print_result(&result);
  } else if (strcmp(op, "cancel") == 0) {
    sender->cancel(settings, &message, env, &result);
    print_result(&result);
  } else if (strcmp(op, "poll") == 0) {
    do_poll(sender, settings, env, text_of(step, "ref", ""));
  } else if (strcmp(op, "render") == 0) {
    do_render(sender, settings, env, &message);
  } else {
    die(op);
  }
  buf_free(&title);
  buf_free(&body);
}

static struct template *compile(const cJSON *o, const char *name) {
  const char *text = text_of(o, name, NULL);
  char error[256] = "";
  struct template *t;

  if (text == NULL)
    return NULL;
  t = template_compile(text, error, sizeof(error));
  if (t == NULL)
    die(error);
  return t;
}

static char *read_all(void) {
  size_t len = 0, size = (size_t)1 << 20;
  char *text = malloc(size);
  size_t n;

  while (text != NULL && (n = fread(text + len, 1, size - len - 1, stdin)) > 0)
    len += n;
  if (text == NULL)
    die("memory");
  text[len] = '\0';
  return text;
}

static bool set_up(const struct sender *sender, void *settings,
                   const cJSON *root) {
  struct conf_item *block = block_of(get(root, "options"));
  cJSON *errors = cJSON_CreateArray();
  cJSON *o = cJSON_CreateObject();
  struct option_reporter reporter = {.say = say, .arg = errors};
  unsigned lost;
  int err;

  if (sender->defaults != NULL)
    sender->defaults(settings);
  lost = options_read(sender->options, settings, block, "<Channel \"probe\">",
                      &reporter);
  err = sender->check(settings, "<Channel \"probe\">", &reporter);
  conf_free(block);
  cJSON_AddNumberToObject(o, "check", err);
  cJSON_AddItemToObject(o, "errors", errors);
  err = err < 0 || lost > 0 ? -1 : 0;
  print(o);
  return err == 0;
}

int main(void) {
  char *text = read_all();
  cJSON *root = cJSON_Parse(text);
  const struct sender *sender = sender_find(text_of(root, "kind", ""));
  struct text_override route = {.name = NULL};
  struct text_style config = {.units_num = 0};
  struct sender_env env = {.abort = &stopping,
                           .wall_ms = wall_ms,
                           .channel = "probe",
                           .collectd_host = "nas.example.org",
                           .version = PACKAGE_VERSION};
  double abort_after = number_of(root, "abort_after_s", 0);
  pthread_t stopper;
  void *settings;
  bool usable;

  if (sender == NULL)
    die("unknown kind");
  fixed_now = (int64_t)number_of(root, "now_ms", 0);
  route.title = compile(get(root, "route"), "title");
  route.text = compile(get(root, "route"), "text");
  config.dashboard = compile(get(root, "config"), "dashboard");
  settings = calloc(1, sender->settings_size);
  usable = set_up(sender, settings, root);
  if (abort_after > 0)
    pthread_create(&stopper, NULL, stop_later, &abort_after);
  if (usable) {
    const cJSON *step;
    cJSON_ArrayForEach(step, get(root, "steps"))
        do_step(sender, settings, &env, step, &route,
                config.dashboard != NULL ? &config : NULL);
    if (sender->close != NULL)
      sender->close(settings);
  }
  if (abort_after > 0)
    pthread_join(stopper, NULL);
  sender->destroy(settings);
  free(settings);
  template_free(route.title);
  template_free(route.text);
  template_free(config.dashboard);
  cJSON_Delete(root);
  free(text);
  return usable ? 0 : 1;
}
