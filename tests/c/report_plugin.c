/* harness: mode=helper */
/* A plug-in that says who hears of a shutdown that waits, a function of its own, and takes it back before it is unloaded. */
#include "use.h"

void plugin_start(void *heard);
void plugin_stop(void);

static int destroyed;

static int32_t hear(const char *text, void *heard)
{
    CHECK(strstr(text, "still inside") != NULL);
    event_set(heard);
    return PYFERRY_REPORT_WAIT;
}

static void destroy(void *heard)
{
    (void)heard;
    destroyed++;
}

void plugin_start(void *heard)
{
    CHECK_OK(pyferry_set_report(hear, heard, destroy, 1));
}

void plugin_stop(void)
{
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    CHECK(destroyed == 1);
}
