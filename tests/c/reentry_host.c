/* harness: not-on=windows it looks at itself in forked children, and Windows has no fork */
/* What a host does beside visits, with the hooks of reentry_allocator on from before the start to behind the stop: it starts, pumps
   and stops Python on its own thread, hears what is printed, gives jobs and coroutines to an event loop, interrupts a script, is told
   by the watchdog, and whom the stop waits for, and traces it all. */
#include "asyncio.h"
#include "reentry_hooks.h"

static pyferry_view *main_interpreter;

/* ---- what the host is told ---- */

static int heard, watched, reported, pumped, posted;

static void count(int *number)
{
    __atomic_add_fetch(number, 1, __ATOMIC_SEQ_CST);
}

/* On the thread that prints, attached. */
static void hear(int64_t interpreter, int32_t stream, const char *bytes, size_t length, void *unused)
{
    (void)stream, (void)bytes, (void)length, (void)unused;
    come_back();
    if (is_in(interpreter)) {
        /* What is printed may be about an interrupt, and the next one may come in here. */
        CHECK(pyferry_exec("acted = [1, 2]", NULL) == PYFERRY_STATUS_OK || strstr(last_error(), "KeyboardInterrupt") != NULL);
        resume(suspend());
    }
    count(&heard);
}

static void watch(const pyferry_watchdog_event *event, void *unused)
{
    (void)event, (void)unused;
    ask();
    count(&watched);
}

static int32_t report(const char *text, void *unused)
{
    (void)unused;
    CHECK(text[0] != 0);
    ask();
    count(&reported);
    return PYFERRY_REPORT_WAIT;
}

static int pending(void *unused)
{
    (void)unused;
    come_back();
    count(&pumped);
    return 0;
}

/* To import asyncio takes longer than all the rest, and what these two are called for the others are, too. */
static bool uses_a_loop(enum hook hook)
{
    return hook != TRACEMALLOC && hook != MONITORING;
}

static void begin(enum hook hook)
{
    CHECK(hook != TRACEMALLOC || setenv("PYTHONTRACEMALLOC", "1", 1) == 0);
    hooked = hook == ALLOCATOR;
    audited = hook == AUDIT;
    hear_reports(report, NULL);
    pyferry_watchdog_options watchdog = PYFERRY_WATCHDOG_OPTIONS_INIT;
    watchdog.wait_ms = watchdog.hold_ms = 1;
    watchdog.callback = watch;
    CHECK_OK(pyferry_watchdog(&watchdog));
    CHECK_OK(pyferry_trace_start("trace.json"));
    const char *const arguments[] = { "host", "\xff" }, *const paths[] = { "somewhere", NULL };
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD | PYFERRY_RUNTIME_NO_SITE;
    options.argc = 2;
    options.argv = arguments;
    options.search_paths = paths;
    options.output = hear;
    CHECK_OK(pyferry_runtime_start(&options));
    nests_in = main_interpreter = main_view();
    hooked = false;
    run_in(main_interpreter, uses_a_loop(hook) ? "import sys; sys.modules['ssl'] = None\nimport asyncio, threading" : "import threading");
    hooked = hook == ALLOCATOR;
}

/* ---- what it does ---- */

static void print_and_pump(enum hook hook)
{
    pyferry_token token = attach(main_interpreter);
    trace_here(hook);
    run("print('to the host')");
    CHECK(heard > 0 && Py_AddPendingCall(pending, NULL) == 0);
    detach(token);
    CHECK_OK(pyferry_runtime_pump());
    CHECK(pumped == 1);
    if (!can_make(hook))
        return;
    pyferry_view *sub = new_interpreter();
    token = attach(sub);
    trace_here(hook);
    heard = 0;
    run("print('to the host')");
    CHECK(heard > 0);
    detach(token);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    pyferry_view_free(sub);
}

static void job(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    run("acted = {number: str(number) for number in range(10)}");
    count(&posted);
    PyErr_SetString(PyExc_ValueError, "of a job");
}

static void job_closed(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    count(&posted);
}

static pyferry_status await(struct loop *loop, const char *function, int64_t timeout_ms)
{
    pyferry_token token = attach(loop->view);
    PyObject *coroutine = PyObject_CallMethod(PyImport_AddModule("__main__"), function, NULL), *result = NULL;
    CHECK(coroutine != NULL);
    detach(token);
    pyferry_status status = pyferry_asyncio_await(loop->view, loop->object, coroutine, timeout_ms, &result);
    CHECK_OK(pyferry_release_later(loop->view, coroutine));
    if (result != NULL)
        CHECK_OK(pyferry_release_later(loop->view, result));
    return status;
}

