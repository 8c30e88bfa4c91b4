/* harness: also=cache_off PYFERRY_CACHE=off */
/* A -> B -> A comes back to A's own first state also where Python or the host attached the thread to A, or made its state. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

/* The calling thread is attached to the main interpreter. */
static void go_and_come_back(void)
{
    PyThreadState *state = PyThreadState_Get();
    int count = count_states();
    pyferry_token away = attach(sub);
    PyThreadState *there = PyThreadState_Get();
    pyferry_token back = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state && states_become(count));
    pyferry_token away_again = attach(sub);
    CHECK(PyThreadState_Get() == there);
    pyferry_token back_again = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state && states_become(count));
    detach(back_again);
    detach(away_again);
    detach(back);
    detach(away);
    CHECK(PyThreadState_Get() == state && states_become(count));
}

static PyObject *on_attached_thread(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    PyThreadState *state = PyThreadState_Get();
    go_and_come_back();
    pyferry_token nested = attach(main_interpreter);
    go_and_come_back();
    detach(nested);

    Py_BEGIN_ALLOW_THREADS
    pyferry_token token = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    go_and_come_back();
    detach(token);
    token = attach(sub);
    pyferry_token inner = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    detach(inner);
    detach(token);
    Py_END_ALLOW_THREADS

    pyferry_suspension out = suspend();
    pyferry_token to_sub = attach(sub), back = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    detach(back);
    detach(to_sub);
    resume(out);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "on_attached_thread", on_attached_thread, METH_NOARGS, NULL };

static void *in_gilstate_section(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    on_attached_thread(NULL, NULL);
    PyGILState_Release(ensured);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    PyEval_RestoreThread(state);
    define(&method);
    on_attached_thread(NULL, NULL);
    run("import threading\n"
        "thread = threading.Thread(target=on_attached_thread)\n"
        "thread.start(); thread.join()");
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(in_gilstate_section, NULL);
    Py_END_ALLOW_THREADS
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
