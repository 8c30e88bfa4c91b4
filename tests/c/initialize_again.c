/* harness: also=cache_off PYFERRY_CACHE=off */
/* Initialise, finalise and initialise again, with threads that were attached before and keep their states; interpreters of
   pyferry's that are left over go with each. */
#include "py.h"

enum { THREADS = 3, LIVES = 5 };

static pyferry_view *main_interpreter, *sub;
static pthread_barrier_t begin, end;

static const char *const once_per_life = "import threading\n"
                                         "mine = globals().setdefault('mine', threading.local())\n"
                                         "assert not hasattr(mine, 'life')\n"
                                         "mine.life = 1";

static void *live(void *unused)
{
    for (int life = 0; life < (in_short() ? 3 : LIVES); life++) {
        pthread_barrier_wait(&begin);
        run_in(main_interpreter, once_per_life);
        run_in(sub, once_per_life);
        pyferry_token token = attach(sub);
        run_in(main_interpreter, states_are_kept() ? "assert mine.life == 1" : once_per_life);
        detach(token);
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
        check_works(main_interpreter);
        PyGILState_Release(ensured);
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
    for (int life = 0; life < (in_short() ? 3 : LIVES); life++) {
        PyThreadState *state = start_python(&main_interpreter);
        sub = new_interpreter();
        pyferry_view *unused = new_interpreter();
        pthread_barrier_wait(&begin);
        pthread_barrier_wait(&end);
        finish_python(state);
        check_closed(main_interpreter);
        check_closed(sub);
        check_closed(unused);
        pyferry_view_free(main_interpreter);
        pyferry_view_free(sub);
        pyferry_view_free(unused);
    }
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    return 0;
}
