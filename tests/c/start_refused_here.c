/* harness: mode=runtime */
/* harness: not-on=windows it looks at itself in a forked child, and Windows has no fork */
/* harness: not-under=memcheck what Python had made when it failed to start is never freed: CPython has no way back from there */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* After a start that failed CPython has a main thread. Another thread's start is refused, and says why: Python would refuse signal
   handlers there, and run no pending calls. On the first one a start works, and after that anywhere. */
#include "use.h"

#include <sys/wait.h>

static pyferry_runtime_options here = PYFERRY_RUNTIME_OPTIONS_INIT;
static struct event failed = EVENT_INIT, go_on = EVENT_INIT, started = EVENT_INIT, stop = EVENT_INIT;

static void fail_to_start(const pyferry_runtime_options *options)
{
    CHECK(setenv("PYTHONUTF8", "7", 1) == 0);
    CHECK_REFUSED(pyferry_runtime_start(options), PYFERRY_STATUS_NO_PYTHON, "PYTHONUTF8");
    CHECK(unsetenv("PYTHONUTF8") == 0);
}

static void start_and_stop(const pyferry_runtime_options *options)
{
    CHECK_OK(pyferry_runtime_start(options));
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
}

static void *first(void *unused)
{
    fail_to_start(&here);
    event_set(&failed);
    event_wait(&go_on);
    start_and_stop(&here);
    event_set(&started);
    event_wait(&stop);
    return unused;
}

static void *stay(void *unused)
{
    for (;;)
        sleep_ms(1000);
    return unused;
}

/* On a thread of pyferry's, which a forked child does not have. */
static void in_a_child(void)
{
    pid_t child = fork();
    if (child == 0) {
        fail_to_start(NULL);
        pid_t grandchild = fork();
        if (grandchild == 0) {
            /* Not by one that happens to have the first one's number. */
            thread_start(stay, NULL);
            thread_start(stay, NULL);
            CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "main thread");
            exit(0);
        }
        int status;
        CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
        pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
        options.stack_size = (size_t)64 << 20;
        CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, "stack_size");
        start_and_stop(NULL);
        start_and_stop(&options);
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
    /* A libpython without a program that could be tried first. */
    copy_file(getenv("PYFERRY_TEST_LIBPYTHON"), "libpython_alone.so");
    CHECK(setenv("PYFERRY_PYTHON", "./libpython_alone.so", 1) == 0 && setenv("PATH", "/nonexistent", 1) == 0);
    here.flags = PYFERRY_RUNTIME_ON_THIS_THREAD;
    in_a_child();

    pthread_t thread = thread_start(first, NULL);
    event_wait(&failed);
    CHECK_REFUSED(pyferry_runtime_start(&here), PYFERRY_STATUS_NO_PYTHON, "main thread");
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "main thread");
    event_set(&go_on);
    event_wait(&started);
    start_and_stop(&here);
    start_and_stop(NULL);
    event_set(&stop);
    thread_join(thread);
    return 0;
}
