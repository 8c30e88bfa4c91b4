/* A trace, or a table as text, for a pipe that nobody reads or a file that may not grow is refused: no SIGPIPE and no SIGXFSZ, which
   would end the host. One that was pending before is still the host's. */
/* harness: mode=alone */
/* harness: not-on=windows it has neither signal */
#include "use.h"

#include <fcntl.h>
#include <sys/resource.h>

static bool is_pending(int signal)
{
    sigset_t pending;
    CHECK(sigpending(&pending) == 0);
    return sigismember(&pending, signal) == 1;
}

static bool is_blocked(int signal)
{
    sigset_t mask;
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
    return sigismember(&mask, signal) == 1;
}

static void refused(int file, const char *path, const char *why)
{
    CHECK_STATUS(pyferry_dump(file), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(pyferry_trace_start(path), PYFERRY_STATUS_INVALID_ARGUMENT, why);
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
}

int main(void)
{
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR && signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    int ends[2];
    CHECK(pipe(ends) == 0 && close(ends[0]) == 0);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    refused(ends[1], path, "Broken pipe");
    CHECK(!is_pending(SIGPIPE) && !is_blocked(SIGPIPE));

    int file = open("table", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct rlimit limit, before;
    CHECK(file >= 0 && getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 0;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    refused(file, "trace.json", "File too large");
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(!is_pending(SIGXFSZ) && !is_blocked(SIGXFSZ));

    sigset_t broken;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    CHECK(pthread_sigmask(SIG_BLOCK, &broken, NULL) == 0 && raise(SIGPIPE) == 0);
    refused(ends[1], path, "Broken pipe");
    CHECK(is_pending(SIGPIPE) && is_blocked(SIGPIPE));
    return 0;
}
