/* harness: timeout=60 */
/* harness: not-on=windows it stands in for pthread_create */
/* A thread that cannot start others (as where the system has no more) is told NO_MEMORY by what needs one, and nothing has changed:
   neither the caller, nor what was set before. The same call works on another thread, or later. */
#include "py.h"

#include "no_threads.h"

static pyferry_view *view;

#define NO_MEMORY(call)                                                                                                \
    do {                                                                                                               \
        CHECK_REFUSED(call, PYFERRY_STATUS_NO_MEMORY, "cannot start a thread ");                                       \
        CHECK_SAYS_WHO(NULL);                                                                                          \
    } while (0)

static void *first_views(void *unused)
{
    failures = ALL;
    pyferry_view *none = NULL;
    pyferry_runtime_info info = PYFERRY_RUNTIME_INFO_INIT;
    NO_MEMORY(pyferry_view_main(&none));
    NO_MEMORY(pyferry_runtime_get_info(&info));
    NO_MEMORY(pyferry_interpreter_new(NULL, &none));
    NO_MEMORY(pyferry_runtime_start(NULL));
    CHECK_STATUS(pyferry_runtime_stop(0), PYFERRY_STATUS_WRONG_ORDER);
    CHECK(!pyferry_is_attached(NULL));
    PyGILState_STATE ensured = PyGILState_Ensure();
    PyThreadState *state = PyThreadState_Get();
    NO_MEMORY(pyferry_view_main(&none));
    NO_MEMORY(pyferry_view_current(&none));
    NO_MEMORY(pyferry_interpreter_new(NULL, &none));
    CHECK(none == NULL && info.version == NULL && PyThreadState_Get() == state);
    PyGILState_Release(ensured);
    return unused;
}

static int calls, destroyed;

