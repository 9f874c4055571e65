/* SPDX-License-Identifier: MIT */
/* Building houses. */
#include "homes.h"

#include "house.h"
#include "settings.h"
#include "transport.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* People's names, and one of each trouble a home has: a pump that accepts a
 * connection and never answers, an emoji, an umlaut, a lamp that is off. */
static const char demo[] =
    "[{\"alias\":\"Freezer\",\"kind\":\"plug\",\"generation\":1,\"rssi\":-58,"
    "\"load\":{\"kind\":\"freezer\",\"offset\":500}},"
    "{\"alias\":\"Washing machine\",\"kind\":\"plug\",\"rssi\":-63,"
    "\"power_factor\":0.97,\"load\":{\"kind\":\"washer\",\"period\":9000,"
    "\"offset\":60}},"
    "{\"alias\":\"Desk strip\",\"kind\":\"strip\",\"rssi\":-49,\"plugs\":["
    "{\"alias\":\"Monitor left\",\"load\":{\"kind\":\"constant\",\"watts\":28,"
    "\"noise\":1}},"
    "{\"alias\":\"Monitor right\",\"load\":{\"kind\":\"constant\",\"watts\":31,"
    "\"noise\":1}},"
    "{\"alias\":\"Workstation\",\"load\":{\"kind\":\"office\",\"watts\":145,"
    "\"swing\":60,\"noise\":15,\"period\":1800}},"
    "{\"alias\":\"Printer\",\"load\":{\"kind\":\"duty\",\"watts\":380,"
    "\"standby\":3.1,\"on\":20,\"off\":900,\"noise\":20}},"
    "{\"alias\":\"Charger\",\"load\":{\"kind\":\"duty\",\"watts\":18,"
    "\"standby\":0.3,\"on\":3000,\"off\":4200,\"noise\":0.5}},"
    "{\"alias\":\"Fan\",\"relay\":false,\"load\":22}]},"
    "{\"alias\":\"Living room lamp\",\"kind\":\"bulb\",\"generation\":1,"
    "\"brightness\":80,\"load\":\"lamp\"},"
    "{\"alias\":\"Bedroom lamp\",\"kind\":\"bulb\",\"relay\":false,"
    "\"load\":\"lamp\"},"
    "{\"alias\":\"Shelf glow\",\"kind\":\"lightstrip\",\"brightness\":35,"
    "\"load\":{\"kind\":\"lamp\",\"watts\":4.6}},"
    "{\"alias\":\"Hallway motion\",\"kind\":\"sensor\",\"relay\":false,"
    "\"ambient_light\":12,\"dark\":true},"
    "{\"alias\":\"Office window\",\"kind\":\"plug\",\"load\":{\"kind\":"
    "\"office\",\"watts\":92,\"swing\":30}},"
    "{\"alias\":\"Office door\",\"kind\":\"plug\",\"model\":\"EP25(US)\","
    "\"load\":{\"kind\":\"office\",\"watts\":64,\"swing\":25,\"offset\":900}},"
    "{\"alias\":\"B\\u00fcro Heizung\",\"kind\":\"plug\",\"model\":"
    "\"HS110(EU)\",\"hw_ver\":\"4.0\",\"sw_ver\":"
    "\"1.0.4 Build 191111 Rel.143500\",\"load\":{\"kind\":\"duty\","
    "\"watts\":1480,\"standby\":0.9,\"on\":420,\"off\":780,\"noise\":6}},"
    "{\"alias\":\"Kitchen light\",\"kind\":\"switch\"},"
    "{\"alias\":\"Dining dimmer\",\"kind\":\"dimmer\",\"brightness\":45},"
    "{\"alias\":\"Workbench\",\"kind\":\"strip\",\"meter\":false,"
    "\"plugs\":[\"Soldering iron\",\"Lamp\",\"Compressor\"]},"
    "{\"alias\":\"\\ud83c\\udf84 Xmas "
    "tree\",\"kind\":\"plug\",\"meter\":false},"
    "{\"alias\":\"Garden pump\",\"kind\":\"plug\",\"generation\":1,"
    "\"rssi\":-84,\"load\":250,\"fault\":\"silence\"}]";

/* Those that firmware has moved on: one of each transport and dialect, and two
 * that are recognised and no more. */
static const char newer[] =
    "[{\"alias\":\"Fridge\",\"transport\":\"klap\",\"model\":\"P110M(EU)\","
    "\"rssi\":-61,\"load\":{\"kind\":\"freezer\",\"offset\":200}},"
    "{\"alias\":\"Dishwasher\",\"transport\":\"aes\",\"model\":"
    "\"P110(EU)\",\"lv\":2,\"load\":{\"kind\":\"washer\",\"period\":7200,"
    "\"offset\":1800}},"
    "{\"alias\":\"Router\",\"transport\":\"tpap\",\"model\":\"KP125M(US)\","
    "\"load\":{\"kind\":\"constant\",\"watts\":11.4,\"noise\":1}},"
    "{\"alias\":\"Boiler\",\"transport\":\"klap\",\"dialect\":\"iot\","
    "\"klap\":\"v1\",\"lv\":0,\"model\":\"HS110(UK)\",\"load\":{\"kind\":"
    "\"duty\",\"watts\":900,\"standby\":0.4,\"on\":300,\"off\":600}},"
    "{\"alias\":\"Media strip\",\"transport\":\"klap\",\"model\":"
    "\"P304M(UK)\",\"plugs\":[{\"alias\":\"TV\",\"load\":{\"kind\":"
    "\"constant\",\"watts\":74,\"noise\":3}},{\"alias\":\"Console\",\"load\":"
    "38},{\"alias\":\"Amplifier\",\"load\":52},{\"alias\":\"Spare\",\"relay\":"
    "false}]},"
    "{\"alias\":\"Garage strip\",\"transport\":\"aes\",\"model\":"
    "\"P300(EU)\",\"plugs\":[\"Door\",\"Light\",\"Charger\"]},"
    "{\"alias\":\"Ceiling\",\"transport\":\"klap\",\"kind\":\"bulb\","
    "\"brightness\":60},"
    "{\"alias\":\"Porch\",\"transport\":\"klap\",\"kind\":\"switch\","
    "\"relay\":false},"
    "{\"alias\":\"Hub\",\"kind\":\"hub\"},"
    "{\"alias\":\"Camera\",\"kind\":\"camera\"}]";

