/* harness: timeout=20 */
/* What pyferry_at_end was given is called once when the interpreter ends, whoever ends it: attached, on the thread that ends it,
   when nobody else is in it any more and its modules are whole, the last registered first. It may use pyferry and Python; from
   then on nothing more is taken. */
#include "py.h"

enum { MOST = 4 };

static pyferry_view *viewed;
static int64_t id;
static int calls, order[MOST];
static int numbers[MOST] = { 0, 1, 2, 3 };
static bool shall_raise, visitor_is_in;
static pthread_t ender;

static void at_end(void *data)
{
    order[calls++] = *(int *)data;
    CHECK(pthread_equal(pthread_self(), ender));
    CHECK(pyferry_is_attached(viewed) && !visitor_is_in);
    PyThreadState *state = PyThreadState_Get();
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(state)) == id);
    /* Everything is there: the modules, the host's objects in them, imports. */
    run("import sys, threading, colorsys\n"
        "assert kept == [1, 2, 3] and sys.modules['__main__'].kept is kept and colorsys.rgb_to_yiq(0, 0, 0)[0] == 0");
    /* What the one before left set went where Python reports such things. */
    char text[64];
    snprintf(text, sizeof text, "assert unraisable == ['left behind'] * %d", shall_raise ? calls - 1 : 0);
    run(text);
    pyferry_token token = attach(viewed);
    CHECK(PyThreadState_Get() == state);
    pyferry_suspension out = suspend();
    CHECK(!pyferry_is_attached(NULL));
    resume(out);
    detach(token);
    pyferry_view *here = current_view();
    CHECK(pyferry_view_interpreter_id(here) == id);
    CHECK_REFUSED(pyferry_at_end(here, at_end, data), PYFERRY_STATUS_CLOSED, "too late");
    pyferry_view_free(here);
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state && !PyErr_Occurred());
    if (shall_raise)
        PyErr_SetString(PyExc_ValueError, "left behind");
}

static void never(void *data)
{
    (void)data;
    CHECK(!"called");
}

static void *from_another_thread(void *number)
{
    CHECK_OK(pyferry_at_end(viewed, at_end, number));
    return NULL;
}

static struct event in = EVENT_INIT, leave = EVENT_INIT;

/* A thread that is inside when the end begins: it is waited for before anything is called. */
static void *visit_until_told(void *view)
{
    pyferry_token token = attach(view);
    visitor_is_in = true;
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&leave);
    resume(out);
    CHECK(calls == 0);
    visitor_is_in = false;
    detach(token);
    return NULL;
}

static void *tell_it(void *unused)
{
    sleep_ms(30);
    event_set(&leave);
    return unused;
}

/* Attached to the interpreter. */
static void prepare(pyferry_view *view)
{
    viewed = view;
    id = pyferry_view_interpreter_id(view);
    calls = 0;
    run("import sys\n"
        "kept = [1, 2, 3]; unraisable = []\n"
        "sys.unraisablehook = lambda raised: unraisable.append(str(raised.exc_value))\n"
        "import atexit\n"
        "def look():\n"
        "    assert unraisable == [] and kept\n"
        "atexit.register(look)");
    CHECK_OK(pyferry_at_end(view, at_end, &numbers[0]));
    on_new_thread(from_another_thread, &numbers[1]);
    CHECK_REFUSED(pyferry_at_end(view, NULL, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`function` is NULL");
    CHECK_REFUSED(pyferry_at_end(NULL, never, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`view` is NULL");
}

static void check_calls(void)
{
    CHECK(calls == 3 && order[0] == 2 && order[1] == 1 && order[2] == 0);
    CHECK_REFUSED(pyferry_at_end(viewed, never, NULL), PYFERRY_STATUS_CLOSED, "too late");
}

static PyThreadState *begin_visitors(void)
{
    PyThreadState *state = PyEval_SaveThread();
    CHECK_OK(pyferry_at_end(viewed, at_end, &numbers[2]));
    in = leave = (struct event)EVENT_INIT;
    pthread_detach(thread_start(visit_until_told, viewed));
    event_wait(&in);
    pthread_detach(thread_start(tell_it, NULL));
    return state;
}

static void prepare_from_outside(pyferry_view *view)
{
    pyferry_token token = attach(view);
    prepare(view);
    PyThreadState *inside = begin_visitors();
    PyEval_RestoreThread(inside);
    detach(token);
}

/* Whoever may be told: the thread that ends it is this one, but with pyferry_runtime_stop. */
static void by_finalizing(bool raises)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    shall_raise = raises;
    ender = pthread_self();
    prepare_from_outside(main);
    finish_python(state);
    check_calls();
    pyferry_view_free(main);
}

static void by_interpreter_end(uint32_t flags)
{
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    options.flags = flags;
    pyferry_view *sub;
    CHECK_OK(pyferry_interpreter_new(&options, &sub));
    ender = pthread_self();
    prepare_from_outside(sub);
    /* An end that does not come to its end calls nothing, and neither does the gate that stays closed. */
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(sub, &guard));
    CHECK_STATUS(pyferry_interpreter_end(sub, 0), PYFERRY_STATUS_TIMEOUT);
    CHECK_REFUSED(pyferry_at_end(sub, never, NULL), PYFERRY_STATUS_CLOSED, "too late");
    CHECK(calls == 0);
    pyferry_guard_close(guard);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    check_calls();
    pyferry_view_free(sub);
}

/* One that the host made and ends by itself. */
static void by_the_host(PyThreadState *state)
{
    PyEval_RestoreThread(state);
    PyThreadState *own = Py_NewInterpreter();
    CHECK(own != NULL);
    ender = pthread_self();
    pyferry_view *sub = current_view();
    prepare(sub);
    PyEval_RestoreThread(begin_visitors());
    Py_EndInterpreter(own);
    check_calls();
    PyThreadState_Swap(state);
    CHECK(PyEval_SaveThread() == state);
    pyferry_view_free(sub);
}

/* One that is left over when Python ends; main's come last of all. */
static int main_called;

static void after_all_others(void *unused)
{
    (void)unused;
    CHECK(calls == 3);
    CHECK(PyInterpreterState_GetID(PyInterpreterState_Get()) == 0);
    main_called++;
}

static void left_over(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    main_called = 0;
    CHECK_OK(pyferry_at_end(main, after_all_others, NULL));
    pyferry_view *sub = new_interpreter();
    ender = pthread_self();
    pyferry_token token = attach(sub);
    prepare(sub);
    PyEval_RestoreThread(begin_visitors());
    detach(token);
    finish_python(state);
    check_calls();
    CHECK(main_called == 1);
    pyferry_view_free(sub);
    pyferry_view_free(main);
}

int main(void)
{
    by_finalizing(false);
    by_finalizing(true);
    shall_raise = false;
    left_over();

    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    by_interpreter_end(0);
    by_interpreter_end(PYFERRY_INTERPRETER_SHARED_GIL);
    by_the_host(state);
    finish_python(state);
    pyferry_view_free(main);
    return 0;
}
