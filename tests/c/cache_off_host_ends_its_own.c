/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of host_ends_its_own also holds where states cannot be kept. */
#include "host_ends_its_own.c"
