/* harness: timeout=30 */
/* A queue's jobs are called once each, attached, in the order of their post: as many as the host wants in one call. A queue that
   is full says so, and wakes when it has been empty. What a job raises goes to the error callback and stops nothing. */
#include "py.h"

enum { MOST = 100 };

static pyferry_view *view;
static pyferry_queue *queue;
static int ran[MOST], count, closed, wakes, errors;
static char traceback[4096];

static void job(void *data, pyferry_status status)
{
    if (status == PYFERRY_STATUS_CLOSED) {
        CHECK(!pyferry_is_attached(NULL));
        closed++;
        return;
    }
    CHECK_OK(status);
    CHECK(pyferry_is_attached(view) && PyErr_Occurred() == NULL);
    ran[count++] = (int)(intptr_t)data;
}

static void wake(void *data)
{
    ++*(int *)data;
}

static void hear(const char *text, void *data)
{
    CHECK(pyferry_is_attached(view) && PyErr_Occurred() == NULL);
    ++*(int *)data;
    snprintf(traceback, sizeof traceback, "%s", text);
}

static size_t run_jobs(size_t most, int64_t budget)
{
    size_t number = 77;
    CHECK_OK(pyferry_queue_run(queue, most, budget, &number));
    return number;
}

static void post(int number)
{
    CHECK_OK(pyferry_queue_post(queue, job, (void *)(intptr_t)number));
}

static void make(size_t capacity)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = capacity;
    options.wake = wake;
    options.wake_data = &wakes;
    options.error = hear;
    options.error_data = &errors;
    queue = NULL;
    count = closed = wakes = errors = 0;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    CHECK(queue != NULL);
}

/* Exactly as many as it has room for, however often round. */
static void order_and_room(size_t capacity)
{
    make(capacity);
    CHECK(run_jobs(5, -1) == 0 && wakes == 0);
    for (int round = 0; round < 20; round++) {
        count = wakes = 0;
        for (size_t i = 0; i < capacity; i++)
            post((int)i);
        CHECK(wakes == 1 && pyferry_queue_length(queue) == capacity);
        for (int i = 0; i < 3; i++)
            CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_QUEUE_FULL);
        CHECK(run_jobs(0, -1) == 0 && count == 0);
        CHECK(run_jobs(1, -1) == 1 && count == 1 && !pyferry_is_attached(NULL));
        post((int)capacity); /* in the place that is free now */
        CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_QUEUE_FULL);
        CHECK(wakes == (capacity == 1 ? 2 : 1));
        CHECK(run_jobs(SIZE_MAX, -1) == capacity && (size_t)count == capacity + 1);
        for (int i = 0; i < count; i++)
            CHECK(ran[i] == i);
        CHECK(pyferry_queue_length(queue) == 0);
    }
    /* What has not run is called, too. */
    for (size_t i = 0; i < capacity; i++)
        post((int)i);
    count = 0;
    pyferry_queue_free(queue);
    CHECK(count == 0 && (size_t)closed == capacity);
}

static void check_copy(void *data, pyferry_status status)
{
    CHECK_OK(status);
    CHECK((uintptr_t)data % 16 == 0);
    const unsigned char *bytes = data;
    int length = bytes[0];
    for (int i = 0; i < PYFERRY_QUEUE_COPY_MAX; i++)
        CHECK(bytes[i] == (i == 0 ? length : i < length ? i + 100 : 0));
    count++;
}

static void copies(void)
{
    make(MOST);
    unsigned char bytes[PYFERRY_QUEUE_COPY_MAX + 1];
    for (int length = 1; length <= PYFERRY_QUEUE_COPY_MAX; length++) {
        for (int i = 0; i < length; i++)
            bytes[i] = (unsigned char)(i == 0 ? length : i + 100);
        CHECK_OK(pyferry_queue_post_copy(queue, check_copy, bytes, (size_t)length));
        memset(bytes, 7, sizeof bytes);
    }
    CHECK_OK(pyferry_queue_post_copy(queue, check_copy, NULL, 0));
    CHECK_REFUSED(pyferry_queue_post_copy(queue, check_copy, bytes, sizeof bytes), PYFERRY_STATUS_INVALID_ARGUMENT, "49");
    CHECK_REFUSED(pyferry_queue_post_copy(queue, check_copy, NULL, 1), PYFERRY_STATUS_INVALID_ARGUMENT, "`bytes` is NULL");
    CHECK(run_jobs(SIZE_MAX, -1) == PYFERRY_QUEUE_COPY_MAX + 1 && count == PYFERRY_QUEUE_COPY_MAX + 1);
    pyferry_queue_free(queue);
}

static void raise_one(void *data, pyferry_status status)
{
    CHECK_OK(status);
    CHECK(pyferry_exec("def f(): raise_it\ntry: f()\nfinally: pass", "job.py") == PYFERRY_STATUS_PYTHON_ERROR);
    PyErr_SetString(PyExc_ValueError, data);
}

