/* However a thread or a guard holds a shutdown up, the report says who it is, with its label, and for how long it has been in:
   in the message of an end or a stop whose time runs out, and to the host, again and again at the interval it asked for. */
#include "py.h"

enum { EVERY_MS = 20, TIMES = 3 };

struct holder {
    void (*hold)(struct holder *);
    const char *label;
    pyferry_view *view;
    struct event in, leave;
    char who[32];
    pyferry_guard *guard;
    int reports;
    double last;
};

/* ---- ways to be inside ---- */

static void stay(struct holder *holder)
{
    if (holder->who[0] == '\0')
        snprintf(holder->who, sizeof holder->who, "thread %d", (int)gettid());
    event_set(&holder->in);
    event_wait(&holder->leave);
}

static pyferry_token attach_as(struct holder *holder, const char *label)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(holder->view, label, &token));
    return token;
}

static void suspended(struct holder *holder)
{
    pyferry_token token = attach_as(holder, holder->label);
    pyferry_suspension out = suspend();
    stay(holder);
    resume(out);
    detach(token);
}

static void nested(struct holder *holder)
{
    pyferry_token outer = attach_as(holder, holder->label), inner = attach_as(holder, holder->label);
    pyferry_suspension first = suspend();
    pyferry_token innermost = attach_as(holder, holder->label);
    pyferry_suspension second = suspend();
    stay(holder);
    resume(second);
    detach(innermost);
    resume(first);
    detach(inner);
    detach(outer);
}

static void let_go(struct holder *holder)
{
    pyferry_token token = attach_as(holder, holder->label);
    Py_BEGIN_ALLOW_THREADS
    stay(holder);
    Py_END_ALLOW_THREADS
    detach(token);
}

/* Through a state that pyferry did not make. */
static PyThreadState *attach_by_itself(const pyferry_view *view)
{
    PyThreadState *state = PyThreadState_New(interpreter_of(view));
    PyEval_RestoreThread(state);
    return state;
}

static void detach_by_itself(PyThreadState *state)
{
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
}

static void suspended_by_itself(struct holder *holder)
{
    PyThreadState *state = attach_by_itself(holder->view);
    pyferry_suspension out = suspend();
    stay(holder);
    resume(out);
    detach_by_itself(state);
}

/* What it did when it was in before, and since when, is of no interest. */
static void here_again(struct holder *holder)
{
    pyferry_view *other = new_interpreter();
    PyThreadState *state = attach_by_itself(holder->view);
    pyferry_token there = attach(other), back = attach_as(holder, "did something else");
    detach(back);
    detach(there);
    detach_by_itself(state);
    CHECK_OK(pyferry_interpreter_end(other, -1));
    pyferry_view_free(other);
    suspended(holder);
}

static void guarding(struct holder *holder)
{
    CHECK_OK(pyferry_guard_open(holder->view, &holder->guard));
    stay(holder);
    pyferry_guard_close(holder->guard);
}

static void *open_guard(void *argument)
{
    struct holder *holder = argument;
    snprintf(holder->who, sizeof holder->who, "thread %d", (int)gettid());
    CHECK_OK(pyferry_guard_open(holder->view, &holder->guard));
    return NULL;
}

static void guarding_for_the_dead(struct holder *holder)
{
    on_new_thread(open_guard, holder);
    stay(holder);
    pyferry_guard_close(holder->guard);
}

static void *run_holder(void *argument)
{
    struct holder *holder = argument;
    holder->hold(holder);
    return NULL;
}

/* ---- who hears of it ---- */

static void check_names(const struct holder *holder, const char *text)
{
    bool names = strstr(text, holder->who) != NULL && strstr(text, "in for ") != NULL;
    bool labels = holder->label == NULL || strstr(text, holder->label) != NULL;
    bool is_guard = strstr(text, "guard") != NULL;
    if (!names || !labels)
        fprintf(stderr, "the report: %s\nlacks %s, or what it does\n", text, holder->who);
    CHECK(names && labels && is_guard == (holder->guard != NULL));
}

