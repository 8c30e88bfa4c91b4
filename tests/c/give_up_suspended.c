/* harness: since=3.14 */
/* A thread that was given up while it was suspended, in an interpreter that it had come to by itself, leaves nothing of that
   behind for the next one: not even for one at the same address. (Up to 3.13 nobody can be given up in an interpreter that is
   not main.) */
#include "py.h"

enum { TRIES = 50 };

static pyferry_view *main_interpreter, *sub;
static PyInterpreterState *raw;
static struct event in = EVENT_INIT, go = EVENT_INIT;

static void *comes_by_itself(void *unused)
{
    PyEval_RestoreThread(PyThreadState_New(raw));
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&go);
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK(PyGILState_GetThisThreadState() == NULL);
    check_works(sub);
    check_works(main_interpreter);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(give_up, NULL);
    sub = new_interpreter();
    raw = interpreter_of(sub);
    pthread_t thread = thread_start(comes_by_itself, NULL);
    event_wait(&in);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view *others[TRIES];
    int made = 0;
    do {
        others[made] = sub = new_interpreter();
    } while (interpreter_of(others[made++]) != raw && made < TRIES);
    event_set(&go);
    thread_join(thread);
    for (int other = 0; other < made; other++) {
        CHECK_OK(pyferry_interpreter_end(others[other], -1));
        pyferry_view_free(others[other]);
    }
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
