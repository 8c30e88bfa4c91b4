/* On the thread that called Py_Initialize, on Python's own and in PyGILState sections, over and over: whatever CPython's own calls
   do to the thread's state between pyferry's, each call looks at what is there, and leaves it as it was. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static PyInterpreterState *other;

enum { TIMES = 4 }; /* the first ones go the long way */

static bool is_attached_to(PyInterpreterState *interpreter)
{
    return PyThreadState_GetInterpreter(PyThreadState_Get()) == interpreter;
}

/* The thread is attached by somebody else's state, which an attach nests on. */
static void lets_go_while_nested(PyThreadState *theirs)
{
    pyferry_token outer = attach(main_interpreter), inner = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs);
    PyEval_SaveThread();
    CHECK_REFUSED(pyferry_detach(&inner), PYFERRY_STATUS_NOT_ATTACHED, "let go");
    pyferry_token again = attach(main_interpreter), nested = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs);
    run("x = 1");
    CHECK_REFUSED(pyferry_detach(&inner), PYFERRY_STATUS_WRONG_ORDER, "end those first");
    detach(nested);
    detach(again);
    CHECK(!pyferry_is_attached(NULL));
    pyferry_token there = attach(sub);
    CHECK(is_attached_to(other));
    detach(there);
    CHECK(!pyferry_is_attached(NULL));
    PyEval_RestoreThread(theirs);
    detach(inner);
    detach(outer);
    check_ensures(theirs);
}

/* The thread has let go of somebody else's state, which an attach uses. */
static void lets_go_inside(PyThreadState *theirs)
{
    PyEval_SaveThread();
    pyferry_token token = attach(main_interpreter);
    bool is_theirs = PyThreadState_Get() == theirs;
    CHECK(is_theirs);
    PyEval_SaveThread();
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_NOT_ATTACHED, "let go");
    detach(attach(main_interpreter));
    detach(attach(sub));
    PyEval_RestoreThread(theirs);
    check_ensures(theirs);
    pyferry_token there = attach(sub), back = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs);
    detach(back);
    CHECK(is_attached_to(other));
    detach(there);
    CHECK(PyThreadState_Get() == theirs);
    detach(token);
    CHECK(!pyferry_is_attached(NULL));
    PyEval_RestoreThread(theirs);
    check_ensures(theirs);
}

/* And swaps it for one of another interpreter's, and back. */
static void swaps(PyThreadState *theirs)
{
    PyThreadState *others = PyThreadState_New(other);
    pyferry_token token = attach(main_interpreter);
    CHECK(PyThreadState_Swap(others) == theirs);
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_ORDER, "swap");
    pyferry_token there = attach(sub);
    CHECK(PyThreadState_Get() == others);
    detach(there);
    CHECK(PyThreadState_Get() == others);
    CHECK(PyThreadState_Swap(theirs) == others);
    detach(token);
    check_ensures(theirs);
    PyEval_SaveThread();
    token = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs);
    CHECK(PyThreadState_Swap(others) == theirs);
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_ORDER, "swap");
    CHECK(PyThreadState_Swap(theirs) == others);
    detach(token);
    PyEval_RestoreThread(others);
    PyThreadState_Clear(others);
    PyThreadState_DeleteCurrent();
    PyEval_RestoreThread(theirs);
    check_ensures(theirs);
}

static void suspends(PyThreadState *theirs)
{
    pyferry_suspension out = suspend();
    CHECK(!pyferry_is_attached(NULL));
    pyferry_token token = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs);
    pyferry_suspension further = suspend();
    detach(attach(sub));
    detach(attach(main_interpreter));
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_ORDER, "suspension");
    CHECK_REFUSED(pyferry_resume(&out), PYFERRY_STATUS_WRONG_ORDER, "suspension");
    resume(further);
    CHECK(PyThreadState_Get() == theirs);
    detach(token);
    CHECK(!pyferry_is_attached(NULL));
    /* Comes back by itself, which is not what the suspension is for. */
    PyEval_RestoreThread(theirs);
    CHECK_REFUSED(pyferry_resume(&out), PYFERRY_STATUS_WRONG_ORDER, "already");
    token = attach(main_interpreter);
    detach(token);
    PyEval_SaveThread();
    pyferry_token as_token;
    memcpy(&as_token, &out, sizeof out);
    CHECK_STATUS(pyferry_detach(&as_token), PYFERRY_STATUS_WRONG_ORDER);
    resume(out);
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_STALE_TOKEN);
    check_ensures(theirs);
}

