/* harness: timeout=600 */
/* harness: not-under=memcheck it measures memory, of which the tool takes its own */
/* harness: not-under=helgrind it measures memory, of which the tool takes its own */
/* harness: not-under=sanitizers it measures memory, of which the tool takes its own */
/* harness: not-under=arm64 the emulator (QEMU 7.2) keeps some hundred kilobytes of each thread that has ended */
/* 10,000 threads, or 100,000 where there is time for it, that attach once and end, some at a time, leave nothing: neither in the
   process's memory nor in CPython's list of thread states, which never gets long on the way. */
#include "py.h"

enum { ALL = 100000, ORDINARY = 10000, AT_ONCE = 20, WARM_UP = 1000 };
/* Free-threaded CPythons keep something for each thread that was ever attached; with the GIL none does. */
enum { SLACK = 512 * 1024, SLACK_PER_THREAD = 1024 };
/* Those of threads that end at this moment, and of pyferry's own that delete them. */
enum { MOST_STATES = 10 * AT_ONCE };

static pyferry_view *view;
static int longest;

static void *live(void *unused)
{
    detach(attach(view));
    return unused;
}

static void lead_lives(int threads)
{
    for (int done = 0; done < threads; done += AT_ONCE) {
        pthread_t together[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++)
            together[i] = thread_start(live, NULL);
        for (int i = 0; i < AT_ONCE; i++)
            thread_join(together[i]);
        if (done % 1000 == 0) {
            int states = count_states_of(view);
            longest = states > longest ? states : longest;
        }
    }
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    int threads = has_time() ? ALL : often(python_is_free_threaded() ? ORDINARY / 4 : ORDINARY);
    int states = count_states_of(view);
    lead_lives(WARM_UP);
    long slack = SLACK + (python_is_free_threaded() ? (long)threads * SLACK_PER_THREAD : 0), grown = slack + 1;
    /* What is lost is lost each time. (Under Wine a megabyte comes and goes.) */
    for (int time = 0; time < 3 && grown > slack; time++) {
        long before = resident_memory();
        lead_lives(threads);
        grown = resident_memory() - before;
        printf("%d threads: %ld KiB, and never more than %d thread states\n", threads, grown / 1024, longest);
    }
    CHECK(longest <= MOST_STATES);
    CHECK(grown <= slack);
    CHECK(states_of_become(view, states));
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
