/* SPDX-License-Identifier: MIT */
/* The IOT dialect: which modules to ask, in which order, and what becomes of
 * those that fail (doc/protocol.md, "IOT"; doc/readings.md).
 *
 * Devices hang or reboot when asked for modules they lack, so the first
 * request is always sysinfo alone and the rest follows by evidence. */
#include <config.h>

#include "device/iot/iot.h"

#include "device/iot/iot_meter.h"
#include "device/iot/iot_rare.h"
#include "device/iot/iot_sensors.h"
#include "device/iot/iot_sysinfo.h"

#include <stdio.h>
#include <string.h>

/* What progress.step counts. */
enum {
  STEP_STATE,   /* sysinfo: the core */
  STEP_READING, /* what belongs to each reading */
  STEP_REPEAT,  /* what failed when it was asked last, each by itself */
  STEP_RARE,
  STEP_END,
};

/* More requests that stay without any answer are not repeated in one poll. */
enum { SILENT_MAX = 2 };

static const struct iot_step *const reading_steps[] = {
    &iot_meter_step, &iot_plug_meter_step, &iot_motion_step, &iot_light_step};
enum {
  READING_STEPS = sizeof(reading_steps) / sizeof(reading_steps[0]),
  STEPS = READING_STEPS + IOT_RARE_STEPS,
};

static const struct iot_step *step_at(unsigned i) {
  return i < READING_STEPS ? reading_steps[i]
                           : &iot_rare_steps[i - READING_STEPS];
}

/* -- one request: a step, and the plug it is about -- */

static unsigned times(const struct device *d, const struct iot_step *s) {
  return s->each_plug ? d->plugs_num : 1;
}

/* Of the steps from first to before end. */
static unsigned requests_of(const struct device *d, unsigned first,
                            unsigned end) {
  unsigned num = 0;

  for (unsigned i = first; i < end; i++)
    num += times(d, step_at(i));
  return num;
}

static unsigned requests_num(const struct device *d) {
  return requests_of(d, 0, STEPS);
}

/* The step of request number index; its plug into *plug. */
static const struct iot_step *request_at(const struct device *d, unsigned index,
                                         unsigned *plug) {
  unsigned i = 0;

  while (index >= times(d, step_at(i)))
    index -= times(d, step_at(i++));
  *plug = index;
  return step_at(i);
}

/* Of p->index, which counts from where repeating begins, and in the rare ones
 * from the first of them. */
static const struct iot_step *
current(const struct device *d, const struct progress *p, unsigned *plug) {
  unsigned index = p->index;

  if (p->step == STEP_REPEAT)
    index = (d->repeat_from + index) % requests_num(d);
  else if (p->step == STEP_RARE)
    index += requests_of(d, 0, READING_STEPS);
  return request_at(d, index, plug);
}

static bool fails_at_all(const struct device *d) {
  uint32_t failing = d->memory.failing;

  for (unsigned i = 0; i < d->plugs_num; i++)
    failing |= d->plugs[i].memory.failing;
  return failing != 0;
}

/* How far p->index counts: most polls have nothing to repeat. */
static unsigned count_in(const struct device *d, const struct progress *p) {
  switch (p->step) {
  case STEP_READING:
    return requests_of(d, 0, READING_STEPS);
  case STEP_REPEAT:
    return fails_at_all(d) ? requests_num(d) : 0;
  case STEP_RARE:
    return p->rare ? requests_of(d, READING_STEPS, STEPS) : 0;
  default:
    return 0;
  }
}

static struct request_memory *memory_of(struct device *d, bool each_plug,
                                        unsigned plug) {
  return each_plug ? &d->plugs[plug].memory : &d->memory;
}

enum { OF_A_METER = ASK_METER | ASK_DAYS | ASK_EARLIER_DAYS | ASK_MONTHS };

static bool is_due(struct device *d, const struct progress *p,
                   const struct iot_step *s) {
  const struct request_memory *m = memory_of(d, s->each_plug, p->plug);
  bool failing = (m->failing & s->bit) != 0;
  bool refused = (m->refused & s->bit) != 0;

  if (s->each_plug != (d->kind == KIND_STRIP) &&
      (s->each_plug || (s->bit & OF_A_METER) != 0))
    return false;
  if (!s->wants(d, p) || (p->done & s->bit) != 0)
    return false;
  if (p->step == STEP_REPEAT)
    return failing && !(s->rare && p->rare);
  return s->rare == (p->step == STEP_RARE) && (s->rare || !failing) &&
         (!refused || p->rare);
}

