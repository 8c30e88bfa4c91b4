/* harness: also=cache_off PYFERRY_CACHE=off */
/* Suspend lets go and keeps the thread's place; resume comes back to exactly what was; in between anything goes. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

/* The calling thread is attached. */
static void let_go(int depth)
{
    PyThreadState *state = PyThreadState_Get();
    pyferry_suspension out = suspend();
    CHECK(!pyferry_is_attached(NULL));
    on_new_thread(visit, main_interpreter);
    on_new_thread(visit, sub);
    const pyferry_view *const views[] = { main_interpreter, sub };
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        CHECK(pyferry_is_attached(views[i]));
        if (depth > 0)
            let_go(depth - 1);
        detach(token);
        CHECK(!pyferry_is_attached(NULL));
    }
    resume(out);
    CHECK(PyThreadState_Get() == state);
    run("import sys");
}

static void *on_foreign_thread(void *unused)
{
    const pyferry_view *const views[] = { main_interpreter, sub };
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        let_go(2);
        pyferry_token inner = attach(views[1 - i]);
        let_go(1);
        detach(inner);
        detach(token);
    }
    return unused;
}

static PyObject *on_attached_thread(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    let_go(2);
    /* Mixed with CPython's own way of letting go. */
    pyferry_suspension out = suspend();
    pyferry_token token = attach(main_interpreter);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(visit, main_interpreter);
    Py_END_ALLOW_THREADS
    detach(token);
    resume(out);
    Py_RETURN_NONE;
}

static PyObject *mixed(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    pyferry_token token = attach(main_interpreter);
    let_go(1);
    detach(token);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "on_attached_thread", on_attached_thread, METH_NOARGS, NULL },
    { "mixed", mixed, METH_NOARGS, NULL },
};

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(on_foreign_thread, NULL);

    PyEval_RestoreThread(state);
    define(&methods[0]);
    define(&methods[1]);
    run("import threading\n"
        "for function in on_attached_thread, mixed:\n"
        "    function()\n"
        "    thread = threading.Thread(target=function)\n"
        "    thread.start(); thread.join()");
    CHECK(PyThreadState_Get() == state);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
