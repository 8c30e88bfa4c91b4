/* A thread that others attached makes interpreters while Python is finalised: each is ended with it, or is refused. */
#include "py.h"

static pyferry_view *main_interpreter;
static int made;

static void *make_interpreters(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    for (;;) {
        pyferry_view *view;
        pyferry_status status = pyferry_interpreter_new(NULL, &view);
        if (status == PYFERRY_STATUS_CLOSED)
            break;
        CHECK_OK(status);
        pyferry_view_free(view);
        __atomic_add_fetch(&made, 1, __ATOMIC_SEQ_CST);
    }
    /* It may be attached to nothing by now. */
    if (pyferry_is_attached(NULL))
        PyGILState_Release(ensured);
    return unused;
}

int main(void)
{
    for (int round = 0; round < (in_short() ? 2 : 6); round++) {
        PyThreadState *state = start_python(&main_interpreter);
        made = 0;
        pthread_t thread = thread_start(make_interpreters, NULL);
        while (__atomic_load_n(&made, __ATOMIC_SEQ_CST) <= round)
            sleep_ms(1);
        finish_python(state);
        thread_join(thread);
        pyferry_view_free(main_interpreter);
    }
    return 0;
}
