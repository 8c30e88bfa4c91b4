/* Threads that end, wherever they are and however they do, at the very moment at which an interpreter is ended or Python is
   finalised, neither hang that nor are hung by it. */
#include "thread_ends.h"

enum { THREADS = PLACES, LIVES = 3, ROUNDS = 3 };

struct life {
    const struct place *place;
    enum ending ending;
    pthread_t thread;
};

static struct life lives[THREADS];
static pthread_barrier_t now;

static void *live(void *argument)
{
    struct life *life = argument;
    life->place->go();
    bool lets_go = pyferry_is_attached(NULL);
    pyferry_suspension out = PYFERRY_SUSPENSION_INIT;
    if (lets_go)
        out = suspend();
    pthread_barrier_wait(&now);
    /* Whoever is to be cancelled stays out: on the way in is inside Python. */
    if (lets_go && life->ending != IS_CANCELLED)
        resume(out);
    return end(life->ending);
}

static void *cancel(void *unused)
{
    pthread_barrier_wait(&now);
    for (int i = 0; i < THREADS; i++)
        if (lives[i].ending == IS_CANCELLED)
            CHECK(pthread_cancel(lives[i].thread) == 0);
    return unused;
}

/* Destructors that take their time, for the threads' last values. */
static void be_slow(const pyferry_view *view)
{
    run_in(view, "import threading, time\n"
                 "class Slow:\n"
                 "    def __del__(self, sleep=time.sleep): sleep(0.001)\n"
                 "class Local(threading.local):\n"
                 "    def __init__(self): self.slow = Slow()\n"
                 "mine = Local()");
}

int main(void)
{
    pthread_barrier_init(&now, NULL, THREADS + 2);
    for (int life = 0; life < (in_short() ? 2 : LIVES); life++) {
        PyThreadState *state = start_python(&views[0]);
        be_slow(views[0]);
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 1; i < 3; i++)
                be_slow(views[i] = new_interpreter());
            for (int i = 0; i < THREADS; i++) {
                lives[i].place = &places[i];
                lives[i].ending = (i + round + life) % ENDINGS;
                lives[i].thread = thread_start(live, &lives[i]);
            }
            pthread_t canceller = thread_start(cancel, NULL);
            pthread_barrier_wait(&now);
            if (round == ROUNDS - 1)
                finish_python(state);
            for (int i = 1; i < 3 && round < ROUNDS - 1; i++)
                CHECK_OK(pyferry_interpreter_end(views[i], -1));
            thread_join(canceller);
            for (int i = 0; i < THREADS; i++)
                thread_join(lives[i].thread);
            pyferry_view_free(views[1]);
            pyferry_view_free(views[2]);
        }
        pyferry_view_free(views[0]);
    }
    return 0;
}
