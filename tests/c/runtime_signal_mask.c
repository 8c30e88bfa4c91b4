/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* Threads and processes that site code, pending calls and atexit functions start take the signals that the host's own do: the
   thread that Python is initialised on has the mask of the one that started it, and takes none only while it does nothing. */
#include "use.h"

#include <dlfcn.h>

static const char SITE_CODE[] =
    "import os\n"
    "if 'PYFERRY_TEST_LOOK' in os.environ:\n"
    "    import atexit, signal, subprocess, threading\n"
    "    def look(when):\n"
    "        def look_here():\n"
    "            mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
    "            with open(os.environ['PYFERRY_TEST_LOOK'], 'a') as file:\n"
    "                file.write('%s %s\\n' % (when, sorted(map(int, mask))))\n"
    "        look_here()\n"
    "        thread = threading.Thread(target=look_here, daemon=True)\n"
    "        thread.start()\n"
    "        thread.join()\n"
    "        process = subprocess.Popen(['sleep', '1000'])\n"
    "        process.terminate()\n"
    "        process.wait()\n"
    "    look('site')\n"
    "    atexit.register(look, 'atexit')\n";

static void write_site_code(void)
{
    write_file("sitecustomize.py", SITE_CODE);
    CHECK(setenv("PYTHONPATH", ".", 1) == 0 && setenv("PYFERRY_TEST_LOOK", "seen", 1) == 0);
}

static int looked;

static int look(void *unused)
{
    (void)unused;
    CHECK_OK(pyferry_exec("import sitecustomize; sitecustomize.look('pending')", NULL));
    __atomic_store_n(&looked, 1, __ATOMIC_SEQ_CST);
    return 0;
}

/* As a library does that has something for Python's main thread to do. */
static void make_pending_call(void)
{
    int (*add)(int (*)(void *), void *);
    *(void **)&add = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
    CHECK(add != NULL && add(look, NULL) == 0);
    while (!__atomic_load_n(&looked, __ATOMIC_SEQ_CST))
        sleep_ms(1);
}

int main(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    CHECK(pthread_sigmask(SIG_SETMASK, &mask, NULL) == 0);
    write_site_code();
    /* Named by the library. A program beside it is asked first, and looks too. */
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = getenv("PYFERRY_TEST_LIBPYTHON");
    CHECK_OK(pyferry_runtime_start(&options));
    make_pending_call();
    CHECK_OK(pyferry_runtime_stop(-1));

    char line[256], only_ours[64];
    int site = 0, pending = 0, at_exit = 0;
    snprintf(only_ours, sizeof only_ours, "[%d]\n", SIGUSR2);
    FILE *seen = fopen("seen", "r");
    CHECK(seen != NULL);
    while (fgets(line, sizeof line, seen) != NULL) {
        if (strstr(line, only_ours) == NULL)
            fprintf(stderr, "%s", line);
        CHECK(strstr(line, only_ours) != NULL);
        site += strncmp(line, "site ", 5) == 0;
        pending += strncmp(line, "pending ", 8) == 0;
        at_exit += strncmp(line, "atexit ", 7) == 0;
    }
    fclose(seen);
    /* 3.12 starts no thread any more in an atexit function. */
    CHECK(site >= 2 && pending == 2 && at_exit >= 1);
    return 0;
}
