/* harness: mode=runtime */
/* harness: not-under=memcheck in a child of Valgrind's the memory is a copy, and posix_spawn cannot tell that exec failed */
/* harness: not-under=helgrind in a child of Valgrind's the memory is a copy, and posix_spawn cannot tell that exec failed */
/* harness: not-under=arm64 the emulator (QEMU 7.2) starts a program that is not there, which then ends with 127 */
/* A Python that is not there or does not start is NO_PYTHON, with a message of use; afterwards a good one starts. */
#include "use.h"

#include <sys/stat.h>

static void write_with_mode(const char *path, const char *text, mode_t mode)
{
    write_file(path, text);
    CHECK(chmod(path, mode) == 0);
}

#ifdef _WIN32
#define LIBRARY(name) "python" name ".dll"
#else
#define LIBRARY(name) "libpython" name ".so"
#endif

static void refused(const char *python, const char *part)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = python;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_NO_PYTHON, python);
    CHECK_SAYS(part);
}

int main(void)
{
    write_with_mode("not_python", "#!/bin/sh\necho hello\n", 0755);
    write_with_mode("broken_python", "#!/bin/sh\necho 'no module named encodings' >&2\nexit 3\n", 0755);
    write_with_mode("no_program", "just text\n", 0644);
    write_with_mode(LIBRARY("_broken"), "not an ELF file\n", 0644);
    CHECK(mkdir("empty", 0755) == 0);

    refused("./is_not_there", "os error 2");
#ifdef _WIN32 /* where a script is no program */
    refused("./not_python", "cannot run");
#else
    refused("./not_python", "did not start");
    refused("./broken_python", "no module named encodings");
#endif
    refused("./no_program", "cannot run");
    refused("./" LIBRARY("_not_there"), "not there");
    refused("./" LIBRARY("_broken"), "cannot load");
    refused("./empty", "python");
    refused("", "");

    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = "/not/\xff\xfe/utf-8";
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    options.python = NULL;
    options.struct_size = 3;
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");

    struct {
        pyferry_runtime_options options;
        char later[16];
    } newer = { PYFERRY_RUNTIME_OPTIONS_INIT, "" };
    newer.options.struct_size = sizeof newer;
    newer.later[15] = 1;
    CHECK_REFUSED(pyferry_runtime_start(&newer.options), PYFERRY_STATUS_INVALID_ARGUMENT, "does not know");
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);

    newer.later[15] = 0;
    CHECK_OK(pyferry_runtime_start(&newer.options));
    pyferry_view *main = main_view();
    check_works(main);
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
