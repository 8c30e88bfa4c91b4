/* harness: also=cache_off PYFERRY_CACHE=off */
/* harness: also=symmetric PYFERRY_BARRIER=symmetric */
/* Py_FinalizeEx by the host waits for the threads inside, in whatever interpreter and however they are inside; late ones are
   told CLOSED, and nobody is killed or hung. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static struct event finalized = EVENT_INIT;

static void wait_until_closing(const pyferry_view *view)
{
    pyferry_guard *guard;
    while (pyferry_guard_open(view, &guard) == PYFERRY_STATUS_OK) {
        pyferry_guard_close(guard);
        sleep_ms(1);
    }
}

struct inside {
    pyferry_view *view, *other;
    int how;
    struct event in;
    pthread_t thread;
};

/* Stays until the shutdown has begun and would be over by now, then goes on working as if nothing was. */
static void *stay(void *argument)
{
    struct inside *inside = argument;
    pyferry_guard *guard = NULL;
    pyferry_token token, nested;
    if (inside->how == 3) { /* outside, with a guard */
        CHECK_OK(pyferry_guard_open(inside->view, &guard));
        event_set(&inside->in);
        wait_until_closing(inside->view);
        CHECK(!event_is_set(&finalized));
        CHECK_OK(pyferry_attach_guarded(guard, &token));
    } else {
        token = attach(inside->view);
        PyThreadState *state = PyThreadState_Get();
        if (inside->how == 0) { /* suspended */
            pyferry_suspension out = suspend();
            event_set(&inside->in);
            wait_until_closing(inside->view);
            resume(out);
        } else if (inside->how == 1) { /* let go as extensions do */
            Py_BEGIN_ALLOW_THREADS
            event_set(&inside->in);
            wait_until_closing(inside->view);
            Py_END_ALLOW_THREADS
        } else { /* away in another interpreter, suspended there */
            nested = attach(inside->other);
            pyferry_suspension out = suspend();
            event_set(&inside->in);
            wait_until_closing(inside->view);
            wait_until_closing(inside->other);
            resume(out);
            run("import sys");
            detach(nested);
        }
        CHECK(PyThreadState_Get() == state);
    }
    CHECK(!event_is_set(&finalized));
    run("import colorsys, threading; colorsys.rgb_to_hsv(1, 1, 1); mine = threading.local(); mine.x = 1");
    CHECK_OK(pyferry_attach(inside->view, &nested));
    PyGILState_STATE ensured = PyGILState_Ensure();
    run("x = 1");
    PyGILState_Release(ensured);
    detach(nested);
    detach(token);
    if (guard != NULL)
        pyferry_guard_close(guard);
    check_closed(inside->view);
    return NULL;
}

static void *finalize(void *state)
{
    finish_python(state);
    event_set(&finalized);
    return NULL;
}

int main(void)
{
    for (int round = 0; round < 2; round++) {
        PyThreadState *state = start_python(&main_interpreter);
        sub = new_interpreter();
        struct inside all[8];
        for (int i = 0; i < 8; i++) {
            pyferry_view *view = i & 1 ? main_interpreter : sub, *other = i & 1 ? sub : main_interpreter;
            all[i] = (struct inside){ .view = view, .other = other, .how = i / 2, .in = EVENT_INIT };
            all[i].thread = thread_start(stay, &all[i]);
            event_wait(&all[i].in);
        }
        finalize(state);
        finalized.set = false;
        for (int i = 0; i < 8; i++)
            thread_join(all[i].thread);
        check_closed(main_interpreter);
        check_closed(sub);
        pyferry_view_free(main_interpreter);
        pyferry_view_free(sub);
    }
    return 0;
}
