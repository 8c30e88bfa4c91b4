/* harness: seeds=1 */
/* harness: env=PYFERRY_BARRIER=symmetric */
/* The same, where each thread fences by itself. */
#include "storm_interpreter_end.c"
