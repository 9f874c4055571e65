/* SPDX-License-Identifier: MIT */
/* The manual and the tables agree: every option, name and filter stands in
 * collectd-notify_kasa(5), and nothing else does. */
#include <config.h>

#include "alert/channel/channel_types.h"
#include "alert/channel/sender.h"
#include "alert/config/config.h"
#include "alert/config/config_channel.h"
#include "alert/config/config_device.h"
#include "alert/config/config_escalation.h"
#include "alert/config/config_flapping.h"
#include "alert/config/config_inhibit.h"
#include "alert/config/config_maintenance.h"
#include "alert/config/config_quiet.h"
#include "alert/config/config_report.h"
#include "alert/config/config_route.h"
#include "alert/config/config_unit.h"
#include "alert/text/template_filters.h"
#include "alert/text/template_variables.h"

#include "../support/suite.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char manual[128 * 1024];

static void read_manual(void) {
  const char *folder = getenv("srcdir");
  char name[1000];
  FILE *f;
  size_t n;
  snprintf(name, sizeof(name), "%s/doc/man/collectd-notify_kasa.5",
           folder != NULL ? folder : ".");
  f = fopen(name, "r");
  ck_assert_msg(f != NULL, "%s", name);
  n = fread(manual, 1, sizeof(manual) - 1, f);
  manual[n] = '\0';
  fclose(f);
}

/* From a heading (".Sh ROUTES", ".Ss Channel email") to the next of any kind;
 * the caller frees it. */
static char *section(const char *heading) {
  char line[100];
  const char *start, *end;
  snprintf(line, sizeof(line), "\n%s\n", heading);
  start = strstr(manual, line);
  ck_assert_msg(start != NULL, "no \"%s\" in the manual", heading);
  start += strlen(line) - 1;
  for (end = start; (end = strstr(end, "\n.S")) != NULL; end++)
    if (end[3] == 'h' || end[3] == 's') /* not .Sx, a reference */
      return strndup(start, (size_t)(end - start));
  return strdup(start);
}

/* Whether an item or, for what a later version brings, a word of that name
 * stands there. */
static bool mentions(const char *text, const char *macro, const char *name) {
  size_t len = strlen(name);
  for (const char *p = text; (p = strstr(p, macro)) != NULL;) {
    p += strlen(macro);
    if (strncmp(p, "\\&", 2) == 0) /* else it is a macro's name */
      p += 2;
    if (strncmp(p, name, len) == 0 && !isalnum((unsigned char)p[len]) &&
        p[len] != '_')
      return true;
  }
  return false;
}

static bool in_table(const struct option *table, const char *name) {
  for (; table->name != NULL; table++)
    if (strcmp(table->name, name) == 0)
      return true;
  return false;
}

/* Each item of the section belongs to the table, or to other. */
static void only_known(const char *text, const struct option *table,
                       bool (*other)(const char *name)) {
  for (const char *p = text; (p = strstr(p, "\n.It Ic ")) != NULL;) {
    char name[64];
    p += 8;
    if (strncmp(p, "\\&", 2) == 0)
      p += 2;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, " \n"), p);
    ck_assert_msg(in_table(table, name) || (other != NULL && other(name)),
                  "the manual tells of %s, which no table has", name);
  }
}

static bool is_line_form(const char *name) {
  static const char *const forms[] = {"Pushover", "Email", "Slack", "Discord",
                                      "Webhook"};
  for (int i = 0; i < ROWS(forms); i++)
    if (strcmp(forms[i], name) == 0)
      return true;
  return sender_find_line(name) != NULL;
}

static void compare(const char *heading, const struct option *table,
                    const char *also, bool (*other)(const char *name)) {
  char *text = section(heading);
  char *more = also != NULL ? section(also) : NULL;
  for (const struct option *o = table; o->name != NULL; o++) {
    const char *macro = o->type == OPTION_LATER ? ".Ic " : "\n.It Ic ";
    ck_assert_msg(mentions(text, macro, o->name) ||
                      (more != NULL && mentions(more, macro, o->name)),
                  "%s does not tell of %s", heading, o->name);
  }
  only_known(text, table, other);
  free(text);
  free(more);
}

START_TEST(every_option_is_told) {
  read_manual();
  compare(".Sh TOP LEVEL", notify_options, NULL, is_line_form);
  compare(".Sh ROUTES", route_options, NULL, NULL);
  compare(".Sh DEVICES", device_options, NULL, NULL);
  compare(".Sh UNITS", unit_options, NULL, NULL);
  compare(".Sh REPORTS", report_options, NULL, NULL);
  compare(".Ss Quiet hours", quiet_options, NULL, NULL);
  compare(".Ss Inhibition", inhibit_options, NULL, NULL);
  compare(".Sh ESCALATION", escalation_options, NULL, NULL);
  compare(".Ss Storm", storm_options, NULL, NULL);
  compare(".Ss Flapping", flapping_options, NULL, NULL);
  compare(".Sh HEARTBEAT", heartbeat_sender->options, ".Ss Connections", NULL);
  compare(".Ss Maintenance", maintenance_options, ".Sh ROUTES", NULL);
  compare(".Ss Every channel", channel_options, NULL, NULL);
}
END_TEST

START_TEST(every_kind_of_channel_is_told) {
  read_manual();
  for (size_t i = 0; channel_types[i].name != NULL; i++) {
    const struct sender *sender = channel_types[i].sender;
    char heading[64];
    char *top;
    if (sender == NULL) /* of a later version */
      continue;
    top = section(".Sh TOP LEVEL");
    snprintf(heading, sizeof(heading), ".Ss Channel %s", sender->name);
    compare(heading, sender->options, ".Ss Connections", NULL);
    if (sender->line_name != NULL)
      ck_assert_msg(mentions(top, "\n.It Ic ", sender->line_name), "%s",
                    sender->line_name);
    free(top);
  }
}
END_TEST

START_TEST(every_name_and_filter_is_told) {
  char *names, *filter_text;
  read_manual();
  names = section(".Ss Names");
  filter_text = section(".Ss Filters");
  const struct template_variable *v;
  for (size_t i = 0; (v = template_variable_at(i)) != NULL; i++)
    ck_assert_msg(mentions(names, "\n.It Va ", v->name), "%s", v->name);
  for (const char *p = names; (p = strstr(p, "\n.It Va ")) != NULL;) {
    p += 8;
    ck_assert_msg(template_variable_find(p, strcspn(p, ":\n")) != NULL, "%.20s",
                  p);
  }
  for (const struct template_filter *f = filters; f->name != NULL; f++)
    ck_assert_msg(mentions(filter_text, "\n.It Cm ", f->name), "%s", f->name);
  free(names);
  free(filter_text);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, every_option_is_told);
  tcase_add_test(t, every_kind_of_channel_is_told);
  tcase_add_test(t, every_name_and_filter_is_told);
}

int main(void) { return suite_run("manual", fill); }
