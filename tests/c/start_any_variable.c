/* harness: mode=runtime */
/* harness: timeout=120 */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* harness: not-under=memcheck what Python had made when it failed to start is never freed: CPython has no way back from there */
/* harness: seeds=1 */
/* Whatever is in a variable that this libpython reads, each of them by its name in the file, a start is an answer, and the host
   lives on. */
#include "use.h"

#include <ctype.h>
#include <sys/wait.h>

enum { MOST = 200, LONGEST = 64 };

static char names[MOST][LONGEST];
static int count;

/* The seed has each variable tried with another one. */
static const char *const VALUES[] = { "x", "\xff\xfe", "-1", "/nonexistent", "99999999999999999999", "0", "1", "" };

static void add(const char *name, size_t length)
{
    if (length < strlen("PYTHON_") || length >= LONGEST)
        return;
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return;
    CHECK(count < MOST);
    memcpy(names[count++], name, length);
}

/* The words in it that begin with PYTHON. */
static void find_names(const char *path)
{
    FILE *file = fopen(path, "rb");
    char word[LONGEST];
    size_t length = 0;
    CHECK(file != NULL);
    for (int c; (c = fgetc(file)) != EOF;) {
        if (isupper(c) || c == '_' || (length > 0 && isdigit(c))) {
            if (length < LONGEST)
                word[length++] = (char)c;
            continue;
        }
        if (length > strlen("PYTHON") && memcmp(word, "PYTHON", strlen("PYTHON")) == 0)
            add(word, length);
        length = 0;
    }
    fclose(file);
}

/* Whether Py_FinalizeEx crashes with that, and so python3 itself. */
static bool spoils_the_end(const char *name)
{
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    CHECK_OK(pyferry_runtime_get_info(&info));
    return info.version_number == 0x030c && strcmp(name, "PYTHONMALLOCSTATS") == 0;
}

static void start_with(const char *name, const char *value)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
        options.python = "./libpython_alone.so";
        CHECK(setenv(name, value, 1) == 0);
        pyferry_status status = pyferry_runtime_start(&options);
        if (status != PYFERRY_STATUS_OK)
            CHECK_STATUS(status, PYFERRY_STATUS_NO_PYTHON);
        else if (!spoils_the_end(name))
            CHECK_OK(pyferry_runtime_stop(-1));
        _exit(7);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
        fprintf(stderr, "%s=%s: the host ended with %#x\n", name, value, (unsigned)status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    unsigned seed = (unsigned)atoi(argv[1]);
    const char *libpython = getenv("PYFERRY_TEST_LIBPYTHON");
    find_names(libpython);
    CHECK(count > 20);
    /* Alone, and without a program that could be asked first: Python itself has to say. */
    copy_file(libpython, "libpython_alone.so");
    CHECK(setenv("PATH", "/nonexistent", 1) == 0 && unsetenv("PYFERRY_PYTHON") == 0);
    for (int i = 0; i < count; i++) {
        if (left_out(i + (int)seed) || left_out(i / 2))
            continue;
        start_with(names[i], VALUES[(seed + (unsigned)i) % COUNT(VALUES)]);
    }
    return 0;
}
