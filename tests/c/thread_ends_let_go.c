/* harness: not-on=windows not ported: it looks when pthread's keys are deleted, which is before Windows tells of the end of a thread */
/* A thread that ends where it is attached but has let go, also suspended, or with a state of its own on top for a while, leaves
   nothing: neither with the interpreter open nor while it is being ended. What runs on the thread later finds an empty slot. */
#include "py.h"

static pyferry_view *main_interpreter, *visited;
static pthread_key_t later;
static struct event in = EVENT_INIT, go = EVENT_INIT, ended = EVENT_INIT;

/* Runs after pyferry has tidied up: its own destructor has a lower number. */
static void look(void *unused)
{
    (void)unused;
    event_wait(&ended);
    CHECK(PyGILState_GetThisThreadState() == NULL);
    check_works(main_interpreter);
}

static void lets_go(void)
{
    PyEval_SaveThread();
}

static void is_suspended(void)
{
    suspend();
}

static void has_another_state_meanwhile(void)
{
    PyInterpreterState *interpreter = PyThreadState_GetInterpreter(PyEval_SaveThread());
    PyThreadState *other = PyThreadState_New(interpreter);
    PyEval_RestoreThread(other);
    PyThreadState_Clear(other);
    PyThreadState_DeleteCurrent();
}

static void *visit_and_end(void *argument)
{
    void (*leave)(void) = *(void (**)(void))argument;
    CHECK(pthread_setspecific(later, argument) == 0);
    run_in(main_interpreter, "import sys");
    attach(visited);
    leave();
    event_set(&in);
    event_wait(&go);
    return NULL;
}

static pthread_t visitor(void (**leave)(void))
{
    in = go = ended = (struct event)EVENT_INIT;
    pthread_t thread = thread_start(visit_and_end, leave);
    event_wait(&in);
    return thread;
}

static void *end(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(visited, -1));
    event_set(&ended);
    return unused;
}

static void ends_while_open(void (*leave)(void))
{
    pthread_t thread = visitor(&leave);
    event_set(&ended);
    event_set(&go);
    thread_join(thread);
    /* Ours, and the one that an interpreter is made with. */
    CHECK(states_of_become(visited, 2));
}

static void ends_while_closing(void (*leave)(void))
{
    pthread_t thread = visitor(&leave), closer = thread_start(end, NULL);
    wait_for_closing(visited);
    event_set(&go);
    thread_join(thread);
    thread_join(closer);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    CHECK(pthread_key_create(&later, look) == 0);
    void (*const leave[])(void) = { lets_go, is_suspended, has_another_state_meanwhile };
    for (size_t way = 0; way < COUNT(leave); way++) {
        visited = new_interpreter();
        ends_while_open(leave[way]);
        ends_while_closing(leave[way]);
        pyferry_view_free(visited);
    }
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
