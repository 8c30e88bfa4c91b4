/* A thread lets go of what it attached through pyferry, is in another interpreter by CPython's own means, and attaches through
   pyferry again meanwhile: whatever became of the other state, PyGILState finds the thread as it was. */
#include "py.h"

static pyferry_view *main_interpreter, *here, *elsewhere;
static PyInterpreterState *other;

enum when { NEVER, BEFORE, AFTER, LAST };

/* Attaches inside of an attachment that was let go of. The other state is deleted before that, or after it, or after the thread
   was back once. */
static void in_again(enum when deleted)
{
    pyferry_token token = attach(here);
    PyThreadState *state = PyEval_SaveThread();
    if (deleted != NEVER) {
        PyThreadState *others = PyThreadState_New(other);
        PyEval_RestoreThread(others);
        run("import sys");
        if (deleted == BEFORE) {
            PyThreadState_Clear(others);
            PyThreadState_DeleteCurrent();
        } else {
            PyEval_SaveThread();
        }
        pyferry_token again = attach(here);
        CHECK(PyThreadState_Get() == state);
        run("x = 1");
        detach(again);
        if (deleted == LAST) {
            PyEval_RestoreThread(state);
            run("x = 2");
            PyEval_SaveThread();
        }
        if (deleted != BEFORE) {
            PyEval_RestoreThread(others);
            PyThreadState_Clear(others);
            PyThreadState_DeleteCurrent();
        }
    }
    PyEval_RestoreThread(state);
    check_ensures(state);
    detach(token);
    check_works(here);
    check_works(elsewhere);
}

/* The same two deep, and into both again, in one order or the other. */
static void in_both_again(const pyferry_view *first, const pyferry_view *second)
{
    pyferry_token below = attach(main_interpreter);
    PyThreadState *of_main = PyThreadState_Get();
    pyferry_token above = attach(here);
    PyThreadState *state = PyEval_SaveThread();
    PyThreadState *others = PyThreadState_New(other);
    PyEval_RestoreThread(others);
    run("import sys");
    PyEval_SaveThread();
    pyferry_token one = attach(first), two = attach(second);
    check_ensures(PyThreadState_Get());
    detach(two);
    check_ensures(PyThreadState_Get());
    detach(one);
    PyEval_RestoreThread(others);
    if (python_minor() >= 12) /* before, CPython looked for no state but the thread's first */
        check_ensures(others);
    PyThreadState_Clear(others);
    PyThreadState_DeleteCurrent();
    PyEval_RestoreThread(state);
    check_ensures(state);
    detach(above);
    check_ensures(of_main);
    detach(below);
    check_works(here);
    check_works(main_interpreter);
}

static void *work(void *unused)
{
    other = interpreter_of(elsewhere);
    in_both_again(main_interpreter, here);
    in_both_again(here, main_interpreter);
    in_again(NEVER);
    in_again(BEFORE);
    in_again(AFTER);
    in_again(LAST);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    here = new_interpreter();
    elsewhere = new_interpreter();
    on_new_thread(work, NULL);
    /* And by the long way, on a thread that is new to all of them. */
    on_new_thread(work, NULL);
    CHECK_OK(pyferry_interpreter_end(here, -1));
    CHECK_OK(pyferry_interpreter_end(elsewhere, -1));
    pyferry_view_free(here);
    pyferry_view_free(elsewhere);
    pyferry_view_free(main_interpreter);
    finish_python(state);
    return 0;
}
