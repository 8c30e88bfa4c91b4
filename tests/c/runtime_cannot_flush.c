/* harness: mode=runtime */
/* harness: not-on=windows it has no /dev/full */
/* Where Python ends and its output cannot be written, the stop says so: Python has ended all the same, the start is taken back, and the
   next one starts it again. */
#include "use.h"

#include <fcntl.h>

static void *once(void *flags)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = flags != NULL ? PYFERRY_RUNTIME_ON_THIS_THREAD : 0;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *view = main_view();
    run_in(view, "print('lost')");
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_PYTHON_ERROR, "flush");
    check_closed(view);
    CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    pyferry_view_free(view);
    return NULL;
}

int main(void)
{
    int full = open("/dev/full", O_WRONLY), null = open("/dev/null", O_WRONLY), err = dup(2);
    CHECK(full >= 0 && null >= 0 && err >= 0);
    CHECK(dup2(full, 1) == 1);
    /* CPython complains there. */
    CHECK(dup2(null, 2) == 2);
    once(NULL);
    on_new_thread(once, NULL);
    CHECK(dup2(null, 1) == 1 && dup2(err, 2) == 2);
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
