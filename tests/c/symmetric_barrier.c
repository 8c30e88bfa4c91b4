/* harness: env=PYFERRY_BARRIER=symmetric */
/* The same, where the kernel cannot or is not to make all threads fence. */
#include "barrier.c"