/* -- the order -- */

/* Together in one request, once it is known what the device has: not where
 * firmware has no room for two. */
static bool takes_meter_along(const struct device *d,
                              const struct progress *p) {
  uint32_t not_along = d->memory.refused | d->memory.failing;

  return d->kind != KIND_UNKNOWN && d->kind != KIND_STRIP && d->has_meter &&
         (not_along & ASK_METER) == 0 && !p->singly;
}

static int ask_state(const struct device *d, struct progress *p,
                     struct buf *request) {
  p->combined = takes_meter_along(d, p);
  p->asked = p->combined ? ASK_METER : 0;
  if (!p->combined)
    return buf_adds(request, "{\"system\":{\"get_sysinfo\":{}}}");
  /* in nearly every poll: printf would take longer than all the rest */
  if (buf_adds(request, "{\"system\":{\"get_sysinfo\":{}},\"") < 0 ||
      buf_adds(request, iot_meter_module(d)) < 0)
    return -1;
  return buf_adds(request, "\":{\"get_realtime\":{}}}");
}

static void begin_step(struct progress *p, unsigned step) {
  p->step = step;
  p->index = 0;
}

/* Moves on to the next request; false at the end. */
static bool advance(struct device *d, struct progress *p) {
  for (; p->step < STEP_END; begin_step(p, p->step + 1)) {
    unsigned count = count_in(d, p);

    for (; p->index < count; p->index++) {
      if (p->step == STEP_REPEAT && p->silent >= SILENT_MAX)
        break;
      if (is_due(d, p, current(d, p, &p->plug)))
        return true;
    }
  }
  return false;
}

static enum next iot_next(struct device *d, struct progress *p,
                          struct buf *request) {
  const struct iot_step *s;

  buf_clear(request);
  if (p->step == STEP_STATE)
    return ask_state(d, p, request) < 0 ? NEXT_ERROR : NEXT_CORE;
  if (p->abandoned || d->kind == KIND_UNSUPPORTED || !advance(d, p))
    return NEXT_DONE;
  s = current(d, p, &p->plug);
  p->asked = s->bit;
  p->repeated = p->step == STEP_REPEAT;
  if (s->ask(d, p, request) < 0)
    return NEXT_ERROR;
  return p->step == STEP_RARE ? NEXT_RARE : NEXT_PART;
}

/* -- what came -- */

/* It is left out, and asked for by itself from now on. */
static void left_out(struct device *d, struct progress *p,
                     const struct iot_step *s) {
  memory_of(d, s->each_plug, p->plug)->failing |= s->bit;
  (s->each_plug ? &d->plugs[p->plug].now : &d->now)->has &= ~s->quantities;
  if (s->bit == ASK_TIME)
    iot_clock_lost(d);
}

static bool is_malformed(enum iot_verdict verdict) {
  return verdict == IOT_MISSING || verdict == IOT_SHAPELESS;
}

/* Reads what step s brought. */
static void take_step(struct device *d, struct progress *p,
                      const struct iot_step *s, struct iot_answer *a) {
  struct request_memory *m = memory_of(d, s->each_plug, p->plug);
  enum iot_verdict verdict = s->take(d, p, a);
  char why[WHY_SIZE];

  if (verdict == IOT_FINE) {
    m->proven |= s->bit;
    m->refused &= ~s->bit;
    m->failing &= ~s->bit;
    p->done |= s->each_plug ? 0 : s->bit; /* it may have come along */
    return;
  }
  if ((verdict == IOT_REFUSED ||
       (verdict == IOT_MISSING && s->bit != ASK_METER)) &&
      (m->proven & s->bit) == 0) {
    m->refused |= s->bit;
    left_out(d, p, s);
    m->failing &= ~s->bit;
    p->done |= s->each_plug ? 0 : s->bit;
    return;
  }
  left_out(d, p, s);
  if (verdict == IOT_UNSET)
    return;
  iot_complain(a, verdict, why, sizeof(why));
  progress_fail(p, is_malformed(verdict) ? OUTCOME_MALFORMED : OUTCOME_DEVICE,
                "%s", why);
}

