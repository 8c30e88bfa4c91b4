/*
 * What PEP 788 says of its nine functions, scenario by scenario. Written from its text, and from CPython 3.15's: nothing in
 * here knows whose functions they are. Each scenario is a process of its own, so that each has a Python to finalise.
 */
#ifndef PYFERRY_TEST_PEP788_SCENARIOS_H
#define PYFERRY_TEST_PEP788_SCENARIOS_H

#include "check.h"

#include <sys/wait.h>

/* The state that is attached, or NULL. Up to 3.11 it may be another thread's: only to be asked when no other is attached. */
static PyThreadState *attached(void)
{
#if PY_VERSION_HEX >= 0x030d0000
    return PyThreadState_GetUnchecked();
#else
    return _PyThreadState_UncheckedGet();
#endif
}

static int64_t where(void)
{
    return PyInterpreterState_GetID(PyInterpreterState_Get());
}

static void run(const char *source)
{
    CHECK(PyRun_SimpleString(source) == 0);
}

static void run_in(PyInterpreterView *view, const char *source)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView(view);
    CHECK(token != NULL);
    run(source);
    PyThreadState_Release(token);
}

static long number(const char *name)
{
    PyObject *value = PyObject_GetAttrString(PyImport_AddModule("__main__"), name);
    CHECK(value != NULL);
    long result = PyLong_AsLong(value);
    Py_DECREF(value);
    return result;
}

#ifndef PYFERRY_PEP788_KEEP_STATES
/* How many thread states the interpreter has that this thread is attached to. */
static int count_states(void)
{
    int count = 0;
    for (PyThreadState *state = PyInterpreterState_ThreadHead(PyInterpreterState_Get()); state != NULL; count++)
        state = PyThreadState_Next(state);
    return count;
}
#endif

static void define(PyMethodDef *method)
{
    PyObject *function = PyCFunction_New(method, NULL);
    CHECK(function != NULL);
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), method->ml_name, function) == 0);
    Py_DECREF(function);
}

/* Python runs, and this thread, its main one, is attached to nothing. */
static PyThreadState *start(PyInterpreterView **main)
{
    leave_out_site();
    Py_InitializeEx(0);
    *main = PyInterpreterView_FromCurrent();
    CHECK(*main != NULL);
    return PyEval_SaveThread();
}

static void finish(PyThreadState *state, PyInterpreterView *main)
{
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    PyInterpreterView_Close(main);
}

/* A new interpreter, with a view of it; this thread stays attached to what it was attached to. */
static PyThreadState *new_interpreter(PyInterpreterView **view)
{
    PyThreadState *here = PyThreadState_Get();
    PyThreadState *made = Py_NewInterpreter();
    CHECK(made != NULL && PyThreadState_Get() == made);
    *view = PyInterpreterView_FromCurrent();
    CHECK(*view != NULL);
    CHECK(PyThreadState_Swap(here) == made);
    return made;
}

static void end_interpreter(PyThreadState *state)
{
    PyThreadState *here = PyThreadState_Swap(state);
    Py_EndInterpreter(state);
    PyThreadState_Swap(here);
}

/* ---- in and out ---- */

static void *enters_by_view(void *view)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(token != NULL);
    CHECK(attached() != NULL && PyErr_Occurred() == NULL && where() == 0);
    run("x = sum([1, 2, 3])");
    PyThreadState_Release(token);
    CHECK(attached() == NULL);
    return NULL;
}

static void fresh_thread_by_view(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(enters_by_view, main);
    on_new_thread(enters_by_view, main);
    finish(state, main);
}

static void *enters_by_guard(void *guard)
{
    PyThreadStateToken *token = PyThreadState_Ensure((PyInterpreterGuard *)guard);
    CHECK(token != NULL);
    run("x = 6");
    PyThreadState_Release(token);
    CHECK(attached() == NULL);
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    return NULL;
}

static void fresh_thread_by_guard(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyInterpreterGuard *guard = PyInterpreterGuard_FromCurrent();
    CHECK(guard != NULL);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(enters_by_guard, guard);
    Py_END_ALLOW_THREADS
    CHECK(number("x") == 6);
    PyEval_SaveThread();
    finish(state, main);
}

static void *enters_again_and_again(void *view)
{
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView((PyInterpreterView *)view);
    CHECK(guard != NULL);
    for (int i = 0; i < 10; i++) {
        PyThreadStateToken *token = PyThreadState_Ensure(guard);
        CHECK(token != NULL && attached() != NULL);
        run("import sys");
        PyThreadState_Release(token);
        CHECK(attached() == NULL);
    }
    PyInterpreterGuard_Close(guard);
    return NULL;
}

static void one_after_the_other(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(enters_again_and_again, main);
    finish(state, main);
}

static void *nests(void *view)
{
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView((PyInterpreterView *)view);
    PyThreadStateToken *tokens[10];
    PyThreadState *state = NULL;
    for (int i = 0; i < 10; i++) {
        tokens[i] = i % 2 ? PyThreadState_EnsureFromView((PyInterpreterView *)view) : PyThreadState_Ensure(guard);
        CHECK(tokens[i] != NULL);
        if (state == NULL)
            state = PyThreadState_Get();
        CHECK(PyThreadState_Get() == state);
    }
    for (int i = 9; i >= 0; i--) {
        CHECK(PyThreadState_Get() == state);
        run("x = 1");
        PyThreadState_Release(tokens[i]);
    }
    CHECK(attached() == NULL);
    PyInterpreterGuard_Close(guard);
    return NULL;
}

static void nested_on_one_state(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(nests, main);
    finish(state, main);
}

