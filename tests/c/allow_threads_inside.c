/* harness: also=cache_off PYFERRY_CACHE=off */
/* Py_BEGIN_ALLOW_THREADS inside an attach: a nested attach really attaches, its detach lets go, Py_END finds all as it was. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

/* The calling thread is attached to `here`. */
static void let_go_and_call_back(const pyferry_view *here, const pyferry_view *there, int depth)
{
    PyThreadState *state = PyThreadState_Get();
    Py_BEGIN_ALLOW_THREADS
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(here));

    pyferry_token token = attach(here);
    CHECK(PyThreadState_Get() == state && pyferry_is_attached(here));
    run("import colorsys");
    detach(token);
    CHECK(!pyferry_is_attached(NULL));

    token = attach(there);
    CHECK(PyThreadState_Get() != state && pyferry_is_attached(there));
    if (depth > 0)
        let_go_and_call_back(there, here, depth - 1);
    detach(token);
    CHECK(!pyferry_is_attached(NULL));

    /* Others get in meanwhile: it really has let go. */
    on_new_thread(visit, (void *)here);
    on_new_thread(visit, (void *)there);
    if (states_are_kept()) { /* else CPython's slot is as CPython leaves it */
        PyGILState_STATE ensured = PyGILState_Ensure();
        CHECK(ensured == PyGILState_UNLOCKED && PyThreadState_Get() == state);
        PyGILState_Release(ensured);
    }
    CHECK(!pyferry_is_attached(NULL));
    Py_END_ALLOW_THREADS
    CHECK(PyThreadState_Get() == state && pyferry_is_attached(here));
    run("colorsys.rgb_to_hsv(1, 1, 1)");
}

static void *inside_attach(void *unused)
{
    pyferry_token token = attach(main_interpreter);
    let_go_and_call_back(main_interpreter, sub, 3);
    pyferry_token inner = attach(main_interpreter);
    let_go_and_call_back(main_interpreter, sub, 0);
    detach(inner);
    detach(token);

    token = attach(sub);
    let_go_and_call_back(sub, main_interpreter, 3);
    detach(token);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    on_new_thread(inside_attach, NULL);
    inside_attach(NULL);
    PyEval_RestoreThread(state);
    let_go_and_call_back(main_interpreter, sub, 3);
    CHECK(Py_FinalizeEx() == 0);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
