/* harness: also=cache_off PYFERRY_CACHE=off */
/* On a thread that Python, PyGILState or the host itself attached, attach nests on that state and detach leaves it alone. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static void nest_here(void)
{
    PyThreadState *state = PyThreadState_Get();
    int count = count_states();
    pyferry_token outer = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state && count_states() == count);
    pyferry_token away = attach(sub);
    CHECK(PyThreadState_Get() != state);
    run("import sys");
    detach(away);
    CHECK(PyThreadState_Get() == state);
    check_works(main_interpreter);
    detach(outer);
    CHECK(PyThreadState_Get() == state && count_states() == count);
    CHECK(PyGILState_GetThisThreadState() == state);
}

/* Let go by Py_BEGIN_ALLOW_THREADS, the thread still has a state for that interpreter: it is used, and given back. */
static void adopt_here(void)
{
    PyThreadState *state = PyThreadState_Get();
    int count = count_states();
    Py_BEGIN_ALLOW_THREADS
    CHECK(!pyferry_is_attached(NULL));
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(main_interpreter);
        CHECK(PyThreadState_Get() == state && count_states() == count);
        pyferry_token away = attach(sub);
        run("import sys");
        detach(away);
        detach(token);
        CHECK(!pyferry_is_attached(NULL));
    }
    run_in(sub, "import sys");
    CHECK_OK(pyferry_thread_forget());
    CHECK(PyGILState_GetThisThreadState() == state || !states_are_kept());
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state);
}

static PyObject *on_python_thread(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    nest_here();
    adopt_here();
    nest_here();
    Py_RETURN_NONE;
}

static PyMethodDef method = { "on_python_thread", on_python_thread, METH_NOARGS, NULL };

static void *in_gilstate_sections(void *unused)
{
    for (int i = 0; i < 3; i++) {
        PyGILState_STATE outer = PyGILState_Ensure();
        nest_here();
        adopt_here();
        PyGILState_STATE inner = PyGILState_Ensure();
        nest_here();
        PyGILState_Release(inner);
        nest_here();
        PyGILState_Release(outer);
        CHECK(PyGILState_GetThisThreadState() == NULL);
        /* And between the sections, on a state of its own. */
        run_in(main_interpreter, "import sys");
        run_in(sub, "import sys");
    }
    return unused;
}

/* The other way round: a PyGILState section inside an attach uses the attached state, and leaves it. */
static void *gilstate_inside_attach(void *unused)
{
    pyferry_token token = attach(main_interpreter);
    PyThreadState *state = PyThreadState_Get();
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(ensured == PyGILState_LOCKED && PyThreadState_Get() == state);
    nest_here();
    PyGILState_Release(ensured);
    CHECK(PyThreadState_Get() == state);
    detach(token);
    ensured = PyGILState_Ensure();
    CHECK(ensured == PyGILState_UNLOCKED);
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
    nest_here();
    PyGILState_Release(ensured);
    return unused;
}

/* What a thread kept goes soon after its end; nobody may come or go while states are counted, nor wait for a GIL that both share. */
static void on_new_thread_alone(void *(*run)(void *))
{
    static int alone, alone_in_sub;
    if (alone == 0)
        alone = count_states_of(main_interpreter);
    if (alone_in_sub == 0 && states_are_kept())
        alone_in_sub = count_states_of(sub);
    on_new_thread(run, NULL);
    CHECK(states_of_become(main_interpreter, alone));
    CHECK(!states_are_kept() || states_of_become(sub, alone_in_sub));
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread_alone(in_gilstate_sections);
    on_new_thread_alone(gilstate_inside_attach);
    PyEval_RestoreThread(state);
    define(&method);
    on_python_thread(NULL, NULL);
    run("import threading\n"
        "thread = threading.Thread(target=on_python_thread)\n"
        "thread.start(); thread.join()");
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