static void attached_stays_attached(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    for (int i = 0; i < 3; i++) {
        PyThreadStateToken *outer = PyThreadState_EnsureFromView(main);
        PyInterpreterGuard *guard = PyInterpreterGuard_FromCurrent();
        PyThreadStateToken *inner = PyThreadState_Ensure(guard);
        CHECK(outer != NULL && inner != NULL && PyThreadState_Get() == state);
        PyThreadState_Release(inner);
        PyInterpreterGuard_Close(guard);
        CHECK(PyThreadState_Get() == state);
        PyThreadState_Release(outer);
        CHECK(PyThreadState_Get() == state);
        run("x = 2");
    }
    PyEval_SaveThread();
    finish(state, main);
}

static void in_allow_threads(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    for (int i = 0; i < 3; i++) {
        Py_BEGIN_ALLOW_THREADS
        PyThreadStateToken *token = PyThreadState_EnsureFromView(main);
        CHECK(token != NULL && PyThreadState_Get() == state); /* it comes back to its own */
        PyThreadStateToken *inner = PyThreadState_EnsureFromView(main);
        CHECK(inner != NULL && PyThreadState_Get() == state);
        PyThreadState_Release(inner);
        CHECK(PyThreadState_Get() == state);
        PyThreadState_Release(token);
        CHECK(attached() == NULL);
        Py_END_ALLOW_THREADS
        CHECK(PyThreadState_Get() == state);
    }
    PyEval_SaveThread();
    finish(state, main);
}

static void *lets_go_inside(void *view)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(token != NULL);
    PyThreadState *state = PyThreadState_Get();
    run("x = 'mine'");
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(enters_by_view, view); /* while this one has let go */
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state);
    PyThreadState_Release(token);
    CHECK(attached() == NULL);
    return NULL;
}

static void allow_threads_inside(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(lets_go_inside, main);
    finish(state, main);
}

/* ---- several threads ---- */

static void *visits_often(void *view)
{
    for (int i = 0; i < 50; i++)
        run_in((PyInterpreterView *)view, "visits = globals().get('visits', 0); assert visits == 0");
    return NULL;
}

static void one_view_for_many_threads(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        threads[i] = thread_start(visits_often, main);
    for (int i = 0; i < 8; i++)
        thread_join(threads[i]);
    finish(state, main);
}

struct held {
    PyInterpreterView *view;
    PyInterpreterGuard *guard;
    struct event has_it, exiting;
    int let_go;
};
#define HELD_INIT { NULL, NULL, EVENT_INIT, EVENT_INIT, 0 }

static struct held held = HELD_INIT;

static PyObject *says_exiting(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    event_set(&held.exiting);
    Py_RETURN_NONE;
}
static PyMethodDef exiting = { "exiting", says_exiting, METH_NOARGS, NULL };

/* Its atexit function says when the interpreter of this thread has begun to shut down. */
static void tell_exit(void)
{
    define(&exiting);
    run("import atexit; atexit.register(exiting)");
}

