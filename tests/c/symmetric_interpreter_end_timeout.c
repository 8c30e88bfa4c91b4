/* harness: mode=runtime */
/* harness: env=PYFERRY_BARRIER=symmetric */
/* The same, where each thread fences by itself. */
#include "interpreter_end_timeout.c"
