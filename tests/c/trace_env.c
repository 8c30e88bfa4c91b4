/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator is not started for a program that a program starts */
/* PYFERRY_TRACE alone has a trace written, from the first use of Python to the end of the process, which completes the file: by exit
   or the return of main, on whatever thread. Where the file cannot be written, or at its end takes no more, the host runs on, and
   stderr says why. */
#include "trace.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void *visit_named(void *view)
{
    pthread_setname_np(pthread_self(), "visitor");
    return visit(view);
}

static void *visit_and_exit(void *view)
{
    pthread_setname_np(pthread_self(), "visitor");
    pyferry_token token = attach(view);
    (void)token;
    exit(7);
}

static int be_host(const char *way, const char *path)
{
    initialize_python();
    CHECK(access(path, F_OK) != 0);
    if (strcmp(way, "counts") == 0)
        CHECK_OK(pyferry_histograms_start());
    if (strcmp(way, "traces") == 0)
        CHECK_OK(pyferry_trace_start("own.json"));
    pyferry_view *view = main_view();
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(visit_named, view);
    if (strcmp(way, "counts") == 0 || strcmp(way, "traces") == 0) {
        CHECK(access(path, F_OK) != 0);
        CHECK_OK(pyferry_trace_stop());
        return 7;
    }
    if (strcmp(way, "refused") == 0) {
        CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
        return 7;
    }
    CHECK(access(path, F_OK) == 0);
    CHECK_REFUSED(pyferry_trace_start("other.json"), PYFERRY_STATUS_WRONG_ORDER, path);
    if (strcmp(way, "full") == 0) {
        struct rlimit limit;
        CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
        limit.rlim_cur = 512;
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        for (int visits = 0; visits < 20; visits++)
            visit(view);
    }
    if (strcmp(way, "attached") == 0)
        on_new_thread(visit_and_exit, view);
    pyferry_view_free(view);
    finish_python(state);
    return 7;
}

/* Has this program do that, and gives its number. */
static pid_t run_host(char *way, char *variable)
{
    pid_t host = fork();
    if (host == 0) {
        char path[64];
        snprintf(path, sizeof path, "trace.%d.json", getpid());
        setenv("PYFERRY_TRACE", variable, 1);
        CHECK(dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2) == 2);
        execl("/proc/self/exe", "trace_env", way, path, NULL);
        _exit(1);
    }
    int status;
    CHECK(host > 0 && waitpid(host, &status, 0) == host);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
        CHECK(system("cat stderr >&2") == 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    return host;
}

static char *said(void)
{
    static char text[4096];
    FILE *file = fopen("stderr", "r");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    if (argc > 2)
        return be_host(argv[1], argv[2]);
    pid_t returns = run_host("returns", "trace.%p.json");
    CHECK(said()[0] == '\0');
    pid_t attached = run_host("attached", "trace.%p.json");
    CHECK(said()[0] == '\0');
    run_host("refused", "no/such/folder/trace.json");
    CHECK(strncmp(said(), "pyferry: PYFERRY_TRACE: ", 24) == 0 && strstr(said(), "No such file") != NULL);

    run_host("counts", "trace.%p.json");
    CHECK(strcmp(said(), "pyferry: PYFERRY_TRACE: waits and stays are counted already: stop that first (pyferry_trace_stop)\n") == 0);
    run_host("traces", "trace.%p.json");
    CHECK(strcmp(said(), "pyferry: PYFERRY_TRACE: a trace is written to own.json already: stop that first (pyferry_trace_stop)\n") == 0);

    run_host("full", "trace.%p.json");
    CHECK(strncmp(said(), "pyferry: PYFERRY_TRACE: the trace ", 34) == 0);
    CHECK(strstr(said(), "File too large") != NULL && strchr(said(), '\n')[1] == '\0');

    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    char source[512];
    snprintf(source, sizeof source, "for number, holds in (%d, 1), (%d, 2):\n"
             "    slices = load('trace.%%d.json' %% number)\n"
             "    assert [each.kind for each in of(slices, 'visitor')] == ['wait', 'hold'] * holds, slices\n"
             "    assert {each['pid'] for each in others} == {number}, others", returns, attached);
    check_trace(view, source);
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
