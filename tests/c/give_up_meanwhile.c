/* From the moment the host gives a thread or a guard up it is not let into Python, also while the shutdown still waits for others. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event given_up = EVENT_INIT, in = EVENT_INIT;
static pyferry_guard *guard;
static struct guest other = GUEST(NULL);

/* Gives up whoever is in the main interpreter; then waits for the other one. */
static int32_t hear(const char *text, void *data)
{
    (void)data;
    if (strncmp(text, "the main interpreter", strlen("the main interpreter")) == 0)
        return PYFERRY_REPORT_GIVE_UP;
    event_set(&given_up);
    return PYFERRY_REPORT_WAIT;
}

static void *come_back(void *unused)
{
    pyferry_token token = attach(main_interpreter), late = PYFERRY_TOKEN_INIT;
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));
    pyferry_suspension out = suspend();
    event_set(&in);
    event_wait(&given_up);
    CHECK_STATUS(pyferry_attach(main_interpreter, &late), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_attach_guarded(guard, &late), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    pyferry_guard_close(guard);
    event_set(&other.leave);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(hear, NULL);
    pyferry_view *sub = new_interpreter();
    other.view = sub;
    guest_comes(&other);
    pthread_t thread = thread_start(come_back, NULL);
    event_wait(&in);
    finish_python(state);
    thread_join(thread);
    thread_join(other.thread);
    pyferry_view_free(sub);
    pyferry_view_free(main_interpreter);
    return 0;
}
