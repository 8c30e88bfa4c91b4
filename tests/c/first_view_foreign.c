/* The first view is taken by a thread that Python never saw, attached to nothing; Py_FinalizeEx afterwards neither hangs nor
   crashes, whether that thread stays or goes, and whether anybody else has the GIL. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event taken = EVENT_INIT, over = EVENT_INIT;

static void *take_view(void *unused)
{
    main_interpreter = main_view();
    run_in(main_interpreter, "import threading, concurrent.futures");
    return unused;
}

static void *take_view_and_stay(void *unused)
{
    take_view(NULL);
    event_set(&taken);
    event_wait(&over);
    return unused;
}

static void *take_together(void *barrier)
{
    pthread_barrier_wait(barrier);
    pyferry_view *view = main_view();
    check_works(view);
    pyferry_view_free(view);
    return NULL;
}

int main(void)
{
    for (int life = 0; life < (in_short() ? 3 : 6); life++) {
        initialize_python();
        PyThreadState *state = PyEval_SaveThread();
        pthread_t thread;
        taken.set = over.set = false;
        if (life % 3 == 0) {
            on_new_thread(take_view, NULL);
        } else if (life % 3 == 1) {
            thread = thread_start(take_view_and_stay, NULL);
            event_wait(&taken);
        } else { /* eight at once, while a thread of Python's is at work */
            pthread_barrier_t barrier;
            pthread_t threads[8];
            pthread_barrier_init(&barrier, NULL, 8);
            for (int i = 0; i < 8; i++)
                threads[i] = thread_start(take_together, &barrier);
            PyEval_RestoreThread(state);
            PyRun_SimpleString("for i in range(100000): pass");
            state = PyEval_SaveThread();
            for (int i = 0; i < 8; i++)
                thread_join(threads[i]);
            main_interpreter = main_view();
        }
        finish_python(state);
        event_set(&over);
        if (life % 3 == 1)
            thread_join(thread);
        check_closed(main_interpreter);
        pyferry_view_free(main_interpreter);
    }
    return 0;
}
