/* harness: mode=runtime */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* harness: not-on=windows it forks, and Windows has no fork */
/* PYFERRY_RUNTIME_ON_THIS_THREAD and fork. In a child that the thread itself makes through Python everything goes on: it pumps, and
   stops Python. In one that another thread makes, Python's main thread is the one that forked: it may not pump, and a stop only takes
   the start back. In one that Python is not told of every call is. */
#include "use.h"

#include <dlfcn.h>
#include <sys/wait.h>

static pyferry_view *view;
static int (*add)(int (*call)(void *), void *);
static int ran;

static int note(void *unused)
{
    (void)unused;
    ran++;
    return 0;
}

/* The child's number; 0 in the child. A child that hangs is ended by its own alarm, and fails the parent. */
static pid_t fork_in_python(void)
{
    char number[32];
    size_t length;
    pyferry_token token = attach(view);
    run("import os, warnings; warnings.simplefilter('ignore'); child = os.fork()");
    CHECK_OK(pyferry_eval("child", NULL, number, sizeof number, &length));
    detach(token);
    if (atoi(number) == 0)
        alarm(60);
    return atoi(number);
}

static void wait_for(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void queue_call(void)
{
    pyferry_token token = attach(view);
    CHECK(add(note, NULL) == 0);
    detach(token);
}

static void *fork_elsewhere(void *unused)
{
    pid_t child = fork_in_python();
    if (child == 0) {
        check_works(view);
        CHECK_STATUS(pyferry_runtime_pump(), PYFERRY_STATUS_WRONG_ORDER);
        CHECK_OK(pyferry_runtime_stop(-1));
        check_works(view);
        _exit(0);
    }
    wait_for(child);
    return unused;
}

static void fork_untold(void)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        CHECK_STATUS(pyferry_runtime_pump(), PYFERRY_STATUS_FORKED);
        CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_FORKED);
        _exit(0);
    }
    CHECK(child > 0);
    wait_for(child);
}

static void fork_here(void)
{
    pid_t child = fork_in_python();
    if (child == 0) {
        queue_call();
        CHECK_OK(pyferry_runtime_pump());
        CHECK(ran == 1);
        on_new_thread(visit, view);
        CHECK_OK(pyferry_runtime_stop(-1));
        check_closed(view);
        _exit(0);
    }
    wait_for(child);
}

int main(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD;
    CHECK_OK(pyferry_runtime_start(&options));
    *(void **)&add = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
    CHECK(add != NULL);
    view = main_view();
    fork_here();
    on_new_thread(fork_elsewhere, NULL);
    fork_untold();
    /* The parent notices nothing. */
    queue_call();
    CHECK_OK(pyferry_runtime_pump());
    CHECK(ran == 1);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(view);
    return 0;
}
