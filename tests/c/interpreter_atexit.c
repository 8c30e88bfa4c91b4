/* The atexit functions of an interpreter run when it is ended, in it, and may use pyferry there, whatever its gate says. */
#include "py.h"

static pyferry_view *main_interpreter, *ending;
static int calls;
static bool finalizing;

static PyObject *use_pyferry(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    CHECK(is_in(pyferry_view_interpreter_id(ending)) && pyferry_is_attached(ending));
    PyThreadState *state = PyThreadState_Get();
    pyferry_token token = attach(ending);
    CHECK(PyThreadState_Get() == state);
    run("import sys; sys.at_exit = True");
    detach(token);
    pyferry_suspension out = suspend();
    CHECK(!pyferry_is_attached(NULL));
    resume(out);
    pyferry_view *view = current_view();
    pyferry_view_free(view);
    if (!finalizing)
        run_in(main_interpreter, "import sys");
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    CHECK(PyThreadState_Get() == state);
    calls++;
    Py_RETURN_NONE;
}

static PyMethodDef method = { "use_pyferry", use_pyferry, METH_NOARGS, NULL };

static void *leave_cached_states(void *view)
{
    run_in(view, "import threading; mine = threading.local(); mine.value = 1");
    return NULL;
}

static void *end_it(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(ending, -1));
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    ending = new_interpreter();
    pyferry_token token = attach(ending);
    define(&method);
    run("import atexit; atexit.register(use_pyferry); atexit.register(use_pyferry)");
    detach(token);
    on_new_thread(leave_cached_states, ending);
    on_new_thread(end_it, NULL);
    CHECK(calls == 2);
    pyferry_view_free(ending);

    /* One that is left over at Py_FinalizeEx is ended there. */
    ending = new_interpreter();
    token = attach(ending);
    define(&method);
    run("import atexit; atexit.register(use_pyferry)");
    detach(token);
    on_new_thread(leave_cached_states, ending);
    finalizing = true;
    finish_python(state);
    CHECK(calls == 3);
    check_closed(ending);
    pyferry_view_free(ending);
    pyferry_view_free(main_interpreter);
    return 0;
}
