/* An interrupt is for Python code that runs. A thread that is attached and runs none is not stopped in what it begins later,
   nor kept from interrupting others itself. */
#include "py.h"

static pyferry_view *views[2];

static void *interrupt(void *view)
{
    CHECK_OK(pyferry_interpreter_interrupt(view));
    return NULL;
}

static void *is_idle(void *unused)
{
    for (int i = 0; i < 2; i++) {
        pyferry_token token = attach(views[i]);
        for (int round = 0; round < 3; round++) {
            pyferry_suspension out = suspend();
            on_new_thread(interrupt, views[i]);
            resume(out);
            run("for i in range(1000): pass");
            out = suspend();
            on_new_thread(interrupt, views[i]);
            resume(out);
            CHECK_OK(pyferry_interpreter_interrupt(views[i]));
            run("for i in range(1000): pass");
        }
        detach(token);
    }
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&views[0]);
    views[1] = new_interpreter();
    on_new_thread(is_idle, NULL);
    CHECK_OK(pyferry_interpreter_end(views[1], -1));
    pyferry_view_free(views[0]);
    pyferry_view_free(views[1]);
    finish_python(state);
    return 0;
}
