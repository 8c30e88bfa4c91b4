/* A visit ends with no exception set: one that is left is reported as unraisable, once, and cleared, however the visit ends; and
   a visit begins with none. What nests, and what somebody else set before, is left alone. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static const char *const hear = "import sys\n"
                                "heard = []\n"
                                "sys.unraisablehook = lambda u: heard.append((type(u.exc_value).__name__, str(u.object)))\n";

/* What was reported since the last time, in the interpreter that this thread is attached to. */
static void check_heard(const char *type)
{
    char source[300];
    if (type == NULL)
        snprintf(source, sizeof source, "assert heard == [], heard");
    else
        snprintf(source, sizeof source,
                 "assert [h[0] for h in heard] == ['%s'] and 'pyferry_detach' in heard[0][1], heard\nheard.clear()", type);
    run(source);
}

static void check_heard_in(const pyferry_view *view, const char *type)
{
    pyferry_token token = attach(view);
    CHECK(PyErr_Occurred() == NULL);
    check_heard(type);
    detach(token);
}

static void fail_with(PyObject *kind)
{
    PyErr_SetString(kind, "left");
}

/* The first visit goes the long way, the others the short one. */
static void *plainly(void *view)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(view);
        CHECK(PyErr_Occurred() == NULL);
        fail_with(PyExc_ValueError);
        detach(token);
        check_heard_in(view, "ValueError");
    }
    return NULL;
}

static void *guarded(void *view)
{
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(view, &guard));
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(guard, &token));
    fail_with(PyExc_KeyError);
    detach(token);
    pyferry_guard_close(guard);
    check_heard_in(view, "KeyError");
    return NULL;
}

/* Nested attachments are the same visit. */
static void *nested(void *view)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token outer = attach(view), inner = attach(view);
        fail_with(PyExc_TypeError);
        detach(inner);
        CHECK(PyErr_ExceptionMatches(PyExc_TypeError));
        inner = attach(view);
        CHECK(PyErr_ExceptionMatches(PyExc_TypeError));
        detach(inner);
        PyErr_Clear();
        check_heard(NULL);
        fail_with(PyExc_TypeError);
        detach(outer);
        check_heard_in(view, "TypeError");
    }
    return NULL;
}

/* From A to B and back to A: each is a visit, and what is set on A's state waits outside of the inner one. */
static void *a_b_a(void *unused)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token a = attach(main_interpreter);
        fail_with(PyExc_LookupError);
        pyferry_token b = attach(sub);
        CHECK(PyErr_Occurred() == NULL);
        pyferry_token again = attach(main_interpreter);
        CHECK(PyErr_Occurred() == NULL);
        run("assert 1 + 1 == 2");
        fail_with(PyExc_ArithmeticError);
        detach(again);
        CHECK(PyErr_Occurred() == NULL);
        fail_with(PyExc_BufferError);
        detach(b);
        CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
        PyErr_Clear();
        check_heard("ArithmeticError");
        detach(a);
        check_heard_in(sub, "BufferError");
    }
    return unused;
}

/* Who lets go keeps what is set, and what comes in meanwhile begins with none. */
static void *let_go(void *view)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(view);
        fail_with(PyExc_OSError);
        pyferry_suspension out = suspend();
        pyferry_token inner = attach(view);
        CHECK(PyErr_Occurred() == NULL);
        check_heard(NULL);
        detach(inner);
        resume(out);
        CHECK(PyErr_ExceptionMatches(PyExc_OSError));
        PyErr_Clear();
        detach(token);
    }
    check_heard_in(view, NULL);
    return NULL;
}

/* A state that is somebody else's: what is set on it when the visit begins is set again afterwards. */
static void *on_others(void *view)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    fail_with(PyExc_EOFError);
    pyferry_token token = attach(view);
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    detach(token);
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    PyThreadState *state = PyEval_SaveThread();
    token = attach(view);
    CHECK(PyThreadState_Get() == state && PyErr_Occurred() == NULL);
    fail_with(PyExc_NameError);
    detach(token);
    PyEval_RestoreThread(state);
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    PyErr_Clear();
    check_heard("NameError");
    PyGILState_Release(ensured);
    return NULL;
}

static void call(void *kind)
{
    CHECK(PyErr_Occurred() == NULL);
    if (kind != NULL)
        fail_with((PyObject *)kind);
}

static void job(void *jobs, pyferry_status status)
{
    CHECK_OK(status);
    call(NULL);
    ++*(int *)jobs;
}

/* Functions of pyferry_call and jobs of a queue begin with none, also where their caller is attached and has one set: what they raise
   is theirs, and afterwards the caller has its own. */
static void *called_with_one_set(void *view)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = 4;
    pyferry_queue *queue = NULL;
    int jobs = 0;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    pyferry_token token = attach(view);
    fail_with(PyExc_EOFError);
    CHECK_OK(pyferry_call(view, call, NULL));
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    CHECK_REFUSED(pyferry_call(view, call, PyExc_NameError), PYFERRY_STATUS_PYTHON_ERROR, "NameError: left");
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    CHECK_OK(pyferry_queue_post(queue, job, &jobs));
    CHECK_OK(pyferry_queue_post(queue, job, &jobs));
    CHECK_OK(pyferry_queue_run(queue, 2, -1, NULL));
    CHECK(jobs == 2 && PyErr_ExceptionMatches(PyExc_EOFError));
    pyferry_queue_free(queue);
    CHECK(PyErr_ExceptionMatches(PyExc_EOFError));
    PyErr_Clear();
    check_heard(NULL);
    detach(token);
    return NULL;
}

/* The hook may come back here, and its own failure is nobody's. */
static PyObject *come_back(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    check_works(main_interpreter);
    PyErr_SetString(PyExc_RuntimeError, "of the hook");
    return NULL;
}

static PyMethodDef method = { "come_back", come_back, METH_NOARGS, NULL };

static void *hook_comes_back(void *view)
{
    pyferry_token token = attach(view);
    define(&method);
    run("hook = sys.unraisablehook\nsys.unraisablehook = lambda u: (hook(u), come_back())");
    fail_with(PyExc_ValueError);
    detach(token);
    token = attach(view);
    run("sys.unraisablehook = hook");
    check_heard("ValueError");
    detach(token);
    return NULL;
}

/* It never detaches, and the end of the thread does. */
static void *end_inside(void *view)
{
    pyferry_token token = attach(view);
    (void)token;
    fail_with(PyExc_ZeroDivisionError);
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    run_in(main_interpreter, hear);
    run_in(sub, hear);
    void *(*const ways[])(void *) = { plainly, guarded, nested, let_go };
    for (int i = 0; i < 4; i++) {
        on_new_thread(ways[i], main_interpreter);
        on_new_thread(ways[i], sub);
    }
    on_new_thread(a_b_a, NULL);
    on_new_thread(on_others, main_interpreter);
    on_new_thread(called_with_one_set, main_interpreter);
    on_new_thread(called_with_one_set, sub);
    on_new_thread(hook_comes_back, main_interpreter);
    on_new_thread(end_inside, sub);
    check_heard_in(sub, "ZeroDivisionError");

    /* The thread that initialised Python and let go: the state is Python's. */
    pyferry_token token = attach(main_interpreter);
    fail_with(PyExc_ValueError);
    detach(token);
    check_heard_in(main_interpreter, "ValueError");
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
