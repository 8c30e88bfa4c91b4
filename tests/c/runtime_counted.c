/* harness: mode=runtime */
/* Two plug-ins start Python, each for itself: one Python runs, until the second has stopped it. Then it can start anew. */
#include "use.h"

static void *check_no_python(void *unused)
{
    pyferry_view *view = NULL;
    CHECK_REFUSED(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON, "not initialised");
    CHECK(!pyferry_is_attached(NULL));
    return unused;
}

/* Starts, uses and leaves the start to be taken back by another thread. */
static void *plug_in(void *unused)
{
    start_runtime();
    pyferry_view *main = main_view();
    run_in(main, "import sys; sys.plug_ins = getattr(sys, 'plug_ins', 0) + 1");
    pyferry_view_free(main);
    return unused;
}

static void one_life(void)
{
    on_new_thread(plug_in, NULL);
    on_new_thread(plug_in, NULL);
    pyferry_view *main = main_view();
    CHECK(pyferry_view_interpreter_id(main) == 0);
    run_in(main, "import sys; assert sys.plug_ins == 2, sys.plug_ins");
    CHECK_OK(pyferry_runtime_stop(0));
    run_in(main, "sys.plug_ins");
    check_works(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_closed(main);
    on_new_thread(check_no_python, NULL);
    check_no_python(NULL);
    pyferry_view_free(main);
}

int main(void)
{
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER, "pyferry_runtime_start");
    one_life();
    CHECK_REFUSED(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER, "pyferry_runtime_start");
    one_life();
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER, "pyferry_runtime_start");
    return 0;
}
