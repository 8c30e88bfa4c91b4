/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of initialize_again also holds where states cannot be kept. */
#include "initialize_again.c"
