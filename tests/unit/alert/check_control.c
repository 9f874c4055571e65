/* SPDX-License-Identifier: MIT */
/* The control socket's file: whose it is, and that making it changes nothing
 * for the daemon's other threads. */
#include <config.h>

#include "alert/control/control.h"

#include "../support/alert_fixture.h"
#include "../support/suite.h"
#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char said[512];

static void remember(void *arg, enum log_level level, const char *text) {
  (void)arg;
  (void)level;
  snprintf(said, sizeof(said), "%s", text);
}

/* It is the whole process's: what csv or rrdtool make at that moment would get
 * the wrong rights. */
mode_t umask(mode_t mask) {
  ck_abort_msg("umask(%o) in a thread of the daemon", (unsigned)mask);
  return mask;
}

/* A group of so many members that its entry takes 100 KB. */
int getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
               struct group **found) {
  *found = NULL;
  if (strcmp(name, "crowd") != 0)
    return 0;
  if (size < 100000)
    return ERANGE;
  *group = (struct group){.gr_name = buffer, .gr_gid = getgid()};
  *found = group;
  return 0;
}

static struct control *open_for(struct house *h, const char *group,
                                struct stat *st) {
  char path[128];
  struct control *c;

  said[0] = '\0';
  snprintf(path, sizeof(path), "%s/socket", h->directory);
  log_set_sink(remember, NULL);
  c = control_new(path, group, h->core, "test");
  ck_assert_ptr_nonnull(c);
  ck_assert_int_eq(stat(path, st), 0);
  return c;
}

START_TEST(the_socket_is_the_groups_and_the_process_keeps_its_umask) {
  struct house h;
  struct stat st;
  struct control *c;

  house_open(&h, "");
  c = open_for(&h, NULL, &st);
  ck_assert(S_ISSOCK(st.st_mode));
  ck_assert_uint_eq(st.st_mode & 07777, 0660);
  ck_assert_str_eq(said, "");
  control_free(c);
  house_close(&h);
}
END_TEST

START_TEST(a_group_with_many_members_is_found) {
  struct house h;
  struct stat st;
  struct control *c;

  house_open(&h, "");
  c = open_for(&h, "crowd", &st);
  ck_assert_str_eq(said, "");
  ck_assert_uint_eq(st.st_gid, getgid());
  control_free(c);
  c = open_for(&h, "nobody-here", &st);
  ck_assert_ptr_nonnull(strstr(said, "ControlGroup \"nobody-here\""));
  control_free(c);
  house_close(&h);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, the_socket_is_the_groups_and_the_process_keeps_its_umask);
  tcase_add_test(t, a_group_with_many_members_is_found);
}

int main(void) { return suite_run("control", fill); }
