/* harness: mode=runtime */
/* A thread that is inside, however deep and in whatever interpreter, is told that it cannot stop Python. */
#include "use.h"

static void check_refused(void)
{
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_THREAD, "detach");
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_THREAD, "detach");
}

int main(void)
{
    start_runtime();
    pyferry_view *main = main_view(), *sub = new_interpreter();

    pyferry_token token = attach(main);
    check_refused();
    pyferry_suspension out = suspend();
    check_refused();
    resume(out);
    detach(token);

    token = attach(sub);
    check_refused();
    out = suspend();
    check_refused();
    resume(out);
    detach(token);

    CHECK_REFUSED(pyferry_runtime_stop(-2), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");
    CHECK_REFUSED(pyferry_runtime_stop(INT64_MIN), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");

    /* None of that closed anything. */
    check_works(main);
    check_works(sub);
    CHECK_OK(pyferry_runtime_stop(INT64_MAX));
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
