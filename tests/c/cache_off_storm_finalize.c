/* harness: seeds=1 */
/* harness: env=PYFERRY_CACHE=off */
/* The same, where states cannot be kept. */
#include "storm_finalize.c"
