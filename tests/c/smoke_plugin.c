/* harness: mode=helper */
/* A plug-in that knows of Python only what pyferry tells it. */
#include "check.h"

void *plugin_main(void *unused);

void *plugin_main(void *unused)
{
    pyferry_view *view;
    pyferry_token token = {0};
    CHECK_OK(pyferry_view_main(&view));
    CHECK_OK(pyferry_attach(view, &token));
    CHECK_OK(pyferry_exec("import sys; print(sys.version)", "smoke_plugin"));
    CHECK_OK(pyferry_detach(&token));
    pyferry_view_free(view);
    return unused;
}