static enum outcome take_state(struct device *d, struct progress *p,
                               struct iot_answer *a, char why[WHY_SIZE]) {
  /* Which meter went along; that of another kind of device than the one that
   * has answered says nothing. */
  const char *asked = p->combined ? iot_meter_module(d) : NULL;
  enum iot_verdict verdict = iot_judge(a, "system", "get_sysinfo");
  enum outcome outcome;

  if (verdict != IOT_FINE) {
    iot_complain(a, verdict, why, WHY_SIZE);
    return is_malformed(verdict) ? OUTCOME_MALFORMED : OUTCOME_DEVICE;
  }
  outcome = iot_sysinfo(d, p, a->doc, a->object, why);
  if (outcome != OUTCOME_OK)
    return outcome;
  begin_step(p, STEP_READING);
  p->plug = 0;
  if (asked != NULL && d->kind != KIND_STRIP && d->has_meter &&
      strcmp(asked, iot_meter_module(d)) == 0)
    take_step(d, p, &iot_meter_step, a);
  return OUTCOME_OK;
}

/* What one request was about: its step, and what went along. */
static void take_request(struct device *d, struct progress *p,
                         struct iot_answer *a) {
  unsigned plug;
  const struct iot_step *s = current(d, p, &plug);

  take_step(d, p, s, a);
  if (p->asked & ~s->bit & ASK_LIGHT)
    take_step(d, p, &iot_light_step, a);
  p->index++;
}

static enum outcome iot_take(struct device *d, struct progress *p,
                             struct json *doc, char *text, size_t len,
                             char why[WHY_SIZE]) {
  struct iot_answer a = {.doc = doc, .root = json_parse(doc, text, len)};
  enum outcome outcome = OUTCOME_OK;

  if (json_type(doc, a.root) != JSON_OBJECT) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  if (p->step == STEP_STATE)
    outcome = take_state(d, p, &a, why);
  else
    take_request(d, p, &a);
  if (outcome == OUTCOME_OK && d->kind == KIND_UNSUPPORTED) {
    snprintf(why, WHY_SIZE, "it has nothing to poll (a camera)");
    return OUTCOME_DEVICE;
  }
  return outcome;
}

/* What never answers is taken for something that the device does not have; but
 * a meter it has, for it says so. */
static void iot_skip(struct device *d, struct progress *p,
                     enum outcome outcome) {
  unsigned plug;
  const struct iot_step *s = current(d, p, &plug);
  struct request_memory *m = memory_of(d, s->each_plug, p->plug);
  bool again = outcome == OUTCOME_TIMEOUT && s->bit != ASK_METER &&
               (m->failing & s->bit) != 0;

  left_out(d, p, s);
  if (p->asked & ~s->bit & ASK_LIGHT)
    left_out(d, p, &iot_light_step);
  if (again && (m->proven & s->bit) == 0) {
    m->refused |= s->bit;
    m->failing &= ~s->bit;
  }
  p->index++;
  if (p->step != STEP_REPEAT || outcome != OUTCOME_TIMEOUT)
    return;
  if (++p->silent >= SILENT_MAX)
    d->repeat_from = (d->repeat_from + p->index) % requests_num(d);
}

static enum outcome iot_introduce(struct device *d, struct json *doc,
                                  char *text, size_t len, char why[WHY_SIZE]) {
  struct progress p = {0};
  struct iot_answer a = {.doc = doc, .root = json_parse(doc, text, len)};

  d->told = 0;
  d->kind = KIND_UNKNOWN; /* an introduction holds no meter */
  if (json_type(doc, a.root) != JSON_OBJECT) {
    snprintf(why, WHY_SIZE, "the answer is no JSON object");
    return OUTCOME_MALFORMED;
  }
  return take_state(d, &p, &a, why);
}

const struct dialect dialect_iot = {
    .name = "iot",
    .next = iot_next,
    .take = iot_take,
    .skip = iot_skip,
    .introduce = iot_introduce,
};
