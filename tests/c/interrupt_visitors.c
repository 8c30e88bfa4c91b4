/* A thread that came in by CPython's own calls is interrupted while it runs Python code, however many interpreters there are; one
   that is out at that moment is not, and neither is what it runs next. */
#include "interrupted.h"

static pyferry_view *main_interpreter;

static void *visit_by_gilstate(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    be_interrupted_here();
    /* Inside, but not in Python code. */
    wait_until_interrupted();
    run("for i in range(1000): pass");
    PyGILState_Release(ensured);
    return unused;
}

static void is_interrupted(void)
{
    pthread_t thread = thread_start(visit_by_gilstate, NULL);
    interrupt_twice(main_interpreter);
    thread_join(thread);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    define(&wait_method);
    detach(token);
    is_interrupted();
    pyferry_view *other = new_interpreter();
    is_interrupted();
    CHECK_OK(pyferry_interpreter_end(other, -1));
    pyferry_view_free(other);
    PyEval_RestoreThread(state);
    run("for i in range(1000): pass");
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
