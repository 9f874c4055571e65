/* SPDX-License-Identifier: MIT */
/* What SMART devices say about themselves (doc/protocol.md, "SMART"): the
 * objects under "result" of each method, into struct device. Unknown members
 * are ignored, missing ones leave the value out. */
#ifndef DEVICE_SMART_SMART_INFO_H
#define DEVICE_SMART_SMART_INFO_H

#include "base/json.h"
#include "device/device.h"
#include "device/outcome.h"

/* Bits of device.can. */
enum {
  SMART_CAN_METER = 1U << 0,
  SMART_CAN_CHILDREN = 1U << 1,
  SMART_CAN_DIM = 1U << 2,
  SMART_CAN_LED = 1U << 3,
  SMART_CAN_STRIP_OF_LIGHT = 1U << 4,
};

/* get_device_info. Clears what was learned when the firmware is another one.
 * why says what is wrong unless OK. */
enum outcome smart_info(struct device *d, const struct json *doc,
                        json_ref result, char why[WHY_SIZE]);

/* The bits of an array component_list. */
uint32_t smart_components(const struct json *doc, json_ref list);

/* What kind of device it is, as far as is known by now. */
void smart_settle_kind(struct device *d);

/* One entry of get_child_device_list into the plug at index, which is moved
 * there from where the device's plugs have it, or is new. */
enum outcome smart_child(struct device *d, unsigned index,
                         const struct json *doc, json_ref child,
                         char why[WHY_SIZE]);
/* The list is complete with num entries: the others go, the rest is put in
 * the order of its slots. */
void smart_children_end(struct device *d, unsigned num);

/* get_energy_usage, get_emeter_data, get_current_power. */
void smart_energy(struct reading *now, const struct json *doc, json_ref result);
void smart_emeter(struct reading *now, const struct json *doc, json_ref result);
void smart_power(struct reading *now, const struct json *doc, json_ref result);

/* get_led_info, get_fw_download_state, get_connect_cloud_state. */
void smart_led(struct reading *now, const struct json *doc, json_ref result);
void smart_firmware(struct reading *now, const struct json *doc,
                    json_ref result);
void smart_cloud(struct reading *now, const struct json *doc, json_ref result);

#endif