static void *holds_a_guard(void *unused)
{
    (void)unused;
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(held.view);
    CHECK(guard != NULL);
    event_set(&held.has_it);
    event_wait(&held.exiting);
    /* Python is whole, and the guard is good for as many visits as it likes. */
    for (int i = 0; i < 3; i++) {
        PyThreadStateToken *token = PyThreadState_Ensure(guard);
        CHECK(token != NULL);
        run("import sys; assert sys.modules");
        PyThreadState_Release(token);
        sleep_ms(10);
    }
    __atomic_store_n(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyInterpreterGuard_Close(guard);
    return NULL;
}

static void guard_blocks_finalization(void)
{
    PyThreadState *state = start(&held.view);
    PyEval_RestoreThread(state);
    tell_exit();
    PyEval_SaveThread();
    pthread_t thread = thread_start(holds_a_guard, NULL);
    event_wait(&held.has_it);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    thread_join(thread);
    PyInterpreterView_Close(held.view);
}

static void *stays_inside(void *unused)
{
    (void)unused;
    PyThreadStateToken *token = PyThreadState_EnsureFromView(held.view);
    CHECK(token != NULL);
    event_set(&held.has_it);
    Py_BEGIN_ALLOW_THREADS
    event_wait(&held.exiting);
    Py_END_ALLOW_THREADS
    for (int i = 0; i < 3; i++) {
        run("import sys, time; time.sleep(0.01); assert sys.modules");
        Py_BEGIN_ALLOW_THREADS
        sleep_ms(10);
        Py_END_ALLOW_THREADS
    }
    __atomic_store_n(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyThreadState_Release(token);
    return NULL;
}

static void ensured_from_view_blocks_finalization(void)
{
    PyThreadState *state = start(&held.view);
    PyEval_RestoreThread(state);
    tell_exit();
    PyEval_SaveThread();
    pthread_t thread = thread_start(stays_inside, NULL);
    event_wait(&held.has_it);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    thread_join(thread);
    PyInterpreterView_Close(held.view);
}

static void *comes_too_late(void *view)
{
    CHECK(PyInterpreterGuard_FromView((PyInterpreterView *)view) == NULL);
    CHECK(PyThreadState_EnsureFromView((PyInterpreterView *)view) == NULL);
    return NULL;
}

static void nothing_after_finalization(void)
{
    PyInterpreterView *main, *another;
    PyThreadState *state = start(&main);
    run_in(main, "x = 1");
    another = PyInterpreterView_FromMain();
    CHECK(another != NULL);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    comes_too_late(main);
    comes_too_late(another);
    on_new_thread(comes_too_late, main);
    PyInterpreterView_Close(another);
    another = PyInterpreterView_FromMain();
    CHECK(another != NULL);
    on_new_thread(comes_too_late, another);
    PyInterpreterView_Close(another);
    PyInterpreterView_Close(main);
}

static void *closes(void *guard)
{
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    return NULL;
}

static void guards_in_any_order(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyInterpreterGuard *guards[6];
    for (int i = 0; i < 6; i++) {
        if (i % 2) {
            PyEval_RestoreThread(state);
            guards[i] = PyInterpreterGuard_FromCurrent();
            PyEval_SaveThread();
        } else {
            guards[i] = PyInterpreterGuard_FromView(main);
        }
        CHECK(guards[i] != NULL);
    }
    PyInterpreterGuard_Close(guards[3]);
    PyInterpreterGuard_Close(guards[0]);
    on_new_thread(closes, guards[5]); /* by one that never was attached */
    on_new_thread(enters_by_guard, guards[1]);
    PyEval_RestoreThread(state);
    PyInterpreterGuard_Close(guards[2]);
    PyInterpreterGuard_Close(guards[4]);
    PyEval_SaveThread();
    finish(state, main);
}

static void *opens_and_waits(void *barrier)
{
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(held.view);
    CHECK(guard != NULL);
    pthread_barrier_wait((pthread_barrier_t *)barrier);
    event_wait(&held.exiting);
    PyThreadStateToken *token = PyThreadState_Ensure(guard);
    CHECK(token != NULL);
    run("x = 1");
    PyThreadState_Release(token);
    __atomic_add_fetch(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyInterpreterGuard_Close(guard);
    return NULL;
}

static void guards_of_several_threads(void)
{
    PyThreadState *state = start(&held.view);
    pthread_t threads[6];
    pthread_barrier_t barrier;
    CHECK(pthread_barrier_init(&barrier, NULL, 7) == 0);
    for (int i = 0; i < 6; i++)
        threads[i] = thread_start(opens_and_waits, &barrier);
    pthread_barrier_wait(&barrier);
    PyEval_RestoreThread(state);
    tell_exit();
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 6);
    for (int i = 0; i < 6; i++)
        thread_join(threads[i]);
    PyInterpreterView_Close(held.view);
}

static void views_are_their_own(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyInterpreterView *views[3] = { PyInterpreterView_FromCurrent(), PyInterpreterView_FromMain(),
                                    PyInterpreterView_FromCurrent() };
    PyEval_SaveThread();
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(views[0]);
    PyInterpreterView_Close(views[0]);
    PyInterpreterView_Close(views[2]);
    CHECK(guard != NULL); /* and outlives its view */
    on_new_thread(enters_by_view, views[1]);
    PyThreadStateToken *token = PyThreadState_EnsureFromView(views[1]);
    CHECK(token != NULL);
    PyInterpreterView_Close(views[1]); /* attached by it */
    run("x = 3");
    PyThreadState_Release(token);
    on_new_thread(enters_by_guard, guard);
    finish(state, main);
}

/* ---- several interpreters ---- */

static void into_another_interpreter_and_back(void)
{
    PyInterpreterView *main, *view;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&view);
    int64_t id = PyInterpreterState_GetID(PyThreadState_GetInterpreter(sub));
    run("x = 'main'");
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(view);
    CHECK(guard != NULL && where() == 0);
    for (int i = 0; i < 3; i++) {
        PyThreadStateToken *token = PyThreadState_Ensure(guard);
        CHECK(token != NULL && where() == id && PyThreadState_Get() != state);
        run("assert 'x' not in globals() or x == 'sub'; x = 'sub'");
        PyThreadState_Release(token);
        CHECK(PyThreadState_Get() == state && where() == 0);
        run("assert x == 'main'");
    }
    PyInterpreterGuard_Close(guard);
    end_interpreter(sub);
    PyInterpreterView_Close(view);
    PyEval_SaveThread();
    finish(state, main);
}

static PyInterpreterView *both[2];
static int64_t ids[2];

static void *goes_to_and_fro(void *unused)
{
    (void)unused;
    PyThreadStateToken *tokens[6];
    PyThreadState *states[6];
    for (int i = 0; i < 6; i++) {
        tokens[i] = PyThreadState_EnsureFromView(both[i % 2]);
        CHECK(tokens[i] != NULL && where() == ids[i % 2]);
        states[i] = PyThreadState_Get();
        run("x = 1");
    }
    for (int i = 5; i >= 0; i--) {
        CHECK(PyThreadState_Get() == states[i] && where() == ids[i % 2]);
        PyThreadState_Release(tokens[i]);
    }
    CHECK(attached() == NULL);
    return NULL;
}

static void to_and_fro(void)
{
    PyThreadState *state = start(&both[0]);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&both[1]);
    ids[1] = PyInterpreterState_GetID(PyThreadState_GetInterpreter(sub));
    PyEval_SaveThread();
    on_new_thread(goes_to_and_fro, NULL);
    goes_to_and_fro(NULL);
    PyEval_RestoreThread(state);
    end_interpreter(sub);
    PyInterpreterView_Close(both[1]);
    PyEval_SaveThread();
    finish(state, both[0]);
}

static void main_from_within_another(void)
{
    PyInterpreterView *main, *view, *of_main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&view);
    PyThreadState_Swap(sub);
    of_main = PyInterpreterView_FromMain();
    CHECK(of_main != NULL && PyThreadState_Get() == sub);
    PyThreadStateToken *token = PyThreadState_EnsureFromView(of_main);
    CHECK(token != NULL && where() == 0);
    run("x = 'main'");
    PyThreadState_Release(token);
    CHECK(PyThreadState_Get() == sub);
    PyInterpreterView *here = PyInterpreterView_FromCurrent();
    token = PyThreadState_EnsureFromView(here);
    CHECK(token != NULL && PyThreadState_Get() == sub);
    PyThreadState_Release(token);
    CHECK(PyThreadState_Get() == sub);
    PyInterpreterView_Close(here);
    PyInterpreterView_Close(of_main);
    PyThreadState_Swap(state);
    end_interpreter(sub);
    PyInterpreterView_Close(view);
    PyEval_SaveThread();
    finish(state, main);
}

