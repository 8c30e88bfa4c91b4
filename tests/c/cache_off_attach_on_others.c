/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of attach_on_others also holds where states cannot be kept. */
#include "attach_on_others.c"
