/* harness: also=cache_off PYFERRY_CACHE=off */
/* Py_FinalizeEx while threads attach as fast as they can: each is told CLOSED, and the next Python takes the same threads. */
#include "py.h"

enum { THREADS = 6, LIVES = 5 };

static pyferry_view *views[2];
static pthread_barrier_t begin, warm, over;

static void *keep_attaching(void *unused)
{
    for (int life = 0; life < (in_short() ? 3 : LIVES); life++) {
        pthread_barrier_wait(&begin);
        bool closed[2] = { false, false };
        for (long i = 0; !closed[0] || !closed[1]; i++) {
            pyferry_token token;
            pyferry_status status = pyferry_attach(views[i % 2], &token);
            if (status == PYFERRY_STATUS_OK) {
                CHECK(!closed[i % 2]);
                run("import threading; mine = globals().setdefault('mine', threading.local()); mine.x = [1]");
                detach(token);
            } else {
                CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
                closed[i % 2] = true;
            }
            if (i == 3)
                pthread_barrier_wait(&warm);
        }
        pthread_barrier_wait(&over);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&begin, NULL, THREADS + 1);
    pthread_barrier_init(&warm, NULL, THREADS + 1);
    pthread_barrier_init(&over, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(keep_attaching, NULL);
    for (int life = 0; life < (in_short() ? 3 : LIVES); life++) {
        PyThreadState *state = start_python(&views[0]);
        views[1] = new_interpreter();
        pthread_barrier_wait(&begin);
        pthread_barrier_wait(&warm);
        finish_python(state);
        pthread_barrier_wait(&over);
        pyferry_view_free(views[0]);
        pyferry_view_free(views[1]);
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    return 0;
}
