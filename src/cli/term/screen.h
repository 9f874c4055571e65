/* SPDX-License-Identifier: MIT */
/* Something that is shown again and again: redrawn in place on a terminal
 * (other screen, no flicker, keys and signals), once after the other
 * elsewhere. Whatever ends the program by a signal, the terminal is put back.
 * One thread, one screen. */
#ifndef CLI_TERM_SCREEN_H
#define CLI_TERM_SCREEN_H

#include "base/buf.h"
#include "cli/term/style.h"

#include <stdbool.h>

enum screen_event {
  SCREEN_TIME,    /* the time is over */
  SCREEN_READY,   /* fd can be read */
  SCREEN_RESIZED, /* draw again */
  SCREEN_SCROLL,  /* screen_scrolled() says how far */
  SCREEN_KEY,     /* screen_key() says which */
  SCREEN_QUIT,    /* q, Ctrl-C, SIGTERM: go */
};

/* Takes the signals over; call before other threads start. With redraw and a
 * terminal on stdout the other screen is used. 0 or -errno. */
int screen_open(bool redraw);

/* What stdout can show now. */
const struct style *screen_style(void);

/* Shows text in place of what was shown before. Where it is longer than the
 * terminal it begins with line `first`; returns that, corrected if too far. */
size_t screen_show(const struct buf *text, size_t first);

/* first, moved by so many lines, not below 0. */
size_t screen_moved(size_t first, int lines);

/* Waits for one of the events; fd may be -1. */
enum screen_event screen_wait(int fd, double seconds);

/* Lines that arrow and page keys moved since the last call: down is positive.
 */
int screen_scrolled(void);

/* The next letter or sign that was typed, moves nothing and is not q; 0: none.
 */
char screen_key(void);

/* While text is typed every letter and sign is one of screen_key()'s, also
 * blanks, bytes of UTF-8, SCREEN_ENTER, SCREEN_BACKSPACE and SCREEN_ESCAPE. */
void screen_typing(bool on);
enum { SCREEN_ENTER = '\r', SCREEN_BACKSPACE = 127, SCREEN_ESCAPE = 27 };

/* Whether a signal asks to stop; for long work between two waits. */
bool screen_quitting(void);

/* Puts the terminal back; what was shown last stays to be read. */
void screen_close(void);

#endif
