/* harness: also=gil PYTHON_GIL=1 */
/* The end of a thread that is attached waits for no interpreter either, though the destructors of what it left in Python let
   others in: by then whoever joins it may hold the GIL. */
#include "py.h"

static struct event is_attached = EVENT_INIT, may_go_on = EVENT_INIT;
static int destroyed;

static PyObject *destroy(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    event_wait(&may_go_on);
    Py_END_ALLOW_THREADS
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_NOARGS, NULL };

static void *end_attached(void *view)
{
    attach(view);
    run("mine.value = Value()");
    event_set(&is_attached);
    return NULL;
}

static void joined_by_who_holds_it(pyferry_view *view)
{
    is_attached = may_go_on = (struct event)EVENT_INIT;
    destroyed = 0;
    int states = count_states_of(view);
    /* Before: a thread that comes in by a new state deletes what ended threads left, and would wait for itself. */
    pyferry_token token = attach(view);
    pyferry_suspension out = suspend();
    pthread_t worker = thread_start(end_attached, view);
    event_wait(&is_attached);
    /* With the GIL, when the worker's end has let go of that. */
    resume(out);
    event_set(&may_go_on);
    thread_join(worker);
    detach(token);
    CHECK(becomes(&destroyed, 1));
    CHECK(states_of_become(view, states));
}

int main(void)
{
    pyferry_view *views[2];
    PyThreadState *state = start_python(&views[0]);
    views[1] = new_interpreter();
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        define_destroyed(&method);
        detach(token);
    }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 2; i++)
            joined_by_who_holds_it(views[i]);
    finish_python(state);
    for (int i = 0; i < 2; i++)
        pyferry_view_free(views[i]);
    return 0;
}
