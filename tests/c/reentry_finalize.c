/* Python code that runs while Python is finalised uses pyferry there, at every stage: before and after pyferry's own hook, when
   modules go and after them, and when there is no interpreter any more. */
#include "reentry.h"

static pyferry_view *sub;
static struct event visited = EVENT_INIT, over = EVENT_INIT;
static int acts_before, acts_inside, at_the_very_end;

/* Registered just after pyferry's hook, so run just before it. */
static PyObject *before_hook(PyObject *unused, PyObject *none)
{
    (void)none;
    PyObject *result = reentry_act(unused, NULL);
    gates = CLOSING;
    acts_before = acts;
    make_others = true; /* or tries to */
    return result;
}

/* Registered before it, so run after it. */
static PyObject *after_hook(PyObject *unused, PyObject *none)
{
    (void)none;
    gates = SHUT;
    acts_inside = acts - acts_before;
    return reentry_act(unused, NULL);
}
static PyMethodDef hooks[] = {
    { "before_hook", before_hook, METH_NOARGS, NULL },
    { "after_hook", after_hook, METH_NOARGS, NULL },
};

static int pending(void *unused)
{
    (void)unused;
    act(false);
    return 0;
}

/* There is no interpreter, and no thread state: everything says so. */
static void no_interpreter(void)
{
    pyferry_view *view = NULL;
    pyferry_suspension out;
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(main_interpreter));
    check_closed(main_interpreter);
    check_closed(neighbour);
    check_closed(sub);
    CHECK_STATUS(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_view_current(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_suspend(&out), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_interpreter_interrupt(sub), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_exec("pass", NULL), PYFERRY_STATUS_NO_PYTHON);
    CHECK_OK(pyferry_thread_forget());
    at_the_very_end++;
}

static const char everything[] =
    "import atexit, contextvars, gc, os, sys, threading, weakref, reentry\n"
    "class Acts:\n"
    "    def __init__(self, act=reentry.act_late): self.act = act\n"
    "    def __del__(self): self.act()\n"
    "atexit.register(reentry.act)\n"
    "if hasattr(threading, '_register_atexit'): threading._register_atexit(reentry.act)\n"
    "in_main = Acts()\n"
    "sys.kept = Acts()\n"
    "in_cycle = Acts(); in_cycle.me = in_cycle\n"
    "ref = weakref.ref(sys.kept, reentry.act_late)\n"
    "mine = threading.local(); mine.value = Acts()\n"
    "weakref.finalize(Acts, reentry.act_late)\n";

static void prepare(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    run(everything);
    detach(token);
}

/* Its states are deleted by the hook. */
static void *idle(void *view)
{
    run_in(main_interpreter, "mine.value = Acts(); variable = contextvars.ContextVar('v'); variable.set(Acts()); del variable");
    run_in(view, "mine.value = Acts(); variable = contextvars.ContextVar('v'); variable.set(Acts()); del variable");
    event_set(&visited);
    event_wait(&over);
    return NULL;
}

int main(void)
{
    CHECK(PyImport_AppendInittab("reentry", PyInit_reentry) == 0);
    Py_InitializeEx(0);
    CHECK(Py_AtExit(no_interpreter) == 0);
    define(&hooks[0]);
    define(&hooks[1]);
    CHECK(PyRun_SimpleString("import atexit; atexit.register(after_hook)") == 0);
    main_interpreter = main_view();
    CHECK(PyRun_SimpleString("atexit.register(before_hook)") == 0);
    PyThreadState *state = PyEval_SaveThread();
    neighbour = new_interpreter();
    sub = new_interpreter();
    prepare(main_interpreter);
    prepare(sub);
    pthread_t thread = thread_start(idle, sub);
    event_wait(&visited);
    PyEval_RestoreThread(state);
    CHECK(Py_AddPendingCall(pending, NULL) == 0);
    CHECK(Py_FinalizeEx() == 0);
    fprintf(stderr, "%d acts before the hook, %d inside it, %d after\n", acts_before, acts_inside,
            acts - acts_before - acts_inside);
    CHECK(at_the_very_end == 1);
    event_set(&over);
    thread_join(thread);
    no_interpreter();
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    pyferry_view_free(sub);
    return 0;
}
