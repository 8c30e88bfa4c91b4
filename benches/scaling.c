/*
 * Two ways on one thread and on many, in turns: scaling OURS THEIRS THREADS. Prints a line for each round: how many visits
 * there were in the time on one thread, and on all of them together; and how many for the processor time that the threads
 * got. Then the same their way.
 *
 * A round counts only if the threads got the cores that they could use, or close to it: those that others kept apart were
 * not in each other's way. Of the rest, processor time tells more exactly: threads do as much for it as one does, unless they
 * are in each other's way: whether they spin, or go to sleep and are woken, that costs. Where they post what a queue's worker
 * does, that is counted instead, and the worker's processor time.
 */
#include "ways.h"

#include <sched.h>

static const double IN_ALL = 5e9, CLOSE = 0.8;
enum { ROUNDS = 20, WINDOW_MS = 15, MOST = 256, BATCH = 64 };

struct worker {
    const struct way *way;
    sem_t go, done;
    long visits;
    double processor; /* nanoseconds */
};

struct rate {
    double wall, processor; /* visits in a millisecond */
    bool counts;
};

static struct worker ours[MOST], theirs[MOST];
static atomic_bool over;
static int cores;

static void *run_worker(void *argument)
{
    struct worker *worker = (struct worker *)argument;
    worker->way->prepare();
    worker->way->visits(BATCH);
    CHECK(sem_post(&worker->done) == 0);
    for (;;) {
        while (sem_wait(&worker->go) != 0)
            continue;
        long visits = 0;
        double before = processor_time(CLOCK_THREAD_CPUTIME_ID);
        for (; !atomic_load_explicit(&over, memory_order_relaxed); visits += BATCH)
            worker->way->visits(BATCH);
        worker->processor = processor_time(CLOCK_THREAD_CPUTIME_ID) - before;
        worker->visits = visits;
        CHECK(sem_post(&worker->done) == 0);
    }
    return NULL;
}

static void wait_for(struct worker *worker)
{
    while (sem_wait(&worker->done) != 0)
        continue;
}

static void begin(struct worker *workers, const char *way, int threads)
{
    for (struct worker *worker = workers; worker < workers + threads; worker++) {
        worker->way = way_named(way);
        CHECK(sem_init(&worker->go, 0, 0) == 0 && sem_init(&worker->done, 0, 0) == 0);
        pthread_detach(thread_start(run_worker, worker));
        wait_for(worker);
    }
}

static struct rate rate(struct worker *workers, int threads)
{
    atomic_store(&over, false);
    long jobs = atomic_load(&worked.jobs), worked_for = atomic_load(&worked.nanoseconds);
    double begin = nanoseconds();
    for (int i = 0; i < threads; i++)
        CHECK(sem_post(&workers[i].go) == 0);
    sleep_ms(WINDOW_MS);
    atomic_store(&over, true);
    double end = nanoseconds();
    jobs = atomic_load(&worked.jobs) - jobs;
    worked_for = atomic_load(&worked.nanoseconds) - worked_for;
    double visits = 0, processor = 0;
    for (int i = 0; i < threads; i++) {
        wait_for(&workers[i]);
        visits += (double)workers[i].visits;
        processor += workers[i].processor;
    }
    run_shared_queue();
    if (jobs > 0)
        return (struct rate){ (double)jobs / (end - begin) * 1e6, (double)jobs / (double)worked_for * 1e6, true };
    int usable = threads < cores ? threads : cores;
    return (struct rate){ visits / (end - begin) * 1e6, visits / processor * 1e6,
                          processor >= CLOSE * usable * (end - begin) };
}

int main(int count, char **arguments)
{
    CHECK(count == 4);
    int threads = atoi(arguments[3]);
    CHECK(threads >= 1 && threads <= MOST);
    cpu_set_t allowed;
    CHECK(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
    cores = CPU_COUNT(&allowed);
    start(NULL);
    begin(ours, arguments[1], threads);
    begin(theirs, arguments[2], threads);
    double end = nanoseconds() + IN_ALL;
    for (int round = 0; round < ROUNDS && nanoseconds() < end;) {
        struct rate one = rate(ours, 1), all = rate(ours, threads);
        struct rate their_one = rate(theirs, 1), their_all = rate(theirs, threads);
        if (!one.counts || !all.counts || !their_one.counts || !their_all.counts)
            continue;
        printf("%.3f %.3f %.3f %.3f ", one.wall, all.wall, one.processor, all.processor);
        printf("%.3f %.3f %.3f %.3f\n", their_one.wall, their_all.wall, their_one.processor, their_all.processor);
        round++;
    }
    stop();
}
