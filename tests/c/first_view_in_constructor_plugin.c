/* harness: mode=helper */
/* A plug-in with a constructor that takes the first view, as a static object in C++ does. */
#include "use.h"

pyferry_view *view;
pyferry_status said;

__attribute__((constructor)) static void at_load(void)
{
    double before = seconds();
    said = pyferry_view_main(&view);
    if (said != PYFERRY_STATUS_OK)
        CHECK_SAYS("is being loaded");
    CHECK(seconds() - before < 30 * slowdown());
}
