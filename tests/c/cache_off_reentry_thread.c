/* harness: env=PYFERRY_CACHE=off */
/* The same where states cannot be kept: then it is the detach that lets a thread's values go. */
#include <Python.h>

#ifdef Py_DEBUG
int main(void)
{
    puts("CPython asserts here that no thread leaves a state that goes, and comes back to it: so does its own import of builtins");
    return 0;
}
#else
#define ACTS_EACH 1
#include "reentry_thread.c"
#endif
