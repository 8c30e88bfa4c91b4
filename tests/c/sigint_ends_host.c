/* harness: mode=runtime */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* harness: not-under=memcheck a child that a signal ends frees nothing */
/* Ctrl-C does what it does without Python, whatever scripts and site code import: it ends a host that has no handler for
   it, in the middle of the start too, and calls the host's where there is one. What a script asks for by signal.getsignal
   says the same. */
#include "use.h"

#include <sys/wait.h>

static const char IMPORTS[] = "import signal, subprocess, threading";

static void write_site_code(const char *text)
{
    write_file("sitecustomize.py", text);
    CHECK(setenv("PYTHONPATH", ".", 1) == 0);
}

static void import_all(void)
{
    pyferry_view *views[] = { main_view(), in_short() ? NULL : new_interpreter_with_shared_gil() };
    for (int i = 0; i < 2 && views[i] != NULL; i++) {
        run_in(views[i], IMPORTS);
        pyferry_view_free(views[i]);
    }
}

static void in_main(const char *source)
{
    pyferry_view *main = main_view();
    run_in(main, source);
    pyferry_view_free(main);
}

static void interrupt_after_imports(void)
{
    CHECK_OK(pyferry_runtime_start(NULL));
    import_all();
    in_main("import asyncio, signal\nassert signal.getsignal(signal.SIGINT) == signal.SIG_DFL, signal.getsignal(signal.SIGINT)");
    raise(SIGINT);
}

static void interrupt_after_stop(void)
{
    for (int life = 0; life < 2; life++) {
        CHECK_OK(pyferry_runtime_start(NULL));
        import_all();
        CHECK_OK(pyferry_runtime_stop(-1));
    }
    raise(SIGINT);
}

static void interrupt_after_site_code(void)
{
    write_site_code(IMPORTS);
    CHECK_OK(pyferry_runtime_start(NULL));
    raise(SIGINT);
}

static void interrupt_in_site_code(void)
{
    write_site_code("import os, sys\n"
                    "if 'PYFERRY_TEST_HOST' in os.environ:\n"
                    "    os.kill(int(os.environ['PYFERRY_TEST_HOST']), 2)\n"
                    "    import time\n"
                    "    time.sleep(1000)\n");
    char number[16];
    snprintf(number, sizeof number, "%d", getpid());
    /* The program that is asked first runs the same site code: it does not get that far. */
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.python = getenv("PYFERRY_TEST_LIBPYTHON");
    CHECK(setenv("PYFERRY_TEST_HOST", number, 1) == 0);
    pyferry_runtime_start(&options);
}

static void ends_by_interrupt(void (*run)(void))
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        run();
        _exit(77);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGINT)
        fprintf(stderr, "the host ended with %#x\n", (unsigned)status);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static int interrupts;

static void count(int number)
{
    CHECK(number == SIGINT);
    interrupts++;
}

int main(void)
{
    ends_by_interrupt(interrupt_after_imports);
    ends_by_interrupt(interrupt_after_stop);
    ends_by_interrupt(interrupt_after_site_code);
    ends_by_interrupt(interrupt_in_site_code);

    /* A handler of the host's that came after the start, through the end of Python; then one that was there before. */
    for (int life = 0; life < 2; life++) {
        CHECK_OK(pyferry_runtime_start(NULL));
        import_all();
        if (life == 0)
            signal(SIGINT, count);
        raise(SIGINT);
        CHECK_OK(pyferry_runtime_stop(-1));
        raise(SIGINT);
    }
    CHECK(interrupts == 4);
    return 0;
}
