/* harness: since=3.12 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* os.fork in a sub-interpreter, which CPython refuses, leaves everything as it was. Up to 3.11 CPython forks there, and its child ends
   with a fatal error: "not main interpreter". */
#include "py.h"

static void *fork_there(void *sub)
{
    pyferry_token token = attach(sub);
    for (int i = 0; i < 5; i++) {
        CHECK_STATUS(pyferry_exec("import os; os.fork()", NULL), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK_SAYS("fork not supported");
        check_works(sub);
    }
    detach(token);
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    struct guest guest = GUEST(sub);
    guest_comes(&guest);
    on_new_thread(fork_there, sub);
    fork_there(sub);
    guest_goes(&guest);
    on_new_thread(visit, sub);
    on_new_thread(visit, main_interpreter);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    finish_python(state);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    return 0;
}
