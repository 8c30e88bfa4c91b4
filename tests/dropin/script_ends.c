/* harness: mode=extension */
/* dropin: without=its threads are ended by force, or crash */
/* dropin: log=parked 2 */
/* A script ends, run by the python3 program, while threads of an extension module call back. */
#include <Python.h>

#define PYFERRY_TEST_CPYTHON_H /* it is compiled with Python.h */
#include "dropin.h"

enum { THREADS = 2, CALLBACKS = 5 };

static int callbacks[THREADS];

static void *call_back(void *number)
{
    BEGIN_THREAD;
    for (;;) {
        call_python("sum(range(100))");
        __atomic_add_fetch(&callbacks[(intptr_t)number], 1, __ATOMIC_SEQ_CST);
    }
    END_THREAD;
    return NULL;
}

/* Of atexit(3): Python has been finalised. */
static void ended(void)
{
    wait_until_parked(THREADS);
    check_nobody_was_ended();
}

static PyObject *start(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    CHECK(atexit(ended) == 0);
    Py_BEGIN_ALLOW_THREADS
    for (intptr_t i = 0; i < THREADS; i++)
        thread_start(call_back, (void *)i);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&callbacks[i], __ATOMIC_SEQ_CST) < CALLBACKS)
            sleep_ms(1);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = { { "start", start, METH_NOARGS, NULL }, { NULL, NULL, 0, NULL } };
static PyModuleDef module = { PyModuleDef_HEAD_INIT, "dropin_script_ends", NULL, -1, methods, NULL, NULL, NULL, NULL };

PyMODINIT_FUNC PyInit_dropin_script_ends(void)
{
    return PyModule_Create(&module);
}
