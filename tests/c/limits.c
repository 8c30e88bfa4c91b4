/* harness: not-on=windows it limits its memory */
/* harness: not-under=memcheck it limits its memory, of which the tool takes its own */
/* harness: not-under=sanitizers it limits its memory, of which the tool takes its own */
/* The largest and the smallest of what the functions take: times, capacities, lengths. What no system has memory for is NO_MEMORY. */
#include "py.h"

#include <sys/resource.h>

static pyferry_view *view;

static void job(void *data, pyferry_status status)
{
    (void)status;
    if (data != NULL)
        ++*(int *)data;
}

static int32_t never_reports(const char *text, void *data)
{
    (void)data;
    fprintf(stderr, "reported: %s\n", text);
    CHECK(false);
    return PYFERRY_REPORT_WAIT;
}

static void never_watches(const pyferry_watchdog_event *event, void *data)
{
    (void)event, (void)data;
    CHECK(false);
}

static void *leave_soon(void *guest)
{
    sleep_ms(100);
    guest_goes(guest);
    return NULL;
}

static void times(void)
{
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.wait_ms = options.hold_ms = UINT64_MAX;
    options.callback = never_watches;
    CHECK_OK(pyferry_watchdog(&options));
    CHECK_OK(pyferry_set_report(never_reports, NULL, NULL, UINT64_MAX));
    static const int64_t limits[] = { INT64_MAX, INT64_MAX / 1000, INT64_MAX / 1000000, -1 };
    for (int i = 0; i < 4; i++) {
        pyferry_view *sub = new_interpreter();
        struct guest guest = GUEST(sub);
        guest_comes(&guest);
        pthread_t leaver = thread_start(leave_soon, &guest);
        CHECK_OK(pyferry_interpreter_stop(sub, limits[i], limits[3 - i]));
        thread_join(leaver);
        pyferry_view_free(sub);

        pyferry_queue_options with_worker = PYFERRY_QUEUE_OPTIONS_INIT;
        with_worker.worker = true;
        with_worker.capacity = 1;
        pyferry_queue *queue;
        int calls = 0;
        CHECK_OK(pyferry_queue_new(view, &with_worker, &queue));
        CHECK_OK(pyferry_queue_call(queue, job, &calls, limits[i]));
        CHECK(calls == 1);
        pyferry_queue_free(queue);
        CHECK_OK(pyferry_queue_new(view, NULL, &queue));
        for (int posts = 0; posts < 1024; posts++)
            CHECK_OK(pyferry_queue_post(queue, job, &calls));
        CHECK_STATUS(pyferry_queue_post(queue, job, &calls), PYFERRY_STATUS_QUEUE_FULL);
        size_t ran = 0;
        CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, limits[i], &ran));
        CHECK(ran == 1024 && calls == 1025);
        pyferry_queue_free(queue);
    }
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, UINT64_MAX));
    CHECK_OK(pyferry_watchdog(NULL));
    CHECK_REFUSED(pyferry_queue_run(NULL, 0, INT64_MIN, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "queue");
    CHECK_REFUSED(pyferry_interpreter_stop(view, INT64_MIN, -1), PYFERRY_STATUS_INVALID_ARGUMENT, "patience_ms");
}

static void capacities(void)
{
    pyferry_queue *queue = NULL;
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = 16777217;
    CHECK_REFUSED(pyferry_queue_new(view, &options, &queue), PYFERRY_STATUS_INVALID_ARGUMENT, "16777216 at most");
    options.capacity = 16777216;
    struct rlimit limit, less;
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
    less = limit;
    less.rlim_cur = 512 << 20;
    CHECK(setrlimit(RLIMIT_AS, &less) == 0);
    for (int worker = 0; worker < 2; worker++) {
        options.worker = worker;
        CHECK_REFUSED(pyferry_queue_new(view, &options, &queue), PYFERRY_STATUS_NO_MEMORY, "16777216");
        CHECK(queue == NULL);
    }
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    CHECK_OK(pyferry_queue_new(view, NULL, &queue));
    pyferry_queue_free(queue);
}

