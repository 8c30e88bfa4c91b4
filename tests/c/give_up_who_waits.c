/* harness: since=3.14 */
/* harness: not-on=windows it has no FIFOs in a folder */
/* A thread that is attached, and has let go for what another function of pyferry waits for, is given up meanwhile: that function has
   done what it was asked for, says CLOSED, and the thread is attached to nothing. (Up to 3.13 nobody can be given up in an interpreter
   that is not main.) */
#include "asyncio.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FIFO "who_waits.fifo"

static pyferry_view *main_interpreter, *own, *busy;
static struct event in, ready, called, go_on, given_up;
static char name_of_own[64];
static int destroyed;

static void (*what)(void);
static pthread_t thread;

static void *attached(void *unused)
{
    pyferry_token token = attach(own);
    event_set(&in);
    what();
    CHECK(!pyferry_is_attached(NULL));
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_CLOSED, "over");
    CHECK_REFUSED(pyferry_detach(&token), PYFERRY_STATUS_STALE_TOKEN, "empty");
    check_works(main_interpreter);
    return unused;
}

static void comes(void (*waits)(void))
{
    what = waits;
    own = new_interpreter();
    snprintf(name_of_own, sizeof name_of_own, "interpreter %d ", (int)pyferry_view_interpreter_id(own));
    destroyed = 0;
    in = ready = called = go_on = given_up = (struct event)EVENT_INIT;
    thread = thread_start(attached, NULL);
    event_wait(&in);
}

static void ends(void)
{
    event_wait(&ready);
    CHECK_OK(pyferry_interpreter_end(own, -1));
}

static void leaves(void)
{
    thread_join(thread);
    pyferry_view_free(own);
}

/* Not before: what a thread does that lets go as it is given up is CPython's own, in memory that goes with the interpreter. */
static bool has_let_go(void)
{
    pyferry_thread_info infos[16] = { PYFERRY_THREAD_INFO_INIT };
    size_t count = pyferry_threads(infos, 16);
    for (size_t i = 0; i < count && i < 16; i++)
        if (infos[i].interpreter_id == pyferry_view_interpreter_id(own) && !infos[i].is_own)
            return infos[i].state == PYFERRY_THREAD_SUSPENDED || infos[i].state == PYFERRY_THREAD_ELSEWHERE;
    return false;
}

/* Gives up whoever is in its interpreter, when the thread has set out. */
static int32_t give_up_when_ready(const char *text, void *data)
{
    (void)data;
    if (strncmp(text, name_of_own, strlen(name_of_own)) != 0 || !event_is_set(&ready) || !has_let_go())
        return PYFERRY_REPORT_WAIT;
    event_set(&given_up);
    return PYFERRY_REPORT_GIVE_UP;
}

static void destroy(void *data)
{
    (void)data;
    destroyed++;
}

/* Of the end of another interpreter; the thread's own may end before it has set another callback. */
static int32_t slow_report(const char *text, void *data)
{
    (void)data;
    if (strncmp(text, name_of_own, strlen(name_of_own)) == 0)
        return PYFERRY_REPORT_WAIT;
    event_set(&called);
    event_wait(&go_on);
    return PYFERRY_REPORT_WAIT;
}

static void slow_watch(const pyferry_watchdog_event *event, void *data)
{
    (void)event, (void)data;
    event_set(&called);
    event_wait(&go_on);
}

static void set_report(void)
{
    event_wait(&called);
    event_set(&ready);
    CHECK_REFUSED(pyferry_set_report(give_up_when_ready, NULL, NULL, 5), PYFERRY_STATUS_CLOSED, "the report callback is set, but");
    CHECK(destroyed == 1);
}

static void set_watchdog(void)
{
    event_wait(&called);
    event_set(&ready);
    CHECK_REFUSED(pyferry_watchdog(NULL), PYFERRY_STATUS_CLOSED, "the watchdog is set, but");
    CHECK(destroyed == 1);
}

