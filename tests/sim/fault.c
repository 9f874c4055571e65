/* SPDX-License-Identifier: MIT */
/* Names and bookkeeping of faults. */
#include "fault.h"

#include "text.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fault_kind {
  const char *name;
  const char *number_key; /* its parameter, NULL = none */
  double number;          /* when not given */
  double interval;
  const char *word_key;
  const char *word;
  const char *help;
} kinds[N_FAULTS] = {
    [FAULT_REFUSE] = {"refuse", .help = "the TCP listener is closed"},
    [FAULT_DROP] = {"drop", .help = "SYNs stay unanswered (full backlog)"},
    [FAULT_GONE] = {"gone", .help = "drop, and UDP silent: unplugged"},
    [FAULT_SILENCE] = {"silence", .help = "accepts, reads, never answers"},
    [FAULT_RESET] = {"reset", .help = "RST after the request"},
    [FAULT_EOF] = {"eof", .help = "closes after the request without a byte"},
    [FAULT_DELAY] = {"delay", "ms", 1000, .help = "answers ms later"},
    [FAULT_DRIP] = {"drip", "bytes", 1, 20,
                    .help = "sends `bytes` every `interval` ms"},
    [FAULT_SEGMENTS] = {"segments", "k", 3, 20,
                        .help = "sends k pieces, `interval` ms apart"},
    [FAULT_TRUNCATED] = {"truncated", "part", 0.5,
                         .help = "sends a part of the frame, then closes"},
    [FAULT_TRUNCATED_JSON] = {"truncated_json", "part", 0.5,
                              .help = "right length, JSON cut off"},
    [FAULT_GARBAGE] = {"garbage", .help = "random bytes of the right length"},
    [FAULT_WRONG_LENGTH] = {"wrong_length", "length", 4294967295.0,
                            .help = "this number as the length prefix"},
    [FAULT_HUGE] = {"huge", "kib", 256, .help = "a legal answer of kib KiB"},
    [FAULT_DEEP] = {"deep", "depth", 10000, .help = "lists nested so deep"},
    [FAULT_HTML] = {"html", "framed", 0,
                    .help = "a web page instead, unframed unless framed:1"},
    [FAULT_TRAILING] = {"trailing", "nuls", 4,
                        .help = "NULs and garbage after the last brace"},
    [FAULT_STRINGS] = {"strings", "all", 0,
                       .help = "numbers as strings (all:1: err_code too)"},
    [FAULT_NANLIKE] = {"nanlike", NULL, 0, 0, "word", "nan",
                       .help = "meter numbers become `word` (nan, 1e999, ..)"},
    [FAULT_HTTP_STATUS] = {"http_status", "status", 403, 0, "at", "",
                           .help = "this status where the path holds `at`"},
    [FAULT_HTTP_FORM] = {"http_form", NULL, 0, 0, "form", "chunked",
                         .help = "another legal form of answer: http_form.c"},
    [FAULT_COOKIE] = {"cookie", NULL, 0, 0, "name", "SESSIONID",
                      .help = "the cookie has another name, or (\"\") none"},
    [FAULT_WRONG_HASH] = {"wrong_hash", .help = "KLAP: of another password"},
    [FAULT_HANDSHAKE_LENGTH] = {"handshake_length", "bytes", 32,
                                .help = "KLAP: handshake1 of another length"},
    [FAULT_CUT_CIPHER] = {"cut_cipher", "bytes", 5,
                          .help = "cipher text without its last `bytes`"},
    [FAULT_BAD_PADDING] = {"bad_padding", .help = "AES padding that is none"},
    [FAULT_FORGED] = {"forged", .help = "a wrong signature, tag or cipher"},
    [FAULT_STALE_SEQ] = {"stale_seq", .help = "answers with an older number"},
    [FAULT_NOT_BASE64] = {"not_base64", .help = "base64 that is none"},
    [FAULT_TRANSPORT_ERROR] = {"transport_error", "code", 9999,
                               .help = "AES, TPAP: the outer error_code"},
    [FAULT_BAD_POINT] = {"bad_point", NULL, 0, 0, "how", "off_curve",
                         .help = "TPAP: off_curve, infinity, short, zero"},
    [FAULT_ITERATIONS] = {"iterations", "n", 2147483648.0,
                          .help = "TPAP: of PBKDF2"},
    [FAULT_SALT] = {"salt", "bytes", 0, .help = "TPAP: a salt of that length"},
    [FAULT_SUITE] = {"suite", "suite", 2, 0, "encryption", "",
                     .help = "TPAP: chooses what nobody offered"},
    [FAULT_WRONG_CONFIRM] = {"wrong_confirm",
                             .help = "TPAP: dev_confirm of another password"},
    [FAULT_CONTROL_CHARS] = {"control_chars",
                             .help = "raw control characters in aliases"},
    [FAULT_ERR_MODULE] = {"err_module", "code", -1, 0, "module", "emeter",
                          .help = "the module answers an error"},
    [FAULT_ERR_METHOD] = {"err_method", "code", -1, 0, "module", "emeter",
                          .help = "each method of it answers an error"},
    [FAULT_NEGATIVE] = {"negative", .help = "power, current, total below 0"},
    [FAULT_METHOD] = {"method", "code", -1, 0, "method", "get_energy_usage",
                      .help = "answers of these are `how`: error, list, or "
                              "a fault of whole answers"},
    [FAULT_LACKS] = {"lacks", NULL, 0, 0, "component", "energy_monitoring",
                     .help = "component_nego does not list this one"},
    [FAULT_FOREIGN_MAC] = {"foreign_mac", NULL, 0, 0, "mac",
                           "50:C7:BF:F0:0D:01",
                           .help = "answers with another device's identity"},
    [FAULT_UDP_SILENT] = {"udp_silent", .help = "no answer to UDP"},
    [FAULT_UDP_GARBAGE] = {"udp_garbage", .help = "random UDP answers"},
    [FAULT_UDP_DELAY] = {"udp_delay", "ms", 1000,
                         .help = "answers UDP ms later"},
    [FAULT_UDP_FORM] = {"udp_form", "n", 1, 0, "form", "crc",
                        .help = "damaged TDP answers: tdp_form.c"},
};