static void use_a_loop(enum hook hook)
{
    struct loop loop = loop_new(main_interpreter);
    loop_start(&loop);
    pyferry_token token = attach(main_interpreter);
    trace_here(hook);
    run("heard = []\n"
        "loop.set_exception_handler(lambda loop, context: heard.append(context['exception']))\n"
        "async def answer():\n    await asyncio.sleep(0)\n    return [42]\n"
        "class Wrong(Exception):\n    def __init__(self, notes):\n        self.__notes__ = notes\n"
        "async def wrong():\n    raise Wrong(['noted'])\n"
        "async def long():\n    await asyncio.get_running_loop().create_future()\n");
    CHECK_STATUS(pyferry_exec("raise Wrong(7)", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    detach(token);
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, NULL));
    CHECK(becomes(&posted, 1));
    CHECK_OK(await(&loop, "answer", -1));
    CHECK_STATUS(await(&loop, "wrong", -1), PYFERRY_STATUS_PYTHON_ERROR);
    CHECK_STATUS(await(&loop, "long", 0), PYFERRY_STATUS_TIMEOUT);
    loop_stop(&loop);
    run_in(main_interpreter, "assert [str(each) for each in heard] == ['of a job']");
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job_closed, NULL));
    run_in(main_interpreter, "loop.close()");
    CHECK(becomes(&posted, 2)); /* the loop has to last until then */
    loop_free(&loop);
}

static struct event running = EVENT_INIT;

static PyObject *runs(PyObject *unused, PyObject *none)
{
    (void)unused, (void)none;
    /* A hold that is too long: what traces the script lets go again and again, and so none of its own may be. */
    while (__atomic_load_n(&watched, __ATOMIC_SEQ_CST) == 0)
        sleep_ms(1);
    event_set(&running);
    Py_RETURN_NONE;
}
static PyMethodDef runs_method = { "runs", runs, METH_NOARGS, NULL };

static void *run_away(void *hook)
{
    pyferry_token token = attach(main_interpreter);
    define(&runs_method);
    run("threading.current_thread()"); /* has a record of this thread made, which goes with it */
    trace_here(*(enum hook *)hook);
    CHECK_STATUS(pyferry_exec("runs()\nwhile True: pass", NULL), PYFERRY_STATUS_PYTHON_ERROR);
    detach(token);
    return NULL;
}

static void interrupt_and_look(enum hook hook)
{
    pyferry_histogram histograms[4] = { PYFERRY_HISTOGRAM_INIT };
    pyferry_thread_info infos[4] = { PYFERRY_THREAD_INFO_INIT };
    pthread_t thread = thread_start(run_away, &hook);
    event_wait(&running);
    CHECK_OK(pyferry_interpreter_interrupt(main_interpreter));
    thread_join(thread);
    pyferry_token token = attach(main_interpreter);
    CHECK(pyferry_threads(infos, 4) > 0 && pyferry_histograms(histograms, 4) > 0);
    detach(token);
    CHECK_OK(pyferry_trace_stop());
}

/* A thread of Python's own holds the stop up at first. */
static void end(void)
{
    run_in(main_interpreter, "import os, threading, time\n"
                             "def work():\n"
                             "    while not os.path.exists('go_home'): time.sleep(0.001)\n"
                             "threading.Thread(target=work, name='add-on').start()");
    for (int64_t limit_ms = 50; reported == 0; limit_ms *= 2)
        CHECK_STATUS(pyferry_runtime_stop(limit_ms), PYFERRY_STATUS_TIMEOUT);
    fclose(fopen("go_home", "w"));
    CHECK_OK(pyferry_runtime_stop_with(0, -1));
    nests_in = NULL;
    CHECK(remove("go_home") == 0);
    CHECK_OK(pyferry_watchdog(NULL));
    CHECK_OK(pyferry_set_report(NULL, NULL, NULL, 0));
    pyferry_view_free(main_interpreter);
}

static void life(enum hook hook, bool unused)
{
    (void)unused;
    begin(hook);
    print_and_pump(hook);
    if (uses_a_loop(hook))
        use_a_loop(hook);
    interrupt_and_look(hook);
    end();
}

int main(void)
{
    set_hooks();
    for (enum hook hook = 0; hook < HOOKS; hook++) {
        if (!in_short() || hook == ALLOCATOR || hook == TRACE)
            in_process(life, hook, false);
    }
    return 0;
}
