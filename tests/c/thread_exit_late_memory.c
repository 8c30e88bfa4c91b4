/* harness: not-under=memcheck it measures memory, of which the tool takes its own */
/* harness: not-under=helgrind it measures memory, of which the tool takes its own */
/* harness: not-under=sanitizers it measures memory, of which the tool takes its own */
/* harness: not-under=arm64 the emulator (QEMU 7.2) keeps some hundred kilobytes of each thread that has ended */
/* What runs at a thread's end after pyferry's own end of it (pthread key destructors) may use pyferry in any way, and leaves no
   memory behind. */
#include "py.h"

/* Without the GIL states of ended threads may wait for their deletion, some more of them than ever before, and each touches pages. */
enum { SLACK = 100 * 1024, SLACK_FREE_THREADED = 1024 * 1024 };
/* A state takes 10 KiB there, and a fraction of a millisecond to make. */
enum { THREADS = 600, THREADS_FREE_THREADED = 200, WARM_UP = 100 };

static pyferry_view *main_interpreter, *sub;
static pthread_key_t key;
static void (*use)(void);

static void goes_in(void)
{
    detach(attach(sub));
}

static void opens_a_guard(void)
{
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(sub, &guard));
    pyferry_guard_close(guard);
}

static void suspends(void)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    resume(suspend());
    PyGILState_Release(ensured);
}

static void nests(void)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    detach(attach(main_interpreter));
    PyGILState_Release(ensured);
}

static void at_thread_end(void *unused)
{
    (void)unused;
    use();
}

static void *live(void *unused)
{
    detach(attach(main_interpreter));
    pthread_setspecific(key, &key);
    return unused;
}

static long growth(int threads)
{
    long before = resident_memory();
    for (int i = 0; i < threads; i++)
        on_new_thread(live, NULL);
    return resident_memory() - before;
}

int main(void)
{
    void (*const uses[])(void) = { goes_in, opens_a_guard, suspends, nests };
    PyThreadState *state = start_python(&main_interpreter);
    CHECK(pthread_key_create(&key, at_thread_end) == 0);
    sub = new_interpreter();
    int threads = python_is_free_threaded() ? THREADS_FREE_THREADED : THREADS;
    for (size_t i = 0; i < COUNT(uses); i++) {
        use = uses[i];
        growth(threads < THREADS ? WARM_UP / 2 : WARM_UP);
        long slack = python_is_free_threaded() ? SLACK_FREE_THREADED : SLACK, grown = growth(threads);
        printf("use %zu: %ld KiB\n", i, grown / 1024);
        /* What is lost is lost each time. (Under Wine a megabyte comes and goes.) */
        for (int again = 0; again < 2 && grown > slack; again++)
            grown = growth(threads);
        CHECK(grown <= slack);
    }
    CHECK_OK(pyferry_interpreter_end(sub, 0));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