static void start_trace(void)
{
    event_set(&ready);
    CHECK_REFUSED(pyferry_trace_start(FIFO), PYFERRY_STATUS_CLOSED, "trace");
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "no trace is written");
}

static void stop_trace(void)
{
    event_set(&ready);
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_CLOSED, "the trace is complete, but");
}

static void stop_cut_trace(void)
{
    event_set(&ready);
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_INVALID_ARGUMENT, FIFO);
    CHECK_SAYS("attached to nothing");
}

static void *open_to_read(void *reader)
{
    *(int *)reader = open(FIFO, O_RDONLY);
    CHECK(*(int *)reader >= 0);
    return NULL;
}

/* Whoever reads the FIFO has it full, for a while. */
static int fill_trace(void)
{
    int reader;
    pthread_t thread_that_reads = thread_start(open_to_read, &reader);
    CHECK_OK(pyferry_trace_start(FIFO));
    thread_join(thread_that_reads);
    for (int i = 0; i < 1500; i++)
        visit(main_interpreter);
    return reader;
}

static pyferry_queue *queue;

static void do_nothing(void *unused, pyferry_status status)
{
    (void)unused, (void)status;
}

/* How long it takes until the thread is given up, nobody knows. */
static void call_in_vain(void)
{
    event_set(&ready);
    for (int64_t limit = 100; limit < 20000; limit *= 2) {
        CHECK_REFUSED(pyferry_queue_call(queue, do_nothing, NULL, limit), PYFERRY_STATUS_TIMEOUT, "stays in the queue");
        if (!pyferry_is_attached(NULL))
            break;
        CHECK(strstr(last_error(), "attached to nothing") == NULL);
    }
    CHECK_SAYS("attached to nothing");
}

/* It lets go for 50 milliseconds at most, and the next one again. */
static void interrupt_often(void)
{
    event_set(&ready);
    pyferry_status status;
    do
        status = pyferry_interpreter_interrupt(busy);
    while (status == PYFERRY_STATUS_OK);
    CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
    CHECK_SAYS("is interrupted, but");
}

static void make_interpreter(void)
{
    pyferry_view *none = NULL;
    event_wait(&called);
    event_set(&ready);
    CHECK_REFUSED(pyferry_interpreter_new(NULL, &none), PYFERRY_STATUS_CLOSED, "attached to nothing");
    CHECK(none == NULL);
}

static struct loop loop;
static PyObject *coroutine;

static void wait_for_coroutine(void)
{
    event_set(&ready);
    PyObject *result = NULL;
    CHECK_REFUSED(pyferry_asyncio_await(main_interpreter, loop.object, coroutine, -1, &result), PYFERRY_STATUS_CLOSED,
                  "attached to nothing");
    CHECK(result == NULL);
}

static bool is_gone(void)
{
    pyferry_token token = attach(main_interpreter);
    run("import gc; gc.collect(); gone = int(value() is None)");
    bool gone = number("gone");
    detach(token);
    return gone;
}

/* What the coroutine returns goes, too. */
static void check_coroutine(void)
{
    loop = loop_new(main_interpreter);
    pyferry_token token = attach(main_interpreter);
    run("import weakref\n"
        "class Value: pass\n"
        "def hand_out():\n"
        "    global value\n"
        "    new = Value()\n"
        "    value = weakref.ref(new)\n"
        "    return new\n"
        "go, value = None, object\n"
        "async def work():\n"
        "    global go\n"
        "    go = asyncio.Event()\n"
        "    await go.wait()\n"
        "    return hand_out()\n"
        "coroutine = work()");
    coroutine = PyObject_GetAttrString(PyImport_AddModule("__main__"), "coroutine");
    CHECK(coroutine != NULL);
    run("del coroutine");
    detach(token);
    loop_start(&loop);
    comes(wait_for_coroutine);
    run_in(main_interpreter, "import time\nwhile go is None:\n    time.sleep(0.001)");
    ends();
    run_in(main_interpreter, "loop.call_soon_threadsafe(go.set)");
    leaves();
    token = attach(main_interpreter);
    Py_DECREF(coroutine);
    detach(token);
    for (int tries = 0; tries < 500 && !is_gone(); tries++)
        sleep_ms(10);
    CHECK(is_gone());
    loop_stop(&loop);
    loop_free(&loop);
}

