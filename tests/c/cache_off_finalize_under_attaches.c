/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of finalize_under_attaches also holds where states cannot be kept. */
#include "finalize_under_attaches.c"
