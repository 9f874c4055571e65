/* SPDX-License-Identifier: MIT */
/* Any datagram on the discovery socket. */
#include <config.h>

#include "base/text.h"
#include "device/discovery/discovery_packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct introduction in;
  struct json doc;
  char why[WHY_SIZE] = "";
  char *datagram;

  if (size > DATAGRAM_MAX || (datagram = malloc(size + 1)) == NULL)
    return -1;
  memcpy(datagram, data, size);
  json_init(&doc);
  if (discovery_packet_read(&in, &doc, datagram, size, why) == OUTCOME_OK) {
    char clean[DEVICE_NAME_SIZE];

    text_name(in.device.alias, strlen(in.device.alias), clean, sizeof(clean));
    if (strcmp(clean, in.device.alias) != 0) /* names are clean, once for all */
      abort();
  } else if (why[0] == '\0' || in.device.plugs != NULL) {
    abort();
  }
  device_free(&in.device);
  json_free(&doc);
  free(datagram);
  return 0;
}
