/* dropin: without=crashes, or its threads are ended by force */
/* dropin: log=parked 4 */
/* A callback per millisecond on each of four threads while Python shuts down: those inside are waited for, those that come later
   stay where they are, and nobody is ended. */
#include "dropin.h"

enum { THREADS = 4, CALLBACKS = 5 };

static int inside, callbacks[THREADS];

static void *call_back(void *number)
{
    BEGIN_THREAD;
    for (;;) {
        PyGILState_STATE state = PyGILState_Ensure();
        __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        run("sum(range(100))");
        __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        PyGILState_Release(state);
        __atomic_add_fetch(&callbacks[(intptr_t)number], 1, __ATOMIC_SEQ_CST);
        sleep_ms(1);
    }
    END_THREAD;
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    for (intptr_t i = 0; i < THREADS; i++)
        thread_start(call_back, (void *)i);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&callbacks[i], __ATOMIC_SEQ_CST) < CALLBACKS)
            sleep_ms(1);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(inside == 0);
    wait_until_parked(THREADS);
    check_nobody_was_ended();
    return 0;
}
