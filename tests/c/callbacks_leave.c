/* A callback that leaves an attachment or suspension open, or lets go of its interpreter: what it leaves is ended, and the thread that
   called it goes on as it was. So it is with a queue's error callback, jobs that are called with CLOSED, what hears output, functions
   that are called at an end, and reports. */
#include "py.h"

static pyferry_view *main_interpreter, *sub;
static struct event inside = EVENT_INIT, reported = EVENT_INIT;

/* ---- what they leave ---- */

static void leave_main(void)
{
    attach(main_interpreter);
}

static void leave_sub(void)
{
    attach(sub);
}

static void leave_many(void)
{
    attach(main_interpreter);
    attach(sub);
    suspend();
}

static void leave_suspended(void)
{
    suspend();
}

static void leave_by_cpython(void)
{
    PyEval_SaveThread();
}

typedef void (*leaver)(void);
static const leaver leavers[] = { leave_main, leave_sub, leave_many, leave_suspended, leave_by_cpython };
/* On a thread that is detached. */
enum { DETACHED = 3 };
static leaver leave;

/* ---- queues ---- */

static pyferry_queue *queue;
static int heard, done, refused;

static void hear_error(const char *traceback, void *data)
{
    (void)traceback, (void)data;
    heard++;
    leave();
}

static void fail(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    PyErr_SetString(PyExc_ValueError, "heard");
}

static void work(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    CHECK(pyferry_is_attached(main_interpreter));
    run("assert sum([1, 2]) == 3");
    done++;
}

static void make_queue(void)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.error = hear_error;
    CHECK_OK(pyferry_queue_new(main_interpreter, &options, &queue));
}

static void error_is_heard(void)
{
    size_t ran = 0;
    make_queue();
    heard = done = 0;
    CHECK_OK(pyferry_queue_post(queue, fail, NULL));
    CHECK_OK(pyferry_queue_post(queue, work, NULL));
    CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, &ran));
    CHECK(ran == 2 && heard == 1 && done == 1);
    pyferry_queue_free(queue);
}

static void refuse(void *data, pyferry_status status)
{
    (void)data;
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    refused++;
    leave();
}

static void jobs_are_refused(void)
{
    make_queue();
    refused = 0;
    CHECK_OK(pyferry_queue_post(queue, refuse, NULL));
    CHECK_OK(pyferry_queue_post(queue, refuse, NULL));
    pyferry_queue_free(queue);
    CHECK(refused == 2);
}

/* ---- interpreters ---- */

static void hear_output(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *data)
{
    (void)interpreter, (void)stream, (void)bytes, (void)length, (void)data;
    heard++;
    leave();
}

static void at_end(void *data)
{
    (void)data;
    CHECK(pyferry_is_attached(NULL));
    heard++;
    leave();
}

static pyferry_view *new_with_output(void)
{
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    pyferry_view *made = NULL;
    options.output = hear_output;
    CHECK_OK(pyferry_interpreter_new(&options, &made));
    return made;
}

static void output_and_end(void)
{
    pyferry_view *talks = new_with_output();
    pyferry_token token = attach(talks);
    heard = 0;
    run("print('to the host', flush=True)\nassert sum([1, 2]) == 3");
    CHECK(heard > 0 && pyferry_is_attached(talks));
    detach(token);
    heard = 0;
    CHECK_OK(pyferry_at_end(talks, at_end, NULL));
    CHECK_OK(pyferry_at_end(talks, at_end, NULL));
    CHECK_OK(pyferry_interpreter_end(talks, -1));
    CHECK(heard == 2);
    pyferry_view_free(talks);
}

static int32_t report(const char *text, void *data)
{
    (void)text, (void)data;
    CHECK(!pyferry_is_attached(NULL));
    leave();
    event_set(&reported);
    return 0;
}

static void *stay(void *view)
{
    pyferry_token token = attach((pyferry_view *)view);
    pyferry_suspension out = suspend();
    event_set(&inside);
    event_wait(&reported);
    resume(out);
    detach(token);
    return NULL;
}

static void end_is_reported(bool attached)
{
    pyferry_view *ends = new_interpreter();
    inside = reported = (struct event)EVENT_INIT;
    pyferry_suspension out = attached ? suspend() : (pyferry_suspension)PYFERRY_SUSPENSION_INIT;
    pthread_t thread = thread_start(stay, ends);
    event_wait(&inside);
    if (attached)
        resume(out);
    CHECK_OK(pyferry_set_report(report, NULL, NULL, 20));
    CHECK_OK(pyferry_interpreter_end(ends, -1)); /* which has waited for the thread */
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    thread_join(thread);
    pyferry_view_free(ends);
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    sub = new_interpreter();
    for (int attached = 0; attached < 2; attached++) {
        /* Where the thread is meanwhile. */
        pyferry_token token = attached ? attach(main_interpreter) : (pyferry_token)PYFERRY_TOKEN_INIT;
        for (size_t i = 0; i < COUNT(leavers); i++) {
            leave = leavers[i];
            error_is_heard();
            output_and_end();
            if (i < DETACHED) {
                jobs_are_refused();
                end_is_reported(attached);
            }
            CHECK(pyferry_is_attached(NULL) == (attached == 1));
        }
        if (attached)
            detach(token);
        check_works(main_interpreter);
        check_works(sub);
    }
    leave = leave_main;
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    finish_python(state);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
    return 0;
}
