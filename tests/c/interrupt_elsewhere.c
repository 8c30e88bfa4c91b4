/* An interrupt touches nothing of other interpreters: their threads go on, and when the one that was interrupted is gone
   nothing of it is left in theirs. */
/* harness: mode=runtime */
#include "use.h"

enum { OTHERS = 2, ROUNDS = 3, INTERRUPTS = 50 };

static int stop, back;

static void *work(void *view)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        pyferry_token token = attach(view);
        run("def deep(n):\n    return [n] if n == 0 else deep(n - 1) + [n]\nfor _ in range(50): deep(20)");
        detach(token);
        sleep_ms(1);
    }
    return NULL;
}

static void *run_away(void *view)
{
    pyferry_token token = attach(view);
    CHECK_STATUS(pyferry_exec("while True: pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("KeyboardInterrupt");
    __atomic_store_n(&back, 1, __ATOMIC_SEQ_CST);
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *others[OTHERS];
    pthread_t threads[OTHERS];
    start_runtime();
    for (int i = 0; i < OTHERS; i++) {
        others[i] = new_interpreter();
        threads[i] = thread_start(work, others[i]);
    }
    for (int round = 0; round < often(ROUNDS); round++) {
        pyferry_view *interrupted = new_interpreter();
        back = 0;
        pthread_t runaway = thread_start(run_away, interrupted);
        for (int i = 0; i < INTERRUPTS || !__atomic_load_n(&back, __ATOMIC_SEQ_CST); i++)
            CHECK_OK(pyferry_interpreter_interrupt(interrupted));
        thread_join(runaway);
        CHECK_OK(pyferry_interpreter_end(interrupted, -1));
        pyferry_view_free(interrupted);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < OTHERS; i++) {
        thread_join(threads[i]);
        CHECK_OK(pyferry_interpreter_end(others[i], -1));
        pyferry_view_free(others[i]);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
