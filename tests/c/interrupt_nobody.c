/* An interrupt with nobody in Python code, the calling thread included, does nothing, and is gone afterwards. */
#include "py.h"

static void *interrupt_and_run(void *view)
{
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_interpreter_interrupt(view));
    run("for i in range(1000): pass");
    detach(token);
    CHECK_OK(pyferry_interpreter_interrupt(view));
    run_in(view, "for i in range(1000): pass");
    return NULL;
}

int main(void)
{
    pyferry_view *main_interpreter;
    PyThreadState *state = start_python(&main_interpreter);
    pyferry_view *sub = new_interpreter();
    for (int i = 0; i < 2; i++) {
        pyferry_view *view = i == 0 ? main_interpreter : sub;
        interrupt_and_run(view);
        on_new_thread(interrupt_and_run, view);
    }
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
