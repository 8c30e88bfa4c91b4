/* harness: mode=runtime */
/* Threads that keep states of a Python that has ended meet the next one afresh, and none of them is disturbed. */
#include "use.h"

enum { THREADS = 4, LIVES = 5 };

static pthread_barrier_t begin, end;
static pyferry_view *main_interpreter, *sub_interpreter;

static const char *const once_per_life =
    "import threading\n"
    "mine = globals().setdefault('mine', threading.local())\n"
    "assert not hasattr(mine, 'life'), 'left over from another life'\n"
    "mine.life = 1";

static void *live(void *unused)
{
    for (int life = 0; life < LIVES; life++) {
        pthread_barrier_wait(&begin);
        run_in(main_interpreter, once_per_life);
        run_in(sub_interpreter, once_per_life);
        run_in(main_interpreter, "assert mine.life == 1");
        pthread_barrier_wait(&end);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&begin, NULL, THREADS + 1);
    pthread_barrier_init(&end, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(live, NULL);
    for (int life = 0; life < LIVES; life++) {
        start_runtime();
        main_interpreter = main_view();
        sub_interpreter = new_interpreter();
        pthread_barrier_wait(&begin);
        pthread_barrier_wait(&end);
        CHECK_OK(pyferry_runtime_stop(-1));
        check_closed(main_interpreter);
        check_closed(sub_interpreter);
        pyferry_view_free(main_interpreter);
        pyferry_view_free(sub_interpreter);
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    return 0;
}
