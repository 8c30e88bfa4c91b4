/*
 * The ways of ways.h to have many small jobs done in Python: through a queue, which is run in one attachment for all that it has;
 * and by an attachment for each.
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

/* As many as there are at once at least. */
static double through_queue(pyferry_job job, long count)
{
    long done = 0, wanted = (count + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    double start = nanoseconds();
    while (done < wanted) {
        size_t ran;
        for (int i = 0; i < AT_ONCE; i++)
            CHECK_OK(pyferry_queue_post(queue, job, &done));
        CHECK_OK(pyferry_queue_run(queue, AT_ONCE, -1, &ran));
    }
    return (nanoseconds() - start) * (double)count / (double)wanted;
}

static double queue_jobs(long count)
{
    return through_queue(do_job, count);
}

static double queue_calls(long count)
{
    return through_queue(do_call, count);
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

#endif
