/* SPDX-License-Identifier: MIT */
/* Values in the database that nobody wrote: a file whose pages are whole may
 * still hold them, from an editor, a restored copy or a clock of another age.
 * SQLite takes a value of any type in any column. */
#ifndef ALERT_STORE_STORE_REPAIR_H
#define ALERT_STORE_STORE_REPAIR_H

#include <sqlite3.h>

/* Looks through all tables of an open database at the newest schema: a number
 * of the wrong type, or beyond any moment and count there can be, becomes 0, a
 * text that is none or too long becomes empty; a row that cannot be kept so is
 * dropped. Returns how many values were mended. What cannot be written stays as
 * it is. */
int store_repair(sqlite3 *handle);

#endif
