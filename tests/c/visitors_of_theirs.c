/* harness: until=3.12 */
/* Up to 3.11 _xxsubinterpreters runs nothing in an interpreter that has more than one thread state, and does not destroy one. A
   thread that has visited one, and lives on, is in neither's way. */
#include <Python.h>

#include "py.h"

static pyferry_view *main_interpreter, *theirs;
static struct event visited = EVENT_INIT, destroyed = EVENT_INIT;

static void *visit_and_stay(void *unused)
{
    for (int i = 0; i < 3; i++)
        run_in(theirs, "visits = globals().get('visits', 0) + 1");
    event_set(&visited);
    event_wait(&destroyed);
    pyferry_token token;
    CHECK_STATUS(pyferry_attach(theirs, &token), PYFERRY_STATUS_CLOSED);
    return unused;
}

static PyObject *take_view(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    theirs = current_view();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = { { "take_view", take_view, METH_NOARGS, NULL }, { NULL, NULL, 0, NULL } };
static struct PyModuleDef definition = { PyModuleDef_HEAD_INIT, "host", NULL, 0, methods, NULL, NULL, NULL, NULL };

static PyObject *make_host(void)
{
    return PyModuleDef_Init(&definition);
}

int main(void)
{
    CHECK(PyImport_AppendInittab("host", make_host) == 0);
    initialize_python();
    main_interpreter = main_view();
    run("import sys, _xxsubinterpreters as sub\n"
        "made = sub.create(**(dict(isolated=False) if sys.version_info >= (3, 10) else {}))\n"
        "def check(failed):\n"
        "    assert failed is None, failed\n"
        "check(sub.run_string(made, 'import host; host.take_view()'))\n");
    pthread_t visitor = thread_start(visit_and_stay, NULL);
    Py_BEGIN_ALLOW_THREADS
    event_wait(&visited);
    Py_END_ALLOW_THREADS
    run("check(sub.run_string(made, 'assert visits == 3'))\n"
        "sub.destroy(made)\n");
    event_set(&destroyed);
    Py_BEGIN_ALLOW_THREADS
    thread_join(visitor);
    Py_END_ALLOW_THREADS
    pyferry_view_free(theirs);
    pyferry_view_free(main_interpreter);
    return Py_FinalizeEx();
}
