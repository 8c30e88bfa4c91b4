/* The very first call to pyferry comes from inside a sub-interpreter of the host's own, on the thread that belongs to main. */
#include "py.h"

int main(int argc, char **argv)
{
    (void)argv;
    for (int life = 0; life < 2; life++) {
        initialize_python();
        PyThreadState *state = PyThreadState_Get(), *sub = Py_NewInterpreter();
        CHECK(sub != NULL);
        if (argc == 1)
            CHECK(pyferry_is_attached(NULL));
        pyferry_view *main = main_view(), *here = current_view();
        CHECK(pyferry_view_interpreter_id(main) == 0 && pyferry_view_interpreter_id(here) > 0);
        CHECK(pyferry_is_attached(here) && !pyferry_is_attached(main));
        CHECK(PyThreadState_Get() == sub);
        check_works(here);
        check_works(main);
        CHECK(PyThreadState_Get() == sub);
        Py_EndInterpreter(sub);
        PyThreadState_Swap(state);
        CHECK(Py_FinalizeEx() == 0);
        check_closed(here);
        check_closed(main);
        pyferry_view_free(here);
        pyferry_view_free(main);
    }
    return 0;
}
