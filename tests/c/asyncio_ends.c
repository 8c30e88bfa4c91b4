/* harness: timeout=120 */
/* Four threads post to an event loop while it is closed, or its interpreter ends, in whatever way: each job that was taken is called
   once, with OK or with CLOSED, and by the end of an interpreter all are. Who waits for a coroutine then is told. */
#include "asyncio.h"

enum { POSTERS = 4, AT_LEAST = 200 };

static struct loop loop;
static int taken, ran, closed, refused, quits;

static void job(void *marked, pyferry_status status)
{
    CHECK(!__atomic_exchange_n((bool *)marked, true, __ATOMIC_SEQ_CST));
    free(marked);
    if (status == PYFERRY_STATUS_OK) {
        CHECK(pyferry_is_attached(loop.view));
        __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
    } else {
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        CHECK(!pyferry_is_attached(NULL));
        __atomic_add_fetch(&closed, 1, __ATOMIC_SEQ_CST);
    }
}

/* Until it is refused, or told to stop. */
static void *post_on(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&quits, __ATOMIC_SEQ_CST)) {
        bool *marked = calloc(1, sizeof *marked);
        CHECK(marked != NULL);
        pyferry_status status = pyferry_asyncio_post(loop.view, loop.object, job, marked);
        if (status == PYFERRY_STATUS_OK) {
            __atomic_add_fetch(&taken, 1, __ATOMIC_SEQ_CST);
            continue;
        }
        free(marked);
        if (status == PYFERRY_STATUS_CLOSED)
            break;
        CHECK_STATUS(status, PYFERRY_STATUS_QUEUE_FULL);
        __atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
        usleep(100);
    }
    return NULL;
}

/* As a host's thread may that has other things to do in between. */
static void *run_in_turns(void *unused)
{
    (void)unused;
    pyferry_token token;
    while (pyferry_attach(loop.view, &token) == PYFERRY_STATUS_OK) {
        run("if not loop.is_closed(): loop.run_until_complete(asyncio.sleep(0))");
        detach(token);
    }
    return NULL;
}

static pthread_t posters[POSTERS];

static void begin(pyferry_view *view)
{
    taken = ran = closed = refused = quits = 0;
    loop = loop_new(view);
}

static void posters_come(int at_least)
{
    for (int i = 0; i < POSTERS; i++)
        posters[i] = thread_start(post_on, NULL);
    while (__atomic_load_n(&ran, __ATOMIC_SEQ_CST) < at_least)
        sleep_ms(1);
}

static void posters_go(void)
{
    __atomic_store_n(&quits, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < POSTERS; i++)
        thread_join(posters[i]);
}

static void check_count(void)
{
    CHECK(ran + closed == taken);
}

/* The loop is closed while they post: they are taken on, and told. */
static void loop_closed(pyferry_view *view)
{
    begin(view);
    loop_start(&loop);
    posters_come(AT_LEAST);
    loop_stop(&loop);
    run_in(view, "loop.close()");
    while (__atomic_load_n(&closed, __ATOMIC_SEQ_CST) < AT_LEAST)
        sleep_ms(1);
    posters_go();
    while (__atomic_load_n(&ran, __ATOMIC_SEQ_CST) + __atomic_load_n(&closed, __ATOMIC_SEQ_CST) < taken)
        sleep_ms(1);
    check_count();
    pyferry_token token = attach(view);
    Py_DECREF(loop.object);
    detach(token);
}

/* It stops, and is run again by another thread. */
static void loop_stopped(pyferry_view *view)
{
    begin(view);
    loop_start(&loop);
    posters_come(AT_LEAST);
    loop_stop(&loop);
    posters_go();
    CHECK(closed == 0);
    loop_start(&loop);
    CHECK(becomes(&ran, taken));
    loop_stop(&loop);
    check_count();
    CHECK(closed == 0);
    loop_free(&loop);
}

enum how { ENDED, STOPPED, FINALIZED };

static void end(enum how how, pyferry_view *view, PyThreadState *state)
{
    if (how == ENDED)
        CHECK_OK(pyferry_interpreter_end(view, -1));
    else if (how == STOPPED)
        CHECK_OK(pyferry_runtime_stop(-1));
    else
        finish_python(state);
}

static void *wait_for_ever(void *coroutine)
{
    CHECK_REFUSED(pyferry_asyncio_await(loop.view, loop.object, coroutine, -1, NULL), PYFERRY_STATUS_CLOSED, "shutting down");
    return NULL;
}

/* The loop has jobs and a coroutine that it will never come to; or a thread runs it. */
static void interpreter_ends(enum how how, bool runs, pyferry_view *view, PyThreadState *state)
{
    begin(view);
    pthread_t runner = 0, waiter;
    if (runs)
        runner = thread_start(run_in_turns, NULL);
    posters_come(runs ? AT_LEAST : 0);
    pyferry_token token = attach(view);
    run("async def never():\n    await loop.create_future()");
    PyObject *coroutine = PyObject_CallMethod(PyImport_AddModule("__main__"), "never", NULL);
    CHECK(coroutine != NULL);
    detach(token);
    waiter = thread_start(wait_for_ever, coroutine);
    pyferry_thread_info threads[16];
    for (int i = 0; i < 16; i++)
        threads[i] = (pyferry_thread_info)PYFERRY_THREAD_INFO_INIT;
    for (bool waits = false; !waits;) {
        sleep_ms(1);
        size_t count = pyferry_threads(threads, 16);
        for (size_t i = 0; i < count && i < 16; i++)
            waits = waits || (threads[i].label != NULL && strcmp(threads[i].label, "pyferry_asyncio_await") == 0);
    }
    end(how, view, state);
    /* Those that were taken by then were called by then. */
    posters_go();
    check_count();
    CHECK(runs || ran == 0);
    CHECK_STATUS(pyferry_asyncio_post(loop.view, loop.object, job, &taken), PYFERRY_STATUS_CLOSED);
    thread_join(waiter);
    if (runs)
        thread_join(runner);
    check_count();
}

/* A daemon thread of Python's runs the loop, which Py_FinalizeEx does not wait for. */
static void in_daemon_thread(pyferry_view *view, PyThreadState *state)
{
    begin(view);
    run_in(view, "import threading\nthreading.Thread(target=loop.run_forever, daemon=True).start()");
    posters_come(AT_LEAST);
    finish_python(state);
    posters_go();
    check_count();
}

static void by_runtime(bool runs)
{
    start_runtime();
    pyferry_view *view = main_view();
    interpreter_ends(STOPPED, runs, view, NULL);
    pyferry_view_free(view);
}

static void by_host(bool runs)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    interpreter_ends(FINALIZED, runs, view, state);
    pyferry_view_free(view);
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter();
    for (int i = 0; i < 4; i++) {
        if (!left_out(i / 2 + i))
            (i % 2 == 0 ? loop_closed : loop_stopped)(i / 2 == 0 ? view : sub);
    }
    /* To import asyncio takes the most of it. */
    for (int i = 0; i < (in_short() ? 2 : 4); i++) {
        if (left_out(i))
            continue;
        if (sub == NULL)
            sub = new_interpreter();
        interpreter_ends(ENDED, i % 2 == 0, sub, NULL);
        pyferry_view_free(sub);
        sub = NULL;
    }
    in_daemon_thread(view, state);
    pyferry_view_free(view);
    if (!left_out(0))
        by_runtime(true);
    if (!in_short()) {
        by_host(true);
        by_runtime(false);
    }
    if (!left_out(1))
        by_host(false);
    return 0;
}
