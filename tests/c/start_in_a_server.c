/* harness: mode=runtime */
/* harness: not-on=windows it has no SIGCHLD and no fork */
/* harness: not-under=memcheck in a child of Valgrind's the main thread's stack is said to have 12 KiB, and CPython 3.14 stops at that */
/* A server ignores SIGCHLD, or waits for whichever of its children has ended, and has closed its standard streams. Python starts there
   as anywhere, and what cannot start is told apart from that. */
#include "use.h"

#include <fcntl.h>
#include <sys/wait.h>

static void ignore_children(void)
{
    CHECK(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
}

static void *wait_for_whichever(void *unused)
{
    for (;;)
        if (waitpid(-1, NULL, 0) < 0)
            usleep(100);
    return unused;
}

static void wait_on_another_thread(void)
{
    thread_start(wait_for_whichever, NULL);
}

static void close_streams(void)
{
    /* What fails is said in a file. */
    int file = open("output", O_WRONLY | O_APPEND);
    CHECK(file > STDERR_FILENO);
    stderr = fdopen(file, "a");
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        close(stream);
}

static void check_streams_closed(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        CHECK(fcntl(stream, F_GETFD) < 0);
}

static void as_anywhere(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = "/bin/false";
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, "/bin/false (the option `python`) did not start");
    for (int life = 0; life < 2; life++) {
        CHECK_OK(pyferry_runtime_start(NULL));
        pyferry_view *main = main_view();
        run_in(main, "import colorsys, threading\nassert colorsys.rgb_to_hsv(1, 1, 1) == (0, 0, 1)");
        CHECK_OK(pyferry_runtime_stop(-1));
        pyferry_view_free(main);
    }
}

/* In a process of its own. */
static void in(void (*server)(void), void (*check)(void))
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        server();
        as_anywhere();
        if (check != NULL)
            check();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
    in(ignore_children, NULL);
    in(wait_on_another_thread, NULL);
    in(close_streams, check_streams_closed);
    return 0;
}
