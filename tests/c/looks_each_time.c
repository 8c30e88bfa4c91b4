/* harness: timeout=20 */
/* What a thread is attached to is asked of CPython at each call, and not remembered: also by calls that were made before, and
   with nothing of pyferry's in between that would have looked. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static void come_and_go(const pyferry_view *view)
{
    for (int i = 0; i < 3; i++) {
        detach(attach(view));
        CHECK(current_state() == NULL && PyGILState_GetThisThreadState() == NULL);
    }
}

/* The thread lets go by CPython's own means, where `token` is for its last attachment. */
static void let_go(pyferry_token token)
{
    PyThreadState *state = PyEval_SaveThread();
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_NOT_ATTACHED, "let go");
    PyEval_RestoreThread(state);
    detach(token);
}

static void *lets_go(void *view)
{
    come_and_go(view);
    let_go(attach(view));
    CHECK(current_state() == NULL);

    pyferry_token outer = attach(view);
    let_go(attach(view));
    CHECK(current_state() != NULL);
    detach(outer);

    /* And attaches again: really. */
    outer = attach(view);
    PyThreadState *state = PyEval_SaveThread();
    pyferry_token inner = attach(view);
    CHECK(current_state() == state);
    run("sum(range(10))");
    detach(inner);
    CHECK(current_state() == NULL);
    PyEval_RestoreThread(state);
    detach(outer);
    come_and_go(view);
    return NULL;
}

static void *lets_go_in_another(void *unused)
{
    come_and_go(main_interpreter);
    come_and_go(sub);
    for (int i = 0; i < 3; i++) {
        pyferry_token outer = attach(main_interpreter);
        PyThreadState *first = current_state();
        let_go(attach(sub));
        CHECK(current_state() == first);

        pyferry_token inner = attach(sub);
        PyThreadState *second = PyEval_SaveThread();
        pyferry_token again = attach(main_interpreter);
        CHECK(current_state() == first);
        run("sum(range(10))");
        detach(again);
        CHECK(current_state() == NULL);
        PyEval_RestoreThread(second);
        detach(inner);
        CHECK(current_state() == first);
        detach(outer);
        CHECK(current_state() == NULL);
    }
    return unused;
}

/* Somebody else's state: attaches nest on it, and leave it. */
static void *is_attached_by_others(void *unused)
{
    come_and_go(main_interpreter);
    PyGILState_STATE ensured = PyGILState_Ensure();
    PyThreadState *theirs = current_state();
    CHECK(ensured == PyGILState_UNLOCKED && theirs != NULL);
    pyferry_token token = attach(main_interpreter);
    CHECK(current_state() == theirs);
    detach(token);
    CHECK(current_state() == theirs);
    PyGILState_Release(ensured);
    come_and_go(main_interpreter);

    /* In the midst of an attachment, whose states are swapped and swapped back. */
    token = attach(main_interpreter);
    PyThreadState *ours = PyEval_SaveThread();
    PyThreadState *made = PyThreadState_New(PyThreadState_GetInterpreter(ours));
    PyEval_RestoreThread(made);
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_WRONG_ORDER, "swap");
    pyferry_token nested = attach(main_interpreter);
    CHECK(current_state() == made);
    detach(nested);
    PyThreadState_Clear(made);
    PyThreadState_DeleteCurrent();
    PyEval_RestoreThread(ours);
    detach(token);
    CHECK(current_state() == NULL);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(lets_go, main_interpreter);
    on_new_thread(lets_go, sub);
    on_new_thread(lets_go_in_another, NULL);
    on_new_thread(is_attached_by_others, NULL);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
