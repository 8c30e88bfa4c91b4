/* harness: timeout=120 */
/*
 * A thread gets into an interpreter while others run pure Python under the same GIL: up to 3.12 CPython itself makes it
 * wait for as long as their loops last.
 */
#include "py.h"

enum { VISITS = 4, LOOP_SECONDS = 20, HOLDERS = 2, NOBODY = -1 };

static pyferry_view *views[3]; /* main and two others */

struct loop {
    int place;
    bool by_python; /* on a thread that Python itself attaches, of which pyferry knows nothing */
    struct event in, out;
    double over;
    pthread_t thread;
};

static const char *const endless = "import time\n"
                                   "end = time.monotonic() + %d\n"
                                   "while time.monotonic() < end and not over: pass\n";

static void *run_loop(void *argument)
{
    struct loop *loop = argument;
    char source[256];
    snprintf(source, sizeof source, endless, LOOP_SECONDS);
    if (loop->by_python) {
        PyGILState_STATE state = PyGILState_Ensure();
        event_set(&loop->in);
        PyObject *globals = PyModule_GetDict(PyImport_AddModule("__main__"));
        Py_XDECREF(PyRun_String(source, Py_file_input, globals, globals));
        PyErr_Clear();
        loop->over = seconds();
        PyGILState_Release(state);
    } else {
        pyferry_token token = attach(views[loop->place]);
        event_set(&loop->in);
        if (pyferry_exec(source, NULL) != PYFERRY_STATUS_OK)
            CHECK_SAYS("KeyboardInterrupt");
        loop->over = seconds();
        detach(token);
    }
    event_set(&loop->out);
    return NULL;
}

struct visits {
    int place;
    double worst, over;
};

static void *visit_often(void *argument)
{
    struct visits *visits = argument;
    for (int i = 0; i < VISITS; i++) {
        double before = seconds();
        pyferry_token token = attach(views[visits->place]);
        double waited = seconds() - before;
        detach(token);
        if (waited > visits->worst)
            visits->worst = waited;
        sleep_ms(1);
    }
    visits->over = seconds();
    return NULL;
}

static void check_gets_in(const int holders[HOLDERS], bool by_python, int place)
{
    struct loop loops[HOLDERS];
    struct visits visits = { .place = place };
    for (int i = 0; i < HOLDERS; i++) {
        loops[i] = (struct loop){ .place = holders[i], .by_python = by_python, .in = EVENT_INIT, .out = EVENT_INIT };
        if (holders[i] == NOBODY)
            continue;
        run_in(views[holders[i]], "over = False");
        loops[i].thread = thread_start(run_loop, &loops[i]);
        event_wait(&loops[i].in);
    }
    on_new_thread(visit_often, &visits);
    for (int i = 0; i < HOLDERS; i++) {
        if (holders[i] == NOBODY)
            continue;
        while (!event_is_set(&loops[i].out)) { /* it may not be in its loop yet */
            /* Free-threaded, an interrupt finds no thread that CPython attached for us, beside other interpreters. */
            if (by_python)
                run_in(views[holders[i]], "over = True");
            else
                CHECK_OK(pyferry_interpreter_interrupt(views[holders[i]]));
            sleep_ms(1);
        }
        thread_join(loops[i].thread);
        CHECK(visits.over < loops[i].over);
    }
    printf("into %d, with %d and %d running%s: at most %.0f ms\n", place, holders[0], holders[1],
           by_python ? " on Python's own threads" : "", visits.worst * 1e3);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    PyThreadState *state = start_python(&views[0]);
    for (int i = 1; i < 3; i++)
        views[i] = new_interpreter_with_shared_gil();
    /* First: an interrupt that is late hits whoever came in by CPython's own calls. */
    for (int place = 0; place < 3; place++)
        check_gets_in((int[]){ 0, NOBODY }, true, place);
    for (int place = 0; place < 3; place++)
        for (int holder = 0; holder < 3; holder++) {
            if (!left_out(place + holder))
                check_gets_in((int[]){ holder, NOBODY }, false, place);
            if (!left_out(place + holder + 1))
                check_gets_in((int[]){ holder, (holder + 1) % 3 }, false, place);
        }
    for (int i = 0; i < 3; i++)
        pyferry_view_free(views[i]);
    finish_python(state);
    return 0;
}
