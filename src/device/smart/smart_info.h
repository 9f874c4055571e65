/* SPDX-License-Identifier: MIT */
/* What SMART devices say about themselves (doc/protocol.md, "SMART"): the
 * objects under "result" of each method, into struct device. Unknown members
 * are ignored, missing ones leave their value out, those that make no sense
 * count as failures. */
#ifndef DEVICE_SMART_SMART_INFO_H
#define DEVICE_SMART_SMART_INFO_H

#include "device/progress.h"

/* Bits of device.can. */
enum {
  SMART_CAN_METER = 1U << 0,
  SMART_CAN_CHILDREN = 1U << 1,
  SMART_CAN_DIM = 1U << 2,
  SMART_CAN_LED = 1U << 3,
  SMART_CAN_STRIP_OF_LIGHT = 1U << 4,
  SMART_MAY_CHILDREN = 1U << 5, /* it did not say: to be tried out */
};

/* get_device_info. Forgets what was learned when the firmware is another one.
 * why says what is wrong unless OK. */
enum outcome smart_info(struct device *d, struct progress *p,
                        const struct json *doc, json_ref result,
                        char why[WHY_SIZE]);

/* What single devices and children have in common. */
void smart_state(const struct value_source *s);

/* Their name, cleaned; left as it is when none is told. */
void smart_nickname(const struct json *doc, json_ref object,
                    char out[DEVICE_NAME_SIZE]);

/* Whether an array component_list names any: each device has some. */
bool smart_has_components(const struct json *doc, json_ref list);

/* The bits of an array component_list. */
uint32_t smart_components(const struct json *doc, json_ref list);

/* What kind of device it is, as far as is known by now. */
void smart_settle_kind(struct device *d);

/* get_led_info, get_fw_download_state, get_connect_cloud_state. */
void smart_led(const struct value_source *s);
void smart_firmware(const struct value_source *s);
void smart_cloud(const struct value_source *s);

#endif
