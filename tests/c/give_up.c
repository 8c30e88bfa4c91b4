/* Whom the host gives up never gets into Python again: however the thread was inside, it is told CLOSED, each time and by each
   way in, and lets go of all it had. When Python runs again the thread goes in anew, with what is left over from before. */
#include "py.h"

static pyferry_view *main_interpreter, *again;
static int reports;

/* One thread, what it is inside by, and where it has got to. */
struct lost {
    void (*stay)(struct lost *);
    bool starts_anew;
    struct event in, gone, refused, running;
    pyferry_guard *guard;
};

static void refused(struct lost *lost)
{
    pyferry_token token;
    pyferry_view *view = NULL;
    CHECK(!pyferry_is_attached(NULL) && !pyferry_is_attached(main_interpreter));
    check_closed(main_interpreter);
    CHECK_OK(pyferry_thread_forget());
    if (lost->guard != NULL)
        CHECK_REFUSED(pyferry_attach_guarded(lost->guard, &token), PYFERRY_STATUS_CLOSED, "ended");
    CHECK_STATUS(pyferry_exec("x = 1", NULL), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_view_current(&view), PYFERRY_STATUS_NO_PYTHON);
    CHECK_STATUS(pyferry_interpreter_interrupt(main_interpreter), PYFERRY_STATUS_CLOSED);
}

/* Is away until Python has ended, and, if it is to start anew, runs again. */
static void lose(struct lost *lost)
{
    event_set(&lost->in);
    event_wait(&lost->gone);
    refused(lost);
    event_set(&lost->refused);
    if (lost->starts_anew) {
        event_wait(&lost->running);
        check_works(again);
        run_in(again, "import threading; threading.local()");
    }
}

static void ended(pyferry_token token)
{
    CHECK_STATUS(pyferry_detach(&token), PYFERRY_STATUS_CLOSED);
    CHECK(!pyferry_is_attached(NULL));
}

static void suspended(struct lost *lost)
{
    pyferry_token token = attach(main_interpreter);
    pyferry_suspension out = suspend();
    lose(lost);
    CHECK_REFUSED(pyferry_resume(&out), PYFERRY_STATUS_CLOSED, "over");
    CHECK_STATUS(pyferry_resume(&out), PYFERRY_STATUS_STALE_TOKEN);
    ended(token);
}

static void nested(struct lost *lost)
{
    pyferry_token outer = attach(main_interpreter), middle = attach(main_interpreter);
    pyferry_suspension first = suspend();
    pyferry_token inner = attach(main_interpreter);
    pyferry_suspension second = suspend();
    lose(lost);
    CHECK_STATUS(pyferry_resume(&second), PYFERRY_STATUS_CLOSED);
    ended(inner);
    CHECK_STATUS(pyferry_resume(&first), PYFERRY_STATUS_CLOSED);
    ended(middle);
    ended(outer);
}

/* Between Py_BEGIN_ALLOW_THREADS and an end that never comes. */
static void let_go(struct lost *lost)
{
    pyferry_token token = attach(main_interpreter);
    PyEval_SaveThread();
    lose(lost);
    ended(token);
}

static void away_without_return(struct lost *lost)
{
    attach(main_interpreter);
    suspend();
    attach(main_interpreter);
    suspend();
    lose(lost);
}

static void guarding(struct lost *lost)
{
    CHECK_OK(pyferry_guard_open(main_interpreter, &lost->guard));
    lose(lost);
    pyferry_guard_close(lost->guard);
}

static void *open_guard(void *out)
{
    CHECK_OK(pyferry_guard_open(main_interpreter, out));
    return NULL;
}

static void guarding_for_the_dead(struct lost *lost)
{
    on_new_thread(open_guard, &lost->guard);
    lose(lost);
    pyferry_guard_close(lost->guard);
}

static void *run_lost(void *argument)
{
    struct lost *lost = argument;
    lost->stay(lost);
    return NULL;
}

static void one_life(void (*stay)(struct lost *), bool starts_anew)
{
    struct lost lost = { stay, starts_anew, EVENT_INIT, EVENT_INIT, EVENT_INIT, EVENT_INIT, NULL };
    PyThreadState *state = start_python(&main_interpreter);
    hear_reports(give_up, &reports);
    pthread_t thread = thread_start(run_lost, &lost);
    event_wait(&lost.in);
    reports = 0;
    finish_python(state);
    CHECK(reports == 1);
    event_set(&lost.gone);
    event_wait(&lost.refused);
    if (!starts_anew)
        thread_join(thread);

    state = start_python(&again);
    event_set(&lost.running);
    if (starts_anew)
        thread_join(thread);
    check_works(again);
    on_new_thread(visit, again);
    reports = 0;
    finish_python(state);
    CHECK(reports == 0);
    pyferry_view_free(again);
    pyferry_view_free(main_interpreter);
}

int main(void)
{
    void (*const ways[])(struct lost *) = { suspended, nested,   let_go, away_without_return,
                                            guarding,  guarding_for_the_dead };
    for (size_t i = 0; i < COUNT(ways); i++) {
        if (!left_out((int)i))
            one_life(ways[i], false);
        if (!left_out((int)i + 1))
            one_life(ways[i], true);
    }
    return 0;
}
