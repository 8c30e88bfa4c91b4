/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* In a child that Python is not told of a refused copy of the library answers FORKED as the one that serves does, though another
   thread had Python at the fork; and the parent notices nothing. */
#include "copy.h"

static struct copy other;
static struct guest guest = GUEST(NULL);

static void *fork_here(void *unused)
{
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        pyferry_view *view = NULL;
        FORKED(pyferry_view_main(&view));
        CHECK(other.view_main(&view) == PYFERRY_STATUS_FORKED);
        CHECK(other.runtime_start(NULL) == PYFERRY_STATUS_FORKED);
        CHECK(view == NULL);
        exit(0);
    }
    wait_for(child);
    return unused;
}

int main(void)
{
    pyferry_view *main_interpreter;
    struct copy first = first_copy();
    other = load_copy(&first, "libpyferry-other.so");
    PyThreadState *state = start_python(&main_interpreter);
    check_refused(&other, &first);
    guest.view = main_interpreter;
    guest.holds_on = true;
    guest_comes(&guest);
    on_new_thread(fork_here, NULL);
    guest_goes(&guest);
    check_refused(&other, &first);
    check_works(main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
