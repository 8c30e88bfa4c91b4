/* harness: mode=runtime */
/* Eight threads start Python at the same moment and stop it in any order: each start counts once, and everybody works. */
#include "use.h"

enum { THREADS = 8, ROUNDS = 10 };

static pthread_barrier_t start_line, finish_line;

static void *plug_in(void *unused)
{
    for (int round = 0; round < often(ROUNDS); round++) {
        pthread_barrier_wait(&start_line);
        CHECK_OK(pyferry_runtime_start(NULL));
        pyferry_view *main = main_view();
        run_in(main, "import threading; lives = globals().setdefault('lives', threading.local())");
        pyferry_view_free(main);
        pthread_barrier_wait(&finish_line);
        CHECK_OK(pyferry_runtime_stop(-1));
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&start_line, NULL, THREADS);
    pthread_barrier_init(&finish_line, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(plug_in, NULL);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    return 0;
}
