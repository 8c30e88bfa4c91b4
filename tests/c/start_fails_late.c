/* harness: mode=runtime */
/* A start that fails when Python is up already takes that down again: the next one works, on pyferry's thread and on this one. */
#include "use.h"

static pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;

static void fails_and_works(void)
{
    CHECK(setenv("PYTHONPATH", ".", 1) == 0);
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_PYTHON_ERROR, "SystemError");
    CHECK(!pyferry_is_attached(NULL));
    pyferry_view *main;
    CHECK_STATUS(pyferry_view_main(&main), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    unsetenv("PYTHONPATH");
    CHECK_OK(pyferry_runtime_start(&options));
    main = main_view();
    run_in(main, "import sys; assert sys.path[0] == 'first'");
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
}

int main(void)
{
    static const char *paths[] = { "first", NULL };
    /* Not in the Python that is asked where its library is, which fails by itself then. */
    char source[200];
    snprintf(source, sizeof source, "import os, sys\nif os.getpid() == %ld: sys.path = tuple(sys.path)\n", (long)getpid());
    write_file("sitecustomize.py", source);
    options.search_paths = paths;
    fails_and_works();
    options.flags |= PYFERRY_RUNTIME_ON_THIS_THREAD;
    fails_and_works();
    return 0;
}
