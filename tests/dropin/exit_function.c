/* dropin: without=crashes, or its threads are ended by force */
/* dropin: log=parked 3 */
/* The host finalises Python in a function of atexit(3), while its threads call back. */
#include "dropin.h"

enum { THREADS = 3, CALLBACKS = 5 };

static int callbacks[THREADS];
static PyThreadState *state;

static void *call_back(void *number)
{
    BEGIN_THREAD;
    for (;;) {
        call_python("sum(range(100))");
        __atomic_add_fetch(&callbacks[(intptr_t)number], 1, __ATOMIC_SEQ_CST);
    }
    END_THREAD;
    return NULL;
}

static void finalize(void)
{
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    wait_until_parked(THREADS);
    check_nobody_was_ended();
}

int main(void)
{
    CHECK(atexit(finalize) == 0);
    Py_InitializeEx(0);
    state = PyEval_SaveThread();
    for (intptr_t i = 0; i < THREADS; i++)
        thread_start(call_back, (void *)i);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&callbacks[i], __ATOMIC_SEQ_CST) < CALLBACKS)
            sleep_ms(1);
    return 0;
}
