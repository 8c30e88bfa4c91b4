/* Threads that end while Python shuts down, with states in three interpreters, neither hang it nor are hung by it. */
#include "py.h"

enum { THREADS = 12, LIVES = 6 };

static pyferry_view *views[3];
static pthread_barrier_t ready;

static void *come_and_end(void *unused)
{
    for (int i = 0; i < 3; i++)
        run_in(views[i], "import threading\n"
                         "mine = globals().setdefault('mine', threading.local())\n"
                         "class Slow:\n"
                         "    def __del__(self, sleep=__import__('time').sleep): sleep(0.001)\n"
                         "mine.value = Slow()");
    pthread_barrier_wait(&ready);
    return unused;
}

int main(void)
{
    pthread_barrier_init(&ready, NULL, THREADS + 1);
    for (int life = 0; life < LIVES; life++) {
        PyThreadState *state = start_python(&views[0]);
        views[1] = new_interpreter();
        views[2] = new_interpreter();
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            threads[i] = thread_start(come_and_end, NULL);
        pthread_barrier_wait(&ready);
        if (life % 2)
            CHECK_OK(pyferry_interpreter_end(views[1], -1));
        finish_python(state);
        for (int i = 0; i < THREADS; i++)
            thread_join(threads[i]);
        for (int i = 0; i < 3; i++)
            pyferry_view_free(views[i]);
    }
    return 0;
}
