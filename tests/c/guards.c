/* harness: mode=runtime */
/* harness: also=symmetric PYFERRY_BARRIER=symmetric */
/* While a guard is open its interpreter does not end, and attach_guarded gets in though nobody else does; any thread may use
   and close it, also when the thread that opened it has exited. */
#include "use.h"

static pyferry_view *sub;
static pyferry_guard *guard;

static void *open_it(void *unused)
{
    CHECK_OK(pyferry_guard_open(sub, &guard));
    return unused;
}

static void *close_it(void *unused)
{
    pyferry_guard_close(guard);
    return unused;
}

static void *use_it(void *unused)
{
    pyferry_token token, nested, again;
    check_closed(sub);
    /* Whoever was handed the guard alone asks it where it leads, also when nobody gets in by a view. */
    pyferry_view *held;
    CHECK_OK(pyferry_guard_view(guard, &held));
    CHECK(pyferry_view_interpreter_id(held) == pyferry_view_interpreter_id(sub));
    check_closed(held);
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    CHECK(pyferry_is_attached(held));
    pyferry_view_free(held);
    /* Inside, attach nests as ever, whatever the gate says. */
    CHECK_OK(pyferry_attach(sub, &nested));
    CHECK_OK(pyferry_attach_guarded(guard, &again));
    run("import threading; mine = threading.local(); mine.value = 1");
    detach(again);
    detach(nested);
    pyferry_suspension out = suspend();
    CHECK_OK(pyferry_attach(sub, &nested));
    detach(nested);
    resume(out);
    detach(token);
    check_closed(sub);
    return unused;
}

static void one_life(void *(*opener)(void *(*)(void *), void *), void *(*closer)(void *(*)(void *), void *))
{
    sub = new_interpreter();
    opener(open_it, NULL);
    check_works(sub);
    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "guard");
    use_it(NULL);
    on_new_thread(use_it, NULL);
    CHECK_REFUSED(pyferry_interpreter_end(sub, 20), PYFERRY_STATUS_TIMEOUT, "guard");
    closer(close_it, NULL);
    check_closed(sub);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
}

static void *here(void *(*function)(void *), void *argument)
{
    return function(argument);
}

static void *end_it(void *unused)
{
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    return unused;
}

int main(void)
{
    start_runtime();
    one_life(here, here);
    one_life(here, on_new_thread);
    one_life(on_new_thread, here);
    one_life(on_new_thread, on_new_thread);

    /* Many guards: all of them count. An end that waits goes on with the last. */
    enum { MANY = 50 };
    pyferry_guard *guards[MANY];
    sub = new_interpreter();
    for (int i = 0; i < MANY; i++)
        CHECK_OK(pyferry_guard_open(sub, &guards[i]));
    CHECK_STATUS(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT);
    pthread_t ender = thread_start(end_it, NULL);
    for (int i = 0; i < MANY; i++) {
        pyferry_token token;
        CHECK_OK(pyferry_attach_guarded(guards[i], &token));
        detach(token);
        pyferry_guard_close(guards[i]);
    }
    thread_join(ender);
    check_closed(sub);

    /* A guard is closed by a thread that is inside, too. */
    pyferry_view *main = main_view();
    pyferry_token token = attach(main);
    CHECK_OK(pyferry_guard_open(main, &guard));
    pyferry_guard_close(guard);
    detach(token);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