/* What is set when the thread lets go is not the visit's, and is there again afterwards; what a nested attachment sets stays. */
static void has_an_exception(PyThreadState *theirs)
{
    PyErr_SetString(PyExc_LookupError, "theirs");
    pyferry_token token = attach(main_interpreter);
    CHECK(PyErr_Occurred() != NULL);
    detach(token);
    PyEval_SaveThread();
    token = attach(main_interpreter);
    CHECK(PyThreadState_Get() == theirs && PyErr_Occurred() == NULL);
    run("x = 2");
    detach(token);
    PyEval_RestoreThread(theirs);
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();
    token = attach(main_interpreter);
    PyErr_SetString(PyExc_ValueError, "a nested attachment's");
    detach(token);
    CHECK(PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    /* One that a visit leaves is reported, and is not theirs. */
    run("import sys\n"
        "left = []\n"
        "sys.unraisablehook = lambda unraisable: left.append(unraisable.exc_type)");
    PyEval_SaveThread();
    token = attach(main_interpreter);
    PyErr_SetString(PyExc_ValueError, "a visit's");
    detach(token);
    PyEval_RestoreThread(theirs);
    CHECK(PyErr_Occurred() == NULL);
    run("assert left == [ValueError], left\n"
        "sys.unraisablehook = sys.__unraisablehook__");
}

/* One that was sent to the thread is sent to what is theirs, too: a visit in between does not drop it. */
static void is_sent_an_exception(PyThreadState *theirs)
{
    for (int nested = 0; nested < 2; nested++) {
        detach(attach(main_interpreter)); /* what comes after pyferry_exec goes the long way */
        CHECK(PyThreadState_SetAsyncExc(PyThread_get_thread_ident(), PyExc_LookupError) == 1);
        if (!nested)
            PyEval_SaveThread();
        detach(attach(main_interpreter));
        if (!nested)
            PyEval_RestoreThread(theirs);
        CHECK_STATUS(pyferry_exec("for i in range(1000): pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK_SAYS("LookupError");
    }
}

static void do_all(void)
{
    PyThreadState *theirs = PyThreadState_Get();
    int count = count_states();
    for (int i = 0; i < TIMES; i++) {
        detach(attach(main_interpreter));
        lets_go_while_nested(theirs);
        lets_go_inside(theirs);
        swaps(theirs);
        suspends(theirs);
        has_an_exception(theirs);
        is_sent_an_exception(theirs);
        CHECK(PyThreadState_Get() == theirs && PyGILState_GetThisThreadState() == theirs);
        CHECK(states_become(count));
    }
}

static PyObject *on_python_thread(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    do_all();
    Py_RETURN_NONE;
}

static PyMethodDef method = { "on_python_thread", on_python_thread, METH_NOARGS, NULL };

static void *in_gilstate_sections(void *unused)
{
    for (int i = 0; i < 2; i++) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        do_all();
        PyGILState_Release(ensured);
        /* And in between on a state of its own, which is another. */
        CHECK(PyGILState_GetThisThreadState() == NULL);
        check_works(main_interpreter);
        CHECK(PyGILState_GetThisThreadState() == NULL);
        CHECK_OK(pyferry_thread_forget());
    }
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter_with_shared_gil();
    other = interpreter_of(sub);
    PyEval_RestoreThread(state);
    define(&method);
    do_all();
    run("import threading\n"
        "thread = threading.Thread(target=on_python_thread)\n"
        "thread.start(); thread.join()");
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(in_gilstate_sections, NULL);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    Py_END_ALLOW_THREADS
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
