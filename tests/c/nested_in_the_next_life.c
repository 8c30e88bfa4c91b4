/* An attachment that nested on the state of the thread which has started Python does not outlast that Python: its end says so, also
   where Python was started again, and has a state at the same address. */
#include "py.h"

int main(void)
{
    for (int i = 0; i < 3; i++) {
        initialize_python();
        pyferry_view *view = main_view();
        pyferry_token token = attach(view);
        CHECK(Py_FinalizeEx() == 0);
        initialize_python();
        CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
        CHECK(pyferry_is_attached(NULL) && !pyferry_is_attached(view));
        pyferry_view_free(view);
        CHECK(Py_FinalizeEx() == 0);
    }
    return 0;
}
