/* A destructor that pyferry_thread_forget runs goes to an interpreter whose state is forgotten after it: later attaches there
   get a new one. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static int hops;

static PyObject *hop(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    run_in(sub, "import sys");
    hops++;
    Py_RETURN_NONE;
}

static PyMethodDef method = { "hop", hop, METH_NOARGS, NULL };

static void *forget(void *unused)
{
    pyferry_token token = attach(main_interpreter);
    define(&method);
    run("import threading\n"
        "class Hops:\n"
        "    def __del__(self): hop()\n"
        "mine = threading.local()\n"
        "mine.value = Hops()\n");
    detach(token);
    run_in(sub, "import threading; mine = threading.local(); mine.value = 1");
    CHECK_OK(pyferry_thread_forget());
    CHECK(hops == 1);
    for (int i = 0; i < 3; i++)
        run_in(sub, i == 0 ? "assert not hasattr(mine, 'value'); mine.value = 2" : "assert mine.value == 2");
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(forget, NULL);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
