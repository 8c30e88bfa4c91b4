/* harness: mode=helper */
/* A plug-in that starts Python, and says who hears of a shutdown that waits: a function of its own. */
#include "check.h"

void plugin_start(void *leave);

static int32_t hear(const char *text, void *leave)
{
    CHECK(strstr(text, "still inside") != NULL);
    event_set(leave);
    return PYFERRY_REPORT_WAIT;
}

void plugin_start(void *leave)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.report = hear;
    options.report_data = leave;
    options.report_every_ms = 5;
    CHECK_OK(pyferry_runtime_start(&options));
}
