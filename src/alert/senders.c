/* The kinds of channel this build knows: one line each. */
#include <config.h>

#include "alert/sender.h"

const struct sender *const senders[] = {
    NULL,
};
