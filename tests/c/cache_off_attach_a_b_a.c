/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of attach_a_b_a also holds where states cannot be kept. */
#include "attach_a_b_a.c"