static int32_t hear(const char *text, void *data)
{
    struct holder *holder = data;
    double now = seconds();
    if (event_is_set(&holder->leave)) /* it may be on its way out, and nameless */
        return PYFERRY_REPORT_WAIT;
    check_names(holder, text);
    CHECK(now - holder->last >= EVERY_MS * 1e-3);
    holder->last = now;
    if (++holder->reports == TIMES)
        event_set(&holder->leave);
    return PYFERRY_REPORT_WAIT;
}

static int32_t hear_in_vain(const char *text, void *data)
{
    (void)data;
    fprintf(stderr, "heard by one who is not to be told: %s\n", text);
    CHECK(!"heard");
    return PYFERRY_REPORT_WAIT;
}

static void hear_often(struct holder *holder)
{
    holder->last = seconds();
    CHECK_OK(pyferry_set_report(hear, holder, NULL, EVERY_MS));
}

/* For a wait that is over before: also where the thread that waits is late. */
static void hear_seldom(struct holder *holder)
{
    CHECK_OK(pyferry_set_report(hear, holder, NULL, 60 * 1000));
}

/* The last one that listens is told, whoever starts Python. */
static void start(struct holder *holder)
{
    CHECK_OK(pyferry_set_report(hear_in_vain, NULL, NULL, 1));
    start_runtime();
    hear_often(holder);
}

/* ---- ways to shut down ---- */

static pthread_t come(struct holder *holder, pyferry_view *view)
{
    holder->view = view;
    pthread_t thread = thread_start(run_holder, holder);
    event_wait(&holder->in);
    holder->last = seconds();
    return thread;
}

static void ends(struct holder *holder)
{
    start_runtime();
    start(holder);
    pyferry_view *sub = new_interpreter();
    pthread_t thread = come(holder, sub);
    hear_seldom(holder);
    CHECK_REFUSED(pyferry_interpreter_end(sub, EVERY_MS / 2), PYFERRY_STATUS_TIMEOUT, "call again");
    check_names(holder, last_error());
    CHECK(holder->reports == 0);
    hear_often(holder);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    thread_join(thread);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(sub);
}

static void stops(struct holder *holder)
{
    start(holder);
    pyferry_view *main = main_view();
    pthread_t thread = come(holder, main);
    hear_seldom(holder);
    CHECK_REFUSED(pyferry_runtime_stop(EVERY_MS / 2), PYFERRY_STATUS_TIMEOUT, "call again");
    check_names(holder, last_error());
    CHECK(holder->reports == 0);
    hear_often(holder);
    CHECK_OK(pyferry_runtime_stop(-1));
    thread_join(thread);
    pyferry_view_free(main);
}

/* A third party, who knows nothing of pyferry. */
static void finalizes(struct holder *holder)
{
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    start(holder);
    pthread_t thread = come(holder, main);
    finish_python(state);
    thread_join(thread);
    CHECK_OK(pyferry_runtime_stop(-1));
    pyferry_view_free(main);
}

int main(void)
{
    static const struct {
        void (*hold)(struct holder *);
        const char *label;
    } ways[] = { { suspended, "bakes light" }, { nested, "walks the tree" },  { let_go, NULL },  { suspended_by_itself, NULL },
                 { here_again, "renders" },    { guarding, NULL },           { guarding_for_the_dead, NULL } };
    void (*const downs[])(struct holder *) = { ends, stops, finalizes };
    for (size_t way = 0; way < COUNT(ways); way++)
        for (size_t down = 0; down < COUNT(downs); down++) {
            if (in_short() && way % 3 != down)
                continue;
            struct holder holder = { .hold = ways[way].hold, .label = ways[way].label };
            holder.in = holder.leave = (struct event)EVENT_INIT;
            downs[down](&holder);
            CHECK(holder.reports >= TIMES);
        }
    return 0;
}
