/* harness: also=cache_off PYFERRY_CACHE=off */
/* Attach nests: on one thread state, to any depth, counted, and undone in reverse order. */
#include "py.h"

enum { DEPTH = 2000 };

static void *nest(void *main)
{
    static pyferry_token tokens[DEPTH];
    pyferry_token outer = attach(main);
    PyThreadState *state = PyThreadState_Get();
    for (int i = 0; i < DEPTH; i++) {
        CHECK_OK(pyferry_attach_labeled(main, "nested", &tokens[i]));
        CHECK(PyThreadState_Get() == state);
    }
    CHECK(states_become(2)); /* soon: the state of the thread before is deleted through one of the library's */
    for (int i = DEPTH; i-- > 0;) {
        CHECK(pyferry_is_attached(main));
        CHECK_OK(pyferry_detach(&tokens[i]));
        CHECK(PyThreadState_Get() == state);
    }
    detach(outer);
    CHECK(!pyferry_is_attached(main) && !pyferry_is_attached(NULL));

    /* The next attach is on the same state again: the thread keeps it. */
    outer = attach(main);
    CHECK(PyThreadState_Get() == state || !states_are_kept());
    detach(outer);
    return NULL;
}

int main(void)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    on_new_thread(nest, main);
    on_new_thread(nest, main);
    finish_python(state);
    pyferry_view_free(main);
    return 0;
}
