/* harness: also=cache_off PYFERRY_CACHE=off */
/* The finalising thread itself is attached through pyferry, nested and in all ways: its own pins hold up nothing, and its
   detaches say afterwards that the attachment is over. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;

static void check_over(pyferry_token token)
{
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_CLOSED, "over");
    CHECK(token.private_words[0] == 0 && token.private_words[1] == 0);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
}

/* One that only nested on the state that Py_Initialize made has nothing to lose, and may say so. */
static void check_nested_over(pyferry_token token)
{
    pyferry_status status = pyferry_detach(&token);
    if (status != PYFERRY_STATUS_OK)
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
}

static void one_life(bool adopt, bool in_new_life)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    pyferry_view *old_main = main_interpreter, *old_sub = sub;

    /* On the state that Py_Initialize made: adopted, or while it is attached. */
    if (!adopt)
        PyEval_RestoreThread(state);
    pyferry_token outer = attach(main_interpreter);
    CHECK(PyThreadState_Get() == state);
    pyferry_token nested = attach(main_interpreter);
    CHECK(Py_FinalizeEx() == 0);
    CHECK(!pyferry_is_attached(NULL));
    check_closed(main_interpreter);
    if (in_new_life) {
        /* What was begun in another life ends in this one. */
        state = start_python(&main_interpreter);
        pyferry_token token = attach(main_interpreter);
        CHECK(PyThreadState_Get() == state);
        detach(token);
    }
    check_nested_over(nested);
    if (adopt)
        check_over(outer);
    else
        check_nested_over(outer);
    if (in_new_life) {
        check_works(main_interpreter);
        finish_python(state);
        pyferry_view_free(main_interpreter);
    }
    pyferry_view_free(old_main);
    pyferry_view_free(old_sub);
}

int main(void)
{
    for (int i = 0; i < (in_short() ? 4 : 8); i++)
        one_life(i & 1, i & 2);
    return 0;
}