static void exceptions(void)
{
    make(8);
    CHECK_OK(pyferry_queue_post(queue, raise_one, "on purpose"));
    post(1);
    CHECK_OK(pyferry_queue_post(queue, raise_one, "once more"));
    post(2);
    CHECK(run_jobs(1, -1) == 1 && errors == 1 && strstr(traceback, "ValueError: on purpose") != NULL);
    CHECK(run_jobs(SIZE_MAX, -1) == 3 && errors == 2 && strstr(traceback, "ValueError: once more") != NULL);
    CHECK(count == 2);
    pyferry_queue_free(queue);
    /* Where nobody hears it, Python does. */
    run_in(view, "import sys\nunraisable = []\nsys.unraisablehook = lambda raised: unraisable.append(str(raised.exc_value))");
    CHECK_OK(pyferry_queue_new(view, NULL, &queue));
    CHECK_OK(pyferry_queue_post(queue, raise_one, "unheard"));
    CHECK(run_jobs(SIZE_MAX, -1) == 1);
    run_in(view, "assert unraisable == ['unheard'], unraisable\nsys.unraisablehook = sys.__unraisablehook__");
    pyferry_queue_free(queue);
}

static void post_again(void *left, pyferry_status status)
{
    if (status != PYFERRY_STATUS_OK)
        return;
    count++;
    if (--*(int *)left > 0)
        CHECK_OK(pyferry_queue_post(queue, post_again, left)); /* its own place is free again */
}

static void run_the_next(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    CHECK(run_jobs(1, -1) == 1 && count == 1);
}

static void slow(void *unused, pyferry_status status)
{
    (void)unused, (void)status;
    sleep_ms(2);
    count++;
}

static void within_jobs(void)
{
    make(1);
    int left = 50;
    CHECK_OK(pyferry_queue_post(queue, post_again, &left));
    CHECK(run_jobs(SIZE_MAX, -1) == 50 && count == 50);
    pyferry_queue_free(queue);
    make(3);
    CHECK_OK(pyferry_queue_post(queue, run_the_next, NULL));
    post(1);
    post(2);
    CHECK(run_jobs(SIZE_MAX, -1) == 2 && count == 2);
    /* A budget ends it between two jobs, and at least one runs. */
    for (int i = 0; i < 3; i++)
        CHECK_OK(pyferry_queue_post(queue, slow, NULL));
    count = 0;
    CHECK(run_jobs(SIZE_MAX, 0) == 1 && count == 1);
    CHECK(run_jobs(SIZE_MAX, 1000) == 1 && count == 2);
    CHECK(run_jobs(SIZE_MAX, 60 * 1000000) == 1 && count == 3);
    /* Whoever is attached already stays so. */
    pyferry_token token = attach(view);
    post(3);
    CHECK(run_jobs(SIZE_MAX, -1) == 1 && pyferry_is_attached(view));
    detach(token);
    pyferry_queue_free(queue);
}

static void misuse(void)
{
    make(4);
    size_t number = 77;
    CHECK_REFUSED(pyferry_queue_post(NULL, job, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`queue` is NULL");
    CHECK_REFUSED(pyferry_queue_post(queue, NULL, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`job` is NULL");
    CHECK_REFUSED(pyferry_queue_post_copy(NULL, job, "", 1), PYFERRY_STATUS_INVALID_ARGUMENT, "`queue` is NULL");
    CHECK_REFUSED(pyferry_queue_post_copy(queue, NULL, "", 1), PYFERRY_STATUS_INVALID_ARGUMENT, "`job` is NULL");
    CHECK_REFUSED(pyferry_queue_run(NULL, 1, -1, &number), PYFERRY_STATUS_INVALID_ARGUMENT, "`queue` is NULL");
    CHECK_REFUSED(pyferry_queue_run(queue, 1, -2, &number), PYFERRY_STATUS_INVALID_ARGUMENT, "`budget_us` is -2");
    CHECK(number == 77);
    CHECK_OK(pyferry_queue_run(queue, 1, -1, NULL));
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    pyferry_queue *other = NULL;
    CHECK_REFUSED(pyferry_queue_new(NULL, &options, &other), PYFERRY_STATUS_INVALID_ARGUMENT, "`view` is NULL");
    CHECK_REFUSED(pyferry_queue_new(view, &options, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`out` is NULL");
    options.capacity = SIZE_MAX;
    CHECK_REFUSED(pyferry_queue_new(view, &options, &other), PYFERRY_STATUS_INVALID_ARGUMENT, "`options->capacity`");
    options.capacity = 3;
    options.reserved[6] = 1;
    CHECK_REFUSED(pyferry_queue_new(view, &options, &other), PYFERRY_STATUS_INVALID_ARGUMENT, "`options->reserved`");
    CHECK(other == NULL);
    CHECK(pyferry_queue_length(NULL) == 0);
    pyferry_queue_free(NULL);
    pyferry_queue_free(queue);
}

static void *all(void *unused)
{
    order_and_room(1);
    order_and_room(2);
    order_and_room(3);
    order_and_room(64);
    copies();
    exceptions();
    within_jobs();
    misuse();
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    all(NULL);
    on_new_thread(all, NULL);
    make(4);
    post(1);
    finish_python(state);
    CHECK(closed == 1 && count == 0);
    size_t number = 77;
    CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_CLOSED);
    CHECK_REFUSED(pyferry_queue_run(queue, 1, -1, &number), PYFERRY_STATUS_CLOSED, "has ended");
    CHECK(number == 77);
    pyferry_queue_free(queue);
    CHECK(closed == 1);
    CHECK_REFUSED(pyferry_queue_new(view, NULL, &queue), PYFERRY_STATUS_CLOSED, "has ended");
    CHECK_SAYS_WHO(view);
    pyferry_view_free(view);
    return 0;
}
