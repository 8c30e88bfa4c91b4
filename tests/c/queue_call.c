/* harness: timeout=60 */
/* pyferry_call runs a C function attached, on this thread, and says what it raised. pyferry_queue_call posts a job and waits: where its
   time limit passes first the job stays, and is called once. A thread that is attached lets go while it waits. */
#include "py.h"

static pyferry_view *view;
static pyferry_queue *queue;
static int ran, closed, errors;

static void function(void *data)
{
    CHECK(pyferry_is_attached(view) && PyErr_Occurred() == NULL);
    run("x = 1");
    ++*(int *)data;
}

static void raise_one(void *data)
{
    PyErr_SetString(PyExc_ValueError, data);
}

static void let_go(void *state)
{
    *(PyThreadState **)state = PyEval_SaveThread();
}

static void calls(pyferry_view *sub)
{
    ran = 0;
    CHECK_OK(pyferry_call(view, function, &ran));
    CHECK(ran == 1 && !pyferry_is_attached(NULL));
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_call(view, function, &ran));
    CHECK(ran == 2 && pyferry_is_attached(view));
    CHECK_REFUSED(pyferry_call(view, raise_one, "nested"), PYFERRY_STATUS_PYTHON_ERROR, "ValueError: nested");
    CHECK(PyErr_Occurred() == NULL);
    /* The caller's own stays the caller's. */
    PyErr_SetString(PyExc_LookupError, "the caller's");
    CHECK_REFUSED(pyferry_call(view, raise_one, "beside it"), PYFERRY_STATUS_PYTHON_ERROR, "ValueError: beside it");
    CHECK(PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();
    detach(token);
    token = attach(sub);
    CHECK_OK(pyferry_call(view, function, &ran));
    CHECK(ran == 3 && pyferry_is_attached(sub) && !pyferry_is_attached(view));
    detach(token);
    CHECK_REFUSED(pyferry_call(view, raise_one, "on purpose"), PYFERRY_STATUS_PYTHON_ERROR, "ValueError: on purpose");
    PyThreadState *state;
    CHECK_REFUSED(pyferry_call(view, let_go, &state), PYFERRY_STATUS_NOT_ATTACHED, "let go");
    PyEval_RestoreThread(state);
    PyThreadState_Get();
    PyEval_SaveThread();
    CHECK_REFUSED(pyferry_call(NULL, function, &ran), PYFERRY_STATUS_INVALID_ARGUMENT, "`view` is NULL");
    CHECK_REFUSED(pyferry_call(view, NULL, &ran), PYFERRY_STATUS_INVALID_ARGUMENT, "`function` is NULL");
    CHECK(ran == 3);
}

static void job(void *data, pyferry_status status)
{
    if (status == PYFERRY_STATUS_OK) {
        CHECK(pyferry_is_attached(view));
        run("y = 2");
        if (data != NULL)
            *(int *)data = 42;
        __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
    } else {
        CHECK(!pyferry_is_attached(NULL));
        closed++;
    }
}

static void raising_job(void *data, pyferry_status status)
{
    CHECK_OK(status);
    PyErr_SetString(PyExc_ValueError, data);
}

static void hear(const char *text, void *data)
{
    (void)data;
    CHECK(strstr(text, "ValueError") != NULL);
    errors++;
}

static void waiting_job(void *event, pyferry_status status)
{
    CHECK_OK(status);
    event_wait(event);
}

static void calling_job(void *status_of_call, pyferry_status status)
{
    CHECK_OK(status);
    *(pyferry_status *)status_of_call = pyferry_queue_call(queue, job, NULL, -1);
    CHECK_SAYS_WHO(view);
    CHECK_SAYS("post it (pyferry_queue_post)");
}

static void *call_and_close(void *status_of_call)
{
    *(pyferry_status *)status_of_call = pyferry_queue_call(queue, job, NULL, -1);
    return NULL;
}

