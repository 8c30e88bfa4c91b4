/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of attach_nested also holds where states cannot be kept. */
#include "attach_nested.c"