static void nothing_after_its_end(void)
{
    PyInterpreterView *main, *view, *next;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&view);
    run_in(view, "x = 1");
    end_interpreter(sub);
    comes_too_late(view);
    CHECK(PyErr_Occurred() == NULL && PyThreadState_Get() == state);
    sub = new_interpreter(&next); /* perhaps at the same address */
    comes_too_late(view);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(comes_too_late, view);
    Py_END_ALLOW_THREADS
    end_interpreter(sub);
    PyInterpreterView_Close(next);
    PyInterpreterView_Close(view);
    PyEval_SaveThread();
    finish(state, main);
}

static void guard_blocks_its_interpreters_end(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&held.view);
    PyThreadState_Swap(sub);
    tell_exit();
    PyThreadState_Swap(state);
    Py_BEGIN_ALLOW_THREADS
    pthread_t thread = thread_start(holds_a_guard, NULL);
    event_wait(&held.has_it);
    Py_BLOCK_THREADS
    end_interpreter(sub);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    Py_UNBLOCK_THREADS
    thread_join(thread);
    Py_END_ALLOW_THREADS
    comes_too_late(held.view);
    CHECK(where() == 0);
    run("x = 1"); /* main is not concerned */
    PyInterpreterView_Close(held.view);
    PyEval_SaveThread();
    finish(state, main);
}

#if PY_VERSION_HEX >= 0x030c0000
static void with_a_gil_of_its_own(void)
{
    PyInterpreterView *main, *view;
    PyThreadState *state = start(&main), *sub;
    PyEval_RestoreThread(state);
    PyInterpreterConfig config = { .check_multi_interp_extensions = 1, .gil = PyInterpreterConfig_OWN_GIL,
                                   .allow_threads = 1 };
    CHECK(!PyStatus_Exception(Py_NewInterpreterFromConfig(&sub, &config)));
    view = PyInterpreterView_FromCurrent();
    PyThreadState_Swap(state);
    both[0] = main;
    both[1] = view;
    ids[1] = PyInterpreterState_GetID(PyThreadState_GetInterpreter(sub));
    run_in(view, "x = 1");
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(goes_to_and_fro, NULL);
    Py_END_ALLOW_THREADS
    end_interpreter(sub);
    comes_too_late(view);
    PyInterpreterView_Close(view);
    PyEval_SaveThread();
    finish(state, main);
}
#endif

/* ---- beside PyGILState ---- */

static void *gilstate_finds_it(void *view)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(token != NULL);
    PyThreadState *state = PyThreadState_Get();
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state && PyGILState_GetThisThreadState() == state);
    run("x = 1");
    PyGILState_Release(ensured);
    CHECK(PyThreadState_Get() == state);
    Py_BEGIN_ALLOW_THREADS
    ensured = PyGILState_Ensure();
    CHECK(PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    Py_END_ALLOW_THREADS
    PyThreadState_Release(token);
    CHECK(attached() == NULL && PyGILState_GetThisThreadState() == NULL);
    return NULL;
}

static void gilstate_inside(void)
{
    PyInterpreterView *main, *view;
    PyThreadState *state = start(&main);
    on_new_thread(gilstate_finds_it, main);
    PyEval_RestoreThread(state);
    PyThreadState *sub = new_interpreter(&view);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(gilstate_finds_it, view);
    Py_END_ALLOW_THREADS
    end_interpreter(sub);
    PyInterpreterView_Close(view);
    PyEval_SaveThread();
    finish(state, main);
}

static void *enters_by_gilstate(void *view)
{
    PyGILState_STATE ensured = PyGILState_Ensure();
    PyThreadState *state = PyThreadState_Get();
    PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(token != NULL && PyThreadState_Get() == state);
    PyThreadState_Release(token);
    CHECK(PyThreadState_Get() == state);
    Py_BEGIN_ALLOW_THREADS
    token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(token != NULL && PyThreadState_Get() == state);
    run("x = 1");
    PyThreadState_Release(token);
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    return NULL;
}

static void inside_gilstate(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(enters_by_gilstate, main);
    finish(state, main);
}

static PyThreadStateToken *my_ensure(void)
{
    PyInterpreterView *view = PyInterpreterView_FromMain();
    CHECK(view != NULL);
    PyThreadStateToken *token = PyThreadState_EnsureFromView(view);
    PyInterpreterView_Close(view);
    CHECK(token != NULL);
    return token;
}

static void *enters_by_mine(void *unused)
{
    (void)unused;
    PyThreadStateToken *outer = my_ensure(), *inner = my_ensure();
    run("x = 42");
    PyThreadState_Release(inner);
    PyThreadState_Release(outer);
    return NULL;
}

static void a_gilstate_of_ones_own(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(enters_by_mine, NULL);
    finish(state, main);
}

/* ---- what a state holds ---- */

static void *leaves_exceptions(void *view)
{
    PyThreadStateToken *outer = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    PyErr_SetString(PyExc_ValueError, "mine");
    PyThreadStateToken *inner = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(inner != NULL && PyErr_ExceptionMatches(PyExc_ValueError));
    PyThreadState_Release(inner);
    CHECK(PyErr_ExceptionMatches(PyExc_ValueError)); /* one state, one exception */
    PyThreadState_Release(outer);
    outer = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    CHECK(outer != NULL && PyErr_Occurred() == NULL); /* it went with the state */
    PyThreadState_Release(outer);
    return NULL;
}

