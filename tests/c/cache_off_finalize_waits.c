/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of finalize_waits also holds where states cannot be kept. */
#include "finalize_waits.c"
