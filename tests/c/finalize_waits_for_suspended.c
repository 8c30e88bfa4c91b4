/* harness: timeout=15 */
/* A thread that is in by means of its own is waited for while it is suspended, or in another interpreter, also if it went when
   the shutdown had begun already. Where the shutdown was past waiting, it is told so, and neither hung nor ended. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event in, leave, attached = EVENT_INIT, nearly_over = EVENT_INIT, over = EVENT_INIT;
static bool came_back;

/* ---- a shutdown that has begun, and waits for a guest ---- */

struct shutdown {
    pyferry_view *view;
    /* Who comes in by itself then. */
    void *(*comes)(void *);
    struct guest guest;
    pthread_t thread;
};

static void *watch(void *argument)
{
    struct shutdown *shutdown = argument;
    wait_for_closing(shutdown->view);
    pthread_t thread = thread_start(shutdown->comes, NULL);
    event_wait(&in);
    guest_goes(&shutdown->guest);
    /* Time to go on without the other one. */
    sleep_ms(50);
    came_back = true;
    event_set(&leave);
    thread_join(thread);
    return NULL;
}

static void begin(struct shutdown *shutdown)
{
    in = leave = (struct event)EVENT_INIT;
    came_back = false;
    shutdown->guest = (struct guest)GUEST(shutdown->view);
    guest_comes(&shutdown->guest);
    shutdown->thread = thread_start(watch, shutdown);
}

static void ended(struct shutdown *shutdown)
{
    CHECK(came_back);
    thread_join(shutdown->thread);
    pyferry_view_free(shutdown->view);
}

/* Once it is back it is on its own again, so it leaves. */
static void *suspends(void *unused)
{
    PyGILState_Ensure();
    PyThreadState *state = PyThreadState_Get();
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&leave);
    resume(out);
    CHECK(current_state() == state);
    PyEval_SaveThread();
    return unused;
}

static PyInterpreterState *raw;

static void *goes_elsewhere(void *unused)
{
    PyThreadState *state = PyThreadState_New(raw);
    PyEval_RestoreThread(state);
    pyferry_token token = attach(main_interpreter);
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&leave);
    resume(out);
    detach(token);
    CHECK(current_state() == state);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return unused;
}

/* ---- a shutdown that waits for nobody any more: it deletes the states that idle threads keep ---- */

static PyObject *say_nearly_over(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    Py_BEGIN_ALLOW_THREADS
    event_set(&nearly_over);
    event_wait(&in);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef method = { "say_nearly_over", say_nearly_over, METH_NOARGS, NULL };

static void *leaves_a_destructor(void *unused)
{
    pyferry_token token = attach(main_interpreter);
    define(&method);
    run("import threading\n"
        "class Last:\n"
        "    def __init__(self, say):\n"
        "        self.say = say\n"
        "    def __del__(self):\n"
        "        self.say()\n"
        "kept = threading.local()\n"
        "kept.last = Last(say_nearly_over)\n");
    detach(token);
    event_set(&in);
    event_wait(&over);
    return unused;
}

static void *is_suspended_too_late(void *unused)
{
    PyGILState_Ensure();
    PyThreadState *state = PyEval_SaveThread();
    event_set(&attached);
    event_wait(&nearly_over);
    PyEval_RestoreThread(state);
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&over);
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    return unused;
}

static void suspend_in_main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    struct shutdown shutdown = { .view = main_interpreter, .comes = suspends };
    begin(&shutdown);
    finish_python(state);
    ended(&shutdown);
}

static void go_from_sub_to_main(void)
{
    pyferry_view *sub = new_interpreter();
    raw = interpreter_of(sub);
    struct shutdown shutdown = { .view = sub, .comes = goes_elsewhere };
    begin(&shutdown);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    ended(&shutdown);
}

static void suspend_too_late(PyThreadState *state)
{
    in = (struct event)EVENT_INIT;
    pthread_t idle = thread_start(leaves_a_destructor, NULL);
    event_wait(&in);
    in = (struct event)EVENT_INIT;
    pthread_t late = thread_start(is_suspended_too_late, NULL);
    event_wait(&attached);
    finish_python(state);
    event_set(&over);
    thread_join(late);
    thread_join(idle);
}

int main(void)
{
    suspend_in_main();
    PyThreadState *state = start_python(&main_interpreter);
    go_from_sub_to_main();
    suspend_too_late(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
