/* harness: until=3.12 */
/* harness: timeout=20 */
/* A thread that is in another interpreter for long, and left one that it was in by itself, waits for nothing: the watch that came
   up when it waited for the GIL goes again. */
#include "py.h"

int main(void)
{
    initialize_python();
    pyferry_view *main_interpreter = main_view(), *sub = new_interpreter_with_shared_gil();
    pyferry_token token = attach(sub);
    Py_BEGIN_ALLOW_THREADS
    while (!has_thread("pyferry-watch"))
        sleep_ms(1);
    /* It rests after a second; the harness has the last word. */
    while (has_thread("pyferry-watch"))
        sleep_ms(20);
    Py_END_ALLOW_THREADS
    detach(token);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
