/* harness: mode=runtime */
/* harness: also=cache_off PYFERRY_CACHE=off */
/* An interpreter is ended while threads keep asking for it: each is told CLOSED sooner or later, and goes on elsewhere. */
#include "use.h"

enum { THREADS = 6, ROUNDS = 8 };

static pyferry_view *main_interpreter, *sub;
static pthread_barrier_t ready, round_over;

static void *keep_asking(void *unused)
{
    for (int round = 0; round < (in_short() ? 4 : ROUNDS); round++) {
        pthread_barrier_wait(&ready);
        pyferry_token token;
        pyferry_status status;
        int visits = 0;
        while ((status = pyferry_attach(sub, &token)) == PYFERRY_STATUS_OK) {
            run("import threading; mine = globals().setdefault('mine', threading.local()); mine.n = 1");
            detach(token);
            if (visits++ == 0)
                pthread_barrier_wait(&ready);
        }
        CHECK(status == PYFERRY_STATUS_CLOSED && visits > 0);
        check_closed(sub);
        run_in(main_interpreter, "import sys");
        pthread_barrier_wait(&round_over);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_runtime();
    main_interpreter = main_view();
    pthread_barrier_init(&ready, NULL, THREADS + 1);
    pthread_barrier_init(&round_over, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(keep_asking, NULL);
    for (int round = 0; round < (in_short() ? 4 : ROUNDS); round++) {
        sub = new_interpreter();
        pthread_barrier_wait(&ready);
        pthread_barrier_wait(&ready); /* everybody has been in */
        CHECK_OK(pyferry_interpreter_end(sub, -1));
        pthread_barrier_wait(&round_over);
        CHECK_REFUSED(pyferry_interpreter_end(sub, -1), PYFERRY_STATUS_CLOSED, "ended already");
        CHECK_REFUSED(pyferry_interpreter_interrupt(sub), PYFERRY_STATUS_CLOSED, "ended");
        pyferry_view_free(sub);
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main_interpreter);
    return 0;
}
