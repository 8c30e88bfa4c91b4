/*
 * An extension module whose own native threads call back into Python, as those of a device, an audio engine or a network
 * library do. example.py is a Python program that uses it.
 *
 * That program may end at any moment and in any way (sys.exit, an exception, Ctrl-C, os._exit) without stopping the threads
 * first: a call that has begun is waited for, and a thread that comes later is told PYFERRY_STATUS_CLOSED and ends. It
 * works in every interpreter of the process, and without the GIL. (A forked child has no native threads: there, make a new
 * Source.)
 *
 * C11, built once for each Python, in this folder (or with CMake, see CMakeLists.txt):
 *     cc -std=c11 -shared -fPIC -I../../include $(python3-config --includes) extension_callback.c \
 *         -o extension_callback$(python3-config --extension-suffix) \
 *         -L../../target/release -Wl,-rpath,$PWD/../../target/release -lpyferry -lpthread
 *     python3 example.py
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h> /* first, as it asks to be */

#include <pyferry.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_THREADS = 256, TICK_MS = 50 };

/* What the native threads work with. It is theirs and the Source's together, and the last of them frees it: so no thread
 * looks at memory that Python has freed, however late it comes. */
struct feed {
    pyferry_view *home;   /* the interpreter that the callback belongs to */
    pthread_mutex_t lock; /* for all that follows; whoever holds it waits for nothing */
    pthread_cond_t thread_ended;
    PyObject *callback; /* NULL: stop. Looked at by attached threads only */
    int threads, owners;
};

/* The feed that this native thread works for. */
static _Thread_local struct feed *my_feed;

static struct feed *feed_new(pyferry_view *home, PyObject *callback) {
    struct feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) return NULL;
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->thread_ended, NULL);
    feed->home = home;
    Py_INCREF(callback);
    feed->callback = callback;
    feed->owners = 1;
    return feed;
}

/* `threads`: how many of them leave with this owner: 1 or, with the Source, 0. */
static void feed_leave(struct feed *feed, int threads) {
    pthread_mutex_lock(&feed->lock);
    feed->threads -= threads;
    pthread_cond_broadcast(&feed->thread_ended);
    bool last = --feed->owners == 0;
    pthread_mutex_unlock(&feed->lock);
    if (!last) return;
    pyferry_view_free(feed->home);
    pthread_cond_destroy(&feed->thread_ended);
    pthread_mutex_destroy(&feed->lock);
    free(feed);
}

/* Makes one call, attached. False: no more are wanted. */
static bool call(struct feed *feed, unsigned long number) {
    pthread_mutex_lock(&feed->lock);
    PyObject *callback = feed->callback;
    Py_XINCREF(callback); /* or a stop() meanwhile could be the end of it, in the middle of the call */
    pthread_mutex_unlock(&feed->lock);
    if (callback == NULL) return false;
    PyObject *result = PyObject_CallFunction(callback, "k", number);
    /* There is nobody to raise it to: sys.unraisablehook gets it, as from finalisers. */
    if (result == NULL) PyErr_WriteUnraisable(callback);
    Py_XDECREF(result);
    Py_DECREF(callback);
    return true;
}

static void *call_back(void *argument) {
    struct feed *feed = my_feed = argument;
    bool wanted = true;
    for (unsigned long number = 0; wanted; number++) {
        /* Here a real one waits for its device: whatever takes long, and needs no Python. */
        pyferry_token token = PYFERRY_TOKEN_INIT;
        /* CLOSED: the interpreter is shutting down. No other failure mends by itself either. */
        if (pyferry_attach_labeled(feed->home, "extension_callback", &token) != PYFERRY_STATUS_OK) break;
        wanted = call(feed, number);
        if (pyferry_detach(&token) != PYFERRY_STATUS_OK) break;
    }
    feed_leave(feed, 1);
    return NULL;
}

