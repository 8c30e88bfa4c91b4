/* A thread that is cancelled when it is past its last cancellation point ends like any other, while another thread has the
   interpreter: what it kept goes. */
#include "py.h"

static pyferry_view *view;
static struct event visited = EVENT_INIT;
static bool cancelled;

static void *end_when_cancelled(void *unused)
{
    run_in(view, "import threading; mine = threading.local(); mine.value = [1]");
    event_set(&visited);
    while (!__atomic_load_n(&cancelled, __ATOMIC_SEQ_CST))
        sched_yield(); /* no cancellation point */
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    for (int round = 0; round < 5; round++) {
        visited = (struct event)EVENT_INIT;
        cancelled = false;
        pthread_t thread = thread_start(end_when_cancelled, NULL);
        event_wait(&visited);
        pyferry_token token = attach(view);
        CHECK(pthread_cancel(thread) == 0);
        __atomic_store_n(&cancelled, true, __ATOMIC_SEQ_CST);
        sleep_ms(20); /* for the thread to end meanwhile; were it late, this would only prove less */
        detach(token);
        thread_join(thread);
        token = attach(view);
        CHECK(states_become(1));
        detach(token);
    }
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
