/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* A signal that came before the stop costs no script anything: the stop waits for Python threads, and each function of
   threading._register_atexit and of atexit runs, whether the signal is SIGINT and the host asked for Python's handling, or
   one that site code handles. What the handler raises goes to sys.unraisablehook. */
#include "use.h"

static const char SITE_CODE[] =
    "import signal\n"
    "signal.signal(signal.SIGUSR1, signal.default_int_handler)\n";

static const char SCRIPT[] =
    "import atexit, sys, threading, time\n"
    "def say(text):\n"
    "    with open('seen', 'a') as file:\n"
    "        file.write(text + '\\n')\n"
    "def work():\n"
    "    time.sleep(0.3)\n"
    "    say('thread')\n"
    "sys.unraisablehook = lambda info: say(info.exc_type.__name__)\n"
    "atexit.register(say, 'atexit')\n"
    "if hasattr(threading, '_register_atexit'):\n"
    "    threading._register_atexit(say, 'told')\n"
    "else:\n"
    "    say('told')\n"
    "if %d:\n"
    "    threading.Thread(target=work, daemon=False).start()\n"
    "else:\n"
    "    say('thread')\n";

static int times(const char *text)
{
    char line[100];
    int count = 0;
    FILE *seen = fopen("seen", "r");
    CHECK(seen != NULL);
    while (fgets(line, sizeof line, seen) != NULL)
        count += strncmp(line, text, strlen(text)) == 0 && line[strlen(text)] == '\n';
    fclose(seen);
    return count;
}

static void stop_after(int number, uint32_t flags, int with_thread)
{
    char source[sizeof SCRIPT + 8];
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = getenv("PYFERRY_TEST_LIBPYTHON");
    options.flags = flags;
    remove("seen");
    signal(SIGINT, SIG_DFL);
    CHECK_OK(pyferry_runtime_start(&options));
    pyferry_view *main = main_view();
    snprintf(source, sizeof source, SCRIPT, with_thread);
    run_in(main, source);
    pyferry_view_free(main);
    raise(number);
    CHECK_OK(pyferry_runtime_stop(-1));
    static const char *const once[] = { "thread", "told", "atexit", "KeyboardInterrupt" };
    for (int i = 0; i < 4; i++) {
        if (times(once[i]) != 1)
            fprintf(stderr, "signal %d, with_thread %d: %s: %d times\n", number, with_thread, once[i], times(once[i]));
        CHECK(times(once[i]) == 1);
    }
}

int main(void)
{
    /* Up to 3.10 the search path of the first start is that of all. */
    write_file("sitecustomize.py", SITE_CODE);
    CHECK(setenv("PYTHONPATH", ".", 1) == 0);
    for (int with_thread = 0; with_thread < 2; with_thread++)
        stop_after(SIGINT, PYFERRY_RUNTIME_PYTHON_SIGNALS, with_thread);
    for (int with_thread = 0; with_thread < 2; with_thread++)
        stop_after(SIGUSR1, 0, with_thread);
    return 0;
}
