/* harness: mode=extension */
/* harness: until=3.12 */
/* While threads wait for a GIL that others hold unheard, nobody is sent into an interpreter that Python code made: CPython runs
   no code in such a one while it has more than one thread state. */
#include "use.h"
#include "module.h"

static pyferry_view *busy;
static pthread_t thread;
static volatile bool over;

/* Waits most of the time. */
static void *come_and_go(void *unused)
{
    while (!over)
        run_in(busy, "for i in range(1000): pass");
    return unused;
}

static PyObject *begin(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    busy = new_interpreter_with_shared_gil();
    thread = thread_start(come_and_go, NULL);
    Py_RETURN_NONE;
}

static PyObject *end(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    over = true;
    Py_BEGIN_ALLOW_THREADS
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(busy, -1));
    Py_END_ALLOW_THREADS
    pyferry_view_free(busy);
    Py_RETURN_NONE;
}

/* From here on pyferry knows this interpreter. */
static PyObject *be_known(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_view_free(current_view());
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "begin", begin, METH_NOARGS, NULL },
    { "end", end, METH_NOARGS, NULL },
    { "be_known", be_known, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(starvation_spared, methods)
