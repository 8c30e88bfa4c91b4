/* harness: mode=runtime */
/* harness: not-on=windows not ported: it asks Linux for numbers of threads */
/* The main thread of Python is pyferry's own: no thread of the host is, and the interpreter is free for all of them. */
#include "use.h"

#include <sys/syscall.h>

static void *check_not_main(void *main)
{
    run_in(main, "import threading\n"
                 "assert threading.main_thread() is not threading.current_thread()\n"
                 "assert threading.main_thread().ident != threading.get_ident()");
    return NULL;
}

static void *start(void *unused)
{
    start_runtime();
    CHECK(!pyferry_is_attached(NULL));
    return unused;
}

int main(void)
{
    /* The starting thread may end: Python does not hang on it. */
    on_new_thread(start, NULL);
    pyferry_view *main = main_view();
    check_not_main(main);
    on_new_thread(check_not_main, main);

    /* What Python's main thread is asked to do at shutdown is done: non-daemon threads are waited for, atexit runs. */
    run_in(main, "import atexit, threading, time\n"
                 "done = []\n"
                 "def slow():\n"
                 "    time.sleep(0.05)\n"
                 "    done.append('thread')\n"
                 "def at_exit():\n"
                 "    assert done == ['thread'], done\n"
                 "    open('at_exit', 'w').close()\n"
                 "threading.Thread(target=slow, daemon=False).start()\n"
                 "atexit.register(at_exit)");
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(access("at_exit", F_OK) == 0);
    pyferry_view_free(main);
    return 0;
}
