/* An exception that another thread sends (PyThreadState_SetAsyncExc) is for the visit that the thread is in: one that is sent when
   the visit is over, or that it did not come to, never hits the next one. One that is sent to a visit hits that. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static unsigned long ident;
static struct event is_out = EVENT_INIT, was_sent = EVENT_INIT;

static const char *const loop = "for i in range(1000): pass";

static bool send_to(const pyferry_view *view)
{
    pyferry_token token = attach(view);
    int found = PyThreadState_SetAsyncExc(ident, PyExc_ZeroDivisionError);
    detach(token);
    return found == 1;
}

static void wait_until_sent(void)
{
    event_set(&is_out);
    event_wait(&was_sent);
    was_sent.set = false;
}

static void *be_sent_to(void *view)
{
    ident = PyThread_get_thread_ident();
    run_in(view, loop); /* the long way */
    for (int i = 0; i < 3; i++) {
        wait_until_sent();
        run_in(view, loop);
        /* Through another interpreter. */
        wait_until_sent();
        pyferry_token other = attach(view == main_interpreter ? sub : main_interpreter);
        run(loop);
        run_in(view, loop);
        detach(other);
        /* By the long way. */
        wait_until_sent();
        pyferry_guard *guard;
        CHECK_OK(pyferry_guard_open(view, &guard));
        pyferry_token guarded;
        CHECK_OK(pyferry_attach_guarded(guard, &guarded));
        run(loop);
        detach(guarded);
        pyferry_guard_close(guard);
        /* Sent to a visit that runs no more Python. */
        pyferry_token token = attach(view);
        run(loop);
        CHECK(PyThreadState_SetAsyncExc(ident, PyExc_ZeroDivisionError) == 1);
        detach(token);
        run_in(view, loop);
        /* Sent to a visit that goes on: it hits that one, also after an attach that is none. */
        token = attach(view);
        CHECK(PyThreadState_SetAsyncExc(ident, PyExc_ZeroDivisionError) == 1);
        pyferry_token nested = attach(view);
        detach(nested);
        pyferry_suspension out = suspend();
        nested = attach(view);
        detach(nested);
        resume(out);
        CHECK_STATUS(pyferry_exec(loop, NULL), PYFERRY_STATUS_PYTHON_ERROR);
        CHECK_SAYS("ZeroDivisionError");
        run(loop);
        detach(token);
    }
    return NULL;
}

static void send_late(pyferry_view *view)
{
    pthread_t thread = thread_start(be_sent_to, view);
    for (int i = 0; i < 9; i++) {
        event_wait(&is_out);
        is_out.set = false;
        CHECK(send_to(view) == states_are_kept());
        event_set(&was_sent);
    }
    thread_join(thread);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    send_late(main_interpreter);
    send_late(sub);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
