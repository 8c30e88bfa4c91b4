/* harness: mode=runtime */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* harness: not-under=memcheck in a child of Valgrind's the main thread's stack is said to have 12 KiB, and CPython 3.14 stops at that */
/* harness: not-under=arm64 the emulator's Pythons are started by scripts, which know one name */
/* A Python can be named by its program, its library, its prefix, its virtual environment, and by PATH; the option wins. */
#include "use.h"

#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>

/* In a process of its own: a Python that was loaded is never unloaded. */
static void starts(const char *option, const char *variable, const char *check)
{
    static int ways;
    if (left_out(ways++))
        return;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (variable != NULL)
            setenv("PYFERRY_PYTHON", variable, 1);
        else
            unsetenv("PYFERRY_PYTHON");
        pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
        options.python = option;
        CHECK_OK(pyferry_runtime_start(&options));
        pyferry_view *main = main_view();
        run_in(main, "import os, sys, encodings, colorsys\n"
                     "expected = os.environ['PYFERRY_TEST_PYTHON']\n"
                     "same = os.path.realpath(sys.executable) == os.path.realpath(expected)\n"
                     "assert same, (sys.executable, expected)");
        run_in(main, check);
        CHECK_OK(pyferry_runtime_stop(-1));
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0)
        fprintf(stderr, "option %s, variable %s\n", option, variable);
    CHECK(status == 0);
}

int main(void)
{
    const char *program = getenv("PYFERRY_TEST_PYTHON"), *library = getenv("PYFERRY_TEST_LIBPYTHON");
    char *copy = strdup(program), *prefix = dirname(dirname(copy));
    const char *any = "", *wrong = "/nowhere/python3";
    char command[4096], its_program[4096], its_file[PATH_MAX], file[PATH_MAX];
    snprintf(its_program, sizeof its_program, "%s/bin/python3", prefix);
    bool is_its = realpath(its_program, its_file) != NULL && realpath(program, file) != NULL && strcmp(its_file, file) == 0;
    if (!is_its)
        printf("not tried: by its prefix, as %s is another one or none\n", its_program);

    starts(program, wrong, any);
    starts(library, wrong, any);
    if (is_its)
        starts(prefix, wrong, any);
    starts(NULL, program, any);
    starts(NULL, library, any);
    if (is_its)
        starts(NULL, prefix, any);
    starts(NULL, NULL, any);
    starts(NULL, "", any);

    snprintf(command, sizeof command, "'%s' -m venv --without-pip venv", program);
    CHECK(system(command) == 0);
    const char *in_venv = "assert os.path.realpath(sys.prefix) == os.path.realpath('venv'), sys.prefix\n"
                          "assert sys.base_prefix != sys.prefix\n"
                          "assert any(path.startswith(sys.prefix) for path in sys.path), sys.path";
    starts("venv/bin/python3", NULL, in_venv);
    starts("./venv/bin/python3", wrong, in_venv);
    starts(NULL, "venv/bin/python3", in_venv);
    starts("venv", NULL, in_venv);
    free(copy);
    return 0;
}
