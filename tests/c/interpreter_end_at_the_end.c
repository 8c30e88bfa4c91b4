/* harness: timeout=15 */
/* A thread that others attached ends an interpreter, as a daemon thread of Python's may, and Python is finalised meanwhile: one of the
   two ends the interpreter, and Python goes on until that is done. */
#include "py.h"

static pyferry_view *main_interpreter, *made;
static struct event waits = EVENT_INIT, has_ended = EVENT_INIT;
static pyferry_status answer;

/* Stays until Python is being finalised. */
static void *stay(void *unused)
{
    pyferry_token token = attach(made);
    event_set(&waits);
    PyThreadState *state = PyEval_SaveThread();
    pyferry_guard *guard;
    while (pyferry_guard_open(main_interpreter, &guard) == PYFERRY_STATUS_OK) {
        pyferry_guard_close(guard);
        sleep_ms(1);
    }
    PyEval_RestoreThread(state);
    detach(token);
    return unused;
}

static void *end_it(void *unused)
{
    PyGILState_Ensure();
    answer = pyferry_interpreter_end(made, -1);
    /* Python does not wait for this thread, which does not go back. */
    if (pyferry_is_attached(NULL))
        PyEval_SaveThread();
    event_set(&has_ended);
    return unused;
}

int main(void)
{
    for (int round = 0; round < often(20); round++) {
        PyThreadState *state = start_python(&main_interpreter);
        waits = has_ended = (struct event)EVENT_INIT;
        made = new_interpreter();
        /* The end takes its time, and lets others in. */
        run_in(made, "import atexit, time; atexit.register(time.sleep, 0.1)");
        pthread_t guest = thread_start(stay, NULL);
        event_wait(&waits);
        pthread_t other = thread_start(end_it, NULL);
        pyferry_token token;
        while (pyferry_attach(made, &token) == PYFERRY_STATUS_OK) {
            detach(token);
            sleep_ms(1);
        }
        finish_python(state);
        event_wait(&has_ended);
        CHECK(answer == PYFERRY_STATUS_OK || answer == PYFERRY_STATUS_CLOSED);
        check_closed(made);
        thread_join(guest);
        thread_join(other);
        pyferry_view_free(made);
        pyferry_view_free(main_interpreter);
    }
    return 0;
}
