/* harness: not-under=memcheck in a child of Valgrind's the main thread's stack is said to have 12 KiB, and CPython 3.14 stops at that */
/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* exit, _exit and os._exit, on attached and detached threads, with other threads inside and states everywhere, end the process. */
#include "py.h"

#include <sys/wait.h>

static pyferry_view *main_interpreter, *sub;
static struct event never = EVENT_INIT;

static void at_exit_attached(void)
{
    attach(main_interpreter);
    exit(7);
}

static void at_exit_in_sub(void)
{
    attach(main_interpreter);
    attach(sub);
    suspend();
    exit(7);
}

static void at_exit_detached(void)
{
    exit(7);
}

static void at_underscore_exit(void)
{
    attach(sub);
    _exit(7);
}

static void at_os_exit(void)
{
    attach(main_interpreter);
    run("import os; os._exit(7)");
}

/* A host that finalises in an atexit function of C's, as many do. */
static PyThreadState *main_state;

static void finalize(void)
{
    PyEval_RestoreThread(main_state);
    if (Py_FinalizeEx() != 0)
        _exit(1);
}

static void at_exit_that_finalizes(void)
{
    atexit(finalize);
    exit(7);
}

static void *call(void *function)
{
    (*(void (**)(void))function)();
    return NULL;
}

static void *wait_inside(void *in)
{
    attach(sub);
    suspend();
    event_set(in);
    event_wait(&never);
    return NULL;
}

static int try(void (*end)(void), bool on_main_thread, bool others_inside)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(30);
        main_state = start_python(&main_interpreter);
        sub = new_interpreter();
        run_in(main_interpreter, "import threading; mine = threading.local(); mine.value = [1]");
        run_in(sub, "import threading; mine = threading.local(); mine.value = [1]");
        on_new_thread(visit, sub);
        struct event in = EVENT_INIT;
        if (others_inside) {
            thread_start(wait_inside, &in);
            event_wait(&in);
        }
        if (on_main_thread)
            end();
        else
            on_new_thread(call, &end);
        _exit(1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

int main(void)
{
    void (*const ends[])(void) = { at_exit_attached, at_exit_in_sub,         at_exit_detached, at_underscore_exit,
                                   at_os_exit,       at_exit_that_finalizes };
    for (size_t i = 0; i < COUNT(ends); i++)
        for (int how = 0; how < 4; how++) {
            /* Finalising with somebody inside waits for it: that is the promise. Python is finalised on its main thread. */
            if (ends[i] == at_exit_that_finalizes && how != 1)
                continue;
            /* Half of them, in which everything is with and without. */
            if (in_short() && ((how ^ how >> 1 ^ (int)i) & 1) != 0)
                continue;
            int status = try(ends[i], how & 1, how & 2);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
                fprintf(stderr, "end %zu, way %d: status %#x\n", i, how, (unsigned)status);
            CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
        }
    return 0;
}
