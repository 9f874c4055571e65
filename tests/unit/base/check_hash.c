/* SPDX-License-Identifier: MIT */
/* The hash table: everything added is found, nothing else is. */
#include <config.h>

#include "base/hash.h"

#include "../support/suite.h"

#include <stdio.h>
#include <string.h>

struct thing {
  char key[16];
  struct hash_node node;
};

static struct thing *find(const struct hash *h, const char *key) {
  struct hash_node *n = hash_first(h, hash_of(h, key, strlen(key)));

  for (; n != NULL; n = hash_next(n))
    if (strcmp(HASH_OWNER(n, struct thing, node)->key, key) == 0)
      return HASH_OWNER(n, struct thing, node);
  return NULL;
}

START_TEST(thousands_are_found_while_it_grows_and_after_removals) {
  enum { N = 5000 };
  static struct thing things[N];
  struct hash h;

  ck_assert_int_eq(hash_init(&h), 0);
  for (int i = 0; i < N; i++) {
    snprintf(things[i].key, sizeof(things[i].key), "thing %d", i);
    hash_add(&h, &things[i].node,
             hash_of(&h, things[i].key, strlen(things[i].key)));
  }
  ck_assert_uint_eq(h.count, N);
  ck_assert_uint_ge(h.mask + 1, N / 2); /* it did grow */
  for (int i = 0; i < N; i++)
    ck_assert_ptr_eq(find(&h, things[i].key), &things[i]);
  ck_assert_ptr_null(find(&h, "thing"));
  for (int i = 0; i < N; i += 2)
    hash_remove(&h, &things[i].node);
  ck_assert_uint_eq(h.count, N / 2);
  for (int i = 0; i < N; i++)
    ck_assert_ptr_eq(find(&h, things[i].key), i % 2 ? &things[i] : NULL);
  hash_free(&h);
}
END_TEST

START_TEST(nodes_of_one_hash_are_all_visited) {
  struct thing same[3] = {{.key = "a"}, {.key = "b"}, {.key = "c"}};
  struct thing other = {.key = "d"};
  struct hash h;
  unsigned seen = 0;

  ck_assert_int_eq(hash_init(&h), 0);
  for (int i = 0; i < 3; i++)
    hash_add(&h, &same[i].node, 42);
  hash_add(&h, &other.node, 42 + h.mask + 1); /* same bucket, other hash */
  for (struct hash_node *n = hash_first(&h, 42); n != NULL; n = hash_next(n)) {
    ck_assert_ptr_ne(n, &other.node);
    seen++;
  }
  ck_assert_uint_eq(seen, 3);
  hash_remove(&h, &same[1].node);
  hash_remove(&h, &same[1].node); /* a second time is no harm */
  ck_assert_uint_eq(h.count, 3);
  hash_free(&h);
}
END_TEST

START_TEST(the_seed_decides_where_keys_go) {
  struct hash a, b;

  ck_assert_int_eq(hash_init(&a), 0);
  ck_assert_int_eq(hash_init(&b), 0);
  ck_assert_msg(a.seed != b.seed, "two tables of one seed can be attacked");
  ck_assert(hash_of(&a, "key", 3) != hash_of(&b, "key", 3));
  ck_assert(hash_of(&a, "key", 3) != hash_of(&a, "kez", 3));
  ck_assert(hash_of(&a, "", 0) != hash_of(&a, "\0", 1));
  hash_free(&a);
  hash_free(&b);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, thousands_are_found_while_it_grows_and_after_removals);
  tcase_add_test(t, nodes_of_one_hash_are_all_visited);
  tcase_add_test(t, the_seed_decides_where_keys_go);
}

int main(void) { return suite_run("hash", fill); }
