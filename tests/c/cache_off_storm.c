/* harness: timeout=120 */
/* harness: args=4 */
/* harness: env=PYFERRY_CACHE=off */
/* The storm, where states cannot be kept. */
#include "storm.c"
