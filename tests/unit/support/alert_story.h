/* SPDX-License-Identifier: MIT */
/* A test writes what happens as words and reads what people heard as words.
 *
 *   "fail 1620; +60; ok 90; +61"  ->  "mail:firing mail:resolved"
 */
#ifndef TESTS_UNIT_SUPPORT_ALERT_STORY_H
#define TESTS_UNIT_SUPPORT_ALERT_STORY_H

#include "alert_fixture.h"

/* Words, parted by ";":
 *   fail V, warn V, ok V, fail nan...   a threshold speaks of Freezer's power
 *   missing S / back S                  series S of Freezer
 *   event TEXT / eventok TEXT           any other notification
 *   +N                                  N seconds pass
 *   clock +N                            the wall clock is set
 *   reboot N                            restart with the clock N s off
 *   off N                               not running for N s
 *   cache V / cache -                   the value cache
 *   restart / kill, ack / unack / resolve (the first open alert)
 *   CHANNEL=OUTCOME                     sent retry ambiguous timeout refused
 * dead gone shrink split; of a split, recipients with g.. are put off, b..
 * refused once CHANNEL=OUTCOME                of its next send, then "sent"
 *   poison DEVICE                       its messages are put off
 *   answers                             failures are the provider's words
 *   wait N / pause N                    what a failure, a success asks for, s
 *   hold / release / lose               jobs stay out; come back; are answered
 *                                       and nobody hears it
 *   secret / enable                     of the first channel
 *   on DEVICE                           what the words below are about
 *   silence SECONDS|resolved DEVICE     nobody is told of it
 *   unsilence                           the first silence ends
 *   until HH:MM                         passes until the wall clock shows it
 */
void house_play(struct house *h, const char *words);
/* Plays a story and closes: what people heard of it must be heard. */
void house_tell(struct house *h, const char *row, const char *story,
                const char *heard);

#endif
