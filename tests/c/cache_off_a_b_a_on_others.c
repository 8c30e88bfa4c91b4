/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of a_b_a_on_others also holds where states cannot be kept. */
#include "a_b_a_on_others.c"
