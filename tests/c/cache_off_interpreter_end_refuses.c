/* harness: env=PYFERRY_CACHE=off */
/* harness: mode=runtime */
/* The promise of interpreter_end_refuses also holds where states cannot be kept. */
#include "interpreter_end_refuses.c"
