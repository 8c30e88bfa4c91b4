/* harness: not-under=arm64 the emulator refuses a clone without a signal at its end: there is no copy to take the stack from */
/* A watchdog is called, once for each, when a wait or a hold passes its limit: while Python is stuck, with who it is and who has
   the interpreter; and when it was replaced or removed no call is running. */
#include "py.h"

#include <stdatomic.h>

struct heard {
    atomic_int waits, holds, destroyed, running;
    /* The last one. */
    pyferry_thread_info thread, holder;
    bool has_holder;
    char stack[4096];
    struct event wait, hold, go_on;
    bool stays;
};

static void hear(const pyferry_watchdog_event *event, void *data)
{
    struct heard *heard = data;
    heard->running++;
    CHECK(event->struct_size == sizeof *event && heard->destroyed == 0);
    CHECK(!pyferry_is_attached(NULL));
    CHECK(event->thread >= event->threads && event->thread < event->threads + event->thread_count);
    heard->thread = *event->thread;
    heard->has_holder = event->holder != NULL;
    if (event->holder != NULL)
        heard->holder = *event->holder;
    snprintf(heard->stack, sizeof heard->stack, "%s", event->python_stack != NULL ? event->python_stack : "");
    bool waits = event->kind == PYFERRY_WATCHDOG_WAIT;
    CHECK(waits || event->kind == PYFERRY_WATCHDOG_HOLD);
    if (waits)
        heard->waits++;
    else
        heard->holds++;
    event_set(waits ? &heard->wait : &heard->hold);
    if (heard->stays)
        event_wait(&heard->go_on);
    heard->running--;
}

static void destroy(void *data)
{
    struct heard *heard = data;
    CHECK(heard->running == 0);
    heard->destroyed++;
}

static struct heard *watch(uint64_t wait_ms, uint64_t hold_ms)
{
    static struct heard all[16];
    static int used;
    struct heard *heard = &all[used++];
    heard->wait = heard->hold = heard->go_on = (struct event)EVENT_INIT;
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.wait_ms = wait_ms;
    options.hold_ms = hold_ms;
    options.callback = hear;
    options.data = heard;
    options.destroy = destroy;
    CHECK_OK(pyferry_watchdog(&options));
    return heard;
}

static void unwatch(struct heard *heard)
{
    CHECK_OK(pyferry_watchdog(NULL));
    CHECK(heard->running == 0 && heard->destroyed == 1);
}

/* In C code, called from Python code, with the interpreter. */
static struct event in_c = EVENT_INIT, leave_c = EVENT_INIT;

static PyObject *hog(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    event_set(&in_c);
    event_wait(&leave_c);
    Py_RETURN_NONE;
}

static PyMethodDef hog_method = { "hog", hog, METH_NOARGS, NULL };

static void *run_mod(void *view)
{
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "mod", &token));
    define(&hog_method);
    CHECK_OK(pyferry_exec("def update():\n    hog()\nupdate()\n", "mod.py"));
    detach(token);
    return NULL;
}

static atomic_long waiter_id;

static void *come_and_wait(void *view)
{
    waiter_id = gettid();
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "render", &token));
    detach(token);
    return NULL;
}

/* On Linux: docs/observe.md. */
static bool has_stacks(void)
{
#ifdef _WIN32
    return false;
#endif
    return python_minor() == 11 || python_minor() == 12 || python_minor() >= 15;
}

static void stuck_in_c(const pyferry_view *view)
{
    in_c = leave_c = (struct event)EVENT_INIT;
    pthread_t mod = thread_start(run_mod, (void *)view), render = 0;
    event_wait(&in_c);
    /* Only now: the way to there may take longer than that. */
    struct heard *heard = watch(60, 60);
    event_wait(&heard->hold);
    CHECK(strcmp(heard->thread.label, "mod") == 0 && heard->thread.state == PYFERRY_THREAD_INSIDE);
    CHECK(heard->thread.elapsed_us >= 60 * 1000);
    CHECK(heard->has_holder && heard->holder.thread_id == heard->thread.thread_id);
    if (heard->stack[0] != '\0' || has_stacks()) {
        if (strstr(heard->stack, "File \"mod.py\", line 2") == NULL)
            fprintf(stderr, "the stack: %s\n", heard->stack);
        CHECK(strstr(heard->stack, "File \"mod.py\", line 2 in update") != NULL && strstr(heard->stack, "line 3 in <module>") != NULL);
    }
    if (!python_is_free_threaded()) {
        render = thread_start(come_and_wait, (void *)view);
        event_wait(&heard->wait);
        CHECK(heard->thread.thread_id == (uint64_t)waiter_id && strcmp(heard->thread.label, "render") == 0);
        CHECK(heard->thread.state == PYFERRY_THREAD_WAITING && heard->thread.elapsed_us >= 60 * 1000);
        CHECK(heard->has_holder && strcmp(heard->holder.label, "mod") == 0 && heard->holder.is_attached);
    }
    /* However long it goes on. */
    sleep_ms(300);
    CHECK(heard->holds == 1 && heard->waits == (python_is_free_threaded() ? 0 : 1));
    event_set(&leave_c);
    thread_join(mod);
    if (!python_is_free_threaded())
        thread_join(render);

    /* The next one is another one. (It may be a third: those that waited were in for a moment.) */
    int holds = heard->holds;
    in_c = leave_c = (struct event)EVENT_INIT;
    heard->hold = (struct event)EVENT_INIT;
    mod = thread_start(run_mod, (void *)view);
    event_wait(&heard->hold);
    CHECK(heard->holds == holds + 1);
    event_set(&leave_c);
    thread_join(mod);
    unwatch(heard);
}

