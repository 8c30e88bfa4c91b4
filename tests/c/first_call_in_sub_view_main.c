/* harness: args=at-once */
/* As first_call_in_sub, and that call is pyferry_view_main. */
#include "first_call_in_sub.c"
