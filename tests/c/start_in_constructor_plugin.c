/* harness: mode=helper */
/* A plug-in with a constructor that starts Python, as a static object in C++ does, and one that has a thread do it. */
#include "use.h"

static void *start(void *unused)
{
    double before = seconds();
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_WRONG_ORDER, "is being loaded");
    CHECK(seconds() - before < 30 * slowdown());
    return unused;
}

__attribute__((constructor)) static void at_load(void)
{
    start(NULL);
#ifndef _WIN32 /* where no thread begins meanwhile */
    if (!in_short()) /* five seconds */
        on_new_thread(start, NULL);
#endif
}
