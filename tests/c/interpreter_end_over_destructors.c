/* harness: not-on=windows a thread destroys what it leaves itself there, at its end */
/* What an ended thread left in an interpreter is being destroyed by a thread of pyferry's, and that takes long: an end of the
   interpreter that does not wait so long says so, and does not blame the host's threads alone. The next end waits. */
#include "py.h"

static void *leave(void *view)
{
    run_in(view, "class Late:\n"
                 "    def __del__(self):\n"
                 "        global begun\n"
                 "        begun = True\n"
                 "        while not os.path.exists('over'): time.sleep(0.01)\n"
                 "local.late = Late()\n");
    return NULL;
}

int main(void)
{
    pyferry_view *view, *own;
    PyThreadState *state = start_python(&view);
    CHECK_OK(pyferry_interpreter_new(NULL, &own));
    run_in(own, "import os, threading, time\nlocal, begun = threading.local(), False\n");
    on_new_thread(leave, own);
    run_in(own, "while not begun: time.sleep(0.01)\n");
    CHECK_REFUSED(pyferry_interpreter_end(own, 100), PYFERRY_STATUS_TIMEOUT, "what ended threads left");
    write_file("over", "");
    CHECK_OK(pyferry_interpreter_end(own, -1));
    pyferry_view_free(own);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
