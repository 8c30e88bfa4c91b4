/* A view is valid until it is freed, whatever becomes of its interpreter, and copies are views of their own. */
#include "py.h"

static void *ask_detached(void *unused)
{
    pyferry_view *view = NULL;
    CHECK_REFUSED(pyferry_view_current(&view), PYFERRY_STATUS_NOT_ATTACHED, "not attached");
    CHECK(view == NULL);
    return unused;
}

int main(void)
{
    pyferry_view *main, *old;
    PyThreadState *state = start_python(&main);
    ask_detached(NULL);
    on_new_thread(ask_detached, NULL);
    CHECK(pyferry_view_interpreter_id(main) == 0);

    pyferry_view *sub = new_interpreter(), *copy = pyferry_view_clone(sub), *copy_of_copy = pyferry_view_clone(copy);
    int64_t id = pyferry_view_interpreter_id(sub);
    CHECK(id > 0 && pyferry_view_interpreter_id(copy_of_copy) == id);
    pyferry_view_free(sub);
    pyferry_view_free(copy);
    pyferry_token token = attach(copy_of_copy);
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == id);
    CHECK(is_in(id));
    pyferry_view *current = current_view();
    detach(token);
    check_works(current);
    pyferry_view_free(current);

    /* Ended, with a view in hand: CLOSED, the same number, and it can be copied and freed. */
    CHECK_OK(pyferry_interpreter_end(copy_of_copy, -1));
    check_closed(copy_of_copy);
    CHECK(!pyferry_is_attached(copy_of_copy));
    sub = pyferry_view_clone(copy_of_copy);
    pyferry_view_free(copy_of_copy);
    check_closed(sub);
    CHECK(pyferry_view_interpreter_id(sub) == id);

    finish_python(state);
    check_closed(main);
    check_closed(sub);
    old = main;

    /* Another life of Python: the old views are not views of it, though its main interpreter has the same number. */
    state = start_python(&main);
    CHECK(pyferry_view_interpreter_id(main) == pyferry_view_interpreter_id(old));
    check_works(main);
    check_closed(old);
    CHECK(!pyferry_is_attached(old));
    token = attach(main);
    CHECK(pyferry_is_attached(main) && !pyferry_is_attached(old));
    check_closed(old);
    detach(token);
    finish_python(state);
    pyferry_view_free(old);
    pyferry_view_free(main);
    pyferry_view_free(sub);
    return 0;
}
