/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of allow_threads_inside also holds where states cannot be kept. */
#include "allow_threads_inside.c"
