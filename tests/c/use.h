/* Pyferry with every call checked: for the steps of a program that are not what it is about. For C and C++. */
#ifndef PYFERRY_TEST_USE_H
#define PYFERRY_TEST_USE_H

#include "check.h"

/* ---- refusals ---- */

static inline const char *last_error(void)
{
    static __thread char text[8192];
    pyferry_last_error(text, sizeof text);
    return text;
}

/* The call's own message, not one from before, has this in it. */
#define CHECK_REFUSED(call, status, part)                                                                              \
    do {                                                                                                               \
        pyferry_resume(NULL);                                                                                          \
        char before_[256];                                                                                             \
        pyferry_last_error(before_, sizeof before_);                                                                   \
        CHECK_STATUS(call, status);                                                                                    \
        CHECK(strcmp(last_error(), before_) != 0);                                                                     \
        CHECK_SAYS(part);                                                                                              \
    } while (0)

/* A call with a `limit` that passes, and names whoever stays. On a machine with much to do a short one may pass before they could be
   asked: then the message says that, and a longer limit has to do. */
#define CHECK_TIMES_OUT(call, who)                                                                                     \
    for (int64_t limit = 50;; limit *= 2) {                                                                            \
        CHECK_STATUS(call, PYFERRY_STATUS_TIMEOUT);                                                                    \
        if (strstr(last_error(), who) != NULL)                                                                         \
            break;                                                                                                     \
        if (limit > 10000)                                                                                             \
            CHECK_SAYS(who);                                                                                           \
    }

#define CHECK_SAYS(part)                                                                                               \
    do {                                                                                                               \
        if (strstr(last_error(), part) == NULL)                                                                        \
            fprintf(stderr, "the message: %s\nlacks: %s\n", last_error(), part);                                       \
        CHECK(strstr(last_error(), part) != NULL);                                                                     \
    } while (0)

/* The message names this thread, and the interpreter of the view if it is about one. */
#define CHECK_SAYS_WHO(view)                                                                                           \
    do {                                                                                                               \
        char who_[64];                                                                                                 \
        snprintf(who_, sizeof who_, "thread %d", (int)gettid());                                                       \
        CHECK_SAYS(who_);                                                                                              \
        int64_t id_ = pyferry_view_interpreter_id(view);                                                               \
        snprintf(who_, sizeof who_, id_ == 0 ? "the main interpreter" : id_ < 0 ? "" : "interpreter %d", (int)id_);    \
        CHECK_SAYS(who_);                                                                                              \
    } while (0)

/* ---- in and out ---- */

static inline pyferry_token attach(const pyferry_view *view)
{
    pyferry_token token = PYFERRY_TOKEN_INIT;
    CHECK_OK(pyferry_attach(view, &token));
    return token;
}

static inline void detach(pyferry_token token)
{
    CHECK_OK(pyferry_detach(&token));
    CHECK(token.private_words[0] == 0 && token.private_words[1] == 0);
}

static inline pyferry_suspension suspend(void)
{
    pyferry_suspension suspension = PYFERRY_SUSPENSION_INIT;
    CHECK_OK(pyferry_suspend(&suspension));
    return suspension;
}

static inline void resume(pyferry_suspension suspension)
{
    CHECK_OK(pyferry_resume(&suspension));
}

static inline void run(const char *source)
{
    CHECK_OK(pyferry_exec(source, NULL));
}

static inline void run_in(const pyferry_view *view, const char *source)
{
    pyferry_token token = attach(view);
    run(source);
    detach(token);
}

/* A thread's whole life: one visit. */
static inline void *visit(void *view)
{
    run_in((const pyferry_view *)view, "import sys");
    return NULL;
}

/* Nesting, letting go and Python itself work here, and leave the thread as it was. */
static inline void check_works(const pyferry_view *view)
{
    bool before = pyferry_is_attached(view);
    pyferry_token outer = attach(view), inner = attach(view);
    pyferry_suspension out = suspend();
    CHECK(!pyferry_is_attached(NULL));
    resume(out);
    run("assert sum([1, 2, 3]) == 6");
    detach(inner);
    CHECK(pyferry_is_attached(view));
    detach(outer);
    CHECK(pyferry_is_attached(view) == before);
}

/* Nobody gets in any more, and out-parameters are left alone. */
static inline void check_closed(const pyferry_view *view)
{
    pyferry_token token = { { 7, 7 } };
    pyferry_guard *guard = NULL;
    CHECK_REFUSED(pyferry_attach(view, &token), PYFERRY_STATUS_CLOSED, "interpreter");
    CHECK(token.private_words[0] == 7 && token.private_words[1] == 7);
    CHECK_REFUSED(pyferry_guard_open(view, &guard), PYFERRY_STATUS_CLOSED, "interpreter");
    CHECK(guard == NULL);
}