static int find(const char *name) {
  for (int i = 0; i < N_FAULTS; i++)
    if (strcmp(kinds[i].name, name) == 0)
      return i;
  return -1;
}

static bool number_from(const cJSON *json, const char *key, double *out) {
  const cJSON *item =
      key != NULL ? cJSON_GetObjectItemCaseSensitive(json, key) : NULL;
  if (item == NULL)
    return true;
  if (cJSON_IsBool(item))
    *out = cJSON_IsTrue(item) ? 1 : 0;
  else if (cJSON_IsNumber(item) && isfinite(item->valuedouble))
    *out = item->valuedouble;
  else
    return false;
  return true;
}

/* Of one method: an answer of its own, or what happens to the whole answer. */
static const char *method_how(const cJSON *json, struct fault *f) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, "how");
  const char *how = cJSON_GetStringValue(item);
  if (how == NULL)
    how = "error";
  int id = find(how);
  bool own = strcmp(how, "error") == 0 || strcmp(how, "list") == 0;
  if (!own && (id < 0 || id == FAULT_METHOD))
    return "fault: no such how";
  snprintf(f->how, sizeof(f->how), "%s", how);
  return NULL;
}

const char *fault_set(struct faults **faults, const cJSON *json) {
  const char *name =
      cJSON_IsString(json)
          ? json->valuestring
          : cJSON_GetStringValue(cJSON_GetObjectItem(json, "fault"));
  if (name == NULL)
    return "fault: a name is missing";
  if (strcmp(name, "none") == 0) {
    free(*faults);
    *faults = NULL;
    return NULL;
  }
  int id = find(name);
  if (id < 0)
    return "fault: no such name";

  const struct fault_kind *kind = &kinds[id];
  struct fault f = {.active = true,
                    .left = -1,
                    .number = kind->number,
                    .interval = kind->interval,
                    .plug = -1};
  double count = -1, plug = -1;
  if (!number_from(json, kind->number_key, &f.number) ||
      !number_from(json, "interval", &f.interval) ||
      !number_from(json, "count", &count) || !number_from(json, "plug", &plug))
    return "fault: this parameter is a number";
  if (fabs(count) > 1e12 || fabs(plug) > 1000 || f.interval < 0 ||
      f.interval > 3.6e6)
    return "fault: this number is out of range";
  f.left = count >= 0 ? (int64_t)count : -1;
  f.plug = (int)plug;

  const char *word = kind->word;
  if (kind->word_key != NULL) {
    const char *given = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(json, kind->word_key));
    word = given != NULL ? given : word;
    if (strlen(word) >= sizeof(f.word))
      return "fault: this word is too long";
    memcpy(f.word, word, strlen(word) + 1);
  }
  const char *wrong = id == FAULT_METHOD ? method_how(json, &f) : NULL;
  if (wrong != NULL)
    return wrong;
  f.active = f.left != 0; /* count 0 clears this one */
  if (*faults == NULL)
    *faults = xcalloc(1, sizeof(**faults));
  (*faults)->list[id] = f;
  return NULL;
}

