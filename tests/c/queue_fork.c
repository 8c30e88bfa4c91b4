/* harness: timeout=60 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* A queue belongs to the process that made it: in a forked child, whether or not Python was told of it, it answers FORKED and
   calls nothing, also where the fork was in one of its jobs; a new queue works there, and in the parent all goes on. */
#include "fork.h"

static pyferry_view *view;
static pyferry_queue *queue;
static int calls;
static pid_t child;

static void job(void *data, pyferry_status status)
{
    (void)data, (void)status;
    __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

/* No job fails. */
static void hear(const char *traceback, void *data)
{
    (void)data;
    fprintf(stderr, "the error callback heard: %s\n", traceback);
    _exit(1);
}

static void make(bool worker)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    options.error = hear;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
}

static void check_is_the_parents(void)
{
    int before = calls;
    CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_FORKED);
    CHECK_STATUS(pyferry_queue_post_copy(queue, job, "x", 1), PYFERRY_STATUS_FORKED);
    CHECK_STATUS(pyferry_queue_run(queue, 1, -1, NULL), PYFERRY_STATUS_FORKED);
    CHECK_STATUS(pyferry_queue_call(queue, job, NULL, -1), PYFERRY_STATUS_FORKED);
    CHECK(pyferry_queue_length(queue) == 0);
    pyferry_queue_free(queue);
    CHECK(calls == before);
}

static void fork_in_job(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    child = fork_in_python();
}

/* In the child: what is left of the job's run, and then a queue of its own. */
static void child_goes_on(void)
{
    CHECK(calls == 0);
    check_is_the_parents();
    for (int worker = 0; worker < 2; worker++) {
        make(worker);
        calls = 0;
        CHECK_OK(pyferry_queue_post(queue, job, NULL));
        if (worker)
            CHECK(becomes(&calls, 1));
        else
            CHECK_OK(pyferry_queue_run(queue, 1, -1, NULL));
        CHECK(calls == 1);
        pyferry_queue_free(queue);
    }
    _exit(0);
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    for (int worker = 0; worker < 2; worker++) {
        /* Python was told. */
        make(worker);
        calls = 0;
        if (!worker)
            CHECK_OK(pyferry_queue_post(queue, job, NULL));
        pyferry_token token = attach(view);
        child = fork_in_python();
        if (child == 0) {
            Py_BEGIN_ALLOW_THREADS
            child_goes_on();
            Py_END_ALLOW_THREADS
        }
        detach(token);
        wait_for(child);
        /* It was not. */
        child = fork();
        if (child == 0) {
            child_begins();
            check_is_the_parents();
            _exit(0);
        }
        wait_for(child);
        CHECK_OK(pyferry_queue_post(queue, job, NULL));
        if (!worker)
            CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, NULL));
        CHECK(becomes(&calls, worker ? 1 : 2));
        pyferry_queue_free(queue);
    }
    make(false);
    calls = 0;
    CHECK_OK(pyferry_queue_post(queue, fork_in_job, NULL));
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
    size_t ran = 0;
    CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, &ran));
    if (child == 0) {
        CHECK(ran == 1);
        child_goes_on();
    }
    wait_for(child);
    CHECK(ran == 2 && calls == 1);
    pyferry_queue_free(queue);
    /* In a job of the worker, which is the child's only thread: the child ends with it. */
    for (int left = 0; left < 2; left++) {
        make(true);
        calls = 0;
        child = -1;
        CHECK_OK(pyferry_queue_post(queue, fork_in_job, NULL));
        if (left)
            CHECK_OK(pyferry_queue_post(queue, job, NULL));
        CHECK_OK(pyferry_queue_call(queue, job, NULL, -1));
        wait_for(child);
        CHECK(calls == 1 + left);
        pyferry_queue_free(queue);
    }
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
