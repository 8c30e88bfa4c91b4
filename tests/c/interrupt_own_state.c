/* A thread that has thread states of its own making beside the one that it attaches by is interrupted in what it runs, and nothing
   of that is left for what it runs by the other ones. Likewise the other way round. */
#include "interrupted.h"

static pyferry_view *main_interpreter;
static struct event is_out = EVENT_INIT, was_sent = EVENT_INIT;
static unsigned long ident;

static const char *const loop = "for i in range(1000): pass";

static void is_interrupted(void)
{
    be_interrupted_here();
    run(loop);
}

static void *be_interrupted(void *interpreter)
{
    ident = PyThread_get_thread_ident();
    run_in(main_interpreter, loop);
    /* What was sent to a visit that is over is dropped from there, and from nowhere else. */
    event_set(&is_out);
    event_wait(&was_sent);
    PyThreadState *own = PyThreadState_New(interpreter);
    pyferry_token token = attach(main_interpreter);
    run(loop);
    PyThreadState *newer = PyThreadState_New(interpreter);
    CHECK(PyThreadState_SetAsyncExc(ident, PyExc_ZeroDivisionError) == 1);
    detach(token);
    token = attach(main_interpreter);
    is_interrupted();
    detach(token);
    PyEval_RestoreThread(newer);
    CHECK_STATUS(pyferry_exec(loop, NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("ZeroDivisionError");
    PyThreadState_Clear(newer);
    PyThreadState_DeleteCurrent();
    PyEval_RestoreThread(own);
    run(loop);
    /* The state that pyferry keeps is older, so CPython itself finds this one first; and here it finds another before it. */
    newer = PyThreadState_New(interpreter);
    is_interrupted();
    PyThreadState_Clear(own);
    PyThreadState_DeleteCurrent();
    run_in(main_interpreter, loop);
    PyEval_RestoreThread(newer);
    run(loop);
    PyThreadState_Clear(newer);
    PyThreadState_DeleteCurrent();
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_token token = attach(main_interpreter);
    define(&wait_method);
    detach(token);
    pthread_t thread = thread_start(be_interrupted, interpreter_of(main_interpreter));
    event_wait(&is_out);
    token = attach(main_interpreter);
    CHECK((PyThreadState_SetAsyncExc(ident, PyExc_ZeroDivisionError) == 1) == states_are_kept());
    detach(token);
    event_set(&was_sent);
    interrupt_twice(main_interpreter);
    thread_join(thread);
    finish_python(state);
    return 0;
}