const struct fault *fault_peek(const struct faults *faults, enum fault_id id) {
  return faults != NULL && faults->list[id].active ? &faults->list[id] : NULL;
}

const struct fault *fault_use(struct faults *faults, enum fault_id id) {
  if (faults == NULL || !faults->list[id].active)
    return NULL;
  struct fault *f = &faults->list[id];
  if (f->left > 0 && --f->left == 0)
    f->active = false;
  return f;
}

static bool names(const char *words, struct slice word) {
  while (*words != '\0') {
    size_t n = strcspn(words, " ");
    if (n == word.len && memcmp(words, word.p, n) == 0)
      return true;
    words += n + strspn(words + n, " ");
  }
  return false;
}

/* Active for one use, as if it had been set so. */
static void arm(struct faults *faults, int id, double number) {
  struct fault *f = &faults->list[id];
  if (f->active)
    return;
  *f = (struct fault){.active = true,
                      .left = 1,
                      .number = kinds[id].number,
                      .interval = kinds[id].interval,
                      .plug = -1};
  if (id == FAULT_HTTP_STATUS)
    f->number = number >= 100 ? number : 500;
  else if (kinds[id].word != NULL)
    snprintf(f->word, sizeof(f->word), "%s", kinds[id].word);
}

enum method_fault fault_method(struct faults *faults, struct slice method,
                               int plug, int *code) {
  const struct fault *f = fault_peek(faults, FAULT_METHOD);
  if (f == NULL || !names(f->word, method) || (f->plug >= 0 && f->plug != plug))
    return METHOD_SOUND;
  fault_use(faults, FAULT_METHOD);
  *code = (int)f->number;
  if (strcmp(f->how, "error") == 0)
    return METHOD_ERROR;
  if (strcmp(f->how, "list") == 0)
    return METHOD_LIST;
  arm(faults, find(f->how), f->number);
  return METHOD_SOUND;
}

void fault_list(const struct faults *faults, struct text *out) {
  text_char(out, '[');
  bool first = true;
  for (int i = 0; faults != NULL && i < N_FAULTS; i++) {
    if (!faults->list[i].active)
      continue;
    text_addz(out, first ? "\"" : ",\"");
    text_addz(out, kinds[i].name);
    text_char(out, '"');
    first = false;
  }
  text_char(out, ']');
}

void fault_help(struct text *out) {
  for (int i = 0; i < N_FAULTS; i++) {
    text_printf(out, "  %-15s%s", kinds[i].name, kinds[i].help);
    if (kinds[i].number_key != NULL)
      text_printf(out, " (%s %.10g)", kinds[i].number_key, kinds[i].number);
    if (kinds[i].word_key != NULL)
      text_printf(out, " (%s %s)", kinds[i].word_key, kinds[i].word);
    text_char(out, '\n');
  }
}
