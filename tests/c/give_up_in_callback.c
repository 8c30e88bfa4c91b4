/* A thread that the host gives up while a job, or a function of pyferry_call, has let go of Python is not let in again when that
   returns: the call says CLOSED, and the jobs that are left are told. The shutdown waits for others meanwhile. */
#include "py.h"

static pyferry_view *main_interpreter;
static struct event given_up, in;
static struct guest other;
static pyferry_queue *queue;
static PyThreadState *state;
static int ran, told;

/* Gives up whoever is in the main interpreter; then waits for the other one. */
static int32_t hear(const char *text, void *data)
{
    (void)data;
    if (!event_is_set(&in))
        return PYFERRY_REPORT_WAIT;
    if (strncmp(text, "the main interpreter", strlen("the main interpreter")) == 0)
        return PYFERRY_REPORT_GIVE_UP;
    event_set(&given_up);
    return PYFERRY_REPORT_WAIT;
}

static void wait_outside(void)
{
    event_set(&in);
    event_wait(&given_up);
}

static void let_go(void *unused)
{
    (void)unused;
    state = PyEval_SaveThread();
    wait_outside();
}

static void suspends(void *unused)
{
    (void)unused;
    pyferry_suspension out = suspend();
    wait_outside();
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_CLOSED);
}

static void leaves_suspended(void *unused)
{
    (void)unused;
    suspend();
    wait_outside();
}

typedef void function(void *);
static function *const functions[] = { let_go, suspends, leaves_suspended };

static void job(void *which, pyferry_status status)
{
    CHECK_OK(status);
    ran++;
    (*(function *const *)which)(NULL);
}

static void rest(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    told++;
}

static void *by_queue(void *which)
{
    size_t count = 77;
    CHECK_OK(pyferry_queue_post(queue, job, which));
    CHECK_OK(pyferry_queue_post(queue, rest, NULL));
    CHECK_STATUS(pyferry_queue_run(queue, SIZE_MAX, -1, &count), PYFERRY_STATUS_CLOSED);
    CHECK(count == 77 && ran == 1 && !pyferry_is_attached(NULL));
    event_set(&other.leave);
    return NULL;
}

static void *by_call(void *which)
{
    CHECK_STATUS(pyferry_call(main_interpreter, *(function *const *)which, NULL), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    event_set(&other.leave);
    return NULL;
}

/* The same where the call nests. */
static void *nested(void *(*run)(void *), void *which)
{
    pyferry_token outer = attach(main_interpreter), inner = attach(main_interpreter);
    run(which);
    CHECK_STATUS(pyferry_detach(&inner), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&outer), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_detach(&outer), PYFERRY_STATUS_STALE_TOKEN);
    return NULL;
}

static void *by_nested_queue(void *which)
{
    return nested(by_queue, which);
}

static void *by_nested_call(void *which)
{
    return nested(by_call, which);
}

static void round_of(void *(*run)(void *), function *const *which)
{
    given_up = in = (struct event)EVENT_INIT;
    ran = told = 0;
    PyThreadState *first = start_python(&main_interpreter);
    hear_reports(hear, NULL);
    other = (struct guest)GUEST(new_interpreter());
    guest_comes(&other);
    CHECK_OK(pyferry_queue_new(main_interpreter, NULL, &queue));
    pthread_t thread = thread_start(run, (void *)which);
    event_wait(&in);
    finish_python(first);
    thread_join(thread);
    thread_join(other.thread);
    CHECK(told == (run == by_queue || run == by_nested_queue));
    pyferry_queue_free(queue);
    pyferry_view_free((pyferry_view *)other.view);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    for (size_t i = 0; i < COUNT(functions); i++) {
        round_of(by_queue, &functions[i]);
        round_of(by_call, &functions[i]);
        round_of(by_nested_queue, &functions[i]);
        round_of(by_nested_call, &functions[i]);
    }
    return 0;
}
