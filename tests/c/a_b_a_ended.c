/* harness: timeout=20 */
/* A thread goes from A to B and ends B itself, by CPython's own means: the detach says so, and the thread is in A again as it was,
   whoever attached it there and whether it was suspended. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static struct event in = EVENT_INIT, go = EVENT_INIT;

/* Up to 3.11 Py_EndInterpreter comes back with the GIL held and no state attached. */
static void end_interpreter(PyThreadState *state, PyThreadState *other)
{
    Py_EndInterpreter(state);
    if (python_minor() < 12) {
        PyThreadState_Swap(other);
        PyEval_SaveThread();
    }
}

/* From A into B, which it ends when it is the only one there. Returns the token of B. */
static pyferry_token go_to_its_end(PyThreadState *below)
{
    pyferry_token b = attach(sub);
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&go);
    resume(out);
    end_interpreter(PyThreadState_Get(), below);
    return b;
}

static void *ends_what_it_is_in(void *unused)
{
    pyferry_token a = attach(main_interpreter);
    PyThreadState *below = PyThreadState_Get();
    pyferry_token b = go_to_its_end(below);
    CHECK_STATUS(pyferry_detach(&b), PYFERRY_STATUS_CLOSED);
    CHECK(PyGILState_GetThisThreadState() == below);
    check_ensures(below);
    detach(a);
    check_works(main_interpreter);
    return unused;
}

/* It is attached by a state of its own by the time that it detaches; and never detaches from A. */
static void *ends_and_comes_back_by_itself(void *unused)
{
    attach(main_interpreter);
    PyThreadState *below = PyThreadState_Get();
    PyInterpreterState *interpreter = PyThreadState_GetInterpreter(below);
    pyferry_token b = go_to_its_end(below);
    PyThreadState *own = PyThreadState_New(interpreter);
    PyEval_RestoreThread(own);
    CHECK_STATUS(pyferry_detach(&b), PYFERRY_STATUS_CLOSED);
    CHECK(current_state() == own);
    PyThreadState_Clear(own);
    PyThreadState_DeleteCurrent();
    return unused;
}

/* The caller is attached to main, and is again. Returns the only state of the interpreter. */
static PyThreadState *new_one(PyThreadState *state)
{
    PyThreadState *made = Py_NewInterpreter();
    CHECK(made != NULL);
    sub = current_view();
    PyThreadState_Swap(state);
    return made;
}

static void attached_by_pyferry(PyThreadState *state, void *(*ends)(void *))
{
    in = go = (struct event)EVENT_INIT;
    PyThreadState *made = new_one(state);
    PyEval_SaveThread();
    pthread_t thread = thread_start(ends, NULL);
    event_wait(&in);
    PyEval_RestoreThread(made);
    PyThreadState_Clear(made);
    PyThreadState_DeleteCurrent();
    event_set(&go);
    thread_join(thread);
    PyEval_RestoreThread(state);
    pyferry_view_free(sub);
}

static void attached_by_itself(PyThreadState *state, bool suspended)
{
    PyThreadState *made = new_one(state);
    pyferry_suspension out = PYFERRY_SUSPENSION_INIT;
    if (suspended)
        out = suspend();
    pyferry_token b = attach(sub);
    PyThreadState *ours = PyThreadState_Get();
    if (ours != made) {
        PyEval_SaveThread();
        PyEval_RestoreThread(made);
        PyThreadState_Clear(made);
        PyThreadState_DeleteCurrent();
        PyEval_RestoreThread(ours);
    }
    end_interpreter(ours, state);
    CHECK_STATUS(pyferry_detach(&b), PYFERRY_STATUS_CLOSED);
    CHECK(PyGILState_GetThisThreadState() == state);
    if (suspended)
        resume(out);
    check_ensures(state);
    pyferry_view_free(sub);
}

int main(void)
{
    initialize_python();
    main_interpreter = main_view();
    PyThreadState *state = PyThreadState_Get();
    attached_by_pyferry(state, ends_what_it_is_in);
    if (!python_is_debug()) /* it asserts that A's state is in the slot when it is attached again, and here it is not */
        attached_by_pyferry(state, ends_and_comes_back_by_itself);
    attached_by_itself(state, false);
    attached_by_itself(state, true);
    pyferry_view_free(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    return 0;
}
