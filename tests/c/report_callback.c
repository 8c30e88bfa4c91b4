/* harness: leaks-not-checked=a thread that is given up keeps its state, which nobody else may touch */
/* While a shutdown waits the host hears who holds it up, on the thread that shuts down; and it may wait no longer for them, who
   are never let into Python again. */
#include "py.h"

struct host {
    struct guest guest;
    int calls, answer_after;
    bool give_up;
    pthread_t where;
};

static int32_t hear(const char *text, void *data)
{
    struct host *host = data;
    CHECK(strstr(text, host->guest.name) != NULL && strstr(text, host->guest.label) != NULL);
    CHECK(!pyferry_is_attached(NULL));
    host->where = pthread_self();
    if (++host->calls < host->answer_after)
        return PYFERRY_REPORT_WAIT;
    if (host->give_up)
        return PYFERRY_REPORT_GIVE_UP;
    event_set(&host->guest.leave);
    return PYFERRY_REPORT_WAIT;
}

static PyThreadState *start(struct host *host, pyferry_view **main)
{
    host->guest.name = "worker-9";
    host->guest.label = "bake lights";
    PyThreadState *state = start_python(main);
    hear_reports(hear, host);
    return state;
}

/* The host lets its thread go when it has heard of it three times. */
static void waits_on(bool in_main)
{
    struct host host = { .guest = GUEST(NULL), .answer_after = 3 };
    pyferry_view *main;
    PyThreadState *state = start(&host, &main);
    pyferry_view *sub = new_interpreter();
    host.guest.view = in_main ? main : sub;
    guest_comes(&host.guest);
    finish_python(state);
    thread_join(host.guest.thread);
    CHECK(host.calls >= 3 && pthread_equal(host.where, pthread_self()));
    pyferry_view_free(sub);
    pyferry_view_free(main);
}

static struct event in = EVENT_INIT, out = EVENT_INIT;

static void *stay_away(void *view)
{
    pthread_setname_np(pthread_self(), "worker-9");
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "bake lights", &token));
    pyferry_suspension suspension = suspend();
    event_set(&in);
    event_wait(&out);
    CHECK_REFUSED(pyferry_resume(&suspension), PYFERRY_STATUS_CLOSED, "over");
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
    check_closed(view);
    return NULL;
}

/* The host gives its thread up, which is told so when it comes back. */
static void gives_up(void)
{
    struct host host = { .guest = GUEST(NULL), .answer_after = 2, .give_up = true };
    pyferry_view *main;
    PyThreadState *state = start(&host, &main);
    pthread_t thread = thread_start(stay_away, main);
    event_wait(&in);
    finish_python(state);
    CHECK(host.calls == 2);
    check_closed(main);

    /* Python can be started again, with that thread still away. */
    pyferry_view *again;
    state = start_python(&again);
    check_works(again);
    event_set(&out);
    thread_join(thread);
    check_works(again);
    finish_python(state);
    pyferry_view_free(main);
    pyferry_view_free(again);
}

int main(void)
{
    waits_on(true);
    waits_on(false);
    gives_up();
    return 0;
}
