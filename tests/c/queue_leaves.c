/* harness: timeout=60 */
/* A job that leaves attachments or suspensions open is told on: they are ended, the error callback hears of it, and the next job
   finds the thread as it should be, whoever runs the queue. */
#include "py.h"

static pyferry_view *view, *other;
static pyferry_queue *queue;
static pyferry_token left;
static pyferry_suspension out;
static int errors, ran;

static void hear(const char *text, void *data)
{
    (void)data;
    CHECK(strstr(text, "open") != NULL && pyferry_is_attached(view) && PyErr_Occurred() == NULL);
    errors++;
}

static void attaches(void *target, pyferry_status status)
{
    CHECK_OK(status);
    CHECK_OK(pyferry_attach(target, &left));
}

static void attaches_twice(void *target, pyferry_status status)
{
    attaches(target, status);
    attaches(view, status);
}

static void suspends(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    CHECK_OK(pyferry_suspend(&out));
}

static void suspends_elsewhere(void *target, pyferry_status status)
{
    attaches(target, status);
    suspends(NULL, status);
}

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    CHECK(pyferry_is_attached(view));
    check_works(view);
    if (left.private_words[0] != 0)
        CHECK_STATUS(pyferry_detach(&left), PYFERRY_STATUS_STALE_TOKEN);
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

static void by_each(bool worker)
{
    static const struct {
        pyferry_job job;
        bool elsewhere;
    } jobs[] = {
        { attaches, false }, { attaches, true }, { attaches_twice, false }, { attaches_twice, true },
        { suspends, false }, { suspends_elsewhere, false }, { suspends_elsewhere, true },
    };
    enum { JOBS = COUNT(jobs) };
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    options.error = hear;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    errors = ran = 0;
    for (int i = 0; i < JOBS; i++) {
        CHECK_OK(pyferry_queue_post(queue, jobs[i].job, jobs[i].elsewhere ? other : view));
        CHECK_OK(pyferry_queue_post(queue, job, NULL));
    }
    if (!worker) {
        size_t count = 0;
        CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, &count));
        CHECK(count == 2 * JOBS && !pyferry_is_attached(NULL));
    }
    CHECK(becomes(&ran, JOBS));
    pyferry_queue_free(queue);
    CHECK(errors == JOBS);
    left = (pyferry_token)PYFERRY_TOKEN_INIT;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    other = new_interpreter();
    by_each(false);
    by_each(true);
    CHECK_OK(pyferry_interpreter_end(other, -1));
    finish_python(state);
    pyferry_view_free(view);
    pyferry_view_free(other);
    return 0;
}