static void make(pyferry_view *whose, bool worker, size_t capacity)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = capacity;
    options.worker = worker;
    options.error = hear;
    ran = closed = errors = 0;
    CHECK_OK(pyferry_queue_new(whose, &options, &queue));
}

static void by_worker(void)
{
    make(view, true, 4);
    int result = 0;
    CHECK_OK(pyferry_queue_call(queue, job, &result, -1));
    CHECK(result == 42 && ran == 1);
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_queue_call(queue, job, &result, 20000));
    CHECK(ran == 2 && pyferry_is_attached(view));
    run("assert y == 2");
    detach(token);
    CHECK_REFUSED(pyferry_queue_call(queue, raising_job, "from a job", -1), PYFERRY_STATUS_PYTHON_ERROR,
                  "ValueError: from a job");
    CHECK(errors == 1);
    /* It would wait for itself. */
    pyferry_status status = PYFERRY_STATUS_OK;
    CHECK_OK(pyferry_queue_call(queue, calling_job, &status, -1));
    CHECK_STATUS(status, PYFERRY_STATUS_WRONG_ORDER);
    CHECK(ran == 2);
    /* A limit that passes while the worker is at another job. */
    struct event go_on = EVENT_INIT;
    CHECK_OK(pyferry_queue_post(queue, waiting_job, &go_on));
    CHECK_REFUSED(pyferry_queue_call(queue, job, NULL, 20), PYFERRY_STATUS_TIMEOUT, "stays in the queue");
    CHECK_SAYS_WHO(view);
    CHECK(ran == 2);
    event_set(&go_on);
    CHECK(becomes(&ran, 3));
    pyferry_queue_free(queue);
    CHECK(ran == 3 && closed == 0);
}

static void by_nobody(void)
{
    make(view, false, 2);
    CHECK_STATUS(pyferry_queue_call(queue, job, NULL, 0), PYFERRY_STATUS_TIMEOUT);
    CHECK_STATUS(pyferry_queue_call(queue, job, NULL, 10), PYFERRY_STATUS_TIMEOUT);
    CHECK_REFUSED(pyferry_queue_call(queue, job, NULL, -1), PYFERRY_STATUS_QUEUE_FULL, "not posted");
    CHECK_SAYS_WHO(view);
    CHECK_OK(pyferry_queue_run(queue, 1, -1, NULL));
    CHECK(ran == 1 && closed == 0);
    pyferry_queue_free(queue);
    CHECK(ran == 1 && closed == 1);
    CHECK_REFUSED(pyferry_queue_call(NULL, job, NULL, 0), PYFERRY_STATUS_INVALID_ARGUMENT, "`queue` is NULL");
    make(view, false, 2);
    CHECK_REFUSED(pyferry_queue_call(queue, NULL, NULL, 0), PYFERRY_STATUS_INVALID_ARGUMENT, "`job` is NULL");
    CHECK_REFUSED(pyferry_queue_call(queue, job, NULL, -2), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");
    CHECK(pyferry_queue_length(queue) == 0);
    pyferry_queue_free(queue);
}

/* Who waits is told when the interpreter ends. */
static void closed_meanwhile(void)
{
    pyferry_view *sub = new_interpreter();
    make(sub, false, 2);
    pyferry_status status = PYFERRY_STATUS_OK;
    pthread_t caller = thread_start(call_and_close, &status);
    while (pyferry_queue_length(queue) == 0)
        sleep_ms(1);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    thread_join(caller);
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK(ran == 0 && closed == 1);
    pyferry_queue_free(queue);
    CHECK_REFUSED(pyferry_call(sub, function, &ran), PYFERRY_STATUS_CLOSED, "has ended");
    pyferry_view_free(sub);
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter();
    calls(sub);
    by_worker();
    by_nobody();
    closed_meanwhile();
    finish_python(state);
    CHECK_REFUSED(pyferry_call(view, function, &ran), PYFERRY_STATUS_CLOSED, "has ended");
    pyferry_view_free(view);
    pyferry_view_free(sub);
    return 0;
}
