/* harness: seeds=1 */
/* Py_FinalizeEx in the shutdown storm, with a guard held by a thread that never attaches: it holds up the shutdown, and no
   thread. */
#include "storm.h"

static struct event opened = EVENT_INIT;
static bool is_finalized;

static void *use_guard(void *guard)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    run("import sys");
    detach(token);
    return NULL;
}

static void *hold_guard(void *view)
{
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(view, &guard));
    event_set(&opened);
    storm_over();
    sleep_ms(20); /* for a shutdown that goes on all the same */
    CHECK(!__atomic_load_n(&is_finalized, __ATOMIC_SEQ_CST));
    on_new_thread(use_guard, guard);
    pyferry_guard_close(guard);
    return NULL;
}

int main(int argc, char **argv)
{
    storm_seed(argc, argv);
    for (int life = 0; life < 2; life++) {
        PyThreadState *state = storm_start();
        opened.set = is_finalized = false;
        storm_begin();
        pthread_t holder = thread_start(hold_guard, storm.views[next() % PLACES]);
        event_wait(&opened);
        storm_moment();
        finish_python(state);
        __atomic_store_n(&is_finalized, true, __ATOMIC_SEQ_CST);
        thread_join(holder);
    }
    return storm_end();
}
