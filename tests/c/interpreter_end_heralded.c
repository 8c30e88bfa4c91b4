/* harness: mode=runtime */
/* Up to 3.12, where threads wait for one GIL, helpers of pyferry's go through the interpreters under it. Whoever ends one of
   these, and waits for nobody, does not meet them. */
#include "use.h"

enum { ROUNDS = 4, THREADS = 2 };

static pyferry_view *main_interpreter;
static struct event over = EVENT_INIT;

static void *wait_often(void *unused)
{
    while (!event_is_set(&over))
        run_in(main_interpreter, "import time\n"
                                 "end = time.monotonic() + 0.02\n"
                                 "while time.monotonic() < end: pass\n");
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_runtime();
    main_interpreter = main_view();
    pyferry_view *other = new_interpreter_with_shared_gil();
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(wait_often, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        pyferry_view *view = new_interpreter_with_shared_gil();
        run_in(view, "sum(range(200000))");
        CHECK_OK(pyferry_interpreter_end(view, 0));
        pyferry_view_free(view);
    }
    event_set(&over);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CHECK_OK(pyferry_interpreter_end(other, 0));
    pyferry_view_free(other);
    pyferry_view_free(main_interpreter);
    CHECK_OK(pyferry_runtime_stop(10000));
    return 0;
}
