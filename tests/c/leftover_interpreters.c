/* harness: mode=extension */
/* Interpreters that Python code made and left over at exit, with states of the host's threads in them: their threads are told
   CLOSED, and the process ends as it would without pyferry. */
#include "module.h"
#include "py.h"

enum { THREADS = 3 };

static pyferry_view *left;
static struct event visited = EVENT_INIT;

static void *keep_attaching(void *view)
{
    pyferry_token token;
    pyferry_status status;
    while ((status = pyferry_attach(view, &token)) == PYFERRY_STATUS_OK) {
        run("import threading; mine = globals().setdefault('mine', threading.local()); mine.value = [1]");
        detach(token);
        event_set(&visited);
    }
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    return NULL;
}

/* In the interpreter that is to be left over. */
static PyObject *be_visited(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    left = current_view();
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_detach(thread_start(keep_attaching, left));
    event_wait(&visited);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "be_visited", be_visited, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

MODULE(leftover_interpreters, methods)