/* Who has let go, by pyferry or by CPython's own means, keeps nobody out. */
static void let_go(const pyferry_view *view)
{
    struct heard *heard = watch(0, 40);
    double before = seconds();
    pyferry_token token = attach(view);
    pyferry_suspension out = suspend();
    bool was_quick = seconds() - before < 0.04;
    sleep_ms(200);
    CHECK(heard->holds == 0 || !was_quick);
    resume(out);
    run("import time; time.sleep(0.001)");
    pyferry_suspension again = suspend();
    sleep_ms(200);
    resume(again);
    int holds = heard->holds;
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(200);
    CHECK(heard->holds <= holds + 1);
    Py_END_ALLOW_THREADS
    event_wait(&heard->hold);
    CHECK(heard->thread.thread_id == (uint64_t)gettid() && heard->thread.is_attached);
    detach(token);
    unwatch(heard);
}

/* A host's label is the host's, also if its text is one of the library's own. */
static void labeled_like_its_own(const pyferry_view *view)
{
    struct heard *heard = watch(0, 40);
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "pyferry: pending calls", &token));
    event_wait(&heard->hold);
    CHECK(heard->thread.thread_id == (uint64_t)gettid() && !heard->thread.is_own);
    detach(token);
    unwatch(heard);
}

static void stay(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK(status == PYFERRY_STATUS_OK);
    event_wait(&leave_c);
}

/* Whoever runs the jobs of a queue, in a worker of pyferry's too: they are the host's. */
static void jobs_are_watched(const pyferry_view *view)
{
    leave_c = (struct event)EVENT_INIT;
    struct heard *heard = watch(0, 40);
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = true;
    pyferry_queue *queue;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
    CHECK_OK(pyferry_queue_post(queue, stay, NULL));
    event_wait(&heard->hold);
    CHECK(!heard->thread.is_own && strcmp(heard->thread.label, "jobs of a queue") == 0);
    event_set(&leave_c);
    pyferry_queue_free(queue);
    unwatch(heard);
}

static void *remove_it(void *heard)
{
    unwatch(heard);
    return NULL;
}

/* Whoever removes a watchdog waits for the call that runs, which may want to go into what the remover is attached to. */
static void removed_while_it_is_called(const pyferry_view *view)
{
    struct heard *heard = watch(0, 20);
    heard->stays = true;
    struct guest guest = GUEST(view);
    guest.holds_on = true;
    guest_comes(&guest);
    event_wait(&heard->hold);
    CHECK(heard->running == 1);
    pthread_t remover = thread_start(remove_it, heard);
    sleep_ms(50);
    CHECK(heard->destroyed == 0);
    event_set(&heard->go_on);
    thread_join(remover);
    guest_goes(&guest);
}

static void hear_and_remove(const pyferry_watchdog_event *event, void *data)
{
    (void)event;
    struct heard *heard = data;
    CHECK_OK(pyferry_watchdog(NULL));
    CHECK(heard->destroyed == 0);
    event_set(&heard->hold);
}

static void removed_from_within(const pyferry_view *view)
{
    struct heard heard = { .hold = EVENT_INIT };
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.hold_ms = 20;
    options.callback = hear_and_remove;
    options.data = &heard;
    options.destroy = destroy;
    CHECK_OK(pyferry_watchdog(&options));
    pyferry_token token = attach(view);
    event_wait(&heard.hold);
    detach(token);
    /* From here on whoever sets one waits for the call, and so for its end. */
    CHECK_OK(pyferry_watchdog(NULL));
    for (int tries = 0; tries < 1000 && heard.destroyed == 0; tries++)
        sleep_ms(1);
    CHECK(heard.destroyed == 1);
}

static void refused(void)
{
    struct heard *heard = watch(1000000, 0);
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    CHECK_REFUSED(pyferry_watchdog(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "`options->callback`");
    options.callback = hear;
    options.destroy = destroy;
    CHECK_REFUSED(pyferry_watchdog(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "nothing to watch");
    options.struct_size = 1;
    CHECK_REFUSED(pyferry_watchdog(&options), PYFERRY_STATUS_INVALID_ARGUMENT, "struct_size");
    CHECK(heard->destroyed == 0);
    unwatch(heard);
}

int main(void)
{
    CHECK_OK(pyferry_watchdog(NULL));
    refused();
    pyferry_view *main;
    PyThreadState *state = start_python(&main);
    pyferry_view *sub = new_interpreter();
    stuck_in_c(main);
    stuck_in_c(sub);
    jobs_are_watched(main);
    let_go(main);
    labeled_like_its_own(main);
    removed_while_it_is_called(sub);
    removed_from_within(main);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
    /* Nobody has to remove it. */
    watch(1, 1);
    finish_python(state);
    pyferry_view_free(main);
    return 0;
}
