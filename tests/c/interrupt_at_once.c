/* An interrupt returns while the script is in C code and lets nobody in, also where others interrupt it meanwhile, and reaches the
   script when it is back in Python. Who came after the call, and by pyferry, is not hit. */
#include "py.h"

static pyferry_view *view;
static struct event in = EVENT_INIT, leave = EVENT_INIT;

/* Keeps what it is attached to. */
static PyObject *hold(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    event_set(&in);
    event_wait(&leave);
    Py_RETURN_NONE;
}
static PyMethodDef hold_method = { "hold", hold, METH_NOARGS, NULL };

static void *script(void *unused)
{
    pyferry_token token = attach(view);
    define(&hold_method);
    CHECK_REFUSED(pyferry_exec("hold()\nwhile True: pass", "mod.py"), PYFERRY_STATUS_PYTHON_ERROR, "KeyboardInterrupt");
    detach(token);
    return unused;
}

static void *interrupt(void *unused)
{
    CHECK_OK(pyferry_interpreter_interrupt(view));
    return unused;
}

static void *come_later(void *unused)
{
    run_in(view, "for i in range(10000): pass");
    return unused;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    for (int round = 0; round < 3; round++) {
        in = leave = (struct event)EVENT_INIT;
        view = new_interpreter();
        pthread_t runs = thread_start(script, NULL);
        event_wait(&in);
        double begun = seconds();
        for (int i = 0; i < 3; i++)
            CHECK_OK(pyferry_interpreter_interrupt(view));
        on_new_thread(interrupt, NULL);
        CHECK(seconds() - begun < 10 * slowdown());
        pthread_t later = thread_start(come_later, NULL);
        event_set(&leave);
        thread_join(runs);
        thread_join(later);
        CHECK_OK(pyferry_interpreter_end(view, -1));
        pyferry_view_free(view);
    }
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
