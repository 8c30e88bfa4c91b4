/*
 * A host and its script talk by CPython's own C API: the script calls functions of the host's, the host keeps one of the
 * script's and calls it from four threads, and both work on one array, which is never copied. What the script raises is shown.
 *
 * C99, no Python.h, no libpython:
 *     cc -std=c99 -Iinclude c_examples/embedded_api.c -o embedded_api \
 *         -Ltarget/release -Wl,-rpath,$PWD/target/release -lpyferry -pthread
 *     ./embedded_api                                     # the python3 on PATH
 *     PYFERRY_PYTHON=/path/to/python3 ./embedded_api     # any other, from 3.9 on: no need to build again
 */
#define _POSIX_C_SOURCE 200809L
#include <pyferry_python.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, CALLS = 1000, HEIGHTS = 10000 };

static const char SCRIPT[] =
    "import host\n"
    "def fall(thread, seconds):\n"
    "    if thread == 3 and seconds > 9:\n"
    "        raise ValueError(f'thread {thread} fell for {seconds} s')\n"
    "    return 9.81 / 2 * seconds * seconds\n"
    "host.when_falling(fall)\n"
    "heights = host.heights()       # the host's own memory\n"
    "for i in range(len(heights)):\n"
    "    heights[i] = i / 2\n"
    "host.log(f'{len(heights)} heights, the last is {heights[-1]}')\n";

static float heights[HEIGHTS];
static PyObject *falling; /* the script's function: a reference that we own */
static pyferry_view *view;

/* ---- what the script may call ---- */

static PyObject *host_log(PyObject *self, PyObject *text) {
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, NULL); /* lives as long as `text` */
    (void)self;
    if (utf8 == NULL) return NULL; /* it is no str: TypeError is set */
    printf("script: %s\n", utf8);
    Py_RETURN_NONE;
}

static PyObject *host_when_falling(PyObject *self, PyObject *function) {
    (void)self;
    if (!PyCallable_Check(function)) return PyErr_Format(PyExc_TypeError, "%R cannot be called", function);
    Py_INCREF(function); /* kept: ours from now on */
    Py_XSETREF(falling, function);
    Py_RETURN_NONE;
}

static PyObject *host_heights(PyObject *self, PyObject *nothing) {
    PyObject *bytes = PyMemoryView_FromMemory((char *)heights, sizeof heights, PyBUF_WRITE);
    PyObject *floats = bytes != NULL ? PyObject_CallMethod(bytes, "cast", "s", "f") : NULL;
    (void)self;
    (void)nothing;
    Py_XDECREF(bytes);
    return floats; /* `heights` is static: it may be kept as long as Python runs */
}

static PyMethodDef functions[] = {
    {"log", host_log, METH_O, "Writes a line."},
    {"when_falling", host_when_falling, METH_O, "Keeps what says how far one falls: f(thread, seconds)."},
    {"heights", host_heights, METH_NOARGS, "The heights, as a memoryview of floats."},
    {NULL, NULL, 0, NULL},
};
static PyModuleDef_Slot slots[] = {
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "host", "The host's functions.", 0, functions, slots, NULL, NULL, NULL};

/* Makes `import host` work in the interpreter that this thread is attached to. */
static bool add_module(void) {
    PyObject *machinery = PyImport_ImportModule("importlib.machinery");
    PyObject *spec = machinery ? PyObject_CallMethod(machinery, "ModuleSpec", "sO", "host", Py_None) : NULL;
    PyObject *module = spec ? PyModule_FromDefAndSpec(&definition, spec) : NULL;
    bool good = module != NULL && PyModule_ExecDef(module, &definition) == 0 &&
                PyDict_SetItemString(PyImport_GetModuleDict(), "host", module) == 0;
    Py_XDECREF(module);
    Py_XDECREF(spec);
    Py_XDECREF(machinery);
    if (!good) PyErr_Print();
    return good;
}

/* ---- what the host calls ---- */

static bool check(pyferry_status status, const char *doing) {
    char message[4096];
    if (status == PYFERRY_STATUS_OK) return true;
    pyferry_last_error(message, sizeof message);
    fprintf(stderr, "embedded_api: %s: %s: %s\n", doing, pyferry_status_name(status), message);
    return false;
}

struct work {
    int thread, raised;
    double deepest;
    bool failed;
};

/* One call of the script's function. False: it raised, and the exception is set. */
static bool call_falling(int thread, double seconds, double *distance) {
    PyObject *result = PyObject_CallFunction(falling, "id", thread, seconds);
    *distance = result != NULL ? PyFloat_AsDouble(result) : -1;
    Py_XDECREF(result);
    return PyErr_Occurred() == NULL;
}

static void *fall(void *argument) {
    struct work *work = argument;
    for (int i = 0; i < CALLS; i++) {
        pyferry_token token = PYFERRY_TOKEN_INIT;
        double distance;
        if (!check(pyferry_attach(view, &token), "attaching")) {
            work->failed = true;
            break;
        }
        if (call_falling(work->thread, i / 100.0, &distance)) {
            if (distance > work->deepest) work->deepest = distance;
        } else if (work->raised++ == 0) {
            PyErr_Print(); /* the traceback, to stderr, and no exception is set any more */
        } else {
            PyErr_Clear();
        }
        if (!check(pyferry_detach(&token), "detaching")) work->failed = true;
    }
    return NULL;
}

static bool run_threads(void) {
    pthread_t threads[THREADS];
    struct work work[THREADS] = {{0, 0, 0, false}};
    int started = 0;
    bool good = true;
    for (; started < THREADS; started++) {
        work[started].thread = started;
        if (pthread_create(&threads[started], NULL, fall, &work[started]) != 0) break;
    }
    good = started == THREADS;
    if (!good) fprintf(stderr, "embedded_api: only %d threads could be started\n", started);
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        printf("thread %d: fell %.2f m at most, raised %d times\n", i, work[i].deepest, work[i].raised);
        good = good && !work[i].failed;
    }
    return good;
}

/* Attached: the module and the script. */
static bool load(void) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    bool good;
    if (!check(pyferry_attach(view, &token), "attaching")) return false;
    good = add_module() && check(pyferry_exec(SCRIPT, "script.py"), "running the script");
    if (good && falling == NULL) {
        fprintf(stderr, "embedded_api: the script did not call host.when_falling\n");
        good = false;
    }
    return check(pyferry_detach(&token), "detaching") && good;
}

/* What is kept of Python's has to be let go of while it runs. */
static bool let_go(void) {
    pyferry_token token = PYFERRY_TOKEN_INIT;
    if (!check(pyferry_attach(view, &token), "attaching")) return false;
    Py_CLEAR(falling);
    return check(pyferry_detach(&token), "detaching");
}

int main(void) {
    bool good;
    if (!check(pyferry_runtime_start(NULL), "starting Python")) return EXIT_FAILURE;
    good = check(pyferry_view_main(&view), "finding the main interpreter");
    if (good) {
        printf("Python %.*s\n", (int)strcspn(Py_GetVersion(), " "), Py_GetVersion());
        good = load() && run_threads();
        printf("the host sees heights[%d] = %.1f\n", HEIGHTS - 1, (double)heights[HEIGHTS - 1]);
        good = let_go() && good;
    }
    pyferry_view_free(view);
    return check(pyferry_runtime_stop(10000), "stopping Python") && good ? EXIT_SUCCESS : EXIT_FAILURE;
}
