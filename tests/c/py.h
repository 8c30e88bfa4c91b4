/* For the programs that use CPython's own API beside pyferry. */
#ifndef PYFERRY_TEST_PY_H
#define PYFERRY_TEST_PY_H

/* A program that includes <Python.h> before this is compiled for each Python, and has all of it. */
#ifndef Py_PYTHON_H
#include "cpython.h"
#endif

#include <dlfcn.h>

#include "use.h"

/* ---- which CPython this is ---- */

/* 14 of 3.14.5. */
static inline int python_minor(void)
{
    return atoi(strchr(Py_GetVersion(), '.') + 1);
}

static inline bool python_is_free_threaded(void)
{
    return strstr(Py_GetVersion(), "free-threading build") != NULL;
}

/* Built with Py_DEBUG, and so with assertions: such a build alone has this function. */
static inline bool python_is_debug(void)
{
    return dlsym(RTLD_DEFAULT, "_Py_NegativeRefcount") != NULL;
}

/* ---- states ---- */

/* The state that is attached, or NULL. Up to 3.11 it may be another thread's. */
static inline PyThreadState *current_state(void)
{
#ifndef Py_PYTHON_H
    return PyThreadState_GetUnchecked != NULL ? PyThreadState_GetUnchecked() : _PyThreadState_UncheckedGet();
#else /* and not #elif, the words of which Clang reads in any case */
#if PY_VERSION_HEX >= 0x030d0000
    return PyThreadState_GetUnchecked();
#else
    return _PyThreadState_UncheckedGet();
#endif
#endif
}

/* The calling thread is attached then. */
static inline void initialize_python(void)
{
    leave_out_site();
    Py_InitializeEx(0);
}

/* Starts Python as a host does that wants it on all its threads: the calling thread is attached to nothing then. */
static inline PyThreadState *start_python(pyferry_view **main)
{
    initialize_python();
    *main = main_view();
    return PyEval_SaveThread();
}

static inline void finish_python(PyThreadState *state)
{
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
}

/* PyGILState finds the state that is attached, and leaves it. */
static inline void check_ensures(PyThreadState *state)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    run("x = 3");
    PyGILState_Release(ensured);
    CHECK(PyThreadState_Get() == state);
}

/* CPython's own name of what a view names; not to be used when that has ended. */
static inline PyInterpreterState *interpreter_of(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    PyInterpreterState *interpreter = PyThreadState_GetInterpreter(PyThreadState_Get());
    detach(token);
    return interpreter;
}

/* How many thread states the interpreter has. The caller is attached to it, and nobody else comes or goes. */
static inline int count_states(void)
{
    int count = 0;
    PyThreadState *state = PyInterpreterState_ThreadHead(PyThreadState_GetInterpreter(PyThreadState_Get()));
    for (; state != NULL; state = PyThreadState_Next(state))
        count++;
    return count;
}

/* Whether it has so many, or gets to: up to 3.12, who goes ahead of threads that wait for a shared GIL has one meanwhile. */
static inline bool states_become(int count)
{
    for (int tries = 0; tries < 500 && count_states() != count; tries++) {
        Py_BEGIN_ALLOW_THREADS
        sleep_ms(10);
        Py_END_ALLOW_THREADS
    }
    return count_states() == count;
}

static inline int count_states_of(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    int count = count_states();
    detach(token);
    return count;
}

static inline bool states_of_become(const pyferry_view *view, int count)
{
    pyferry_token token = attach(view);
    bool become = states_become(count);
    detach(token);
    return become;
}

/* Gives __main__ of the attached interpreter a function; the definition must outlive it. */
static inline void define(PyMethodDef *method)
{
    PyObject *function = PyCFunction_New(method, NULL);
    CHECK(function != NULL);
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), method->ml_name, function) == 0);
    Py_DECREF(function);
}

/* Likewise: `mine`, a threading.local, and the class Value, whose destructor calls the function, which is named destroy. */
static inline void define_destroyed(PyMethodDef *destroy)
{
    define(destroy);
    run("import threading\n"
        "mine = threading.local()\n"
        "class Value:\n"
        "    def __del__(self, destroy=destroy): destroy()");
}

/* As `becomes`, for a count of what was destroyed: free-threaded, CPython leaves an object to the thread that made it, or to the garbage
   collector. */
static inline bool get_destroyed(const int *destroyed, pyferry_view *view, int count)
{
    for (int tries = 0; tries < 1000 * slowdown() && __atomic_load_n(destroyed, __ATOMIC_SEQ_CST) != count; tries++) {
        sleep_ms(10);
        if (python_is_free_threaded())
            run_in(view, "import gc; gc.collect()");
    }
    return __atomic_load_n(destroyed, __ATOMIC_SEQ_CST) == count;
}

/* An integer in __main__ of the attached interpreter. */
static inline long number(const char *name)
{
    PyObject *value = PyObject_GetAttrString(PyImport_AddModule("__main__"), name);
    CHECK(value != NULL);
    long result = PyLong_AsLong(value);
    Py_DECREF(value);
    return result;
}

#endif
