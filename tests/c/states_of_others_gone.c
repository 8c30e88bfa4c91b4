/* harness: also=one_arena GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1 */
/* A state of somebody else's is deleted, and another one is where it was: of another interpreter's, of another thread's, or of the next
   life of Python. No attach takes it for what it was. */
#include "py.h"

enum { TIMES = 50 };

static pyferry_view *main_interpreter, *sub;
static PyInterpreterState *other;

static bool is_attached_to_main(void)
{
    return PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0;
}

/* Nests on the attached state and lets go of it, often enough for the fast path. */
static void use(const pyferry_view *view)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token outer = attach(view), inner = attach(view);
        detach(inner);
        detach(outer);
        PyThreadState *state = PyEval_SaveThread();
        detach(attach(view));
        PyEval_RestoreThread(state);
    }
}

/* A section's state of main's, and then one of another interpreter's. */
static void *is_of_another_interpreter(void *unused)
{
    int same = 0;
    for (int i = 0; i < TIMES; i++) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        PyThreadState *of_main = PyThreadState_Get();
        use(main_interpreter);
        PyGILState_Release(ensured);
        PyThreadState *others = PyThreadState_New(other);
        same += others == of_main;
        PyEval_RestoreThread(others);
        pyferry_token token = attach(main_interpreter);
        CHECK(is_attached_to_main());
        detach(token);
        CHECK(PyThreadState_Get() == others);
        PyEval_SaveThread();
        token = attach(main_interpreter);
        CHECK(is_attached_to_main());
        detach(token);
        token = attach(sub);
        CHECK(PyThreadState_Get() == others);
        detach(token);
        PyEval_RestoreThread(others);
        PyThreadState_Clear(others);
        PyThreadState_DeleteCurrent();
        CHECK_OK(pyferry_thread_forget()); /* what attaching to main has made */
    }
    printf("%d of %d states of the other interpreter were where one of main's had been\n", same, TIMES);
    return unused;
}

static PyThreadState *was;
static struct event has_it = EVENT_INIT, comes = EVENT_INIT;
static int leaves, same_thread;

static void *has_it_now(void *unused)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    same_thread += PyThreadState_Get() == was;
    event_set(&has_it);
    event_wait(&comes);
    sleep_ms(1); /* for who comes in without a look */
    __atomic_store_n(&leaves, 1, __ATOMIC_SEQ_CST);
    PyGILState_Release(ensured);
    return unused;
}

/* A section's state, and then one of another thread's, which has it attached and keeps the GIL. */
static void *is_of_another_thread(void *unused)
{
    for (int i = 0; i < TIMES; i++) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        was = PyThreadState_Get();
        use(main_interpreter);
        PyGILState_Release(ensured);
        has_it = comes = (struct event)EVENT_INIT;
        leaves = 0;
        pthread_t thread = thread_start(has_it_now, NULL);
        event_wait(&has_it);
        event_set(&comes);
        pyferry_token token = attach(main_interpreter);
        CHECK(python_is_free_threaded() || __atomic_load_n(&leaves, __ATOMIC_SEQ_CST) == 1);
        detach(token);
        thread_join(thread);
        CHECK_OK(pyferry_thread_forget());
    }
    printf("%d of %d states of the other thread were where one of this one's had been\n", same_thread, TIMES);
    return unused;
}

static PyObject *when_closed(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    PyThreadState *state = PyThreadState_Get();
    /* Attached to it, whoever did that: this nests, and to let go and come back by an attach is too late. */
    pyferry_token outer = attach(main_interpreter), inner = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    Py_BEGIN_ALLOW_THREADS
    check_closed(main_interpreter);
    Py_END_ALLOW_THREADS
    detach(inner);
    detach(outer);
    Py_RETURN_NONE;
}

static PyMethodDef method = { "when_closed", when_closed, METH_NOARGS, NULL };

/* The thread that calls Py_Initialize and Py_FinalizeEx, again and again. */
static void lives(void)
{
    pyferry_view *last = NULL;
    for (int i = 0; i < 4; i++) {
        initialize_python();
        define(&method);
        run("import atexit; atexit.register(when_closed)"); /* before pyferry's own, and so called after it */
        main_interpreter = main_view();
        use(main_interpreter);
        if (last != NULL)
            check_closed(last);
        pyferry_token nested = attach(main_interpreter);
        CHECK(Py_FinalizeEx() == 0);
        pyferry_status status = pyferry_detach(&nested);
        CHECK(status == PYFERRY_STATUS_CLOSED || status == PYFERRY_STATUS_OK); /* it had nothing to lose */
        check_closed(main_interpreter);
        pyferry_view_free(last);
        last = main_interpreter;
    }
    pyferry_view_free(last);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter_with_shared_gil();
    other = interpreter_of(sub);
    on_new_thread(is_of_another_interpreter, NULL);
    on_new_thread(is_of_another_thread, NULL);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    lives();
    return 0;
}
