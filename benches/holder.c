/*
 * How long the worst posts take, or the worst PyGILState_Ensure, while another thread holds the interpreter in C for 100 ms at a
 * time: holder post, holder ensure. Prints the 99.99th percentile in microseconds.
 *
 * What the system had another thread run meanwhile says nothing of a post: one at whose end the thread has been made to give
 * its core up, which the system counts, is left out. To wait is to give it up by itself, and counts.
 */
#include "ways.h"

#include <sys/resource.h>

enum { HOLD_MS = 100, POSTS = 200000, ENSURES = 10, PAUSE_US = 5 };

static struct event held = EVENT_INIT;
static atomic_bool over;

static void *hold(void *unused)
{
    while (!atomic_load(&over)) {
        pyferry_token token = attach(view);
        event_set(&held);
        double end = nanoseconds() + HOLD_MS * 1e6;
        while (nanoseconds() < end && !atomic_load(&over))
            sleep_ms(1); /* nothing but the interpreter is kept from others */
        detach(token);
        sleep_ms(1);
    }
    return unused;
}

static int ascending(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

static long times_made_to_wait(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nivcsw;
}

static void forget(void *unused, pyferry_status status)
{
    (void)unused;
    (void)status;
}

static void *run_queue(void *queue)
{
    size_t ran;
    while (!atomic_load(&over)) {
        CHECK_OK(pyferry_queue_run((pyferry_queue *)queue, SIZE_MAX, -1, &ran));
        sleep_ms(1);
    }
    return NULL;
}

static double percentile(double *times, long count)
{
    qsort(times, (size_t)count, sizeof *times, ascending);
    return times[(long)((double)(count - 1) * 0.9999)];
}

static void measure(bool posts)
{
    static double times[POSTS];
    long wanted = posts ? POSTS : ENSURES, kept = 0;
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = 1 << 18;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    pthread_detach(thread_start(run_queue, queue));
    long before = times_made_to_wait();
    for (long i = 0; i < wanted; i++) {
        if (!posts)
            sleep_ms(3); /* until the other one is in again */
        for (double end = nanoseconds() + PAUSE_US * 1e3; nanoseconds() < end;)
            continue;
        double start = nanoseconds();
        if (posts) {
            CHECK_OK(pyferry_queue_post(queue, forget, NULL));
        } else {
            PyGILState_Release(PyGILState_Ensure());
        }
        double elapsed = nanoseconds() - start;
        if (posts && elapsed > 1e3) {
            long now = times_made_to_wait();
            if (now != before) {
                before = now;
                continue;
            }
        }
        times[kept++] = elapsed / 1e3;
    }
    printf("%.3f\n", percentile(times, kept));
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    start(NULL);
    pthread_detach(thread_start(hold, NULL));
    event_wait(&held);
    measure(strcmp(arguments[1], "post") == 0);
    stop();
}
