/* SPDX-License-Identifier: MIT */
/* The store's file: its directory, its lock, its reserve on the disk. */
#ifndef ALERT_STORE_STORE_FILE_H
#define ALERT_STORE_STORE_FILE_H

#include "alert/store/store_internal.h"

#include <sqlite3.h>
#include <stdbool.h>

/* What went wrong, for store_trouble(). rc is a SQLite code. */
void store_file_trouble(struct store *s, const char *what, int rc);

/* The file is no database any more. rc is a SQLite code. */
bool store_file_damaged(int rc);
int store_file_open(struct store *s, sqlite3 **out);
/* From now on the file at our path is the one we write to. */
void store_file_known(struct store *s);
/* Somebody removed or replaced it. */
bool store_file_replaced(const struct store *s);
void store_file_set_aside(const struct store *s, const char *word);
/* Opens what is there, setting a broken one aside: a SQLite code. */
int store_file_begin(struct store *s, enum store_opened *opened);
/* Makes directory and takes the lock: 0 or -errno. */
int store_file_lock(struct store *s);
int store_file_directory_make(const char *directory);
void store_file_limit(const struct store *s, sqlite3 *handle);
int store_file_check_whole(sqlite3 *handle);

/* A reserve that is given up when the disk is full. */
void store_ballast_make(struct store *s);
bool store_ballast_there(const struct store *s);

#endif