/* 0, or what errno is to be. */
static int start_thread(struct feed *feed) {
    sigset_t all, before;
    pthread_t thread;
    /* Threads inherit this: signals are for Python's main thread, which Ctrl-C has to wake. */
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_mutex_lock(&feed->lock);
    int error = pthread_create(&thread, NULL, call_back, feed);
    if (error == 0) {
        pthread_detach(thread); /* stop() waits by the count; a program that ends waits for nobody outside Python */
        feed->threads++;
        feed->owners++;
    }
    pthread_mutex_unlock(&feed->lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* No call begins after this. */
static void feed_stop(struct feed *feed) {
    pthread_mutex_lock(&feed->lock);
    PyObject *callback = feed->callback;
    feed->callback = NULL;
    pthread_mutex_unlock(&feed->lock);
    Py_XDECREF(callback); /* may run any Python code, so not under the lock */
}

/* For a moment; true: every thread has ended. */
static bool wait_for_threads(struct feed *feed) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&feed->lock);
    while (feed->threads > 0 && pthread_cond_timedwait(&feed->thread_ended, &feed->lock, &until) == 0) continue;
    bool ended = feed->threads == 0;
    pthread_mutex_unlock(&feed->lock);
    return ended;
}

typedef struct {
    PyObject_HEAD
    struct feed *feed; /* NULL: its making failed */
} Source;

static PyObject *source_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"callback", "threads", NULL};
    PyObject *callback;
    pyferry_view *home;
    int threads = 1, error = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|i:Source", names, &callback, &threads)) return NULL;
    if (!PyCallable_Check(callback)) return PyErr_Format(PyExc_TypeError, "callback must be callable");
    if (threads < 1 || threads > MOST_THREADS)
        return PyErr_Format(PyExc_ValueError, "threads must be from 1 to %d", MOST_THREADS);
    Source *self = (Source *)type->tp_alloc(type, 0);
    if (self == NULL) return NULL;
    if (pyferry_view_current(&home) != PYFERRY_STATUS_OK) {
        char message[1024];
        pyferry_last_error(message, sizeof message);
        Py_DECREF(self);
        return PyErr_Format(PyExc_RuntimeError, "%s", message);
    }
    self->feed = feed_new(home, callback);
    if (self->feed == NULL) {
        pyferry_view_free(home);
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    while (threads-- > 0 && error == 0) error = start_thread(self->feed);
    if (error != 0) {
        Py_DECREF(self); /* which stops those that were started */
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return (PyObject *)self;
}

static PyObject *source_stop(PyObject *object, PyObject *unused) {
    struct feed *feed = ((Source *)object)->feed;
    (void)unused;
    feed_stop(feed);
    /* A callback may stop its own source, but not wait for itself. */
    for (bool ended = my_feed == feed; !ended;) {
        Py_BEGIN_ALLOW_THREADS
        ended = wait_for_threads(feed);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() != 0) return NULL; /* Ctrl-C ends the waiting */
    }
    Py_RETURN_NONE;
}

/* The collector stops the other threads, or has the GIL: no lock. */
static int source_traverse(PyObject *object, visitproc visit, void *arg) {
    struct feed *feed = ((Source *)object)->feed;
    Py_VISIT(Py_TYPE(object));
    if (feed != NULL) Py_VISIT(feed->callback);
    return 0;
}

static int source_clear(PyObject *object) {
    struct feed *feed = ((Source *)object)->feed;
    if (feed != NULL) feed_stop(feed);
    return 0;
}

static void source_dealloc(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    struct feed *feed = ((Source *)object)->feed;
    PyObject_GC_UnTrack(object);
    if (feed != NULL) {
        feed_stop(feed);
        feed_leave(feed, 0);
    }
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMethodDef source_methods[] = {
    {"stop", source_stop, METH_NOARGS, "Begins no more calls, and waits for those that have begun."},
    {NULL, NULL, 0, NULL},
};

/* CPython keeps functions in void *, which C as such does not allow. */
__extension__ static PyType_Slot source_slots[] = {
    {Py_tp_doc, "Source(callback, threads=1): native threads that call callback(number) until it is stopped or dropped."},
    {Py_tp_new, (void *)source_new},
    {Py_tp_methods, source_methods},
    {Py_tp_traverse, (void *)source_traverse},
    {Py_tp_clear, (void *)source_clear},
    {Py_tp_dealloc, (void *)source_dealloc},
    {0, NULL},
};

static PyType_Spec source_spec = {
    .name = "extension_callback.Source",
    .basicsize = sizeof(Source),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = source_slots,
};

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromModuleAndSpec(module, &source_spec, NULL);
    if (type == NULL) return -1;
    int result = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return result;
}

__extension__ static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)module_exec},
#ifdef Py_mod_multiple_interpreters /* 3.12 and later */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil /* 3.13 and later */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "extension_callback",
    .m_doc = "Native threads that call back into Python.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_extension_callback(void) {
    return PyModuleDef_Init(&module_def);
}
