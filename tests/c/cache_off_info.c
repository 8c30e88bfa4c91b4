/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of info also holds where states cannot be kept. */
#include "info.c"
