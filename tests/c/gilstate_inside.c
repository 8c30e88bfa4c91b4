/* PyGILState_Ensure inside an attach lands in the attached interpreter, on every version, whatever the thread did before. */
#include "py.h"

static pyferry_view *main_interpreter, *subs[2];

static void check_lands_here(void)
{
    PyThreadState *state = PyThreadState_Get();
    CHECK(PyGILState_GetThisThreadState() == state);
    PyGILState_STATE outer = PyGILState_Ensure();
    CHECK(outer == PyGILState_LOCKED && PyThreadState_Get() == state);
    PyGILState_STATE inner = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    run("x = 1");
    PyGILState_Release(inner);
    PyGILState_Release(outer);
    CHECK(PyThreadState_Get() == state);

    /* As a C library calls back from inside Py_BEGIN_ALLOW_THREADS. */
    Py_BEGIN_ALLOW_THREADS
    outer = PyGILState_Ensure();
    CHECK(outer == PyGILState_UNLOCKED && PyThreadState_Get() == state);
    run("x = 1");
    PyGILState_Release(outer);
    Py_END_ALLOW_THREADS
}

static void in_one(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    check_lands_here();
    detach(token);
}

static void in_all(void)
{
    in_one(main_interpreter);
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(subs[i]);
        check_lands_here();
        in_one(main_interpreter);
        check_lands_here();
        in_one(subs[1 - i]);
        check_lands_here();
        detach(token);
    }
    in_one(main_interpreter);
}

/* The four orders in which a thread can get its first states: each leaves another one in CPython's slot. */
static void *main_first(void *unused)
{
    in_one(main_interpreter);
    in_all();
    return unused;
}

static void *sub_first(void *unused)
{
    in_one(subs[0]);
    in_all();
    return unused;
}

static void *gilstate_first(void *unused)
{
    for (int i = 0; i < 3; i++) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
        in_all();
        PyGILState_Release(ensured);
        CHECK(PyGILState_GetThisThreadState() == NULL);
    }
    in_all();
    return unused;
}

static void *gilstate_between(void *unused)
{
    for (int i = 0; i < 3; i++) {
        in_one(subs[i % 2]);
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
        PyGILState_Release(ensured);
        in_all();
    }
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    subs[0] = new_interpreter();
    subs[1] = new_interpreter();
    void *(*const orders[])(void *) = { main_first, sub_first, gilstate_first, gilstate_between };
    for (int i = 0; i < 4; i++)
        on_new_thread(orders[i], NULL);

    /* The thread that Python calls its main thread. */
    in_all();
    PyEval_RestoreThread(state);
    check_lands_here();
    in_all();
    check_lands_here();
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(subs[0]);
    pyferry_view_free(subs[1]);
    return 0;
}
