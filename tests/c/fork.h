/* For the programs that fork. */
#ifndef PYFERRY_TEST_FORK_H
#define PYFERRY_TEST_FORK_H

#include "py.h"

#include <sys/wait.h>

/* A child that hangs is ended by its own alarm, and fails the parent. */
static inline void child_begins(void)
{
    alarm(30);
}

static inline void wait_for(pid_t child)
{
    int status;
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fprintf(stderr, "the child ended with status %#x\n", (unsigned)status);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- Python is told; the calling thread is attached ---- */

static inline pid_t fork_in_c(void)
{
    PyOS_BeforeFork();
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        PyOS_AfterFork_Child();
    } else {
        PyOS_AfterFork_Parent();
    }
    return child;
}

static inline pid_t fork_in_python(void)
{
    PyObject *os = PyImport_ImportModule("os");
    CHECK(os != NULL);
    PyObject *child = PyObject_CallMethod(os, "fork", NULL);
    CHECK(child != NULL);
    pid_t number = (pid_t)PyLong_AsLong(child);
    Py_DECREF(child);
    Py_DECREF(os);
    if (number == 0)
        child_begins();
    return number;
}

/* ---- Python is not told ---- */

/* What a child has of its parent's. */
struct inherited {
    pyferry_view *main, *sub;
    pyferry_guard *guard;
    pyferry_token token;
    pyferry_suspension suspension;
};

#define FORKED(call) (CHECK_STATUS(call, PYFERRY_STATUS_FORKED), CHECK(strstr(last_error(), "fork") != NULL))

static inline int32_t never_reports(const char *text, void *data)
{
    (void)text, (void)data;
    return PYFERRY_REPORT_WAIT;
}

static inline void never_watches(const pyferry_watchdog_event *event, void *data)
{
    (void)event, (void)data;
}

static inline void never_called(void *data)
{
    (void)data;
    CHECK(false);
}

static inline void never_run(void *data, pyferry_status status)
{
    (void)data, (void)status;
    CHECK(false);
}

/* Every function there is, but for those of queues (queue_fork): who can refuse does, and the others neither crash nor hang. */
static inline void refused_everywhere(struct inherited *had)
{
    pyferry_token token, old = had->token;
    pyferry_suspension suspension;
    pyferry_view *view = NULL;
    pyferry_guard *guard = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    FORKED(pyferry_runtime_start(NULL));
    FORKED(pyferry_runtime_stop(-1));
    FORKED(pyferry_runtime_get_info(&info));
    FORKED(pyferry_view_main(&view));
    FORKED(pyferry_view_current(&view));
    FORKED(pyferry_guard_open(had->main, &guard));
    FORKED(pyferry_attach(had->main, &token));
    FORKED(pyferry_attach_labeled(had->sub, "label", &token));
    FORKED(pyferry_attach_guarded(had->guard, &token));
    FORKED(pyferry_detach(&had->token));
    FORKED(pyferry_suspend(&suspension));
    FORKED(pyferry_resume(&had->suspension));
    FORKED(pyferry_thread_forget());
    FORKED(pyferry_interpreter_new(NULL, &view));
    FORKED(pyferry_interpreter_end(had->sub, -1));
    FORKED(pyferry_interpreter_interrupt(had->sub));
    FORKED(pyferry_exec("x = 1", NULL));
    FORKED(pyferry_runtime_stop_with(0, 0));
    FORKED(pyferry_runtime_pump());
    FORKED(pyferry_set_report(never_reports, NULL, never_called, 1));
    FORKED(pyferry_set_report(NULL, NULL, NULL, 0));
    FORKED(pyferry_guard_open_while_held(had->main, &guard));
    FORKED(pyferry_guard_view(had->guard, &view));
    FORKED(pyferry_attach_unheld(had->guard, &token));
    FORKED(pyferry_interpreter_stop(had->sub, 0, -1));
    char text[4] = "abc";
    size_t length = 7;
    FORKED(pyferry_eval("1", NULL, text, sizeof text, &length));
    FORKED(pyferry_take_exception());
    CHECK(pyferry_symbol("PyLong_FromLong") == NULL && strstr(last_error(), "fork") != NULL);
    FORKED(pyferry_at_end(had->main, never_called, NULL));
    FORKED(pyferry_call(had->main, never_called, NULL));
    pyferry_queue *queue = NULL;
    FORKED(pyferry_queue_new(had->main, NULL, &queue));
    PyObject *object = (PyObject *)&length, *result = NULL;
    FORKED(pyferry_asyncio_post(had->main, object, never_run, NULL));
    FORKED(pyferry_asyncio_await(had->main, object, object, -1, &result));
    FORKED(pyferry_release_later(had->main, object));
    pyferry_watchdog_options watchdog = PYFERRY_WATCHDOG_OPTIONS_INIT;
    watchdog.hold_ms = 1;
    watchdog.callback = never_watches;
    watchdog.destroy = never_called;
    FORKED(pyferry_watchdog(&watchdog));
    FORKED(pyferry_watchdog(NULL));
    FORKED(pyferry_trace_start("trace_of_a_child.json"));
    FORKED(pyferry_trace_stop());
    FORKED(pyferry_histograms_start());
    CHECK_STATUS(pyferry_dump(2), PYFERRY_STATUS_FORKED);
    CHECK(queue == NULL && result == NULL && length == 7 && strcmp(text, "abc") == 0);
    CHECK(access("trace_of_a_child.json", F_OK) != 0);
    CHECK(pyferry_threads(NULL, 0) <= 1 + 2 && pyferry_histograms(NULL, 0) == 0);
    CHECK(view == NULL && guard == NULL && memcmp(&old, &had->token, sizeof old) == 0);

    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(had->main));
    view = pyferry_view_clone(had->sub);
    CHECK(pyferry_view_interpreter_id(view) == pyferry_view_interpreter_id(had->sub));
    pyferry_view_free(view);
    pyferry_guard_close(had->guard);
    CHECK(strcmp(pyferry_version(), PYFERRY_VERSION) == 0);
    CHECK(pyferry_version_number() == PYFERRY_VERSION_NUMBER);
    CHECK(strcmp(pyferry_status_name(PYFERRY_STATUS_FORKED), "PYFERRY_STATUS_FORKED") == 0);
}

/* Such a child, which ends as most do: at once. */
static inline void check_raw_child(struct inherited *had)
{
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        refused_everywhere(had);
        _exit(0);
    }
    wait_for(child);
}

#endif
