/* harness: timeout=60 */
/* However an interpreter ends, and also where its queue is freed first, each job that has not run is called once with CLOSED, by a
   thread that is attached to nothing, before the end returns; then nothing more is taken. A worker that waits for jobs holds
   nobody up. */
#include "py.h"

enum { JOBS = 10 };

struct work {
    pyferry_view *view;
    pyferry_queue *queue;
    int ran, closed;
};

static void job(void *data, pyferry_status status)
{
    struct work *work = data;
    if (status == PYFERRY_STATUS_OK) {
        CHECK(pyferry_is_attached(work->view));
        __atomic_add_fetch(&work->ran, 1, __ATOMIC_SEQ_CST);
        return;
    }
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    /* It is too late for another. */
    CHECK_STATUS(pyferry_queue_post(work->queue, job, work), PYFERRY_STATUS_CLOSED);
    __atomic_add_fetch(&work->closed, 1, __ATOMIC_SEQ_CST);
}

static struct work make(pyferry_view *view, bool worker)
{
    struct work work = { .view = view };
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    CHECK_OK(pyferry_queue_new(view, &options, &work.queue));
    return work;
}

static void post_all(struct work *work)
{
    for (int i = 0; i < JOBS; i++)
        CHECK_OK(pyferry_queue_post(work->queue, job, work));
}

static void check_closed_queue(struct work *work)
{
    CHECK(work->ran + work->closed == JOBS);
    CHECK_STATUS(pyferry_queue_post(work->queue, job, work), PYFERRY_STATUS_CLOSED);
    CHECK_REFUSED(pyferry_queue_run(work->queue, 1, -1, NULL), PYFERRY_STATUS_CLOSED, "shutting down or has ended");
    CHECK_REFUSED(pyferry_queue_call(work->queue, job, work, -1), PYFERRY_STATUS_CLOSED, "shutting down or has ended");
    CHECK(work->ran + work->closed == JOBS);
    pyferry_queue_free(work->queue);
    CHECK(work->ran + work->closed == JOBS);
}

static void *free_it(void *queue)
{
    pyferry_queue_free(queue);
    return NULL;
}

static void freed(pyferry_view *view)
{
    struct work work = make(view, false);
    post_all(&work);
    pyferry_queue_free(work.queue);
    CHECK(work.ran == 0 && work.closed == JOBS);
    /* Attached: the jobs are called by a thread that is not, and it is again afterwards. */
    work = make(view, false);
    post_all(&work);
    pyferry_token token = attach(view);
    pyferry_queue_free(work.queue);
    CHECK(work.closed == JOBS && pyferry_is_attached(view));
    run("x = 1");
    detach(token);
    work = make(view, false);
    post_all(&work);
    on_new_thread(free_it, work.queue);
    CHECK(work.closed == JOBS);
    work = make(view, true);
    post_all(&work);
    CHECK(becomes(&work.ran, JOBS));
    pyferry_queue_free(work.queue);
    CHECK(work.closed == 0);
    /* Under way: what has not begun will not. */
    for (int i = 0; i < often(40); i++) {
        work = make(view, true);
        post_all(&work);
        if (i % 2 == 0)
            usleep((unsigned)i * 2);
        pyferry_queue_free(work.queue);
        CHECK(work.ran + work.closed == JOBS);
    }
}

static void free_in_job(void *data, pyferry_status status)
{
    struct work *work = data;
    CHECK_OK(status);
    pyferry_queue_free(work->queue);
    CHECK(pyferry_is_attached(work->view) && work->closed == JOBS);
    run("x = 1");
    __atomic_add_fetch(&work->ran, 1, __ATOMIC_SEQ_CST);
}

static void wait_a_while(void *data, pyferry_status status)
{
    CHECK_OK(status);
    event_wait(data);
}

/* In a job of its own, by the host or by its worker. */
static void freed_in_job(pyferry_view *view)
{
    struct work work = make(view, false);
    CHECK_OK(pyferry_queue_post(work.queue, free_in_job, &work));
    post_all(&work);
    size_t ran = 77;
    CHECK_OK(pyferry_queue_run(work.queue, SIZE_MAX, -1, &ran));
    CHECK(ran == 1 && work.ran == 1 && work.closed == JOBS);

    struct event all_posted = EVENT_INIT;
    work = make(view, true);
    CHECK_OK(pyferry_queue_post(work.queue, wait_a_while, &all_posted));
    CHECK_OK(pyferry_queue_post(work.queue, free_in_job, &work));
    post_all(&work);
    event_set(&all_posted);
    CHECK(becomes(&work.ran, 1) && work.closed == JOBS);
}

static void with_interpreter(bool worker, bool attached)
{
    pyferry_view *sub = new_interpreter();
    struct work work = make(sub, worker), other = make(sub, false);
    post_all(&work);
    post_all(&other);
    if (attached) {
        pyferry_view *main = main_view();
        pyferry_token token = attach(main);
        CHECK_OK(pyferry_interpreter_end(sub, -1));
        CHECK(pyferry_is_attached(main));
        detach(token);
        pyferry_view_free(main);
    } else {
        CHECK_OK(pyferry_interpreter_end(sub, -1));
    }
    CHECK(worker || work.closed == JOBS);
    CHECK(other.ran == 0 && other.closed == JOBS);
    check_closed_queue(&work);
    check_closed_queue(&other);
    pyferry_view_free(sub);
}

/* An end that runs out of time has closed the queue all the same. */
static void with_interpreter_in_use(void)
{
    pyferry_view *sub = new_interpreter();
    struct work work = make(sub, false);
    post_all(&work);
    struct guest guest = GUEST(sub);
    guest_comes(&guest);
    CHECK_STATUS(pyferry_interpreter_end(sub, 20), PYFERRY_STATUS_TIMEOUT);
    CHECK(work.closed == JOBS);
    guest_goes(&guest);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    check_closed_queue(&work);
    pyferry_view_free(sub);
}

static void with_python(bool worker, bool by_pyferry)
{
    pyferry_view *view, *sub;
    PyThreadState *state = NULL;
    if (by_pyferry) {
        start_runtime();
        view = main_view();
    } else {
        state = start_python(&view);
    }
    sub = new_interpreter();
    struct work work = make(view, worker), other = make(sub, worker);
    freed(view);
    freed_in_job(sub);
    post_all(&work);
    post_all(&other);
    if (by_pyferry)
        CHECK_OK(pyferry_runtime_stop(-1));
    else
        finish_python(state);
    CHECK(worker || (work.closed == JOBS && other.closed == JOBS));
    check_closed_queue(&work);
    check_closed_queue(&other);
    pyferry_view_free(view);
    pyferry_view_free(sub);
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    freed(view);
    freed_in_job(view);
    for (int i = 0; i < 4; i++)
        with_interpreter(i % 2 == 0, i / 2 == 0);
    with_interpreter_in_use();
    finish_python(state);
    pyferry_view_free(view);
    for (int i = 0; i < 4; i++)
        with_python(i % 2 == 0, i / 2 == 0);
    return 0;
}