static void end_another(void)
{
    event_set(&ready);
    CHECK_REFUSED(pyferry_interpreter_end(busy, -1), PYFERRY_STATUS_CLOSED, "call again");
}

/* Free-threaded and with a GIL; nobody makes or ends one meanwhile. */
static int count_interpreters(void)
{
    PyInterpreterState *(*first)(void), *(*next)(PyInterpreterState *);
    *(void **)&first = dlsym(RTLD_DEFAULT, "PyInterpreterState_Head");
    *(void **)&next = dlsym(RTLD_DEFAULT, "PyInterpreterState_Next");
    pyferry_token token = attach(main_interpreter);
    int count = 0;
    for (PyInterpreterState *interpreter = first(); interpreter != NULL; interpreter = next(interpreter))
        count++;
    detach(token);
    return count;
}

/* The end of an interpreter goes through the main one, too. */
static void *release_main(void *holder)
{
    event_wait(&given_up);
    sleep_ms(50);
    guest_goes(holder);
    return NULL;
}

static void *end(void *view)
{
    CHECK_OK(pyferry_interpreter_end(view, -1));
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    busy = new_interpreter();
    struct guest guest = GUEST(busy);
    guest_comes(&guest);
    CHECK_OK(pyferry_set_report(slow_report, NULL, destroy, 5));
    comes(set_report);
    pthread_t ender = thread_start(end, busy);
    ends();
    event_set(&go_on);
    leaves();
    guest_goes(&guest);
    thread_join(ender);
    pyferry_view_free(busy);

    CHECK_OK(pyferry_set_report(give_up_when_ready, NULL, NULL, 5));
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.hold_ms = 10;
    options.callback = slow_watch;
    options.destroy = destroy;
    comes(set_watchdog);
    CHECK_OK(pyferry_watchdog(&options));
    ends();
    event_set(&go_on);
    leaves();

    CHECK(mkfifo(FIFO, 0600) == 0);
    comes(start_trace);
    ends();
    int reader = open(FIFO, O_RDONLY);
    CHECK(reader >= 0);
    leaves();
    close(reader);

    for (int cut = 0; cut < 2; cut++) {
        reader = fill_trace();
        comes(cut ? stop_cut_trace : stop_trace);
        ends();
        char text[4096];
        while (!cut && read(reader, text, sizeof text) > 0)
            continue;
        if (cut)
            close(reader);
        leaves();
        if (!cut)
            close(reader);
    }

    CHECK_OK(pyferry_queue_new(main_interpreter, NULL, &queue));
    comes(call_in_vain);
    ends();
    leaves();
    pyferry_queue_free(queue);

    if (!python_is_free_threaded()) {
        struct guest holder = GUEST(NULL);
        holder.view = busy = new_interpreter();
        holder.holds_on = true;
        guest_comes(&holder);
        comes(interrupt_often);
        ends();
        leaves();
        guest_goes(&holder);
        CHECK_OK(pyferry_interpreter_end(busy, -1));
        pyferry_view_free(busy);
    }

    /* The main interpreter is held by C code. */
    if (!python_is_free_threaded()) {
        struct guest holder = GUEST(main_interpreter);
        holder.holds_on = true;
        comes(make_interpreter);
        guest_comes(&holder);
        event_set(&called);
        pthread_t releaser = thread_start(release_main, &holder);
        ends();
        thread_join(releaser);
        leaves();
        /* What was made, and nobody has a view of, has ended too. */
        CHECK(count_interpreters() == 1);
    }

    check_coroutine();

    busy = new_interpreter();
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(busy, &guard));
    comes(end_another);
    ends();
    pyferry_guard_close(guard);
    leaves();
    CHECK_OK(pyferry_interpreter_end(busy, -1));
    pyferry_view_free(busy);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
