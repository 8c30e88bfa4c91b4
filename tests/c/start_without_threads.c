/* harness: mode=runtime */
/* harness: not-on=windows it stands in for pthread_create */
/* A start where no thread can be had is NO_MEMORY, and leaves no process behind; so is a stop with a time limit. Called again where
   there are threads, they work. */
#include "use.h"

#include "no_threads.h"

#include <sys/wait.h>

static void no_child(void)
{
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static void *start(void *unused)
{
    failures = ALL;
    for (int i = 0; i < 2; i++) {
        CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_MEMORY, "cannot start");
        no_child();
    }
    CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
    return unused;
}

/* Who waits for Python's threads with a limit has another thread look at them; without one it looks itself. */
static void *stop(void *unused)
{
    failures = ALL;
    for (int i = 0; i < 2; i++)
        CHECK_REFUSED(pyferry_runtime_stop(1000), PYFERRY_STATUS_NO_MEMORY, "cannot start");
    write_file("go", "");
    CHECK_OK(pyferry_runtime_stop(-1));
    return unused;
}

int main(void)
{
    on_new_thread(start, NULL);
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view *view = main_view();
    check_works(view);
    run_in(view, "import os, threading, time\n"
                 "def wait():\n"
                 "    while not os.path.exists('go'): time.sleep(0.001)\n"
                 "threading.Thread(target=wait, daemon=False).start()");
    on_new_thread(stop, NULL);
    CHECK_OK(pyferry_runtime_start(NULL));
    pyferry_view_free(view);
    view = main_view();
    check_works(view);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    no_child();
    return 0;
}
