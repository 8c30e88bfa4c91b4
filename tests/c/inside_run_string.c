/* harness: mode=extension */
/* Python code that makes interpreters and runs code in them: pyferry sees each of them where that code calls it. */
#include "module.h"
#include "py.h"

/* The interpreter that the calling thread is in, by pyferry; it checks that it is CPython's answer too. */
static PyObject *where(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view *view = current_view();
    int64_t id = pyferry_view_interpreter_id(view);
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == id);
    CHECK(pyferry_is_attached(view));
    check_works(view);
    pyferry_view_free(view);
    return PyLong_FromLongLong(id);
}

static void *visit_and_keep_state(void *view)
{
    run_in(view, "import threading; kept = threading.local(); kept.value = 1");
    return NULL;
}

/* A thread of the host's comes to this interpreter and goes. */
static PyObject *be_visited(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view *view = current_view();
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(visit_and_keep_state, view);
    Py_END_ALLOW_THREADS
    pyferry_view_free(view);
    Py_RETURN_NONE;
}

static pyferry_view *left;

/* A view of this interpreter that is kept, to be asked when it has ended. */
static PyObject *leave_view(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    left = current_view();
    Py_RETURN_NONE;
}

static PyObject *left_view_is_closed(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    check_closed(left);
    pyferry_view_free(left);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "where", where, METH_NOARGS, NULL },
    { "be_visited", be_visited, METH_NOARGS, NULL },
    { "leave_view", leave_view, METH_NOARGS, NULL },
    { "left_view_is_closed", left_view_is_closed, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(inside_run_string, methods)
