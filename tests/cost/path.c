/*
 * Makes the calls whose instructions tests/cost.rs counts, under callgrind, and has each phase dumped by its name.
 * What is warmed up first, and the rest of the process, is not counted.
 */
#include "../c/py.h"

#include <valgrind/callgrind.h>

enum { VISITS = 1000, THREADS = 8 };

static pyferry_view *view;
static pthread_barrier_t all;

static void visits(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry_token token;
        CHECK_OK(pyferry_attach(view, &token));
        CHECK_OK(pyferry_detach(&token));
    }
}

static void guards(int count)
{
    for (int i = 0; i < count; i++) {
        pyferry_guard *guard;
        CHECK_OK(pyferry_guard_open(view, &guard));
        pyferry_guard_close(guard);
    }
}

/* What the counting has to notice: these allocate. */
static void views(int count)
{
    for (int i = 0; i < count; i++)
        pyferry_view_free(pyferry_view_clone(view));
}

#define PHASE(name, calls)                                                                                             \
    do {                                                                                                               \
        calls(10);                                                                                                     \
        CALLGRIND_ZERO_STATS;                                                                                          \
        calls(VISITS);                                                                                                 \
        CALLGRIND_DUMP_STATS_AT(name);                                                                                 \
    } while (0)

static void *alone(void *unused)
{
    PHASE("repeated", visits);
    pyferry_token outer = attach(view);
    PHASE("nested", visits);
    detach(outer);
    PHASE("guard", guards);
    PHASE("view", views);
    return unused;
}

/* Every thread makes its share of the visits, and all of them are there all the while. */
static void *together(void *unused)
{
    visits(10);
    if (pthread_barrier_wait(&all) == PTHREAD_BARRIER_SERIAL_THREAD)
        CALLGRIND_ZERO_STATS;
    pthread_barrier_wait(&all);
    visits(VISITS / THREADS);
    if (pthread_barrier_wait(&all) == PTHREAD_BARRIER_SERIAL_THREAD)
        CALLGRIND_DUMP_STATS_AT("repeated on 8 threads");
    pthread_barrier_wait(&all);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    CALLGRIND_START_INSTRUMENTATION;
    on_new_thread(alone, NULL);
    CHECK(pthread_barrier_init(&all, NULL, THREADS) == 0);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(together, NULL);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CALLGRIND_STOP_INSTRUMENTATION;
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
