/* harness: mode=runtime */
/* harness: not-under=arm64 the emulator's Pythons are started by scripts, which know one name */
/* How Python is to be set up: isolated from the user's environment, without site, with the host's arguments, search paths and
   stack. It goes for one start, and for the interpreters that are made then. */
#include "use.h"

#include <sys/stat.h>

/* Runs the source in main and in an interpreter of each kind, or of one. */
static void with(pyferry_runtime_options options, const char *source)
{
    static int starts;
    if (left_out(starts++))
        return;
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *views[] = { main_view(), new_interpreter_with_shared_gil(), in_short() ? NULL : new_interpreter() };
    for (int i = 0; i < 3 && views[i] != NULL; i++) {
        run_in(views[i], source);
        pyferry_view_free(views[i]);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
}

static void refused(pyferry_runtime_options options, const char *part)
{
    CHECK_REFUSED(pyferry_runtime_start(&options), PYFERRY_STATUS_INVALID_ARGUMENT, part);
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
}

/* Names of files are bytes: those of the program, which the environment names, or PATH; of a folder to look through; and arguments. */
static void in_any_encoding(void)
{
#ifdef __linux__ /* elsewhere they are characters */
    static const char STARTED[] = "import os, sys, in_bytes\n"
                                  "assert os.fsencode(sys.executable).endswith(b'/bytes \\xff/python3'), ascii(sys.executable)\n"
                                  "assert os.fsencode(sys.argv[1]) == b'\\xff', sys.argv\n"
                                  "assert os.fsencode(sys.path[0]) == b'bytes \\xff', sys.path\n"
                                  "assert os.fsencode(in_bytes.__file__).endswith(b'bytes \\xff/in_bytes.py')";
    char here[4096], name[5000];
    const char *python = getenv("PYFERRY_PYTHON"), *arguments[] = { "game", "\xff" }, *paths[] = { "bytes \xff", NULL };
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.argc = 2;
    options.argv = arguments;
    options.search_paths = paths;
    CHECK(mkdir("bytes \xff", 0755) == 0 && symlink(python, "bytes \xff/python3") == 0);
    write_file("bytes \xff/in_bytes.py", "");
    CHECK(getcwd(here, sizeof here) != NULL);
    snprintf(name, sizeof name, "%s/bytes \xff/python3", here);
    char *usual = strdup(python);
    CHECK(usual != NULL && setenv("PYFERRY_PYTHON", name, 1) == 0);
    with(options, STARTED);
    CHECK(setenv("PYFERRY_PYTHON", usual, 1) == 0);
    free(usual);
#endif
}

int main(void)
{
    const pyferry_runtime_options plain = PYFERRY_RUNTIME_OPTIONS_INIT;
    pyferry_runtime_options options = plain;
    CHECK(mkdir("environment", 0755) == 0 && mkdir("first", 0755) == 0 && mkdir("second \xc3\xa9", 0755) == 0);
    write_file("environment/only_here.py", "where = 'environment'\n");
    write_file("environment/both.py", "where = 'environment'\n");
    write_file("environment/sitecustomize.py", "import builtins\nbuiltins.customized = True\n");
    write_file("first/both.py", "where = 'first'\n");
    write_file("second \xc3\xa9/both.py", "where = 'second'\n");
    write_file("second \xc3\xa9/second.py", "where = 'second'\n");
    in_any_encoding();
    CHECK(setenv("PYTHONPATH", "environment", 1) == 0);

    static const char AS_PYTHON3[] = "import sys, only_here\n"
                                     "assert sys.argv == [''], sys.argv\n"
                                     "assert customized\n"
                                     "assert not sys.flags.isolated and not sys.flags.no_site\n"
                                     "import site\n"
                                     "assert site.ENABLE_USER_SITE is not False or sys.prefix != sys.base_prefix";
    with(plain, AS_PYTHON3);

    options.flags = PYFERRY_RUNTIME_ISOLATED;
    static const char ISOLATED[] = "import sys\n"
                                   "assert sys.flags.isolated and sys.flags.ignore_environment and sys.flags.no_user_site\n"
                                   "assert 'site' in sys.modules\n"
                                   "try:\n"
                                   "    import only_here\n"
                                   "    raise SystemError\n"
                                   "except ImportError:\n"
                                   "    pass";
    with(options, ISOLATED);
    /* Nor does it matter where the environment would lead to no Python at all. */
    CHECK(setenv("PYTHONHOME", "/nonexistent", 1) == 0);
    with(options, ISOLATED);
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "encodings");
    CHECK(unsetenv("PYTHONHOME") == 0);

    options.flags = PYFERRY_RUNTIME_NO_SITE;
    with(options, "import sys, only_here\n"
                  "assert sys.flags.no_site and not sys.flags.isolated\n"
                  "assert 'site' not in sys.modules\n"
                  "assert not any(path.endswith('site-packages') for path in sys.path), sys.path");
    /* One start's setting is not the next one's. */
    with(plain, AS_PYTHON3);

    const char *arguments[] = { "game", "-c", "--version", "-I", "", "\xc3\xa9", "\xff" };
    options = plain;
    options.argc = 7;
    options.argv = arguments;
#ifdef _WIN32 /* whose arguments are characters */
    refused(options, "not UTF-8");
    options.argc = 6;
#endif
    with(options, "import sys, os\n"
                  "assert sys.argv[:6] == ['game', '-c', '--version', '-I', '', '\\u00e9'], sys.argv\n"
                  "assert sys.argv[6:] == ([] if os.name == 'nt' else ['\\udcff']), sys.argv\n"
                  "assert not sys.flags.isolated\n"
                  "assert os.path.exists(sys.executable), sys.executable");
    options.flags = PYFERRY_RUNTIME_ISOLATED | PYFERRY_RUNTIME_NO_SITE;
    options.argc = 1;
    with(options, "import sys\nassert sys.argv == ['game'] and sys.flags.isolated and sys.flags.no_site");

    const char *paths[] = { "first", "second \xc3\xa9", NULL };
    options = plain;
    options.search_paths = paths;
    with(options, "import sys, both, second, only_here\n"
                  "assert sys.path[:2] == ['first', 'second \\u00e9'], sys.path\n"
                  "assert (both.where, second.where) == ('first', 'second')");
    with(plain, "import sys, both\nassert both.where == 'environment' and 'first' not in sys.path");
    paths[0] = NULL;
    with(options, "import both\nassert both.where == 'environment'");

    options = plain;
    options.stack_size = 64 << 20;
    with(options, "import sys");
    options.stack_size = 512 << 10;
    with(options, "import sys");

    options = plain;
    options.flags = 1u << 31;
    refused(options, "flags");
    options = plain;
    options.argc = -1;
    options.argv = arguments;
    refused(options, "argc");
    options.argc = 1;
    options.argv = NULL;
    refused(options, "argv");
    arguments[0] = NULL;
    options.argv = arguments;
    refused(options, "argv");
    options = plain;
    options.stack_size = 1000;
    refused(options, "stack_size");
    return 0;
}
