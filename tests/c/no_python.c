/* harness: mode=alone */
/* Where there is no Python every function has an answer: NO_PYTHON, or the one its comment names. */
#include "use.h"

#define NO_PYTHON(call) CHECK_REFUSED(call, PYFERRY_STATUS_NO_PYTHON, "no Python in this process")

int main(void)
{
    pyferry_view *view = NULL;
    pyferry_suspension suspension = PYFERRY_SUSPENSION_INIT;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;

    NO_PYTHON(pyferry_view_main(&view));
    NO_PYTHON(pyferry_view_current(&view));
    NO_PYTHON(pyferry_interpreter_new(NULL, &view));
    CHECK(view == NULL);
    NO_PYTHON(pyferry_runtime_get_info(&info));
    CHECK(info.version == NULL);
    NO_PYTHON(pyferry_exec("1", NULL));
    NO_PYTHON(pyferry_suspend(&suspension));
    NO_PYTHON(pyferry_runtime_pump());
    NO_PYTHON(pyferry_take_exception());
    size_t length = 7;
    NO_PYTHON(pyferry_eval("1", NULL, NULL, 0, &length));
    CHECK(length == 7);
    CHECK(pyferry_symbol("Py_GetVersion") == NULL);
    CHECK_SAYS("no Python in this process");
    CHECK(!pyferry_is_attached(NULL));
    CHECK_OK(pyferry_thread_forget());

    /* Only a Python gives out views, guards and full tokens, so what takes one sees it empty here. */
    pyferry_token token = PYFERRY_TOKEN_INIT;
    CHECK_STATUS(pyferry_attach(NULL, &token), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
    CHECK_STATUS(pyferry_resume(&suspension), PYFERRY_STATUS_STALE_TOKEN);
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    CHECK_STATUS(pyferry_runtime_stop_with(0, 0), PYFERRY_STATUS_WRONG_ORDER);
    CHECK_STATUS(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER);
    CHECK_OK(pyferry_histograms_start());
    CHECK_OK(pyferry_trace_stop());
    CHECK(pyferry_histograms(NULL, 0) == 0 && pyferry_threads(NULL, 0) == 0 && pyferry_left_behind() == 0);
    CHECK_OK(pyferry_dump(2));
    pyferry_queue_free(NULL);
    CHECK(pyferry_view_interpreter_id(NULL) == -1);
    CHECK(pyferry_view_clone(NULL) == NULL);
    pyferry_view_free(NULL);
    pyferry_guard_close(NULL);

    /* PATH leads nowhere: the message says what was looked for, and what to set. */
    CHECK_REFUSED(pyferry_runtime_start(NULL), PYFERRY_STATUS_NO_PYTHON, "python3");
    CHECK_SAYS("PYFERRY_PYTHON");
    return 0;
}
