/* Threads that make thread states, which takes no GIL, hold CPython's lock around its lists for moments. Up to 3.11 a child waits for
   that lock, and finds it free after a fork at such a moment, too. (From 3.12 on CPython holds it through the fork itself.) */
/* harness: not-on=windows it forks, and Windows has no fork */
#include "fork.h"

enum { THREADS = 2, FORKS = 100 };

static PyInterpreterState *interpreter;
static bool quits;
static long made;

static void *make_states(void *unused)
{
    while (!__atomic_load_n(&quits, __ATOMIC_SEQ_CST)) {
        PyThreadState *state = PyThreadState_New(interpreter);
        CHECK(state != NULL);
        __atomic_add_fetch(&made, 1, __ATOMIC_SEQ_CST);
        PyThreadState_Delete(state);
    }
    return unused;
}

int main(void)
{
    if (python_minor() >= 12)
        return 0;
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    interpreter = interpreter_of(view);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(make_states, NULL);
    for (int i = 0; i < often(FORKS); i++) {
        long before = __atomic_load_n(&made, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&made, __ATOMIC_SEQ_CST) == before)
            continue;
        PyEval_RestoreThread(state);
        pid_t child = fork_in_c();
        if (child == 0)
            _exit(0);
        CHECK(PyEval_SaveThread() == state);
        wait_for(child);
    }
    __atomic_store_n(&quits, true, __ATOMIC_SEQ_CST);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
