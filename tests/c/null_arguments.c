/* harness: mode=runtime */
/* Every NULL where something is needed is INVALID_ARGUMENT, names the argument, and does nothing. */
#include "use.h"

#define INVALID(call, name) CHECK_REFUSED(call, PYFERRY_STATUS_INVALID_ARGUMENT, "`" name "` is NULL")

int main(void)
{
    start_runtime();
    pyferry_view *main = main_view();
    pyferry_token token;
    pyferry_guard *guard;
    pyferry_view *view;

    INVALID(pyferry_runtime_get_info(NULL), "out");
    INVALID(pyferry_view_main(NULL), "out");
    INVALID(pyferry_view_current(NULL), "out");
    INVALID(pyferry_guard_open(NULL, &guard), "view");
    INVALID(pyferry_guard_open(main, NULL), "out");
    CHECK_OK(pyferry_guard_open(main, &guard));
    INVALID(pyferry_guard_view(guard, NULL), "out");
    pyferry_guard_close(guard);
    INVALID(pyferry_guard_view(NULL, &view), "guard");
    INVALID(pyferry_attach(NULL, &token), "view");
    INVALID(pyferry_attach(main, NULL), "out");
    INVALID(pyferry_attach_labeled(main, "label", NULL), "out");
    INVALID(pyferry_attach_guarded(NULL, &token), "guard");
    INVALID(pyferry_detach(NULL), "token");
    INVALID(pyferry_suspend(NULL), "out");
    CHECK_STATUS(pyferry_resume(NULL), PYFERRY_STATUS_INVALID_ARGUMENT);
    INVALID(pyferry_call(NULL, NULL, NULL), "view");
    INVALID(pyferry_call(main, NULL, NULL), "function");
    INVALID(pyferry_queue_new(NULL, NULL, NULL), "view");
    INVALID(pyferry_queue_new(main, NULL, NULL), "out");
    INVALID(pyferry_queue_post(NULL, NULL, NULL), "queue");
    INVALID(pyferry_queue_post_copy(NULL, NULL, NULL, 0), "queue");
    INVALID(pyferry_queue_call(NULL, NULL, NULL, 0), "queue");
    INVALID(pyferry_queue_run(NULL, 0, 0, NULL), "queue");
    INVALID(pyferry_release_later(NULL, NULL), "view");
    INVALID(pyferry_release_later(main, NULL), "py_object");
    INVALID(pyferry_interpreter_new(NULL, NULL), "out");
    INVALID(pyferry_interpreter_end(NULL, 0), "view");
    INVALID(pyferry_interpreter_interrupt(NULL), "view");

    /* The same on the inside, where there is something to lose. */
    token = attach(main);
    INVALID(pyferry_suspend(NULL), "out");
    INVALID(pyferry_exec(NULL, NULL), "source");
    INVALID(pyferry_eval(NULL, NULL, NULL, 0, NULL), "source");
    CHECK_OK(pyferry_eval("1", NULL, NULL, 0, NULL));
    INVALID(pyferry_attach(main, NULL), "out");
    INVALID(pyferry_view_current(NULL), "out");
    CHECK(pyferry_is_attached(main));
    detach(token);

    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
