/* dropin: without=is terminated, or crashes */
/* dropin: log=parked 2 */
/* A callback that is called through functions which throw nothing, as C++ hosts have them: up to 3.13 CPython ends such a thread by
   unwinding it at shutdown, which terminates the process. */
#include "dropin.h"

enum { THREADS = 2, CALLBACKS = 5 };

static int callbacks[THREADS];

static void call_back() noexcept
{
    call_python("sum(range(1000))");
}

static void *call_back_again_and_again(void *number)
{
    for (;;) {
        call_back();
        __atomic_add_fetch(&callbacks[(intptr_t)number], 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

int main(void)
{
    Py_InitializeEx(0);
    PyThreadState *state = PyEval_SaveThread();
    for (intptr_t i = 0; i < THREADS; i++)
        thread_start(call_back_again_and_again, (void *)i);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&callbacks[i], __ATOMIC_SEQ_CST) < CALLBACKS)
            sleep_ms(1);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    wait_until_parked(THREADS);
    return 0;
}
