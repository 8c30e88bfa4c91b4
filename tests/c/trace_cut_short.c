/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator is not started for a program that a program starts */
/* A trace that is cut off, since the process was killed in the middle of it, loads: whole lines are in it, up to shortly before. */
#include "trace.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void *come_and_go(void *view)
{
    for (;;)
        detach(attach(view));
    return NULL;
}

static void be_victim(void)
{
    pyferry_view *view;
    start_python(&view);
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    for (int i = 0; i < 2; i++)
        thread_start(come_and_go, view);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        be_victim();
    pid_t victim = fork();
    if (victim == 0) {
        execl("/proc/self/exe", "trace_cut_short", "victim", NULL);
        _exit(1);
    }
    CHECK(victim > 0);
    struct stat file = { 0 };
    int status;
    while (stat(TRACE_FILE, &file) != 0 || file.st_size < 1 << 20) {
        CHECK(waitpid(victim, &status, WNOHANG) == 0);
        sleep_ms(1);
    }
    kill(victim, SIGKILL);
    CHECK(waitpid(victim, &status, 0) == victim && WIFSIGNALED(status));

    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    check_trace(view, "slices = load('" TRACE_FILE "', whole=False)\n"
                      "assert {each.kind for each in slices} == {'wait', 'hold'} and len({each.thread for each in slices}) >= 1\n"
                      "ended = [each for each in slices if each.end is not None]\n"
                      "assert len(slices) > 1000 and len(slices) - len(ended) <= 2, (len(slices), len(ended))");
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
