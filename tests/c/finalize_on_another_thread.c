/* Python is initialised on one thread, which takes the first view, and finalised on another one: up to 3.12 Py_FinalizeEx waits
   there for the state through which threading was imported, so the first view does not import it. A debug build says nothing
   here: from 3.12 on it asserts that no state changes its thread, without pyferry too. */
#include "py.h"

static void *finalize(void *state)
{
    finish_python(state);
    return NULL;
}

int main(void)
{
    /* Without `site`: files in site-packages may import threading, and then Py_FinalizeEx hangs without pyferry. And again: since 3.14 what such a Py_FinalizeEx leaves undone told nobody that the interpreter had gone. */
    for (int life = 0; life < 3; life++) {
        pyferry_view *view;
        PyThreadState *state = start_python(&view);
        run_in(view, "x = 1");
        if (python_is_debug())
            finish_python(state);
        else
            on_new_thread(finalize, state);
        check_closed(view);
        pyferry_view_free(view);
    }
    return 0;
}
