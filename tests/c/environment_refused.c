/* harness: not-on=windows it has no programs with the rights of another user or group */
/* harness: not-under=arm64 the emulator is not started for a program that a program starts */
/* harness: mode=runtime */
/* A program that has rights which its user has not (here those of another group) takes no file to load or to write from the user's
   environment: PYFERRY_TRACE writes nothing, and PYFERRY_PYTHON names nothing. */
#include "trace.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { HAS_NO_MORE_RIGHTS = 5, IS_SATISFIED = 6 };

static int be_host(const char *python)
{
    bool has_more_rights = getauxval(AT_SECURE) != 0;
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    setenv("PATH", "/nowhere", 1);
    setenv("PYFERRY_PYTHON", python, 1);
    if (has_more_rights)
        CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "does not count");
    options.python = python;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *view = main_view();
    visit(view);
    pyferry_view_free(view);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK((access("asked.json", F_OK) != 0) == has_more_rights);
    unlink("asked.json");
    return has_more_rights ? IS_SATISFIED : HAS_NO_MORE_RIGHTS;
}

static int run_host(const char *program, const char *python)
{
    int status;
    pid_t host = fork();
    if (host == 0) {
        setenv("PYFERRY_TRACE", "asked.json", 1);
        execl(program, program, python, NULL);
        _exit(1);
    }
    CHECK(host > 0 && waitpid(host, &status, 0) == host && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A group that the program may be given and that is not this process's; or this process's, where there is none. */
static gid_t other_group(void)
{
    gid_t groups[64];
    if (geteuid() == 0)
        return 65534;
    for (int count = getgroups(COUNT(groups), groups); count > 0; count--)
        if (groups[count - 1] != getgid())
            return groups[count - 1];
    return getgid();
}

int main(int argc, char **argv)
{
    alarm(60);
    if (argc > 1)
        return be_host(argv[1]);
    const char *python = getenv("PYFERRY_PYTHON");
    CHECK(python != NULL);
    CHECK(run_host("/proc/self/exe", python) == HAS_NO_MORE_RIGHTS);
    copy_file("/proc/self/exe", "with_more_rights");
    CHECK(chown("with_more_rights", (uid_t)-1, other_group()) == 0 && chmod("with_more_rights", S_ISGID | 0755) == 0);
    int result = run_host("./with_more_rights", python);
    CHECK(result == IS_SATISFIED || result == HAS_NO_MORE_RIGHTS); /* a file system that is mounted with nosuid, a lone group */
    return 0;
}