/* A post says all with its status, and a dump too. */
static void leaves_last_error(void)
{
    pyferry_queue *queue;
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = 1;
    pyferry_view *sub = new_interpreter();
    CHECK_OK(pyferry_queue_new(sub, &options, &queue));
    CHECK(pyferry_resume(NULL) != PYFERRY_STATUS_OK);
    char before[256];
    pyferry_last_error(before, sizeof before);
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
    CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_QUEUE_FULL);
    CHECK_STATUS(pyferry_queue_post_copy(queue, job, "", 1), PYFERRY_STATUS_QUEUE_FULL);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    CHECK_STATUS(pyferry_queue_post(queue, job, NULL), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_queue_post_copy(queue, job, "", 1), PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(pyferry_dump(-1), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(pyferry_dump(1000), PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(strcmp(last_error(), before) == 0);
    CHECK(pyferry_queue_length(queue) == 0);
    pyferry_queue_free(queue);
    pyferry_view_free(sub);
}

#define INVALID(call, part) CHECK_REFUSED(call, PYFERRY_STATUS_INVALID_ARGUMENT, part)

static void texts(void)
{
    CHECK(pyferry_symbol("Py\xff") == NULL);
    CHECK_SAYS("UTF-8");
    CHECK(pyferry_symbol("") == NULL);
    CHECK(pyferry_symbol(NULL) == NULL);
    CHECK_SAYS("`name` is NULL");
    INVALID(pyferry_trace_start("\xff"), "UTF-8");
    INVALID(pyferry_trace_start(""), "cannot be written");
    INVALID(pyferry_trace_start(NULL), "`path` is NULL");
    pyferry_token token = attach(view);
    size_t length = 7;
    char text[4] = "abc";
    INVALID(pyferry_eval("\xff", NULL, text, 4, &length), "`source` is not UTF-8");
    INVALID(pyferry_eval("1", "\xff", text, 4, &length), "`filename` is not UTF-8");
    INVALID(pyferry_exec("1", "\xff"), "`filename` is not UTF-8");
    CHECK(length == 7 && strcmp(text, "abc") == 0);
    CHECK_OK(pyferry_eval("12345", "", text, 1, &length));
    CHECK(length == 5 && text[0] == '\0' && text[1] == 'b');
    CHECK_OK(pyferry_eval("''", "", text, 4, &length));
    CHECK(length == 0 && text[0] == '\0');
    CHECK_OK(pyferry_exec("", ""));
    CHECK_REFUSED(pyferry_eval("", "", text, 4, &length), PYFERRY_STATUS_PYTHON_ERROR, "SyntaxError");
    detach(token);
}

static void nulls(void)
{
    pyferry_token token;
    pyferry_guard *guard = NULL, *none = NULL;
    INVALID(pyferry_guard_open_while_held(NULL, &none), "`view` is NULL");
    INVALID(pyferry_guard_open_while_held(view, NULL), "`out` is NULL");
    CHECK_OK(pyferry_guard_open_while_held(view, &guard));
    INVALID(pyferry_attach_guarded(guard, NULL), "`out` is NULL");
    INVALID(pyferry_attach_unheld(guard, NULL), "`out` is NULL");
    INVALID(pyferry_attach_unheld(NULL, &token), "`guard` is NULL");
    INVALID(pyferry_attach_labeled(NULL, "label", &token), "`view` is NULL");
    pyferry_guard_close(guard);
    INVALID(pyferry_interpreter_stop(NULL, 0, 0), "`view` is NULL");
    PyObject *object = (PyObject *)&token;
    INVALID(pyferry_asyncio_post(NULL, object, job, NULL), "`view` is NULL");
    INVALID(pyferry_asyncio_post(view, NULL, job, NULL), "`loop` is NULL");
    INVALID(pyferry_asyncio_post(view, object, NULL, NULL), "`job` is NULL");
    INVALID(pyferry_asyncio_await(NULL, object, object, 0, NULL), "`view` is NULL");
    INVALID(pyferry_asyncio_await(view, NULL, object, 0, NULL), "`loop` is NULL");
    INVALID(pyferry_asyncio_await(view, object, NULL, 0, NULL), "`coroutine` is NULL");
    INVALID(pyferry_asyncio_await(view, object, object, -2, NULL), "`timeout_ms` is -2");
    pyferry_watchdog_options watchdog = PYFERRY_WATCHDOG_OPTIONS_INIT;
    watchdog.hold_ms = 1;
    INVALID(pyferry_watchdog(&watchdog), "`options->callback` is NULL");
    watchdog.callback = never_watches;
    watchdog.hold_ms = 0;
    INVALID(pyferry_watchdog(&watchdog), "there is nothing to watch");
    watchdog.struct_size = 0;
    INVALID(pyferry_watchdog(&watchdog), "struct_size");
    pyferry_queue_options queue = PYFERRY_QUEUE_OPTIONS_INIT;
    pyferry_queue *made = NULL;
    queue.struct_size = SIZE_MAX;
    INVALID(pyferry_queue_new(view, &queue, &made), "struct_size");
    queue.struct_size = offsetof(pyferry_queue_options, worker);
    queue.worker = true;
    queue.reserved[0] = 1;
    CHECK_OK(pyferry_queue_new(view, &queue, &made));
    pyferry_queue_free(made);
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    times();
    capacities();
    leaves_last_error();
    texts();
    nulls();
    check_works(view);
    finish_python(state);
    pyferry_view_free(view);
    return 0;
}