static void count_call(void *data, pyferry_status status)
{
    (void)data;
    CHECK_OK(status);
    __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

/* On the loop's thread. */
static void count_call_and_stop(void *data, pyferry_status status)
{
    count_call(data, status);
    run("loop.stop()");
}

static void never(void *data)
{
    (void)data;
    CHECK(false);
}

static void destroy(void *number)
{
    ++*(int *)number;
}

static void hear(const pyferry_watchdog_event *event, void *data)
{
    (void)event, (void)data;
}

static PyObject *loop;

static pyferry_status watch(void (*at_end)(void *))
{
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.hold_ms = 60 * 1000;
    options.callback = hear;
    options.data = &destroyed;
    options.destroy = at_end;
    return pyferry_watchdog(&options);
}

static pyferry_status make_queue(bool worker, pyferry_queue **queue)
{
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.worker = worker;
    return pyferry_queue_new(view, &options, queue);
}

static void whatever_needs_one(void)
{
    pyferry_queue *queue = NULL;
    NO_MEMORY(make_queue(true, &queue));
    CHECK(queue == NULL);
    NO_MEMORY(pyferry_asyncio_post(view, loop, count_call, NULL));
    NO_MEMORY(watch(never));
    NO_MEMORY(pyferry_trace_start("trace.json"));
    NO_MEMORY(pyferry_histograms_start());
    CHECK_STATUS(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER);
    /* And what needs none works. */
    CHECK_OK(make_queue(false, &queue));
    CHECK_OK(pyferry_queue_post(queue, count_call, NULL));
    int before = calls;
    CHECK_OK(pyferry_queue_run(queue, SIZE_MAX, -1, NULL));
    CHECK(calls == before + 1);
    pyferry_queue_free(queue);
    check_works(view);
}

static void *without_threads(void *sub)
{
    failures = ALL;
    CHECK(!pyferry_is_attached(NULL));
    whatever_needs_one();
    NO_MEMORY(pyferry_interpreter_interrupt(view));
    NO_MEMORY(pyferry_interpreter_interrupt(view));
    pyferry_token token = attach(sub);
    whatever_needs_one();
    NO_MEMORY(pyferry_interpreter_interrupt(view));
    CHECK_OK(pyferry_interpreter_interrupt(sub)); /* does so itself */
    CHECK(pyferry_is_attached(sub));
    detach(token);
    pyferry_view *own = NULL;
    CHECK_OK(pyferry_interpreter_new(NULL, &own));
    check_works(own);
    CHECK_OK(pyferry_interpreter_end(own, -1));
    pyferry_view_free(own);
    return NULL;
}

/* Its Python threads are to be told that it ends, and watched; without a limit this thread does so itself. */
static void *end(void *sub)
{
    failures = ALL;
    NO_MEMORY(pyferry_interpreter_end(sub, 0));
    NO_MEMORY(pyferry_interpreter_end(sub, 1000));
    NO_MEMORY(pyferry_interpreter_stop(sub, -1, 1000));
    NO_MEMORY(pyferry_interpreter_stop(sub, 0, 1000));
    CHECK(!pyferry_is_attached(NULL));
    check_closed(sub);
    write_file("go", "");
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    return NULL;
}

/* Nobody could be interrupted. */
static void *stop(void *busy)
{
    failures = ALL;
    NO_MEMORY(pyferry_interpreter_stop(busy, 0, -1));
    NO_MEMORY(pyferry_interpreter_stop(busy, 0, 1000));
    CHECK_REFUSED(pyferry_interpreter_end(busy, 20), PYFERRY_STATUS_TIMEOUT, "guest");
    return NULL;
}

/* What it leaves is dropped by whoever can. */
static void *leave_things(void *object)
{
    failures = ALL;
    run_in(view, "import threading\nhere = threading.local()\nhere.value = Tell('left by a thread')");
    CHECK_OK(pyferry_release_later(view, object));
    return NULL;
}

static long told(void)
{
    pyferry_token token = attach(view);
    run("how_many = len(told)");
    long told = number("how_many");
    detach(token);
    return told;
}

static PyObject *in_main(const char *name)
{
    PyObject *object = PyObject_GetAttrString(PyImport_AddModule("__main__"), name);
    CHECK(object != NULL);
    return object;
}

int main(void)
{
    initialize_python();
    PyThreadState *state = PyEval_SaveThread();
    on_new_thread(first_views, NULL);
    view = main_view();
    pyferry_view *sub = new_interpreter();

    pyferry_token token = attach(view);
    run("import asyncio\nloop = asyncio.new_event_loop()");
    loop = in_main("loop");
    detach(token);
    on_new_thread(without_threads, sub);
    CHECK(calls == 2);

    /* Now it can be had. */
    pyferry_queue *queue;
    CHECK_OK(make_queue(true, &queue));
    CHECK_OK(pyferry_queue_call(queue, count_call, NULL, -1));
    pyferry_queue_free(queue);
    calls = 0;
    CHECK_OK(pyferry_asyncio_post(view, loop, count_call_and_stop, NULL));
    run_in(view, "loop.run_forever()");
    CHECK(calls == 1);
    CHECK_OK(pyferry_trace_start("trace.json"));
    CHECK_OK(pyferry_trace_stop());
    CHECK_OK(watch(destroy));
    CHECK(destroyed == 0);
    CHECK_OK(pyferry_watchdog(NULL));
    CHECK(destroyed == 1);
    CHECK_OK(pyferry_interpreter_interrupt(view));

    token = attach(view);
    run("told = []\n"
        "class Tell:\n"
        "    def __init__(self, what): self.what = what\n"
        "    def __del__(self): told.append(self.what)\n"
        "given = Tell('released')");
    PyObject *object = in_main("given");
    run("del given");
    detach(token);
    on_new_thread(leave_things, object);
    for (int tries = 0; tries < 500 && told() < 1; tries++)
        sleep_ms(10);
    CHECK(told() >= 1);
    token = attach(view);
    object = in_main("loop");
    detach(token);
    CHECK_OK(pyferry_release_later(view, object));
    for (int tries = 0; tries < 500 && told() < 2; tries++)
        sleep_ms(10);
    CHECK(told() == 2);

    run_in(sub, "import os, threading, time\n"
                "def wait():\n"
                "    while not os.path.exists('go'): time.sleep(0.001)\n"
                "threading.Thread(target=wait, daemon=False).start()");
    on_new_thread(end, sub);
    CHECK_REFUSED(pyferry_interpreter_end(sub, -1), PYFERRY_STATUS_CLOSED, "ended already");
    pyferry_view *busy = new_interpreter();
    struct guest guest = GUEST(busy);
    guest.name = "guest";
    guest_comes(&guest);
    on_new_thread(stop, busy);
    guest_goes(&guest);
    CHECK_OK(pyferry_interpreter_stop(busy, 0, -1));
    pyferry_view_free(busy);
    token = attach(view);
    Py_DECREF(loop);
    detach(token);
    finish_python(state);
    pyferry_view_free(sub);
    pyferry_view_free(view);
    return 0;
}
