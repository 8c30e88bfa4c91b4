/* harness: since=3.12 */
/* While C code keeps one interpreter, or somebody who is stopping the world there waits for it, references that are given up in
   another one are dropped. */
#include "py.h"

static pyferry_view *kept, *other;
static int destroyed;

static PyObject *destroy(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    __atomic_add_fetch(&destroyed, 1, __ATOMIC_SEQ_CST);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "destroy", destroy, METH_NOARGS, NULL };

/* ---- the one that is kept ---- */

static struct event held, enough;
static int visits;

static void *keep(void *unused)
{
    pyferry_token token = attach(kept);
    event_set(&held);
    event_wait(&enough);
    detach(token);
    return unused;
}

static void *collect(void *unused)
{
    run_in(kept, "gc.collect()");
    return unused;
}

static void *come_and_go(void *unused)
{
    while (!event_is_set(&enough)) {
        detach(attach(kept));
        __atomic_add_fetch(&visits, 1, __ATOMIC_SEQ_CST);
        sleep_ms(1);
    }
    return unused;
}

static pthread_t inside[3];

static void begin(void)
{
    held = enough = (struct event)EVENT_INIT;
    destroyed = 0;
    inside[0] = thread_start(keep, NULL);
    event_wait(&held);
    inside[1] = thread_start(come_and_go, NULL);
    inside[2] = thread_start(collect, NULL);
    /* Nobody comes in any more. (Is it too early, then the program shows less, and nothing wrong.) */
    for (int before = -1, now; (now = __atomic_load_n(&visits, __ATOMIC_SEQ_CST)) != before; before = now)
        sleep_ms(20);
}

static void end(void)
{
    event_set(&enough);
    for (int i = 0; i < (int)COUNT(inside); i++)
        thread_join(inside[i]);
}

/* ---- references ---- */

static PyObject *new_value(pyferry_view *view)
{
    pyferry_token token = attach(view);
    run("value = Value()");
    PyObject *value = PyObject_GetAttrString(PyImport_AddModule("__main__"), "value");
    CHECK(value != NULL);
    run("del value");
    detach(token);
    return value;
}

static void references_are_given_up(void)
{
    PyObject *there = new_value(kept), *here = new_value(other);
    begin();
    CHECK_OK(pyferry_release_later(kept, there));
    /* By now the thread that drops it waits. */
    sleep_ms(20);
    CHECK_OK(pyferry_release_later(other, here));
    CHECK(get_destroyed(&destroyed, other, 1));
    end();
    CHECK(get_destroyed(&destroyed, kept, 2));
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *views[] = { kept = new_interpreter(), other = new_interpreter() };
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        define_destroyed(&method);
        /* Now: free-threaded, CPython stops the world of all interpreters to import it for the first time. */
        run("import gc");
        detach(token);
    }
    references_are_given_up();
    /* Likewise, the other way round: in whatever order they come. */
    kept = views[1], other = views[0];
    references_are_given_up();
    finish_python(state);
    pyferry_view_free(main);
    for (int i = 0; i < 2; i++)
        pyferry_view_free(views[i]);
    return 0;
}
