/* A thread that somebody else attached keeps its interpreter while it is away by way of pyferry, in another interpreter or
   suspended: who ends that interpreter waits for it, and names it. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static PyInterpreterState *raw_sub;
static struct event away = EVENT_INIT, come_back = EVENT_INIT;

static PyThreadState *attach_by_hand(void)
{
    PyThreadState *state = PyThreadState_New(raw_sub);
    CHECK(state != NULL);
    PyEval_RestoreThread(state);
    return state;
}

static void detach_by_hand(PyThreadState *state)
{
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
}

static void *cross(void *unused)
{
    PyThreadState *state = attach_by_hand();
    pyferry_token token = attach(main_interpreter);
    pyferry_suspension out = suspend();
    event_set(&away);
    event_wait(&come_back);
    resume(out);
    detach(token);
    CHECK(PyThreadState_Get() == state);
    detach_by_hand(state);
    return unused;
}

static void *let_go(void *shortly)
{
    PyThreadState *state = attach_by_hand();
    if (shortly != NULL)
        detach(attach(sub)); /* from then on by the fast path */
    pyferry_suspension out = suspend();
    event_set(&away);
    event_wait(&come_back);
    resume(out);
    CHECK(PyThreadState_Get() == state);
    detach_by_hand(state);
    return shortly;
}

static void check_kept(void *(*leave)(void *), void *argument)
{
    away.set = come_back.set = false;
    sub = new_interpreter();
    raw_sub = interpreter_of(sub);
    pthread_t thread = thread_start(leave, argument);
    event_wait(&away);
    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "still in use by thread");
    event_set(&come_back);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    check_kept(cross, NULL);
    check_kept(let_go, NULL);
    check_kept(let_go, &main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
