/* The first view of a process, taken where a thread has let go inside an import hook: the import system's lock is held, and what
   takes the view imports nothing that would wait for it. A thread of the host's that imports `threading` first, later, and stays
   does not keep Python from ending. */
#include "py.h"

static pyferry_view *view;

static PyObject *take_view(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    if (view == NULL) {
        Py_BEGIN_ALLOW_THREADS
        view = main_view();
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static PyMethodDef method = { "take_view", take_view, METH_NOARGS, NULL };

static struct event imported = EVENT_INIT, finished = EVENT_INIT;

static void *import_and_stay(void *unused)
{
    run_in(view, "import threading");
    event_set(&imported);
    event_wait(&finished);
    return unused;
}

int main(void)
{
    initialize_python();
    define(&method);
    CHECK(PyRun_SimpleString("import sys\n"
                             "class Hook:\n"
                             "    def find_spec(self, name, path=None, target=None):\n"
                             "        take_view()\n"
                             "sys.meta_path.insert(0, Hook())\n"
                             "try:\n"
                             "    import this_is_none\n"
                             "except ImportError:\n"
                             "    pass\n") == 0);
    CHECK(view != NULL);
    PyThreadState *state = PyEval_SaveThread();
    pthread_t stayer = thread_start(import_and_stay, NULL);
    event_wait(&imported);
    finish_python(state);
    event_set(&finished);
    thread_join(stayer);
    check_closed(view);
    pyferry_view_free(view);
    return 0;
}