static void exceptions(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    run_in(main, "import sys; told = 0\ndef tell(unraisable):\n  global told; told += 1\nsys.unraisablehook = tell");
    on_new_thread(leaves_exceptions, main);
    PyEval_RestoreThread(state);
    CHECK(number("told") == 0);
    PyErr_SetString(PyExc_KeyError, "main's");
    Py_BEGIN_ALLOW_THREADS
    PyThreadStateToken *token = PyThreadState_EnsureFromView(main);
    CHECK(token != NULL && PyErr_ExceptionMatches(PyExc_KeyError));
    PyErr_SetString(PyExc_IndexError, "main's, too");
    PyThreadState_Release(token);
    Py_END_ALLOW_THREADS
    CHECK(PyErr_ExceptionMatches(PyExc_IndexError)); /* the state is main's own, and stays */
    PyErr_Clear();
    CHECK(number("told") == 0);
    PyEval_SaveThread();
    finish(state, main);
}

static void *keeps_values(void *view)
{
    PyThreadStateToken *outer = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    run("local.value = Value()");
    PyThreadStateToken *inner = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    run("assert isinstance(local.value, Value)");
    PyThreadState_Release(inner);
    run("assert isinstance(local.value, Value) and deleted == 0");
    Py_BEGIN_ALLOW_THREADS
    inner = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    run("assert isinstance(local.value, Value)");
    PyThreadState_Release(inner);
    Py_END_ALLOW_THREADS
    run("assert isinstance(local.value, Value) and deleted == 0");
    PyThreadState_Release(outer);
    return NULL;
}

static void values_of_a_thread(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    run_in(main, "import threading\nlocal = threading.local()\ndeleted = 0\n"
                 "class Value:\n  def __del__(self):\n    global deleted; deleted += 1\n");
    on_new_thread(keeps_values, main);
    run_in(main, "local.value = 'of the main thread'");
    PyEval_RestoreThread(state);
    run("assert local.value == 'of the main thread'"); /* which has a state to come back to */
    PyEval_SaveThread();
    finish(state, main);
}

#ifndef PYFERRY_PEP788_KEEP_STATES
/* CPython makes a state for each outermost PyThreadState_Ensure of a thread that has none, and deletes it afterwards. */
static void *has_new_states(void *view)
{
    for (int i = 1; i < 4; i++) {
        PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
        run("assert not hasattr(local, 'value') and variable.get() == 0");
        run("local.value = Value(); variable.set(1)");
        CHECK(number("deleted") == i - 1 && count_states() == number("states") + 1);
        PyThreadState_Release(token);
    }
    return NULL;
}

static void states_go_with_their_release(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    run("import threading, contextvars\nlocal = threading.local()\ndeleted = 0\n"
        "variable = contextvars.ContextVar('variable', default=0)\n"
        "class Value:\n  def __init__(self): self.thread = threading.get_ident()\n"
        "  def __del__(self):\n    global deleted; deleted += threading.get_ident() == self.thread\n");
    int states = count_states();
    PyObject *count = PyLong_FromLong(states);
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), "states", count) == 0);
    Py_DECREF(count);
    PyEval_SaveThread();
    on_new_thread(has_new_states, main);
    PyEval_RestoreThread(state);
    CHECK(number("deleted") == 3 && count_states() == states);
    PyEval_SaveThread();
    finish(state, main);
}
#endif

#ifdef PYFERRY_PEP788_KEEP_STATES
static void *has_its_state_again(void *view)
{
    run_in((PyInterpreterView *)view, "local.value = 7; variable.set(1)");
    run_in((PyInterpreterView *)view, "assert local.value == 7 and variable.get() == 1");
    return NULL;
}

static void states_are_kept(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    run_in(main, "import threading, contextvars\nlocal = threading.local()\n"
                 "variable = contextvars.ContextVar('variable', default=0)\n");
    on_new_thread(has_its_state_again, main);
    finish(state, main);
}
#endif

#ifndef PYFERRY_PEP788_KEEP_STATES
static PyInterpreterView *destructors_view;
static int destroyed;

static void enters_in_destructor(PyObject *capsule)
{
    (void)capsule;
    PyThreadStateToken *token = PyThreadState_EnsureFromView(destructors_view);
    CHECK(token != NULL);
    run("x = 1");
    PyThreadState_Release(token);
    destroyed++;
}

static void *leaves_a_capsule(void *view)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
    PyObject *capsule = PyCapsule_New(&destroyed, "test", enters_in_destructor);
    CHECK(capsule != NULL && PyDict_SetItemString(PyThreadState_GetDict(), "capsule", capsule) == 0);
    Py_DECREF(capsule);
    PyThreadState_Release(token);
    return NULL;
}

static void in_a_states_destructors(void)
{
    PyThreadState *state = start(&destructors_view);
    on_new_thread(leaves_a_capsule, destructors_view);
    finish(state, destructors_view);
    CHECK(destroyed == 1);
}
#endif

/* ---- Python's own threads ---- */

