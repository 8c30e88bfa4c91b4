/* 32 interpreters alive at once, and four threads through all of them, again and again: each is where it wants to be and finds its
   own values, an attach costs no memory, and all end. How long an attach takes is printed, not judged. */
/* harness: not-on=windows not ported: it asks glibc how much memory is in use */
#include "py.h"

#include <malloc.h>

enum { ALL = 32, THREADS = 4, ROUNDS = 5, ATTACHES = 30000 };

static pyferry_view *views[ALL];
static int all;

static void go_in(int index, int round)
{
    pyferry_token token = attach(views[index]);
    CHECK(is_in(pyferry_view_interpreter_id(views[index])));
    char source[100];
    snprintf(source, sizeof source, "%s; assert len(mine.rounds) == %d",
             round == 0 ? "mine.rounds = [0]" : "mine.rounds.append(0)", round + 1);
    run(source);
    detach(token);
}

static void *go_through_all(void *first)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < all; i++)
            go_in((i + *(int *)first) % all, round);
    return NULL;
}

/* ---- what an attach takes ---- */

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void attach_to_each(const char *from, int interpreters)
{
    size_t memory = mallinfo2().uordblks;
    double start = processor_seconds();
    for (int i = 0; i < ATTACHES; i++)
        detach(attach(views[i % interpreters]));
    double taken = processor_seconds() - start;
    CHECK(mallinfo2().uordblks < memory + 4 * ATTACHES); /* what pyferry sets up once may come meanwhile */
    printf("%d interpreters, %s: %.0f ns\n", interpreters, from, taken / ATTACHES * 1e9);
}

static void *measure(void *interpreters)
{
    int count = *(int *)interpreters;
    for (int i = 0; i < count; i++)
        visit(views[i]);
    attach_to_each("from outside", count);
    pyferry_token outer = attach(views[0]), nested = attach(views[0]);
    attach_to_each("from another", count);
    detach(nested);
    detach(outer);
    return NULL;
}

int main(void)
{
    all = often(ALL);
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    for (int i = 0; i < all; i++) {
        views[i] = new_interpreter();
        run_in(views[i], "import threading; mine = threading.local()");
        int alive = i + 1;
        if (alive == 2 || alive == all)
            on_new_thread(measure, &alive);
    }
    pthread_t threads[THREADS];
    int first[THREADS];
    for (int i = 0; i < THREADS; i++) {
        first[i] = i * all / THREADS;
        threads[i] = thread_start(go_through_all, &first[i]);
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    for (int i = 0; i < all / 2; i++)
        CHECK_OK(pyferry_interpreter_end(views[i], -1)); /* the states of the threads may be on their way */
    finish_python(state); /* and with it the rest */
    for (int i = 0; i < all; i++) {
        check_closed(views[i]);
        pyferry_view_free(views[i]);
    }
    pyferry_view_free(main_interpreter);
    return 0;
}
