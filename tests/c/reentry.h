/* What Python code does that runs in the middle of a pyferry call: everything. `act` is that code, and `reentry.act` in Python. */
#ifndef PYFERRY_TEST_REENTRY_H
#define PYFERRY_TEST_REENTRY_H

#include "module.h"
#include "py.h"

static pyferry_view *main_interpreter, *neighbour;
/* Whether they let nobody new in: all three, when Python is shut down. */
static enum { OPEN, CLOSING, SHUT } gates;
/* Makes an interpreter too, and ends it. */
static bool make_others;
/* How often `act` ran, and how often it may: a trace function is called without end. */
static int acts, acts_allowed = 1000;
/* The attachment that a thread is in when `act` runs, if it has one. */
static _Thread_local pyferry_token outermost;

/* Python code that runs in here, or fails in here where the modules have gone: `late`. */
static inline void act_run(bool late)
{
    pyferry_status status = pyferry_exec("acted = sum([1, 2])", NULL);
    if (!late || status != PYFERRY_STATUS_PYTHON_ERROR)
        CHECK_STATUS(status, PYFERRY_STATUS_OK);
    CHECK_STATUS(pyferry_exec("raise ValueError('of act')", "act.py"), PYFERRY_STATUS_PYTHON_ERROR);
}

static inline void act_nested(const pyferry_view *here, bool late)
{
    PyThreadState *state = PyThreadState_Get();
    pyferry_token outer = attach(here), inner = attach(here);
    CHECK(PyThreadState_Get() == state && pyferry_is_attached(here));
    pyferry_token stale = outer;
    if (outermost.private_words[1] != 0) {
        pyferry_token early = outermost;
        pyferry_status status = pyferry_detach(&early);
        if (status != PYFERRY_STATUS_STALE_TOKEN) /* at the end of the thread, which ended it */
            CHECK_STATUS(status, PYFERRY_STATUS_WRONG_ORDER);
    }
    detach(outer);
    CHECK_STATUS(pyferry_detach(&stale), PYFERRY_STATUS_STALE_TOKEN);
    act_run(late);
    detach(inner);
}

/* As check_closed, without the words: a thread that ends may have lost them already. */
static inline void act_shut_out(const pyferry_view *there)
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    pyferry_guard *guard = NULL;
    CHECK_STATUS(pyferry_attach(there, &token), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_guard_open(there, &guard), PYFERRY_STATUS_CLOSED);
}

static inline bool lets_nobody_in(const pyferry_view *there)
{
    pyferry_guard *guard = NULL;
    pyferry_status status = pyferry_guard_open(there, &guard);
    pyferry_guard_close(guard);
    if (status != PYFERRY_STATUS_OK)
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    return status != PYFERRY_STATUS_OK;
}

/* Of one that the program leaves open until Python is shut down. */
static inline bool is_shut(const pyferry_view *there)
{
    bool shut = lets_nobody_in(there);
    CHECK(gates == CLOSING || shut == (gates == SHUT));
    return shut;
}

static inline void act_away(const pyferry_view *here, const pyferry_view *there, bool late)
{
    bool shut = is_shut(there);
    if (shut && !pyferry_is_attached(there)) {
        act_shut_out(there);
        return;
    }
    pyferry_token away = attach(there), back;
    pyferry_status status = pyferry_attach(here, &back);
    if (status == PYFERRY_STATUS_OK) {
        CHECK(pyferry_is_attached(here));
        act_run(late);
        detach(back);
    } else { /* the thread that ends it is no guest of it */
        CHECK(lets_nobody_in(here) && status == PYFERRY_STATUS_CLOSED);
    }
    CHECK(pyferry_is_attached(there));
    detach(away);
    if (shut)
        return;
    pyferry_guard *guard = NULL;
    CHECK_OK(pyferry_guard_open(there, &guard));
    CHECK_OK(pyferry_attach_guarded(guard, &away));
    detach(away);
    pyferry_guard_close(guard);
}

static inline void act_suspended(const pyferry_view *here)
{
    pyferry_suspension out = suspend(), stale = out;
    CHECK(!pyferry_is_attached(NULL));
    if (!is_shut(neighbour) && !pyferry_is_attached(neighbour)) {
        pyferry_token token = attach(neighbour);
        run("acted = 1");
        detach(token);
    }
    CHECK_OK(pyferry_thread_forget());
    pyferry_view *none = NULL;
    CHECK_STATUS(pyferry_view_current(&none), Py_IsInitialized() ? PYFERRY_STATUS_NOT_ATTACHED : PYFERRY_STATUS_NO_PYTHON);
    resume(out);
    CHECK_STATUS(pyferry_resume(&stale), PYFERRY_STATUS_STALE_TOKEN);
    CHECK(pyferry_is_attached(here));
}

