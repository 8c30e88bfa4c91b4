/*
 * An extension module as its author would write it: a thread of its own calls Python back. Built under several names.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <pyferry.h>

#define TEXT_(name) #name
#define TEXT(name) TEXT_(name)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

struct job {
    pyferry_view *view;
    const char *source;
    pyferry_status status;
    char why[4096];
};

/* Its status and message go to the thread that waits: each thread has its own last error. */
static void *work(void *argument) {
    struct job *job = argument;
    pyferry_token token;
    job->status = pyferry_attach_labeled(job->view, TEXT(MODULE), &token);
    if (job->status == PYFERRY_STATUS_OK) {
        job->status = pyferry_exec(job->source, TEXT(MODULE));
        if (job->status != PYFERRY_STATUS_OK) pyferry_last_error(job->why, sizeof job->why);
        pyferry_status detached = pyferry_detach(&token);
        if (job->status != PYFERRY_STATUS_OK || detached == PYFERRY_STATUS_OK) return NULL;
        job->status = detached;
    }
    pyferry_last_error(job->why, sizeof job->why);
    return NULL;
}

static PyObject *fail(pyferry_status status, const char *why) {
    return PyErr_Format(PyExc_RuntimeError, "%s: %s", pyferry_status_name(status), why);
}

/* Runs source on a thread that Python has never heard of, and waits for it. */
static PyObject *run(PyObject *self, PyObject *argument) {
    struct job job = {.source = PyUnicode_AsUTF8(argument)};
    pthread_t thread;
    (void)self;
    if (job.source == NULL) return NULL;
    job.status = pyferry_view_current(&job.view);
    if (job.status != PYFERRY_STATUS_OK) {
        pyferry_last_error(job.why, sizeof job.why);
        return fail(job.status, job.why);
    }
    int error = pthread_create(&thread, NULL, work, &job);
    if (error == 0) {
        Py_BEGIN_ALLOW_THREADS
        error = pthread_join(thread, NULL);
        Py_END_ALLOW_THREADS
    }
    pyferry_view_free(job.view);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (job.status != PYFERRY_STATUS_OK) return fail(job.status, job.why);
    Py_RETURN_NONE;
}

static PyObject *version(PyObject *self, PyObject *nothing) {
    (void)self;
    (void)nothing;
    return Py_BuildValue("(ss)", PYFERRY_VERSION, pyferry_version());
}

static PyMethodDef functions[] = {
    {"run", run, METH_O, "Runs source on a thread of its own."},
    {"version", version, METH_NOARGS, "The versions of the header and of the library."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030d0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = TEXT(MODULE), .m_methods = functions, .m_slots = slots};

PyMODINIT_FUNC JOIN(PyInit_, MODULE)(void) {
    return PyModuleDef_Init(&module);
}
