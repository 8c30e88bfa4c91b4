/* harness: also=cache_off PYFERRY_CACHE=off */
/* Py_EndInterpreter by the host, of a sub-interpreter of its own: threads inside are waited for, their cached states are gone
   before CPython looks, late ones are told CLOSED, and the threads go on. */
#include "py.h"

enum { THREADS = 4 };

static pyferry_view *main_interpreter, *sub;
static pthread_barrier_t begin, warm, over;
static bool last;

static void *keep_attaching(void *unused)
{
    for (;;) {
        pthread_barrier_wait(&begin);
        if (last)
            return unused;
        pyferry_token token;
        pyferry_status status;
        int visits = 0;
        while ((status = pyferry_attach(sub, &token)) == PYFERRY_STATUS_OK) {
            run("import threading; mine = globals().setdefault('mine', threading.local()); mine.x = [1]");
            detach(token);
            if (visits++ == 0)
                pthread_barrier_wait(&warm);
        }
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        run_in(main_interpreter, "import sys");
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
        PyGILState_Release(ensured);
        pthread_barrier_wait(&over);
    }
}

int main(void)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&begin, NULL, THREADS + 1);
    pthread_barrier_init(&warm, NULL, THREADS + 1);
    pthread_barrier_init(&over, NULL, THREADS + 1);
    PyThreadState *state = start_python(&main_interpreter);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(keep_attaching, NULL);
    for (int round = 0; round < 6; round++) {
        PyEval_RestoreThread(state);
        PyThreadState *made = Py_NewInterpreter();
        CHECK(made != NULL);
        sub = current_view();
        Py_BEGIN_ALLOW_THREADS
        pthread_barrier_wait(&begin);
        pthread_barrier_wait(&warm);
        Py_END_ALLOW_THREADS
        Py_EndInterpreter(made);
        check_closed(sub);
        PyThreadState_Swap(state);
        PyEval_SaveThread();
        pthread_barrier_wait(&over);
        pyferry_view_free(sub);
    }
    last = true;
    pthread_barrier_wait(&begin);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
