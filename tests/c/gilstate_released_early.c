/* PyGILState_Release before the detach of an attach that nested on what PyGILState_Ensure made: CPython deletes the state under the
   attachment, which is never used again. */
#include "py.h"

static void *release_early(void *view)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    pyferry_token token = attach(view);
    PyGILState_Release(ensured);
    CHECK(!pyferry_is_attached(NULL));
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_NOT_ATTACHED);
    for (int i = 0; i < 2; i++) {
        pyferry_token again = attach(view);
        run("import threading; threading.local().x = 1");
        detach(again);
    }
    check_works(view);
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    for (int i = 0; i < 3; i++)
        on_new_thread(release_early, main_interpreter);
    check_works(main_interpreter);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