static PyObject *critical_operation(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyInterpreterGuard *guard = PyInterpreterGuard_FromCurrent();
    if (guard == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    event_set(&held.has_it); /* it has a lock, say */
    event_wait(&held.exiting);
    sleep_ms(20);
    Py_END_ALLOW_THREADS
    run("import sys; assert sys.modules");
    __atomic_store_n(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyInterpreterGuard_Close(guard);
    Py_RETURN_NONE;
}
static PyMethodDef critical = { "critical_operation", critical_operation, METH_NOARGS, NULL };

static void guard_of_a_daemon_thread(void)
{
    PyThreadState *state = start(&held.view);
    PyEval_RestoreThread(state);
    define(&critical);
    tell_exit();
    run("import threading; threading.Thread(target=critical_operation, daemon=True).start()");
    Py_BEGIN_ALLOW_THREADS
    event_wait(&held.has_it);
    Py_END_ALLOW_THREADS
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    PyInterpreterView_Close(held.view);
}

static PyObject *enters_in_a_callback(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyThreadState *state = PyThreadState_Get();
    PyThreadStateToken *token = PyThreadState_EnsureFromView(held.view);
    CHECK(token != NULL && PyThreadState_Get() == state);
    PyThreadState_Release(token);
    CHECK(PyThreadState_Get() == state);
    Py_BEGIN_ALLOW_THREADS
    token = PyThreadState_EnsureFromView(held.view);
    CHECK(token != NULL && PyThreadState_Get() == state);
    PyThreadState_Release(token);
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state);
    Py_RETURN_NONE;
}
static PyMethodDef callback = { "callback", enters_in_a_callback, METH_NOARGS, NULL };

static void threads_of_pythons_own(void)
{
    PyThreadState *state = start(&held.view);
    PyEval_RestoreThread(state);
    define(&callback);
    run("import threading\nthreads = [threading.Thread(target=callback) for _ in range(4)]\n"
        "for thread in threads: thread.start()\nfor thread in threads: thread.join()\ncallback()");
    PyEval_SaveThread();
    finish(state, held.view);
}

/* ---- the PEP's examples ---- */

static int log_to_py_file_object(PyInterpreterView *view, PyObject *file, PyObject *text)
{
    PyThreadStateToken *token = PyThreadState_EnsureFromView(view);
    if (token == NULL)
        return -1;
    const char *to_write = PyUnicode_AsUTF8(text);
    if (to_write == NULL) {
        PyErr_Clear();
        PyThreadState_Release(token);
        return -1;
    }
    int res = PyFile_WriteString(to_write, file);
    PyThreadState_Release(token);
    return res < 0;
}

static PyObject *file, *text;

static void *logs(void *view)
{
    for (int i = 0; i < 5; i++)
        CHECK(log_to_py_file_object((PyInterpreterView *)view, file, text) == 0);
    return NULL;
}

static void a_library_interface(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    run("import io; file = io.StringIO()");
    file = PyObject_GetAttrString(PyImport_AddModule("__main__"), "file");
    text = PyUnicode_FromString("line");
    CHECK(log_to_py_file_object(main, file, text) == 0); /* attached */
    Py_BEGIN_ALLOW_THREADS
    CHECK(log_to_py_file_object(main, file, text) == 0);
    on_new_thread(logs, main);
    Py_END_ALLOW_THREADS
    run("assert file.getvalue() == 'line' * 7");
    Py_DECREF(file);
    Py_DECREF(text);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(log_to_py_file_object(main, NULL, NULL) == -1);
    PyInterpreterView_Close(main);
}

static void *calls_back(void *argument)
{
    PyInterpreterView *view = (PyInterpreterView *)argument;
    PyThreadStateToken *token = PyThreadState_EnsureFromView(view);
    if (token == NULL) {
        PyInterpreterView_Close(view);
        return (void *)"refused";
    }
    run("called = globals().get('called', 0) + 1");
    PyThreadState_Release(token);
    PyInterpreterView_Close(view);
    return NULL;
}

static void an_asynchronous_callback(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyInterpreterView *views[3];
    for (int i = 0; i < 3; i++)
        CHECK((views[i] = PyInterpreterView_FromCurrent()) != NULL);
    Py_BEGIN_ALLOW_THREADS
    CHECK(on_new_thread(calls_back, views[0]) == NULL);
    CHECK(on_new_thread(calls_back, views[1]) == NULL);
    Py_END_ALLOW_THREADS
    CHECK(number("called") == 2);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(on_new_thread(calls_back, views[2]) != NULL);
    PyInterpreterView_Close(main);
}

/* The guard is closed as soon as the thread is in, which may be hung from then on, and is where it comes back too late. */
static void *is_a_daemon(void *guard)
{
    PyThreadStateToken *token = PyThreadState_Ensure((PyInterpreterGuard *)guard);
    CHECK(token != NULL);
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    run("x = 42");
    PyThreadState *state = PyEval_SaveThread();
    event_set(&held.has_it);
    for (;;)
        pause();
    PyEval_RestoreThread(state);
    PyThreadState_Release(token);
    return NULL;
}

static void a_daemon_thread(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(main);
    thread_start(is_a_daemon, guard);
    event_wait(&held.has_it);
    run_in(main, "assert x == 42");
    finish(state, main);
}

/* Ended or hung by CPython as soon as it wants to come back, or at its next bytecode. */
static void *is_a_daemon_that_runs(void *guard)
{
    PyThreadStateToken *token = PyThreadState_Ensure((PyInterpreterGuard *)guard);
    CHECK(token != NULL);
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    event_set(&held.has_it);
    run("import time\nwhile True: time.sleep(0.001)");
    CHECK(!"still there");
    PyThreadState_Release(token);
    return NULL;
}

static void a_daemon_thread_that_runs_on(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    for (int i = 0; i < 3; i++)
        thread_start(is_a_daemon_that_runs, PyInterpreterGuard_FromView(main));
    event_wait(&held.has_it);
    run_in(main, "import time; time.sleep(0.02)");
    finish(state, main);
    sleep_ms(20);
}

static void *is_a_daemon_in_time(void *guard)
{
    PyThreadStateToken *token = PyThreadState_Ensure((PyInterpreterGuard *)guard);
    CHECK(token != NULL);
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    run("x = 42");
    PyThreadState_Release(token);
    CHECK(attached() == NULL);
    return NULL;
}

static void a_daemon_thread_that_ends_in_time(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(is_a_daemon_in_time, PyInterpreterGuard_FromView(main));
    on_new_thread(is_a_daemon_in_time, PyInterpreterGuard_FromView(main));
    finish(state, main);
}

/* ---- before, while and after ---- */

static void main_before_there_is_one(void)
{
    PyInterpreterView *early = PyInterpreterView_FromMain(), *main;
    CHECK(early != NULL);
    comes_too_late(early); /* or too early */
    on_new_thread(comes_too_late, early);
    PyThreadState *state = start(&main);
    on_new_thread(enters_by_view, early);
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(early);
    CHECK(guard != NULL);
    on_new_thread(enters_by_guard, guard);
    finish(state, main);
    comes_too_late(early);
    PyInterpreterView_Close(early);
}

static void main_again(void)
{
    PyInterpreterView *first, *second;
    PyThreadState *state = start(&first);
    on_new_thread(enters_by_view, first);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    comes_too_late(first);
    state = start(&second);
    on_new_thread(enters_by_view, second);
    on_new_thread(enters_by_view, first); /* the number is the same: CPython lets it in */
    finish(state, second);
    comes_too_late(first);
    PyInterpreterView_Close(first);
}

static int last_words;

static void says_last_words(PyObject *capsule)
{
    (void)capsule;
    /* Modules are gone: there is no more waiting, and no more guards. */
    PyInterpreterView *view = PyInterpreterView_FromCurrent();
    CHECK(view != NULL && PyErr_Occurred() == NULL);
    CHECK(PyInterpreterGuard_FromView(view) == NULL && PyErr_Occurred() == NULL);
    CHECK(PyThreadState_EnsureFromView(view) == NULL && PyErr_Occurred() == NULL);
    CHECK(PyInterpreterGuard_FromCurrent() == NULL && PyErr_Occurred() != NULL);
    PyErr_Clear();
    PyInterpreterView_Close(view);
    last_words++;
}

static void no_guards_in_the_last_of_it(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    PyObject *capsule = PyCapsule_New(&last_words, "test", says_last_words);
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), "capsule", capsule) == 0);
    Py_DECREF(capsule);
    PyEval_SaveThread();
    finish(state, main);
    CHECK(last_words == 1);
}

