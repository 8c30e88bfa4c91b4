/* harness: mode=runtime */
/* A stop without a limit waits for the threads inside, in every interpreter, and for open guards. */
#include "use.h"

static struct event stopped = EVENT_INIT;

static void *stop(void *unused)
{
    CHECK_OK(pyferry_runtime_stop(-1));
    event_set(&stopped);
    return unused;
}

static void wait_until_closing(const pyferry_view *view)
{
    pyferry_guard *guard;
    while (pyferry_guard_open(view, &guard) == PYFERRY_STATUS_OK) {
        pyferry_guard_close(guard);
        sleep_ms(1);
    }
}

int main(void)
{
    start_runtime();
    pyferry_view *main = main_view(), *sub = new_interpreter();
    struct guest in_main = GUEST(main), in_sub = GUEST(sub);
    pyferry_guard *guard;
    guest_comes(&in_main);
    guest_comes(&in_sub);
    CHECK_OK(pyferry_guard_open(sub, &guard));

    pthread_t stopper = thread_start(stop, NULL);
    wait_until_closing(main);
    wait_until_closing(sub);
    /* Who is inside goes on as before, in both. */
    guest_goes(&in_main);
    guest_goes(&in_sub);
    CHECK(!event_is_set(&stopped));
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    run("x = 1");
    detach(token);
    CHECK(!event_is_set(&stopped));
    pyferry_guard_close(guard);
    thread_join(stopper);
    check_closed(main);
    check_closed(sub);
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
