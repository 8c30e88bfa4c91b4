/* The current view is that of the interpreter this thread is attached to, whoever attached it, on whatever thread. */
#include "py.h"

static int64_t id_of(PyThreadState *state)
{
    return PyInterpreterState_GetID(PyThreadState_GetInterpreter(state));
}

static PyObject *python_asks(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view *view = current_view();
    CHECK(pyferry_view_interpreter_id(view) == id_of(PyThreadState_Get()));
    CHECK(pyferry_is_attached(view) && pyferry_is_attached(NULL));
    check_works(view);
    pyferry_view_free(view);
    Py_RETURN_NONE;
}

static PyMethodDef ask = { "ask", python_asks, METH_NOARGS, NULL };

static void *gilstate_section(void *main)
{
    CHECK(!pyferry_is_attached(NULL));
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(is_in(0) && pyferry_is_attached(main));
    python_asks(NULL, NULL);
    PyGILState_Release(ensured);
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(main));
    pyferry_view *view = NULL;
    CHECK_STATUS(pyferry_view_current(&view), PYFERRY_STATUS_NOT_ATTACHED);
    return NULL;
}

/* The host makes a thread state by hand, as code older than PyGILState does. */
static void *state_by_hand(void *interpreter)
{
    PyThreadState *state = PyThreadState_New(interpreter);
    PyEval_RestoreThread(state);
    CHECK(is_in(id_of(state)));
    python_asks(NULL, NULL);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    CHECK(!pyferry_is_attached(NULL));
    return NULL;
}

int main(void)
{
    initialize_python();
    define(&ask);
    /* The very first question is asked by an attached thread. */
    CHECK(is_in(0));
    pyferry_view *main = main_view();
    CHECK(PyRun_SimpleString("import threading\n"
                             "thread = threading.Thread(target=ask)\n"
                             "thread.start(); thread.join(); ask()") == 0);
    PyThreadState *first = PyThreadState_Get();
    PyInterpreterState *interpreter = PyThreadState_GetInterpreter(first);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(gilstate_section, main);
    on_new_thread(state_by_hand, interpreter);
    Py_END_ALLOW_THREADS

    /* Inside a sub-interpreter of the host's own, on the thread that belongs to main: up to 3.11 the thread's slot says
       main, and only the number of the thread in its state says otherwise. */
    PyThreadState *sub = Py_NewInterpreter();
    CHECK(sub != NULL);
    int64_t id = id_of(sub);
    CHECK(is_in(id) && !pyferry_is_attached(main) && pyferry_is_attached(NULL));
    define(&ask);
    CHECK(PyRun_SimpleString("import threading\n"
                             "thread = threading.Thread(target=ask)\n"
                             "thread.start(); thread.join(); ask()") == 0);
    pyferry_view *of_sub = current_view();
    PyInterpreterState *sub_interpreter = PyThreadState_GetInterpreter(sub);
    Py_BEGIN_ALLOW_THREADS
    check_works(of_sub);
    on_new_thread(visit, of_sub);
    on_new_thread(state_by_hand, sub_interpreter);
    CHECK(!pyferry_is_attached(NULL));
    Py_END_ALLOW_THREADS
    PyThreadState_Swap(first);
    CHECK(is_in(0) && !pyferry_is_attached(of_sub));
    PyThreadState_Swap(sub);
    CHECK(is_in(id));
    Py_EndInterpreter(sub);
    check_closed(of_sub);
    PyThreadState_Swap(first);
    CHECK(is_in(0));
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(of_sub);
    pyferry_view_free(main);
    return 0;
}
