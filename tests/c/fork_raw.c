/* harness: timeout=120 */
/* In a child that CPython never heard of every call answers FORKED at once, whoever forked and whatever the others were doing;
   the parent notices nothing. */
#include "py.h"

#include <sys/wait.h>

static pyferry_view *main_interpreter, *sub;
static pyferry_guard *guard;

#define FORKED(call) (CHECK_STATUS(call, PYFERRY_STATUS_FORKED), CHECK(strstr(last_error(), "fork") != NULL))

static void ask_everything(pyferry_token *token, pyferry_suspension *suspension)
{
    pyferry_token new_token;
    pyferry_suspension new_suspension;
    pyferry_view *view = NULL;
    pyferry_guard *new_guard = NULL;
    struct pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    alarm(20);
    FORKED(pyferry_runtime_start(NULL));
    FORKED(pyferry_runtime_stop(-1));
    FORKED(pyferry_runtime_info(&info));
    FORKED(pyferry_view_main(&view));
    FORKED(pyferry_view_current(&view));
    FORKED(pyferry_guard_open(main_interpreter, &new_guard));
    FORKED(pyferry_attach(main_interpreter, &new_token));
    FORKED(pyferry_attach_labeled(sub, "label", &new_token));
    FORKED(pyferry_attach_guarded(guard, &new_token));
    FORKED(pyferry_detach(token));
    FORKED(pyferry_suspend(&new_suspension));
    FORKED(pyferry_resume(suspension));
    FORKED(pyferry_thread_forget());
    FORKED(pyferry_interpreter_new(NULL, &view));
    FORKED(pyferry_interpreter_end(sub, -1));
    FORKED(pyferry_interpreter_interrupt(sub));
    FORKED(pyferry_exec("x = 1", NULL));
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(main_interpreter));
    CHECK(view == NULL && new_guard == NULL);
    view = pyferry_view_clone(sub);
    CHECK(pyferry_view_interpreter_id(view) == pyferry_view_interpreter_id(sub));
    pyferry_view_free(view);
    pyferry_guard_close(guard);
}

static void check_child(pyferry_token *token, pyferry_suspension *suspension)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        ask_everything(token, suspension);
        exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
        struct pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
        CHECK_OK(pyferry_runtime_info(&info));
    }
    return unused;
}

static void *fork_from_here(void *unused)
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_suspension suspension = PYFERRY_SUSPENSION_INIT;
    check_child(&token, &suspension);
    token = attach(sub);
    check_child(&token, &suspension);
    pyferry_token inner = attach(main_interpreter);
    suspension = suspend();
    for (int i = 0; i < 5; i++)
        check_child(&token, &suspension);
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