/* Whether a thread finds its state again at its next attach, which is how it is unless the program says PYFERRY_CACHE=off. */
static inline bool states_are_kept(void)
{
    const char *cache = getenv("PYFERRY_CACHE");
    return cache == NULL || strcmp(cache, "off") != 0;
}

/* ---- the runtime ---- */

/* Where `site` is not the matter: the program that is asked leaves it out, too. */
static inline const pyferry_runtime_options *without_site(void)
{
    static pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_NO_SITE;
    return &options;
}

static inline void start_runtime(void)
{
    CHECK_OK(pyferry_runtime_start(without_site()));
}

/* ---- views ---- */

static inline pyferry_view *main_view(void)
{
    pyferry_view *view = NULL;
    CHECK_OK(pyferry_view_main(&view));
    return view;
}

/* Whether pyferry counts this thread as waiting, or inside, anywhere. */
static inline bool is_listed(void)
{
    pyferry_thread_info infos[16] = { PYFERRY_THREAD_INFO_INIT };
    size_t count = pyferry_threads(infos, 16);
    bool listed = false;
    for (size_t i = 0; i < count; i++)
        listed |= infos[i].is_caller;
    return listed;
}

static inline pyferry_view *current_view(void)
{
    pyferry_view *view = NULL;
    CHECK_OK(pyferry_view_current(&view));
    return view;
}

/* Whether this thread's interpreter has that number. */
static inline bool is_in(int64_t id)
{
    pyferry_view *view = current_view();
    bool same = pyferry_view_interpreter_id(view) == id;
    pyferry_view_free(view);
    return same;
}

static inline pyferry_view *new_interpreter(void)
{
    pyferry_view *view = NULL;
    CHECK_OK(pyferry_interpreter_new(NULL, &view));
    return view;
}

/* It has the main interpreter's GIL, where there is such a thing. */
static inline pyferry_view *new_interpreter_with_shared_gil(void)
{
    pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
    options.flags = PYFERRY_INTERPRETER_SHARED_GIL;
    pyferry_view *view = NULL;
    CHECK_OK(pyferry_interpreter_new(&options, &view));
    return view;
}

/* Returns when the interpreter, which another thread shuts down, lets nobody in any more. */
static inline void wait_for_closing(const pyferry_view *view)
{
    for (;;) {
        pyferry_token token;
        pyferry_status status = pyferry_attach(view, &token);
        if (status == PYFERRY_STATUS_CLOSED)
            return;
        CHECK_OK(status);
        detach(token);
        sleep_ms(1);
    }
}

/* ---- a host that hears whom a shutdown waits for ---- */

static inline void hear_reports(pyferry_report report, void *data)
{
    CHECK_OK(pyferry_set_report(report, data, NULL, 5));
}

/* Waits for nobody; counts, where it is given an int. */
static inline int32_t give_up(const char *text, void *reports)
{
    (void)text;
    if (reports != NULL)
        ++*(int *)reports;
    return PYFERRY_REPORT_GIVE_UP;
}

/* ---- a thread that is inside until it is told to leave ---- */

struct guest {
    const pyferry_view *view;
    /* What reports are to call the thread, and what it does. NULL: nothing. */
    const char *name, *label;
    /* Lets nobody else in meanwhile. Otherwise it has let go, as around a blocking call, and is inside all the same. */
    bool holds_on;
    struct event in, leave;
    pthread_t thread;
};
#define GUEST(view_) { .view = (view_), .in = EVENT_INIT, .leave = EVENT_INIT }

static inline void *guest_run(void *argument)
{
    struct guest *guest = (struct guest *)argument;
    if (guest->name != NULL)
        pthread_setname_np(pthread_self(), guest->name);
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(guest->view, guest->label, &token));
    pyferry_suspension out = PYFERRY_SUSPENSION_INIT;
    if (!guest->holds_on)
        out = suspend();
    event_set(&guest->in);
    event_wait(&guest->leave);
    if (!guest->holds_on)
        resume(out);
    detach(token);
    return NULL;
}

/* Returns when the thread is in. */
static inline void guest_comes(struct guest *guest)
{
    guest->thread = thread_start(guest_run, guest);
    event_wait(&guest->in);
}

/* Returns when the thread has ended. */
static inline void guest_goes(struct guest *guest)
{
    event_set(&guest->leave);
    thread_join(guest->thread);
}

#endif
