/* harness: mode=runtime */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* harness: not-under=memcheck what Python had made when it failed to start is never freed: CPython has no way back from there */
/* A start that cannot succeed is an answer, and the host lives on: with a libpython and no python3 program that could be
   tried first, and whatever the environment says. After a failure that came before there was an interpreter, a good start
   works; after one that came later, the answer says that none can. */
#include "use.h"

#include <sys/wait.h>

static pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;

static void *stay(void *unused)
{
    for (;;)
        sleep_ms(1000);
    return unused;
}

static void start_works(void)
{
    /* CPython goes by a thread's number, and gives its main thread's rights to whoever has it next: the host's threads may. */
    thread_start(stay, NULL);
    thread_start(stay, NULL);
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
}

/* In a process of its own: what is said to be wrong with the environment is refused. `part` is of the message, and NULL
   where this Python takes the value; `late`: there is an interpreter by then. */
static void try_with(const char *name, const char *value, const char *part, bool late)
{
    static int some_take_it;
    if (part == NULL && left_out(some_take_it++))
        return;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(setenv(name, value, 1) == 0);
        pyferry_status status = pyferry_runtime_start(&options);
        fprintf(stderr, "%s=%s: %s %s\n", name, value, pyferry_status_name(status), status == 0 ? "" : last_error());
        if (part != NULL || status != PYFERRY_STATUS_OK) {
            CHECK_STATUS(status, PYFERRY_STATUS_NO_PYTHON);
            CHECK_SAYS("python");
            if (part != NULL)
                CHECK_SAYS(part);
            pyferry_view *view;
            CHECK_REFUSED(pyferry_view_main(&view), PYFERRY_STATUS_NO_PYTHON, "");
            CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER, "");
        } else {
            CHECK_OK(pyferry_runtime_stop(-1));
        }
        unsetenv(name);
        if (status == PYFERRY_STATUS_OK)
            exit(0);
        if (late)
            CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, "new process");
        else
            start_works();
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "%s=%s: the host ended with %#x\n", name, value, (unsigned)status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    /* Where there is a program of the same Python, the start is tried with it first, and nothing is spoilt. */
    options.python = getenv("PYFERRY_TEST_LIBPYTHON");
    try_with("PYTHONHOME", "/nonexistent", "encodings", false);

    /* A libpython that is shipped alone, and no program on PATH: Python itself has to say. */
    copy_file(options.python, "libpython_alone.so");
    options.python = "./libpython_alone.so";
    CHECK(setenv("PATH", "/nonexistent", 1) == 0 && unsetenv("PYFERRY_PYTHON") == 0);

    try_with("PYTHONHOME", "/nonexistent", "encodings", true);
    try_with("PYTHONPLATLIBDIR", "nonexistent", "encodings", true);
    try_with("PYTHONIOENCODING", "nonexistent", "nonexistent", true);
    try_with("PYTHONUTF8", "7", "PYTHONUTF8", false);
    try_with("PYTHONHASHSEED", "abc", "PYTHONHASHSEED", false);
    try_with("PYTHONMALLOC", "nonexistent", "PYTHONMALLOC", false);
    try_with("PYTHONTRACEMALLOC", "x", "PYTHONTRACEMALLOC", false);
    try_with("PYTHONINTMAXSTRDIGITS", "-4", "PYTHONINTMAXSTRDIGITS", false);
    /* Taken by some, and refused by others: an answer from all. */
    try_with("PYTHON_GIL", "7", NULL, false);
    try_with("PYTHON_CPU_COUNT", "x", NULL, false);
    try_with("PYTHON_FROZEN_MODULES", "x", NULL, false);
    try_with("PYTHON_TLBC", "9", NULL, false);
    try_with("PYTHON_CONTEXT_AWARE_WARNINGS", "x", NULL, false);
    try_with("PYTHON_THREAD_INHERIT_CONTEXT", "x", NULL, false);
    try_with("PYTHON_LAZY_IMPORTS", "x", NULL, false);
    try_with("PYTHON_PRESITE", "nonexistent", NULL, false);
    try_with("PYTHONPERFSUPPORT", "x", NULL, false);
    try_with("PYTHONPATH", "/nonexistent", NULL, false);
    try_with("PYTHONWARNINGS", "nonexistent", NULL, false);
    try_with("PYTHONPYCACHEPREFIX", "/proc/nonexistent", NULL, false);
    try_with("PYTHONSTARTUP", "/nonexistent", NULL, false);
    try_with("PYTHONEXECUTABLE", "/nonexistent", NULL, false);
    try_with("PYTHONCOERCECLOCALE", "x", NULL, false);
    try_with("PYTHONDEVMODE", "1", NULL, false);
    try_with("PYTHONDEBUG", "x", NULL, false);
    try_with("PYTHONOPTIMIZE", "x", NULL, false);
    try_with("PYTHONFAULTHANDLER", "1", NULL, false);
    start_works();
    return 0;
}
