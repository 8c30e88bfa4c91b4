/* harness: mode=runtime */
/* A stop whose time runs out names the thread inside, what it does and for how long, and can be made again. */
#include "use.h"

static void refuse_newcomers(const pyferry_view *main)
{
    pyferry_view *view = NULL;
    check_closed(main);
    CHECK_REFUSED(pyferry_interpreter_new(NULL, &view), PYFERRY_STATUS_CLOSED, "interpreter");
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_CLOSED, "pyferry_runtime_stop");
    CHECK(view == NULL);
}

static void check_report(struct guest *guest)
{
    CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_TIMEOUT, guest->name);
    CHECK_SAYS(guest->label);
    CHECK_SAYS("call again");
    CHECK(strstr(last_error(), " s") != NULL && strpbrk(strstr(last_error(), guest->label), "0123456789") != NULL);
    CHECK_REFUSED(pyferry_runtime_stop(30), PYFERRY_STATUS_TIMEOUT, guest->name);
}

static void one_life(bool holds_on)
{
    start_runtime();
    pyferry_view *main = main_view();
    struct guest guest = GUEST(main);
    guest.name = "renderer-7";
    guest.label = "level five";
    guest.holds_on = holds_on;
    guest_comes(&guest);
    check_report(&guest);
    refuse_newcomers(main);
    guest_goes(&guest);
    refuse_newcomers(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    check_closed(main);
    pyferry_view_free(main);
}

int main(void)
{
    one_life(false);
    one_life(true);
    return 0;
}
