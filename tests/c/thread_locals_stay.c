/* harness: mode=runtime */
/* What a thread leaves in Python is there at its next attach: threading.local and contextvars; and each thread has its own. */
#include "use.h"

enum { THREADS = 4, VISITS = 50 };

static pyferry_view *views[3];
static pthread_barrier_t all_here;

static const char *const set_up =
    "import contextvars, threading\n"
    "class Mine(threading.local):\n"
    "    def __init__(self):\n"
    "        self.count = 0\n"
    "mine, variable = Mine(), contextvars.ContextVar('variable', default=0)\n"
    "def visit():\n"
    "    mine.count += 1\n"
    "    variable.set(variable.get() + 1)\n"
    "    assert variable.get() == mine.count, (variable.get(), mine.count)\n"
    "    mine.ident = getattr(mine, 'ident', threading.get_ident())\n"
    "    assert mine.ident == threading.get_ident()";

static void *come_again(void *unused)
{
    for (int i = 0; i < VISITS; i++) {
        for (int place = 0; place < 3; place++) {
            pyferry_token token = attach(views[place]);
            run("visit()");
            pyferry_token away = attach(views[(place + 1) % 3]);
            detach(away);
            pyferry_suspension out = suspend();
            resume(out);
            detach(token);
        }
        if (i == 0)
            pthread_barrier_wait(&all_here);
    }
    for (int place = 0; place < 3; place++)
        run_in(views[place], "assert mine.count == 50, mine.count");
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    start_runtime();
    views[0] = main_view();
    views[1] = new_interpreter();
    views[2] = new_interpreter();
    pthread_barrier_init(&all_here, NULL, THREADS);
    for (int place = 0; place < 3; place++)
        run_in(views[place], set_up);
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start(come_again, NULL);
    for (int i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CHECK_OK(pyferry_runtime_stop(-1));
    for (int place = 0; place < 3; place++)
        pyferry_view_free(views[place]);
    return 0;
}