static inline void act_refused(const pyferry_view *here)
{
    pyferry_status status = pyferry_interpreter_end(here, 0);
    CHECK(status == PYFERRY_STATUS_WRONG_THREAD || status == PYFERRY_STATUS_CLOSED
          || status == PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(pyferry_interpreter_end(main_interpreter, 0), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(pyferry_detach(NULL), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(strcmp(pyferry_status_name(PYFERRY_STATUS_OK), "PYFERRY_STATUS_OK") == 0);
}

/* The interrupt is for this thread too, which takes it back: it is not what the program is about. */
static inline void act_interrupt(const pyferry_view *here, bool late)
{
    pyferry_status status = pyferry_interpreter_interrupt(here);
    if (!late || status != PYFERRY_STATUS_PYTHON_ERROR)
        CHECK_STATUS(status, PYFERRY_STATUS_OK);
    if (!late && python_minor() == 11) { /* taken back by the call, it hangs the next trace function */
        status = pyferry_exec("for i in (1, 2): pass", NULL);
        CHECK(status == PYFERRY_STATUS_OK || status == PYFERRY_STATUS_PYTHON_ERROR);
        return;
    }
    PyThreadState_SetAsyncExc(PyThread_get_thread_ident(), NULL);
}

static inline void act_make(void)
{
    pyferry_view *made = NULL;
    if (is_shut(main_interpreter)) {
        CHECK_STATUS(pyferry_interpreter_new(NULL, &made), PYFERRY_STATUS_CLOSED);
        return;
    }
    CHECK_OK(pyferry_interpreter_new(NULL, &made));
    pyferry_token token = attach(made);
    run("import threading; mine = threading.local(); mine.value = 1");
    CHECK_STATUS(pyferry_interpreter_end(made, 0), PYFERRY_STATUS_WRONG_THREAD);
    detach(token);
    CHECK_OK(pyferry_interpreter_end(made, -1));
    act_shut_out(made);
    pyferry_view_free(made);
}

/* On an attached thread, in the middle of whatever it does. Leaves it as it was. */
static inline void act(bool late)
{
    static _Thread_local int depth;
    if (depth == 2 || acts >= acts_allowed) /* what it does runs Python code, too */
        return;
    depth++;
    PyThreadState *state = PyThreadState_Get(), *in_slot = PyGILState_GetThisThreadState();
    pyferry_view *here = current_view();
    act_nested(here, late);
    act_away(here, main_interpreter, late);
    act_away(here, neighbour, late);
    act_suspended(here);
    CHECK_OK(pyferry_thread_forget());
    act_refused(here);
    act_interrupt(here, late);
    if (make_others && depth == 1)
        act_make();
    if (in_slot == state) {
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(PyThreadState_Get() == state);
        PyGILState_Release(ensured);
    }
    CHECK(PyThreadState_Get() == state && PyGILState_GetThisThreadState() == in_slot);
    pyferry_view_free(here);
    __atomic_fetch_add(&acts, 1, __ATOMIC_SEQ_CST);
    depth--;
}

static PyObject *reentry_act(PyObject *unused, PyObject *arguments)
{
    (void)unused, (void)arguments;
    act(false);
    Py_RETURN_NONE;
}

static PyObject *reentry_act_late(PyObject *unused, PyObject *arguments)
{
    (void)unused, (void)arguments;
    act(true);
    Py_RETURN_NONE;
}

static void act_of_capsule(PyObject *unused)
{
    (void)unused;
    act(true);
}

static PyObject *reentry_capsule(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    return PyCapsule_New(&acts, NULL, act_of_capsule);
}

static PyMethodDef reentry_methods[] = {
    { "act", reentry_act, METH_VARARGS, NULL }, /* takes anything: a trace function, a hook */
    { "act_late", reentry_act_late, METH_VARARGS, NULL },
    { "capsule", reentry_capsule, METH_NOARGS, NULL }, /* acts when it goes */
    { NULL, NULL, 0, NULL },
};
MODULE(reentry, reentry_methods)

/* Starts Python with the module in it. */
static inline PyThreadState *start_reentry(void)
{
    CHECK(PyImport_AppendInittab("reentry", PyInit_reentry) == 0);
    PyThreadState *state = start_python(&main_interpreter);
    neighbour = new_interpreter();
    return state;
}

#endif
