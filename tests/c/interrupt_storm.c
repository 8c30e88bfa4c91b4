/* Scripts that run away, interrupted again and again while they are being stopped, all come back, and the interpreter ends. */
/* harness: mode=runtime */
#include "use.h"

enum { THREADS = 8, ROUNDS = 3 };

static pyferry_view *view;
static int back;

static void *run_away(void *unused)
{
    pyferry_token token = attach(view);
    CHECK_STATUS(pyferry_exec("while True: pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_SAYS("KeyboardInterrupt");
    detach(token);
    __atomic_fetch_add(&back, 1, __ATOMIC_SEQ_CST);
    return unused;
}

int main(void)
{
    start_runtime();
    for (int round = 0; round < often(ROUNDS); round++) {
        view = new_interpreter();
        back = 0;
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            threads[i] = thread_start(run_away, NULL);
        while (__atomic_load_n(&back, __ATOMIC_SEQ_CST) < THREADS) {
            CHECK_OK(pyferry_interpreter_interrupt(view));
            sleep_ms(1);
        }
        for (int i = 0; i < THREADS; i++)
            thread_join(threads[i]);
        run_in(view, "import difflib");
        CHECK_OK(pyferry_interpreter_end(view, -1));
        pyferry_view_free(view);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
