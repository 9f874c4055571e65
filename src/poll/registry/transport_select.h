/* SPDX-License-Identifier: MIT */
/* How a known device is spoken with, and when not: as it says itself by TDP,
 * as option Transport says, or by trial. Firmware updates change it, so what a
 * device says anew counts over what worked before. Everything belongs to the
 * engine's thread. */
#ifndef POLL_REGISTRY_TRANSPORT_SELECT_H
#define POLL_REGISTRY_TRANSPORT_SELECT_H

#include "device/discovery/discovery_packet.h"
#include "poll/registry/poll_device.h"

/* Begins with the first trial that fits option Transport. */
void transport_select_start(struct poll_device *k,
                            const struct poll_options *o);

/* As a device that was not known introduces itself. */
void transport_select_take(struct poll_device *k,
                           const struct introduction *in);

/* As a known one introduces itself, unless the way in use is known better.
 * When it is another way than before: closes the link, and sets k.retuned. */
void transport_select_adopt(struct poll_device *k,
                            const struct introduction *in);

/* Whether it is spoken with in another way now than in the one that has worked
 * or that it has named. */
bool transport_select_is_trial(const struct poll_device *k);

/* The way it is spoken with; while it is not up that which is usual, whatever
 * is being tried. */
const char *transport_select_name(const struct poll_device *k);

/* A request of k failed: notes whether there had been a session, which is proof
 * enough of how k speaks. */
void transport_select_note(struct poll_device *k);

/* A poll of k failed: goes on to the next way that has not been tried since it
 * last spoke, in the order of transports.h, if that may be the better one.
 * True: there is one, and the next poll goes that way; false: it stays, or is
 * back where it began. */
bool transport_select_try_other(struct poll_device *k,
                                const struct poll_options *o);

/* Begins anew with what k says of itself: what it refused counts no more. k is
 * idle; its link, which may know an old account, is closed. */
void transport_select_again(struct poll_device *k);

/* Names the transports of the present round, "klap, xor". Whether there are
 * several. */
bool transport_select_tried(const struct poll_device *k, char out[WHY_SIZE]);

/* A poll of k went well: it needs no other way. */
void transport_select_worked(struct poll_device *k);

/* Whether the next attempt at a poll should ask for one thing at a time. slow:
 * the poll is a long one. */
bool transport_select_asks_singly(const struct poll_device *k, bool slow);

/* Where its service is at an address. */
struct sockaddr_in transport_select_at(const struct poll_device *k,
                                       struct in_addr address);

/* Closes the link. */
void transport_select_close(struct poll_device *k);

#endif
