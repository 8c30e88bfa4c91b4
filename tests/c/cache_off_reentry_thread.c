/* harness: env=PYFERRY_CACHE=off */
/* harness: not-on=windows destructors run at a thread's end, where Wine 8 has a lock that a starting thread waits for */
/* The same where states cannot be kept: then it is the detach that lets a thread's values go. */
#define ACTS_EACH 1
#include "reentry_thread.c"

int main(void)
{
    if (python_is_debug())
        puts("CPython asserts here that no thread leaves a state that goes, and comes back to it: so does its own import of builtins");
    else
        act_everywhere();
    return 0;
}
