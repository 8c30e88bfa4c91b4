/* The report callback may use pyferry itself: it is attached to nothing and let in nowhere, and can end what the shutdown waits
   for, which then goes on: close the very guard, or interrupt a script that runs away. */
#include "py.h"

struct held {
    pyferry_view *view;
    pyferry_guard *guard;
    struct event in;
    int reports;
};

static void start(struct held *held, pyferry_report report)
{
    hear_reports(report, held);
    /* Within the callback only where no stop is at work. */
    pyferry_status status = pyferry_runtime_start(NULL);
    if (held->reports == 0 || status != PYFERRY_STATUS_CLOSED)
        CHECK_OK(status);
    /* By this very thread, as like as not. */
    if (status == PYFERRY_STATUS_CLOSED && strstr(last_error(), "pyferry_runtime_stop is at work") != NULL)
        CHECK_REFUSED(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER, "at work already");
    if (held->reports > 0 && status == PYFERRY_STATUS_OK)
        CHECK_OK(pyferry_runtime_stop(0));
}

static void look_around(struct held *held, pyferry_report self)
{
    held->reports++;
    start(held, self);
    pyferry_token token = PYFERRY_TOKEN_INIT;
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(held->view));
    check_closed(held->view);
    CHECK_REFUSED(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NOT_ATTACHED, "attach");
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN);
    CHECK_OK(pyferry_thread_forget());
    pyferry_view *again = pyferry_view_clone(held->view);
    pyferry_view_free(again);
}

static int32_t close_guard(const char *text, void *data)
{
    struct held *held = data;
    CHECK(strstr(text, "guard") != NULL);
    look_around(held, close_guard);
    pyferry_token token;
    CHECK_OK(pyferry_attach_guarded(held->guard, &token));
    CHECK(pyferry_is_attached(held->view));
    run("import sys");
    detach(token);
    pyferry_guard_close(held->guard);
    held->guard = NULL;
    return PYFERRY_REPORT_WAIT;
}

static int32_t interrupt(const char *text, void *data)
{
    struct held *held = data;
    CHECK(strstr(text, "runs away") != NULL);
    look_around(held, interrupt);
    CHECK_OK(pyferry_interpreter_interrupt(held->view));
    CHECK(!pyferry_is_attached(NULL));
    return PYFERRY_REPORT_WAIT;
}

static void *run_away(void *argument)
{
    struct held *held = argument;
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(held->view, "runs away", &token));
    event_set(&held->in);
    CHECK_REFUSED(pyferry_exec("while True: pass", NULL), PYFERRY_STATUS_PYTHON_ERROR, "KeyboardInterrupt");
    detach(token);
    return NULL;
}

static void ends(struct held *held)
{
    CHECK_OK(pyferry_interpreter_end(held->view, -1));
    CHECK_OK(pyferry_runtime_stop(-1));
}

static void stops(struct held *held)
{
    (void)held;
    CHECK_OK(pyferry_runtime_stop(-1));
}

static PyThreadState *state;

static void finalizes(struct held *held)
{
    (void)held;
    finish_python(state);
    CHECK_OK(pyferry_runtime_stop(-1));
}

static void one_life(void (*shut_down)(struct held *), bool loops)
{
    struct held held = { .in = EVENT_INIT };
    pyferry_view *main = NULL;
    if (shut_down == finalizes)
        state = start_python(&main);
    start(&held, loops ? interrupt : close_guard);
    held.view = shut_down == ends ? new_interpreter() : main_view();
    pthread_t thread;
    if (loops) {
        thread = thread_start(run_away, &held);
        event_wait(&held.in);
    } else {
        CHECK_OK(pyferry_guard_open(held.view, &held.guard));
    }
    shut_down(&held);
    if (loops)
        thread_join(thread);
    CHECK(held.reports >= 1 && held.guard == NULL);
    pyferry_view_free(held.view);
    pyferry_view_free(main);
}

int main(void)
{
    void (*const ways[])(struct held *) = { ends, stops, finalizes };
    for (size_t i = 0; i < COUNT(ways); i++) {
        one_life(ways[i], false);
        one_life(ways[i], true);
    }
    return 0;
}
