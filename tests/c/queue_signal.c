/* harness: timeout=60 */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* A post may be made in a signal handler, also one that has interrupted a post of the same thread, or a run: nothing is lost, nothing
   called twice, and nobody waits. */
#include "py.h"

#include <sys/time.h>

enum { POSTERS = 2 };

static pyferry_view *view;
static pyferry_queue *queue;
static int calls, posted, posted_by_handler, wakes;
static bool stop;

static void job(void *data, pyferry_status status)
{
    (void)status;
    CHECK(data == &calls);
    __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

static void wake(void *unused)
{
    (void)unused;
    __atomic_add_fetch(&wakes, 1, __ATOMIC_SEQ_CST);
}

static void post(int *count)
{
    pyferry_status status = pyferry_queue_post(queue, job, &calls);
    if (status == PYFERRY_STATUS_OK)
        __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
    else if (status != PYFERRY_STATUS_QUEUE_FULL)
        _exit(3);
}

static void handle(int signal)
{
    (void)signal;
    for (int i = 0; i < 3; i++)
        post(&posted_by_handler);
}

static void *post_on(void *unused)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        post(&posted);
    return unused;
}

static void storm(bool worker, size_t capacity)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = capacity;
    options.worker = worker;
    options.wake = wake;
    calls = posted = posted_by_handler = wakes = 0;
    stop = false;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    pthread_t posters[POSTERS];
    for (int i = 0; i < POSTERS; i++)
        posters[i] = thread_start(post_on, NULL);
    double until = seconds() + (getenv("PYFERRY_TEST_IN_SHORT") ? 0.1 : 0.3);
    for (int i = 0; seconds() < until || posted_by_handler < 1000; i++) {
        /* Those who post, and this one, who runs what they post. */
        pthread_kill(posters[i % POSTERS], i % 3 == 0 ? SIGUSR2 : SIGUSR1);
        if (!worker)
            CHECK_OK(pyferry_queue_run(queue, 50, -1, NULL));
        if (i % 50 == 0)
            raise(SIGUSR1);
        CHECK(seconds() < until + 30 * slowdown());
    }
    __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
    for (int i = 0; i < POSTERS; i++)
        thread_join(posters[i]);
    pyferry_queue_free(queue);
    CHECK(calls == posted + posted_by_handler);
    CHECK(wakes > 0 && posted > 0);
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    /* Two, of which each interrupts the other. One that interrupted itself (SA_NODEFER) would fill the stack: they come fast. */
    struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
    storm(false, 8);
    storm(false, 1024);
    storm(true, 64);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
