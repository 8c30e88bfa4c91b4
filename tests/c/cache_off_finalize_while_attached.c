/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=host */
/* The promise of finalize_while_attached also holds where states cannot be kept. */
#include "finalize_while_attached.c"
