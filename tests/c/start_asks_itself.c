/* harness: mode=runtime */
/* harness: not-under=memcheck it runs itself, without Valgrind */
/* harness: not-under=helgrind it runs itself, without Valgrind */
/* harness: not-on=windows it makes a symbolic link to itself, for which Windows wants a right */
/* harness: not-under=arm64 the emulator is not started for a program that a program starts */
/* What is to be a python3 is a program that uses pyferry, by mistake or for a launcher: an answer at the first step, not a
   chain of processes; also where that program would not end by itself. */
#include "use.h"

#include <sys/stat.h>

static void link_to_self(const char *path)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(length > 0);
    self[length] = 0;
    CHECK(symlink(self, path) == 0);
}

/* As many as there were processes. */
static void count_processes(void)
{
    FILE *file = fopen(getenv("PYFERRY_TEST_COUNT"), "a");
    CHECK(file != NULL && fputs("x", file) >= 0 && fclose(file) == 0);
}

int main(int argc, char **argv)
{
    if (getenv("PYFERRY_TEST_COUNT") != NULL) {
        count_processes();
        /* Asked, as a python3 is. */
        CHECK(argc >= 3 && strcmp(argv[1], "-c") == 0);
        CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "is a program that uses pyferry itself");
        for (;;)
            pause();
    }
    CHECK(mkdir("bin", 0755) == 0);
    link_to_self("bin/python3");
    char *here = getcwd(NULL, 0), *counted, *python, *path;
    CHECK(here != NULL);
    CHECK(asprintf(&counted, "%s/counted", here) > 0 && asprintf(&python, "%s/bin/python3", here) > 0);
    CHECK(asprintf(&path, "%s/bin:%s", here, getenv("PATH")) > 0);
    char *good = strdup(getenv("PYFERRY_PYTHON"));

    CHECK(setenv("PYFERRY_TEST_COUNT", counted, 1) == 0);
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = python;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, "is a program that uses pyferry itself");
    CHECK_SAYS(python);
    options.python = here;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, "is a program that uses pyferry itself");
    options.python = good;
    CHECK(setenv("PYFERRY_PYTHON", python, 1) == 0);
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "is a program that uses pyferry itself");
    CHECK(unsetenv("PYFERRY_PYTHON") == 0);
    CHECK(setenv("PATH", path, 1) == 0);
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "is a program that uses pyferry itself");

    struct stat status;
    CHECK(stat(counted, &status) == 0);
    CHECK(status.st_size == 4);
    /* A good one starts all the same. */
    CHECK_OK(pyferry_runtime_start(&options));
    CHECK_OK(pyferry_runtime_stop(-1));
    free(here);
    free(counted);
    free(python);
    free(path);
    free(good);
    return 0;
}
