/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* harness: not-under=sanitizers in a child, GCC 12's AddressSanitizer can find its own locks held by threads that are not there */
/* No lock of ours is held over in a child: of those that Python is told of, from a process whose other threads attach, detach,
   guard and fail, each goes on at once, with all that takes a lock; and the parent notices nothing. */
#include "fork.h"

static pyferry_view *main_interpreter;
static volatile bool busy = true;

static void use_all_locks(void)
{
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    pyferry_guard_close(guard);
    detach(token);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
    start_runtime();
    pyferry_view_free(main_view());
    CHECK_OK(pyferry_runtime_stop(-1));
}

/* Keeps its state: where a state is being made outside of Python at the fork, as PyGILState_Ensure does too, CPython's child finds
   its own lock held (up to 3.11 and on 3.14t and 3.15t). */
static void *come_and_go(void *unused)
{
    while (busy)
        use_all_locks();
    return unused;
}

static void go_on(pyferry_token token)
{
    check_works(main_interpreter);
    pyferry_suspension out = suspend();
    use_all_locks();
    CHECK_OK(pyferry_thread_forget());
    on_new_thread(visit, main_interpreter);
    resume(out);
    detach(token);
    _exit(0);
}

static void *fork_often(void *unused)
{
    int children = has_time() ? 2000 : often(40);
    for (int i = 0; i < children; i++) {
        pyferry_token token = attach(main_interpreter);
        pid_t child = i % 2 == 0 ? fork_in_c() : fork_in_python();
        if (child == 0)
            go_on(token);
        detach(token);
        wait_for(child);
    }
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    /* A child finds a module's own lock held that another thread was importing at the fork: so none is imported from here on. */
    run_in(main_interpreter, "import threading, traceback");
    pthread_t others[3];
    for (int i = 0; i < 3; i++)
        others[i] = thread_start(come_and_go, NULL);
    on_new_thread(fork_often, NULL);
    busy = false;
    for (int i = 0; i < 3; i++)
        thread_join(others[i]);
    check_works(main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
