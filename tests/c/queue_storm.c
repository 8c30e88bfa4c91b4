/* harness: timeout=120 */
/* harness: seeds=1 2 3 */
/* Posters, callers and runners at full speed while the queue is freed, or its interpreter or Python ends at a random moment, by
   Py_FinalizeEx or pyferry_runtime_stop: each job whose post was OK is called once, with one status or the other, those of one
   poster in its order, and none whose post was refused. */
#include "py.h"

enum { POSTERS = 4, CAPACITY = 16, ROUNDS = 6 };

static unsigned seed;

static unsigned next(void)
{
    seed = seed * 1103515245u + 12345u;
    return seed >> 16;
}

struct poster {
    int number;
    pthread_t thread;
    long posted, called, ran, refused, full;
    unsigned random;
};

static struct poster posters[POSTERS];
static pyferry_view *view;
static pyferry_queue *queue;
static bool stop;

struct copied {
    struct poster *poster;
    long number;
    char rest[24];
};

static void job(void *data, pyferry_status status)
{
    struct copied *copied = data;
    struct poster *poster = copied->poster;
    /* In the poster's order, whoever calls it. */
    CHECK(copied->number == poster->called);
    poster->called++;
    for (size_t i = 0; i < sizeof copied->rest; i++)
        CHECK(copied->rest[i] == (char)(copied->number + poster->number));
    if (status == PYFERRY_STATUS_OK) {
        CHECK(pyferry_is_attached(view));
        poster->ran++;
    } else {
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        CHECK(!pyferry_is_attached(NULL));
    }
}

static void *post_on(void *argument)
{
    struct poster *poster = argument;
    for (;;) {
        struct copied copied = { .poster = poster, .number = poster->posted };
        memset(copied.rest, (char)(copied.number + poster->number), sizeof copied.rest);
        pyferry_status status = pyferry_queue_post_copy(queue, job, &copied, sizeof copied);
        if (status == PYFERRY_STATUS_OK) {
            poster->posted++;
        } else if (status == PYFERRY_STATUS_QUEUE_FULL) {
            poster->full++;
            if (__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
                return NULL;
            sched_yield();
        } else {
            CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
            return NULL;
        }
        if (__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
            return NULL;
        poster->random = poster->random * 1103515245u + 12345u;
        if (poster->random >> 28 == 0)
            usleep(50);
    }
}

static void *run_on(void *unused)
{
    for (size_t most = 1;; most = most % 50 + 1) {
        size_t ran = 0;
        pyferry_status status = pyferry_queue_run(queue, most, -1, &ran);
        if (status == PYFERRY_STATUS_CLOSED || __atomic_load_n(&stop, __ATOMIC_SEQ_CST))
            return unused;
        CHECK_OK(status);
        if (ran == 0)
            sched_yield();
    }
}

static void settle(long *jobs, long *left)
{
    for (int i = 0; i < POSTERS; i++) {
        struct poster *poster = &posters[i];
        CHECK(poster->called == poster->posted);
        *jobs += poster->posted;
        *left += poster->posted - poster->ran;
    }
}

int main(int argc, char **argv)
{
    CHECK(argc > 1);
    seed = (unsigned)strtoul(argv[argc - 1], NULL, 10);
    printf("seed: %u\n", seed);
    fflush(stdout);
    long jobs = 0, left = 0;
    int rounds = often(ROUNDS);
    for (int round = 0; round < rounds; round++) {
        pyferry_view *main;
        PyThreadState *state = NULL;
        bool by_host = (seed + (unsigned)round) % 2 == 0;
        if (by_host) {
            state = start_python(&main);
        } else {
            start_runtime();
            main = main_view();
        }
        for (int part = 0; part < 6; part++) {
            /* 0 to 2: freed when the posters are through. 3, 4: its interpreter ends. 5: Python does. */
            bool own = part == 3 || part == 4;
            view = own ? new_interpreter() : main;
            pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
            options.capacity = 1 + next() % CAPACITY;
            options.worker = next() % 2 == 0;
            CHECK_OK(pyferry_queue_new(view, &options, &queue));
            stop = false;
            for (int i = 0; i < POSTERS; i++) {
                posters[i] = (struct poster){ .number = i, .random = next() };
                posters[i].thread = thread_start(post_on, &posters[i]);
            }
            bool runs = !options.worker || next() % 4 == 0;
            pthread_t runner = runs ? thread_start(run_on, NULL) : pthread_self();
            usleep(next() % 4000);
            if (part < 3) {
                __atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
            } else if (part == 5 && by_host) {
                finish_python(state);
            } else if (part == 5) {
                CHECK_OK(pyferry_runtime_stop(-1));
            } else {
                CHECK_OK(pyferry_interpreter_end(view, -1));
            }
            for (int i = 0; i < POSTERS; i++)
                thread_join(posters[i].thread);
            if (runs)
                thread_join(runner);
            pyferry_queue_free(queue);
            settle(&jobs, &left);
            if (own)
                pyferry_view_free(view);
        }
        pyferry_view_free(main);
    }
    printf("count: jobs %ld\ncount: jobs told that they will not run %ld\n", jobs, left);
    return 0;
}
