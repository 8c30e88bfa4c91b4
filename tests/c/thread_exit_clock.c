/* harness: only=freethreaded */
/* harness: not-on=windows a thread's number is no address there */
/* What a thread left in Python goes soon, also where a thread of the library's own got the number of the ended one, and has ended since:
   the one that writes the time down, while somebody attaches very often. */
#include "py.h"

static int destroyed;

static PyObject *destroy(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_NOARGS, NULL };

static void *leave_in(void *view)
{
    pyferry_token token = attach(view);
    run("mine.value = Value()");
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_token token = attach(view);
    define_destroyed(&method);
    detach(token);
    for (int round = 1; round <= 2; round++) {
        on_new_thread(leave_in, view);
        do
            for (int i = 0; i < 1000; i++)
                detach(attach(view));
        while (!has_thread("pyferry-clock"));
        CHECK(becomes(&destroyed, round));
    }
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
