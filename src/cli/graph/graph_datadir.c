/* SPDX-License-Identifier: MIT */
/* Where collectd keeps its RRD files: see graph_datadir.h. */
#include <config.h>

#include "cli/graph/graph_datadir.h"

#include "base/text.h"
#include "cli/common/cli.h"
#include "cli/common/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_RRD "/var/lib/collectd/rrd"
#define DEFAULT_BASE "/var/lib/collectd"

static void unheard(void *arg, const char *where, const char *text) {
  (void)arg;
  (void)where;
  (void)text;
}

static const char *text_of(const struct conf_item *item, const char *key) {
  return text_same(item->key, key) && item->values_num == 1 &&
                 item->values[0].kind == CONF_STRING
             ? item->values[0].string
             : NULL;
}

static bool is_writer(const struct conf_item *item) {
  const char *loaded = text_of(item, "LoadPlugin");

  return config_is_plugin(item, "rrdtool") ||
         config_is_plugin(item, "rrdcached") ||
         (loaded != NULL &&
          (text_same(loaded, "rrdtool") || text_same(loaded, "rrdcached")));
}

/* DataDir of the rrdtool or rrdcached plugin, as collectd takes it: relative
 * to BaseDir, which is also its default. The caller frees it; NULL: out of
 * memory. */
static char *place_of(const struct config *config) {
  const char *base = DEFAULT_BASE;
  const char *data = NULL;
  bool written = false;
  char *place = NULL;

  for (size_t i = 0; i < config->statements_num; i++) {
    const struct conf_item *item = config->statements[i].item;

    if (text_of(item, "BaseDir") != NULL)
      base = text_of(item, "BaseDir");
    written |= is_writer(item);
    for (size_t j = 0; j < item->children_num && is_writer(item); j++)
      if (text_of(&item->children[j], "DataDir") != NULL)
        data = text_of(&item->children[j], "DataDir");
  }
  if (!written)
    return strdup(DEFAULT_RRD);
  if (data == NULL || data[0] == '/')
    return strdup(data != NULL ? data : base);
  return asprintf(&place, "%s/%s", base, data) < 0 ? NULL : place;
}

char *graph_datadir(const char *rrd, const char *config) {
  const char *path = config != NULL ? config : config_default();
  struct config whole = {0};
  char *place;

  if (rrd != NULL)
    return strdup(rrd);
  if (path == NULL)
    return strdup(DEFAULT_RRD);
  if (config_load(&whole, path, unheard, NULL) < 0 && config != NULL) {
    cli_say("%s: cannot be read as a configuration; kasactl check %s says why",
            path, path);
    config_free(&whole);
    return NULL;
  }
  place = place_of(&whole);
  config_free(&whole);
  return place;
}