static const char *add(struct house *house, const cJSON *json) {
  const char *wrong = NULL;
  struct device *d = settings_device(house, json, &wrong);
  return d != NULL ? house_add(house, d) : wrong;
}

static void add_all(struct house *house, const cJSON *list, const char *name) {
  const cJSON *item = NULL;
  int n = 1;
  cJSON_ArrayForEach(item, list) {
    const char *wrong = add(house, item);
    if (wrong != NULL)
      die("%s: device %d: %s", name, n, wrong);
    n++;
  }
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "re");
  char *content = NULL;
  size_t len = 0, got;
  if (file == NULL)
    die("%s: %s", path, strerror(errno));
  do {
    content = xrealloc(content, len + 65537);
    got = fread(content + len, 1, 65536, file);
    len += got;
  } while (got > 0);
  fclose(file);
  content[len] = '\0';
  return content;
}

void home_from_file(struct house *house, const char *path) {
  char *content = read_file(path);
  cJSON *json = cJSON_Parse(content);
  const cJSON *list = cJSON_IsObject(json)
                          ? cJSON_GetObjectItemCaseSensitive(json, "devices")
                          : json;
  if (json == NULL)
    die("%s: not JSON, from here: %.40s", path, cJSON_GetErrorPtr());
  if (!cJSON_IsArray(list))
    die("%s: neither a list of devices nor an object with one", path);
  add_all(house, list, path);
  cJSON_Delete(json);
  free(content);
}

static void add_text(struct house *house, const char *text) {
  cJSON *json = cJSON_Parse(text);
  add_all(house, json, "demo");
  cJSON_Delete(json);
}

void home_demo(struct house *house, bool all) {
  add_text(house, demo);
  if (all)
    add_text(house, newer);
}

static cJSON *generated(unsigned long i, bool strip, const char *transport) {
  char alias[32];
  cJSON *json = cJSON_CreateObject();
  snprintf(alias, sizeof(alias), strip ? "Strip %04lu" : "Plug %04lu", i + 1);
  cJSON_AddStringToObject(json, "alias", alias);
  cJSON_AddStringToObject(json, "kind", strip ? "strip" : "plug");
  cJSON_AddNumberToObject(json, "generation", strip || i % 2 == 0 ? 2 : 1);
  cJSON_AddBoolToObject(json, "keep_open", true);
  if (transport != NULL)
    cJSON_AddStringToObject(json, "transport", transport);
  cJSON *load = cJSON_AddObjectToObject(json, "load");
  cJSON_AddStringToObject(load, "kind", "constant");
  cJSON_AddNumberToObject(load, "watts", 5 + (double)(i * 37 % 400));
  cJSON_AddNumberToObject(load, "noise", 2);
  return json;
}

void home_generated(struct house *house, unsigned long count,
                    double strips_percent, const char *transport) {
  double strips = 0; /* spread evenly: one whenever the share is due */
  for (unsigned long i = 0; i < count; i++) {
    strips += strips_percent / 100;
    bool strip = strips >= 1 - 1e-9;
    if (strip)
      strips -= 1;
    cJSON *json = generated(i, strip, transport);
    const char *wrong = add(house, json);
    cJSON_Delete(json);
    if (wrong != NULL)
      die("device %lu: %s", i + 1, wrong);
  }
}

static int is_json(const struct dirent *entry) {
  size_t len = strlen(entry->d_name);
  return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

static const char *add_dump(struct house *house, const cJSON *json,
                            const char *transport) {
  const char *wrong = NULL;
  struct device *d = settings_device(house, json, &wrong);
  if (d == NULL)
    return wrong;
  if (transport == NULL || strcmp(d->transport->name, transport) == 0)
    return house_add(house, d);
  if (house->next_address > 0 &&
      ntohl(d->addr.s_addr) + 1 == house->next_address)
    house->next_address--; /* no gap where it would have been */
  device_free(d);
  return NULL;
}

static void add_folder(struct house *house, const char *directory,
                       const char *folder, const char *transport) {
  struct text path = {0};
  struct dirent **names = NULL;
  text_printf(&path, "%s/%s", directory, folder);
  int n = scandir(path.p, &names, is_json, alphasort);
  if (n < 0)
    die("%s: %s", path.p, strerror(errno));
  for (int i = 0; i < n; i++) {
    cJSON *json = cJSON_CreateObject();
    text_clear(&path);
    text_printf(&path, "%s/%s/%s", directory, folder, names[i]->d_name);
    cJSON_AddStringToObject(json, "dump", path.p);
    const char *wrong = add_dump(house, json, transport);
    if (wrong != NULL)
      warn("left out %s: %s", names[i]->d_name, wrong);
    cJSON_Delete(json);
    free(names[i]);
  }
  free(names);
  text_free(&path);
}

void home_from_dumps(struct house *house, const char *directory,
                     const char *transport) {
  add_folder(house, directory, "iot", transport);
  if (transport == NULL || strcmp(transport, "xor") != 0)
    add_folder(house, directory, "smart", transport);
}
