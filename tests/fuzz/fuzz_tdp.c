/* SPDX-License-Identifier: MIT */
/* A datagram from anybody, as it comes and in the frame of TDP. */
#include <config.h>

#include "device/discovery/discovery_packet.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_one(const char *bytes, size_t len) {
  struct introduction in;
  struct json doc;
  char why[WHY_SIZE] = "";
  char *copy = malloc(len + 1);

  if (copy == NULL)
    return;
  memcpy(copy, bytes, len);
  json_init(&doc);
  if (discovery_packet_read(&in, &doc, copy, len, why) == OUTCOME_OK) {
    if (in.device.kind != KIND_UNSUPPORTED && in.transport == NULL)
      abort();
    device_free(&in.device);
  } else if (why[0] == '\0') {
    abort();
  }
  json_free(&doc);
  free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char frame[DATAGRAM_MAX + 16];

  if (size > DATAGRAM_MAX)
    return 0;
  read_one((const char *)data, size);
  read_one(frame, discovery_packet_frame_tdp(0, 0, data, size, frame));
  return 0;
}
