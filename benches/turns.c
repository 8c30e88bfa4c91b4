/*
 * Two ways to do the same, in turns: turns OURS THEIRS [PEER]. Prints a line for each round: nanoseconds that a visit took
 * the one way, and the other.
 *
 * A round is short, and both its halves see the same machine, whatever else that does: their ratio is what counts. Each way
 * has a thread of its own, so that neither finds the other's thread state; all are on one core, and one runs at a time.
 */
#include "ways.h"

#ifndef _WIN32
#include <sched.h>
#endif

static const double ROUND = 100e3, IN_ALL = 250e6;
enum { FEWEST = 15 };

struct side {
    const struct way *way;
    long count;
    double elapsed;
    sem_t go, done;
};

static void *run_side(void *argument)
{
    struct side *side = (struct side *)argument;
    side->way->prepare();
    for (;;) {
        while (sem_wait(&side->go) != 0)
            continue;
        side->way->visits(side->count / 16 + 1); /* the other's turn has cooled the caches */
        side->elapsed = side->way->visits(side->count);
        CHECK(sem_post(&side->done) == 0);
    }
    return NULL;
}

static double take_turn(struct side *side)
{
    CHECK(sem_post(&side->go) == 0);
    while (sem_wait(&side->done) != 0)
        continue;
    return side->elapsed;
}

/*
 * The shortest of a few: in one of them pyferry starts the thread that keeps its time, which alone can take longer than a round.
 * Rounds that were too short for that reason took twice as long whenever an interrupt fell into one.
 */
static double shortest_turn(struct side *side)
{
    double shortest = take_turn(side);
    for (int more = 0; more < 2; more++) {
        double next = take_turn(side);
        shortest = next < shortest ? next : shortest;
    }
    return shortest;
}

static void begin(struct side *side, const char *name)
{
    side->way = way_named(name);
    side->count = 1;
    CHECK(sem_init(&side->go, 0, 0) == 0 && sem_init(&side->done, 0, 0) == 0);
    pthread_detach(thread_start(run_side, side));
    while (shortest_turn(side) < ROUND)
        side->count *= 2;
}

static void stay_on_one_core(void)
{
#ifdef _WIN32
    CHECK(SetProcessAffinityMask(GetCurrentProcess(), 1));
#else
    cpu_set_t cores, last;
    CHECK(sched_getaffinity(0, sizeof cores, &cores) == 0);
    CPU_ZERO(&last);
    for (int core = CPU_SETSIZE; core-- > 0;) {
        if (CPU_ISSET(core, &cores)) {
            CPU_SET(core, &last); /* the first one has most of the interrupts */
            break;
        }
    }
    CHECK(sched_setaffinity(0, sizeof last, &last) == 0);
#endif
}

int main(int count, char **arguments)
{
    static struct side ours, theirs;
    CHECK(count == 3 || count == 4);
    stay_on_one_core();
    start(arguments[3]);
    begin(&ours, arguments[1]);
    begin(&theirs, arguments[2]);
    /* Who reads this would run beside the next turn, which is always the same side's. */
    static char printed[1 << 20];
    CHECK(setvbuf(stdout, printed, _IOFBF, sizeof printed) == 0);
    double end = nanoseconds() + IN_ALL;
    for (int round = 0; round < FEWEST || nanoseconds() < end; round++) {
        double one = take_turn(&ours) / (double)ours.count, other = take_turn(&theirs) / (double)theirs.count;
        printf("%.3f %.3f\n", one, other);
    }
    stop();
}
