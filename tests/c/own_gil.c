/* harness: mode=host */
/* harness: since=3.12 */
/* An interpreter with a GIL of its own is entered while a thread holds another's GIL and never lets go. */
#include "py.h"

static pyferry_view *others[2];
static struct event done = EVENT_INIT;

static void *work_elsewhere(void *view)
{
    for (int i = 0; i < 100; i++)
        run_in(view, "x = [i for i in range(100)]");
    event_set(&done);
    return NULL;
}

/* Attached, and in C code all the time: nobody else gets this interpreter. */
static void *hold(void *view)
{
    pyferry_token token = attach(view);
    pthread_t worker = thread_start(work_elsewhere, others[0] == view ? others[1] : others[0]);
    while (!event_is_set(&done))
        continue;
    detach(token);
    thread_join(worker);
    done.set = false;
    return NULL;
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_interpreter_options own = PYFERRY_INTERPRETER_OPTIONS_INIT;
    own.flags = PYFERRY_INTERPRETER_OWN_GIL;
    CHECK_OK(pyferry_interpreter_new(NULL, &others[0]));
    CHECK_OK(pyferry_interpreter_new(&own, &others[1]));
    on_new_thread(hold, main);
    on_new_thread(hold, others[0]);
    on_new_thread(hold, others[1]);
    finish_python(state);
    pyferry_view_free(main);
    pyferry_view_free(others[0]);
    pyferry_view_free(others[1]);
    return 0;
}
