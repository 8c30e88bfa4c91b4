/* harness: timeout=15 */
/* Somebody else's Python that is shutting down is no Python to join: a start says CLOSED, on any thread, and counts nothing. When it has
   ended there is one to be had. */
#include "py.h"

static pyferry_view *view;
static struct guest guest = GUEST(NULL);
static int called;

static void at_end(void *unused);

static void refused(void)
{
    pyferry_view *none = NULL;
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_CLOSED, "start again");
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER, "without");
    CHECK_REFUSED(pyferry_interpreter_new(NULL, &none), PYFERRY_STATUS_CLOSED, "shutting down");
    CHECK_REFUSED(pyferry_at_end(view, at_end, NULL), PYFERRY_STATUS_CLOSED, "shutting down");
    CHECK(none == NULL);
    /* What is there to be named still is. */
    pyferry_view *same = main_view();
    CHECK(pyferry_view_interpreter_id(same) == 0);
    pyferry_view_free(same);
    called++;
}

static void *meanwhile(void *unused)
{
    wait_for_closing(view);
    refused();
    guest_goes(&guest);
    return unused;
}

static void at_end(void *unused)
{
    (void)unused;
    refused();
}

static void at_end_of_ours(void *unused)
{
    (void)unused;
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_CLOSED, "start again");
    called++;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    guest.view = view;
    guest_comes(&guest);
    CHECK_OK(pyferry_at_end(view, at_end, NULL));
    pthread_t other = thread_start(meanwhile, NULL);
    finish_python(state);
    thread_join(other);
    CHECK(called == 2);
    check_closed(view);
    pyferry_view_free(view);

    /* One that pyferry started, and somebody else finalises. */
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD;
    CHECK_OK(pyferry_runtime_start(&options));
    view = main_view();
    check_works(view);
    CHECK_OK(pyferry_at_end(view, at_end_of_ours, NULL));
    pyferry_token token = attach(view);
    CHECK(Py_FinalizeEx() == 0);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    CHECK(called == 3);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER, "without");
    CHECK_OK(pyferry_runtime_start(NULL));
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
