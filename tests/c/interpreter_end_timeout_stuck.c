/* harness: mode=runtime */
/* harness: args=holds-on */
/* As interpreter_end_timeout, but the thread inside is in C code and never lets go, of the only GIL there is up to 3.11: a time
   limit is a time limit. */
#include "interpreter_end_timeout.c"
