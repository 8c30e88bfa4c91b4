/* harness: mode=runtime */
/* harness: also=symmetric PYFERRY_BARRIER=symmetric */
/* An end whose time runs out names who is inside, lets nobody new in, disturbs nobody, and can be made again. */
#include "use.h"

static void one_life(bool holds_on)
{
    pyferry_view *main = main_view(), *sub = new_interpreter();
    struct guest guest = GUEST(sub);
    guest.name = "physics-2";
    guest.label = "step world";
    guest.holds_on = holds_on;
    guest_comes(&guest);

    CHECK_REFUSED(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT, "physics-2");
    CHECK_SAYS("step world");
    CHECK_REFUSED(pyferry_interpreter_end(sub, 20), PYFERRY_STATUS_TIMEOUT, "physics-2");
    CHECK_SAYS("call again");
    check_closed(sub);
    CHECK_REFUSED(pyferry_interpreter_end(sub, -7), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");

    guest_goes(&guest);
    check_closed(sub);
    check_works(main);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view_free(main);
}

int main(int argc, char **argv)
{
    (void)argv;
    start_runtime();
    one_life(argc > 1);
    CHECK_OK(pyferry_runtime_stop(-1));
    return 0;
}
