/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* In a child that CPython never heard of every call answers FORKED at once, whoever forked and whatever the others were doing;
   the parent notices nothing. */
#include "fork.h"

static pyferry_view *main_interpreter, *sub;
static pyferry_guard *guard;

/* Ends by exit(), with what runs then. */
static void check_child(pyferry_token token, pyferry_suspension suspension)
{
    struct inherited had = { main_interpreter, sub, guard, token, suspension };
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        refused_everywhere(&had);
        exit(0);
    }
    wait_for(child);
}

static volatile bool busy = true;

/* Holds every lock there is now and then. */
static void *keep_busy(void *unused)
{
    while (busy) {
        run_in(main_interpreter, "x = 1");
        pyferry_guard *own;
        CHECK_OK(pyferry_guard_open(sub, &own));
        run_in(sub, "x = 1");
        pyferry_guard_close(own);
        CHECK_OK(pyferry_thread_forget());
        pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
        CHECK_OK(pyferry_runtime_get_info(&info));
    }
    return unused;
}

static void *fork_from_here(void *unused)
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_suspension suspension = PYFERRY_SUSPENSION_INIT;
    check_child(token, suspension);
    token = attach(sub);
    check_child(token, suspension);
    pyferry_token inner = attach(main_interpreter);
    suspension = suspend();
    for (int i = 0; i < 5; i++)
        check_child(token, suspension);
    resume(suspension);
    detach(inner);
    detach(token);
    check_works(main_interpreter);
    check_works(sub);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = thread_start(keep_busy, NULL);
    fork_from_here(NULL);
    on_new_thread(fork_from_here, NULL);
    busy = false;
    for (int i = 0; i < 3; i++)
        thread_join(threads[i]);
    pyferry_guard_close(guard);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
