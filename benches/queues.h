/*
 * The ways of ways.h to have many small jobs done in Python: through a queue, which is run in one attachment for all that it has;
 * and by an attachment for each. And many threads that post to one queue.
 */
#ifndef PYFERRY_BENCH_QUEUES_H
#define PYFERRY_BENCH_QUEUES_H

enum { AT_ONCE = 256 };

static __thread pyferry_queue *queue;

static void do_job(void *done, pyferry_status status)
{
    *(long *)done += status == PYFERRY_STATUS_OK;
}

static void do_call(void *done, pyferry_status status)
{
    call();
    do_job(done, status);
}

static void queue_prepare(void)
{
    CHECK_OK(pyferry_queue_new(view, NULL, &queue));
}

/* As many as there are at once at least, each after some work of the host's or none. */
static double through_queue(pyferry_job job, long count, void (*work)(void))
{
    long done = 0, wanted = (count + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    double start = nanoseconds();
    while (done < wanted) {
        size_t ran;
        for (int i = 0; i < AT_ONCE; i++) {
            work();
            CHECK_OK(pyferry_queue_post(queue, job, &done));
        }
        CHECK_OK(pyferry_queue_run(queue, AT_ONCE, -1, &ran));
    }
    return (nanoseconds() - start) * (double)count / (double)wanted;
}

static double queue_jobs(long count)
{
    return through_queue(do_job, count, nothing);
}

static double queue_calls(long count)
{
    return through_queue(do_call, count, nothing);
}

static double attached_jobs(long count)
{
    long done = 0;
    TIMED(count, {
        pyferry_token token;
        CHECK_OK(pyferry_attach(view, &token));
        do_job(&done, PYFERRY_STATUS_OK);
        CHECK_OK(pyferry_detach(&token));
    });
}

/* ---- jobs that come now and then, while another thread computes in Python, and has the GIL where there is one ---- */

static void *compute(void *unused)
{
    pyferry_token token = attach(view);
    CHECK(PyRun_SimpleString("while True: pass") == 0);
    detach(token);
    return unused;
}

static void busy_prepare(void)
{
    static atomic_bool begun;
    if (!atomic_exchange(&begun, true))
        pthread_detach(thread_start(compute, NULL));
}

static void busy_queue_prepare(void)
{
    busy_prepare();
    queue_prepare();
}

static void rest(long microseconds)
{
    struct timespec time = { 0, microseconds * 1000 };
    nanosleep(&time, NULL);
}

static void a_while(void)
{
    rest(20);
}

static double queue_seldom(long count)
{
    return through_queue(do_job, count, a_while);
}

static double attached_seldom(long count)
{
    TIMED(count, {
        a_while();
        pyferry_visit(view, NULL);
    });
}

/* ---- posts of many threads: nobody runs the jobs meanwhile, and there is room for as many as fit in a round ---- */

enum { ROOM = 1 << 21 };
static pyferry_queue *shared_queue;
static long shared_done;

static void make_shared_queue(void)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = ROOM;
    CHECK_OK(pyferry_queue_new(view, &options, &shared_queue));
}

static void shared_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CHECK(pthread_once(&once, make_shared_queue) == 0);
}

/* After a round; and in one that others have made so long that there is no room. */
static inline void run_shared_queue(void)
{
    if (shared_queue != NULL)
        CHECK_OK(pyferry_queue_run(shared_queue, SIZE_MAX, -1, NULL));
}

static double shared_posts(long count)
{
    TIMED(count, {
        while (pyferry_queue_post(shared_queue, do_job, &shared_done) == PYFERRY_STATUS_QUEUE_FULL)
            run_shared_queue();
    });
}

/* ---- jobs of many threads, which the queue's worker does: who finds no room rests, as a thread may that can wait ---- */

/* Longer than a rest. */
enum { LASTS = 1 << 15 };
static pyferry_queue *worked_queue;
/* What the worker has done, and the processor time that it has taken for that. */
static struct {
    atomic_long jobs, nanoseconds;
} worked;

static void do_and_count(void *unused, pyferry_status status)
{
    (void)unused;
    if (status != PYFERRY_STATUS_OK)
        return;
    call();
    long jobs = atomic_load_explicit(&worked.jobs, memory_order_relaxed) + 1;
    atomic_store_explicit(&worked.jobs, jobs, memory_order_relaxed);
    if (jobs % 256 == 0)
        atomic_store_explicit(&worked.nanoseconds, (long)processor_time(CLOCK_THREAD_CPUTIME_ID), memory_order_relaxed);
}

static void make_worked_queue(void)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = true;
    options.capacity = LASTS;
    CHECK_OK(pyferry_queue_new(view, &options, &worked_queue));
}

static void worked_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CHECK(pthread_once(&once, make_worked_queue) == 0);
}

static double worked_posts(long count)
{
    TIMED(count, {
        while (pyferry_queue_post(worked_queue, do_and_count, NULL) == PYFERRY_STATUS_QUEUE_FULL)
            rest(300);
    });
}

/* What a post does at least, if many threads do it. */
static double shared_atomics(long count)
{
    static _Alignas(128) atomic_long one;
    static _Alignas(128) atomic_long other;
    TIMED(count, {
        atomic_fetch_add(&one, 1);
        atomic_fetch_add(&other, 1);
    });
}

#endif
