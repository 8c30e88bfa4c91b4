/* harness: also=cache_off PYFERRY_CACHE=off */
/* Python code that runs inside a call cannot end the attachment that the call goes by: it is refused, and all goes on. */
#include "py.h"

static pyferry_view *main_interpreter, *neighbour;
static _Thread_local pyferry_token token;
static int refusals;

static PyObject *end_it(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    pyferry_token copy = token;
    PyThreadState *state = PyThreadState_Get();
    pyferry_status status = pyferry_detach(&copy);
    if (status != PYFERRY_STATUS_STALE_TOKEN) /* its detach is at work */
        CHECK_STATUS(status, PYFERRY_STATUS_WRONG_ORDER);
    CHECK(PyThreadState_Get() == state);
    refusals++;
    Py_RETURN_NONE;
}
static PyMethodDef method = { "end_it", end_it, METH_NOARGS, NULL };

/* It ends it when the thread's state goes. */
static void come(const pyferry_view *view)
{
    token = attach(view);
    define(&method);
    run("import threading\n"
        "class Ends:\n"
        "    def __del__(self, end_it=end_it): end_it()\n"
        "mine = threading.local(); mine.value = Ends()");
}

/* With the cache off this is what deletes the state. */
static void *in_detach(void *view)
{
    come(view);
    detach(token);
    return NULL;
}

static void *in_forget(void *view)
{
    come(view);
    detach(token);
    token = attach(neighbour);
    CHECK_OK(pyferry_thread_forget());
    CHECK(pyferry_is_attached(neighbour));
    detach(token);
    return NULL;
}

static void *in_exit(void *view)
{
    come(view);
    return NULL;
}

static void *in_exec(void *view)
{
    come(view);
    run("end_it()");
    CHECK(pyferry_is_attached(view));
    detach(token);
    return NULL;
}

static struct event in = EVENT_INIT, closing = EVENT_INIT;

static void *in_last_detach(void *view)
{
    come(view);
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&closing);
    resume(out);
    detach(token);
    CHECK(refusals > 0);
    return NULL;
}

static void refused(void *(*where)(void *), pyferry_view *view)
{
    refusals = 0;
    int alone = count_states_of(view);
    on_new_thread(where, view);
    /* Where the thread has not deleted its state itself, that goes soon after its end, on another thread. */
    CHECK(states_of_become(view, alone));
    CHECK(refusals > 0);
    check_works(view);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    neighbour = new_interpreter();
    refused(in_detach, main_interpreter);
    refused(in_forget, main_interpreter);
    refused(in_exit, main_interpreter);
    refused(in_exec, main_interpreter);

    refusals = 0;
    pyferry_view *ending = new_interpreter();
    pthread_t thread = thread_start(in_last_detach, ending);
    event_wait(&in);
    CHECK_STATUS(pyferry_interpreter_end(ending, 0), PYFERRY_STATUS_TIMEOUT);
    event_set(&closing);
    thread_join(thread);
    CHECK_OK(pyferry_interpreter_end(ending, -1));
    pyferry_view_free(ending);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(neighbour);
    return 0;
}
