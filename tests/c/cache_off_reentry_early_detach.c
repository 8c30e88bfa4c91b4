/* harness: env=PYFERRY_CACHE=off */
/* The same where states cannot be kept: then it is each detach that lets a thread's values go. */
#include "reentry_early_detach.c"
