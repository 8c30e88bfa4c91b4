/* An interrupt looks at the states of its interpreter's threads while those of threads that have ended are deleted: it waits until
   they are gone. (A debug build fills the memory of the deleted, in which the interrupt would look for frames.) And while others are
   made, which on 3.11 are in the list before they are filled. */
/* harness: mode=runtime */
#include "use.h"

enum { WORKERS = 4, VISITORS = 60 };

static pyferry_view *view;
static int at_work = WORKERS;

static void *come_and_go(void *unused)
{
    for (int i = 0; i < 10; i++) {
        CHECK_OK(pyferry_thread_forget());
        pyferry_token token = attach(view);
        detach(token);
    }
    return unused;
}

static void *make_visitors(void *unused)
{
    for (int i = 0; i < often(VISITORS); i++)
        thread_join(thread_start(come_and_go, NULL));
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_SEQ_CST);
    return unused;
}

static void *run_away(void *unused)
{
    while (__atomic_load_n(&at_work, __ATOMIC_SEQ_CST) > 0) {
        pyferry_token token = attach(view);
        CHECK_STATUS(pyferry_exec("while True: pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK_SAYS("KeyboardInterrupt");
        detach(token);
    }
    return unused;
}

int main(void)
{
    start_runtime();
    view = new_interpreter();
    pthread_t workers[WORKERS], runaway = thread_start(run_away, NULL);
    for (int i = 0; i < WORKERS; i++)
        workers[i] = thread_start(make_visitors, NULL);
    while (__atomic_load_n(&at_work, __ATOMIC_SEQ_CST) > 0)
        CHECK_OK(pyferry_interpreter_interrupt(view));
    for (int i = 0; i < WORKERS; i++)
        thread_join(workers[i]);
    while (pthread_tryjoin_np(runaway, NULL) != 0) {
        CHECK_OK(pyferry_interpreter_interrupt(view));
        sleep_ms(1);
    }
    CHECK_OK(pyferry_interpreter_end(view, -1));
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
