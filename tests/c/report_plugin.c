/* harness: mode=helper */
/* A plug-in that starts Python, and says who hears of a shutdown that waits: a function of its own. */
#include "use.h"

void plugin_start(void *leave);

static int32_t hear(const char *text, void *leave)
{
    CHECK(strstr(text, "still inside") != NULL);
    event_set(leave);
    return PYFERRY_REPORT_WAIT;
}

void plugin_start(void *leave)
{
    start_with_report(hear, leave);
}
