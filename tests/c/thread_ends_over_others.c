/* harness: not-on=windows it registers the end of a thread as glibc lets C++ do */
/* A thread that ends inside, and has let go, does not go back to states that are not pyferry's: they may be gone by then, given back
   by the host's own destructors or by Python. */
#include "py.h"

int __cxa_thread_atexit_impl(void (*)(void *), void *, void *);
extern void *__dso_handle;

static pyferry_view *main_interpreter, *sub;
static __thread PyGILState_STATE ensured;
static __thread PyThreadState *own;

/* What a thread_local of C++ does; before pyferry tidies up. */
static void release(void *unused)
{
    (void)unused;
    PyEval_RestoreThread(own);
    PyGILState_Release(ensured);
}

static void let_go_of_its_own(void (*destructor)(void *))
{
    CHECK(__cxa_thread_atexit_impl(destructor, NULL, &__dso_handle) == 0);
    ensured = PyGILState_Ensure();
    own = PyEval_SaveThread();
}

static void *ends_through_it(void *unused)
{
    let_go_of_its_own(release);
    attach(main_interpreter);
    CHECK(PyThreadState_Get() == own);
    PyEval_SaveThread();
    return unused;
}

static void delete(void *unused)
{
    (void)unused;
    PyEval_RestoreThread(own);
    PyThreadState_Clear(own);
    PyThreadState_DeleteCurrent();
}

static void *ends_above_it(void *unused)
{
    let_go_of_its_own(delete);
    attach(sub);
    PyEval_SaveThread();
    return unused;
}

/* On a thread of Python's, whose state goes with the function that it runs. */
static PyObject *never_detach(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    PyThreadState *state = PyEval_SaveThread();
    attach(main_interpreter);
    PyEval_SaveThread();
    PyEval_RestoreThread(state);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "never_detach", never_detach, METH_NOARGS, NULL };

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    for (int i = 0; i < 3; i++) {
        on_new_thread(ends_through_it, NULL);
        if (!python_is_debug()) /* it asserts that no other state is in the slot */
            on_new_thread(ends_above_it, NULL);
    }
    PyEval_RestoreThread(state);
    define(&method);
    run("import threading\n"
        "for _ in range(3):\n"
        "    thread = threading.Thread(target=never_detach)\n"
        "    thread.start()\n"
        "    thread.join()\n");
    PyEval_SaveThread();
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
