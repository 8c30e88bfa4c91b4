/* A function of pyferry_call that leaves an attachment or suspension open, or lets go of the interpreter: the answer says so, and the
   thread is as it was before the call. Nobody else could end the call's own attachment, which would hold every shutdown up. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static pyferry_token token;
static pyferry_suspension suspension;
static PyThreadState *state;
static int calls;

static void leave_attached(void *view)
{
    token = attach(view);
    calls++;
}

static void leave_attached_and_raise(void *view)
{
    leave_attached(view);
    PyErr_SetString(PyExc_ValueError, "lost");
}

static void leave_suspended(void *unused)
{
    (void)unused;
    suspension = suspend();
    calls++;
}

static void let_go(void *unused)
{
    (void)unused;
    state = PyEval_SaveThread();
    calls++;
}

static void suspend_and_attach(void *view)
{
    leave_suspended(NULL);
    token = attach(view);
}

static void refused(void (*function)(void *), void *data, pyferry_status status, const char *part)
{
    PyThreadState *before = pyferry_is_attached(NULL) ? PyThreadState_Get() : NULL;
    calls = 0;
    CHECK_REFUSED(pyferry_call(main_interpreter, function, data), status, part);
    CHECK_SAYS("the main interpreter");
    CHECK(calls == 1);
    CHECK((pyferry_is_attached(NULL) ? PyThreadState_Get() : NULL) == before);
    CHECK(before == NULL || PyErr_Occurred() == NULL);
    check_works(main_interpreter);
    check_works(sub);
}

static void all(void)
{
    pyferry_view *views[] = { main_interpreter, sub };
    for (int i = 0; i < 2; i++) {
        refused(leave_attached, views[i], PYFERRY_STATUS_WRONG_ORDER, "stale");
        CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
        refused(leave_attached_and_raise, views[i], PYFERRY_STATUS_WRONG_ORDER, "pyferry_detach");
        refused(suspend_and_attach, views[i], PYFERRY_STATUS_WRONG_ORDER, "pyferry_resume");
        CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
        CHECK_STATUS(pyferry_resume(&suspension), PYFERRY_STATUS_STALE_TOKEN);
    }
    refused(leave_suspended, NULL, PYFERRY_STATUS_WRONG_ORDER, "suspension");
    CHECK_STATUS(pyferry_resume(&suspension), PYFERRY_STATUS_STALE_TOKEN);
    refused(let_go, NULL, PYFERRY_STATUS_NOT_ATTACHED, "let go");
}

static void *on_thread(void *unused)
{
    all();
    pyferry_token outer = attach(sub);
    all();
    detach(outer);
    outer = attach(main_interpreter);
    all();
    pyferry_suspension out = suspend();
    all();
    resume(out);
    detach(outer);
    PyGILState_STATE ensured = PyGILState_Ensure();
    all();
    PyGILState_Release(ensured);
    CHECK(!pyferry_is_attached(NULL));
    CHECK(!is_listed());
    return unused;
}

int main(void)
{
    PyThreadState *first = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(on_thread, NULL);
    PyEval_RestoreThread(first);
    all();
    PyEval_SaveThread();
    finish_python(first);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    return 0;
}
