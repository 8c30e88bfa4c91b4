/* A report names those who are waited for, and not the thread that waits, though that may be inside too. */
#include "py.h"

static struct guest guest = GUEST(NULL);

static int32_t hear(const char *text, void *data)
{
    char own[32];
    (void)data;
    snprintf(own, sizeof own, "thread %d ", (int)gettid());
    if (strstr(text, own) != NULL)
        fprintf(stderr, "names the thread that waits, %s: %s\n", own, text);
    CHECK(strstr(text, "guest-4") != NULL && strstr(text, own) == NULL && strstr(text, "finishes") == NULL);
    event_set(&guest.leave);
    return PYFERRY_REPORT_WAIT;
}

int main(void)
{
    pyferry_view *main_interpreter;
    pyferry_token token;
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(hear, NULL);
    guest.view = main_interpreter;
    guest.name = "guest-4";
    guest_comes(&guest);
    CHECK_OK(pyferry_attach_labeled(main_interpreter, "finishes", &token));
    CHECK(PyThreadState_Get() == state && Py_FinalizeEx() == 0);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    thread_join(guest.thread);
    pyferry_view_free(main_interpreter);
    return 0;
}
