/* harness: env=PYFERRY_BARRIER=symmetric */
/* The same, where each thread fences by itself. */
#include "finalize_waits.c"