static void *comes_while_it_waits(void *unused)
{
    (void)unused;
    run_in(held.view, "x = 'let in'");
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(held.view);
    CHECK(guard != NULL);
    on_new_thread(enters_by_guard, guard);
    return NULL;
}

static void *keeps_the_door_open(void *unused)
{
    (void)unused;
    PyInterpreterGuard *guard = PyInterpreterGuard_FromView(held.view);
    CHECK(guard != NULL);
    event_set(&held.has_it);
    event_wait(&held.exiting);
    /* Finalization has not started: it waits for this guard. */
    for (int i = 0; i < 3; i++) {
        on_new_thread(comes_while_it_waits, NULL);
        sleep_ms(20);
    }
    PyThreadStateToken *token = PyThreadState_Ensure(guard);
    CHECK(token != NULL);
    PyInterpreterGuard *another = PyInterpreterGuard_FromCurrent();
    CHECK(another != NULL);
    PyInterpreterGuard_Close(another);
    PyThreadStateToken *inner = PyThreadState_EnsureFromView(held.view);
    CHECK(inner != NULL);
    PyThreadState_Release(inner);
    PyThreadState_Release(token);
    __atomic_store_n(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyInterpreterGuard_Close(guard);
    return NULL;
}

static void others_come_in_while_it_waits(void)
{
    PyThreadState *state = start(&held.view);
    PyEval_RestoreThread(state);
    tell_exit();
    PyEval_SaveThread();
    pthread_t thread = thread_start(keeps_the_door_open, NULL);
    event_wait(&held.has_it);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    thread_join(thread);
    comes_too_late(held.view);
    PyInterpreterView_Close(held.view);
}

static pthread_t late_thread;

static void *was_sent_late(void *guard)
{
    sleep_ms(20);
    PyThreadStateToken *token = PyThreadState_Ensure((PyInterpreterGuard *)guard);
    CHECK(token != NULL);
    run("import sys; assert sys.modules");
    PyThreadState_Release(token);
    __atomic_store_n(&held.let_go, 1, __ATOMIC_SEQ_CST);
    PyInterpreterGuard_Close((PyInterpreterGuard *)guard);
    return NULL;
}

static PyObject *sends_late(PyObject *self, PyObject *unused)
{
    (void)self, (void)unused;
    PyInterpreterGuard *guard = PyInterpreterGuard_FromCurrent();
    CHECK(guard != NULL);
    late_thread = thread_start(was_sent_late, guard);
    Py_RETURN_NONE;
}
static PyMethodDef send_late = { "send_late", sends_late, METH_NOARGS, NULL };

static void guard_in_an_atexit_function(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    PyEval_RestoreThread(state);
    define(&send_late);
    run("import atexit; atexit.register(send_late)");
    CHECK(Py_FinalizeEx() == 0);
    CHECK(__atomic_load_n(&held.let_go, __ATOMIC_SEQ_CST) == 1);
    thread_join(late_thread);
    PyInterpreterView_Close(main);
}

static void *visits_until_refused(void *view)
{
    long *visits = (long *)calloc(1, sizeof *visits);
    for (;; ++*visits) {
        PyThreadStateToken *token = PyThreadState_EnsureFromView((PyInterpreterView *)view);
        if (token == NULL)
            return visits;
        PyObject *made = PyLong_FromLong(*visits + 100000);
        CHECK(made != NULL);
        Py_DECREF(made);
        PyThreadState_Release(token);
        sleep_ms(1); /* two that are never out at the same time would keep CPython from finalising */
    }
}

static void finalized_under_visitors(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start(visits_until_refused, main);
    sleep_ms(50);
    PyEval_RestoreThread(state);
    CHECK(Py_FinalizeEx() == 0);
    for (int i = 0; i < 4; i++)
        free(thread_join(threads[i]));
    PyInterpreterView_Close(main);
}

static void in_a_forked_child(void)
{
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    on_new_thread(enters_by_view, main);
    PyEval_RestoreThread(state);
    run("import os, sys; child = os.fork()");
    if (number("child") == 0) {
        PyThreadStateToken *token = PyThreadState_EnsureFromView(main);
        CHECK(token != NULL && PyThreadState_Get() == state);
        PyThreadState_Release(token);
        PyInterpreterGuard *guard = PyInterpreterGuard_FromCurrent();
        CHECK(guard != NULL);
        Py_BEGIN_ALLOW_THREADS
        on_new_thread(enters_by_guard, guard);
        on_new_thread(enters_by_view, main);
        Py_END_ALLOW_THREADS
        CHECK(Py_FinalizeEx() == 0);
        comes_too_late(main);
        _exit(0);
    }
    run("assert os.waitpid(child, 0)[1] == 0");
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(enters_by_view, main);
    Py_END_ALLOW_THREADS
    PyEval_SaveThread();
    finish(state, main);
}

/* Nothing is left behind by any of it. */
static void comes_and_goes(void)
{
#ifdef __linux__
    PyInterpreterView *main;
    PyThreadState *state = start(&main);
    long before = 0;
    for (int i = 0; i < often(200); i++) {
        if (i == often(200) / 2)
            before = resident_memory();
        on_new_thread(enters_again_and_again, main);
        PyInterpreterView_Close(PyInterpreterView_FromMain());
    }
    CHECK(resident_memory() - before < 4 << 20 || slowdown() > 1); /* an emulator keeps something of each thread */
    finish(state, main);
#endif
}

/* ---- */

struct scenario {
    const char *name;
    void (*run)(void);
};
#define SCENARIO(name) { #name, name }

static const struct scenario scenarios[] = {
    SCENARIO(fresh_thread_by_view),
    SCENARIO(fresh_thread_by_guard),
    SCENARIO(one_after_the_other),
    SCENARIO(nested_on_one_state),
    SCENARIO(attached_stays_attached),
    SCENARIO(in_allow_threads),
    SCENARIO(allow_threads_inside),
    SCENARIO(one_view_for_many_threads),
    SCENARIO(guard_blocks_finalization),
    SCENARIO(ensured_from_view_blocks_finalization),
    SCENARIO(nothing_after_finalization),
    SCENARIO(guards_in_any_order),
    SCENARIO(guards_of_several_threads),
    SCENARIO(views_are_their_own),
    SCENARIO(into_another_interpreter_and_back),
    SCENARIO(to_and_fro),
    SCENARIO(main_from_within_another),
    SCENARIO(nothing_after_its_end),
    SCENARIO(guard_blocks_its_interpreters_end),
#if PY_VERSION_HEX >= 0x030c0000
    SCENARIO(with_a_gil_of_its_own),
#endif
    SCENARIO(gilstate_inside),
    SCENARIO(inside_gilstate),
    SCENARIO(a_gilstate_of_ones_own),
    SCENARIO(exceptions),
    SCENARIO(values_of_a_thread),
#ifdef PYFERRY_PEP788_KEEP_STATES
    SCENARIO(states_are_kept),
#else
    SCENARIO(states_go_with_their_release),
    SCENARIO(in_a_states_destructors),
#endif
    SCENARIO(guard_of_a_daemon_thread),
    SCENARIO(threads_of_pythons_own),
    SCENARIO(a_library_interface),
    SCENARIO(an_asynchronous_callback),
    SCENARIO(a_daemon_thread),
    SCENARIO(a_daemon_thread_that_runs_on),
    SCENARIO(a_daemon_thread_that_ends_in_time),
    SCENARIO(main_before_there_is_one),
    SCENARIO(main_again),
    SCENARIO(no_guards_in_the_last_of_it),
    SCENARIO(others_come_in_while_it_waits),
    SCENARIO(guard_in_an_atexit_function),
    SCENARIO(finalized_under_visitors),
    SCENARIO(in_a_forked_child),
    SCENARIO(comes_and_goes),
};

/* Whether it was all right; a hang is not. */
static bool passes(const struct scenario *scenario)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
#ifdef __linux__
        prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
        alarm((unsigned)(30 * slowdown()));
        scenario->run();
        fflush(NULL);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0)
        fprintf(stderr, "%s: %s %d\n", scenario->name, WIFSIGNALED(status) ? "signal" : "exit status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return status == 0;
}

/* All scenarios, or those that are named. */
int main(int argc, char **argv)
{
    int ran = 0, failed = 0;
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        bool named = argc < 2;
        for (int j = 1; j < argc; j++)
            named |= strcmp(argv[j], scenarios[i].name) == 0;
        if (named) {
#ifdef PYFERRY_PEP788_KEEP_STATES
            bool others_run_it = left_out((int)i);
#else
            bool others_run_it = left_out((int)i + 1);
#endif
            if (argc < 2 && others_run_it)
                continue;
            ran++;
            failed += !passes(&scenarios[i]);
        }
    }
    printf("%d scenarios, %d failed\n", ran, failed);
    return failed != 0 || ran == 0;
}

#endif
