/* harness: timeout=60 */
/* A thread gives a coroutine to an event loop that another one runs, and gets what it returns or raises. The coroutine of a wait
   whose time is up is cancelled; that of a loop which is closed is not waited for any more. Who runs the loop is refused. */
#include "asyncio.h"

static struct loop loop;
static int done;

#define COROUTINES                                                                                                     \
    "import sys; sys.modules['ssl'] = None\nimport asyncio, gc, weakref\n"                                                                               \
    "class Value:\n    pass\n"                                                                                         \
    "events = []\n"                                                                                                    \
    "async def answer():\n    await asyncio.sleep(0)\n    return 42\n"                                                 \
    "async def at_once():\n    return Value()\n"                                                                       \
    "async def wrong():\n    await asyncio.sleep(0)\n    raise ValueError('on purpose')\n"                             \
    "async def gives_up():\n    asyncio.current_task().cancel()\n    await asyncio.sleep(0)\n"                         \
    "async def long():\n    events.append('begun')\n    try:\n        await asyncio.get_running_loop().create_future()\n" \
    /* Up to 3.11 _asyncio raises the main interpreter's CancelledError in all. */                                     \
    "    except BaseException as error:\n        assert type(error).__name__ == 'CancelledError'\n"                    \
    "        events.append('cancelled')\n        raise\n"                                                            \
    "async def until_told():\n    global told\n    told = asyncio.get_running_loop().create_future()\n"                \
    "    events.append('begun')\n    return await told\n"

/* What a call in __main__ of the attached interpreter gives, as a reference. */
static PyObject *call(const char *function)
{
    PyObject *value = PyObject_CallMethod(PyImport_AddModule("__main__"), function, NULL);
    CHECK(value != NULL);
    return value;
}

static PyObject *call_in(const char *function)
{
    pyferry_token token = attach(loop.view);
    PyObject *value = call(function);
    detach(token);
    return value;
}

static void drop(PyObject *object)
{
    CHECK_OK(pyferry_release_later(loop.view, object));
}

/* Waits for what a coroutine comes to, and drops that. */
static pyferry_status wait_for(const char *function, int64_t timeout_ms, PyObject **result)
{
    PyObject *coroutine = call_in(function);
    pyferry_status status = pyferry_asyncio_await(loop.view, loop.object, coroutine, timeout_ms, result);
    drop(coroutine);
    return status;
}

static void results(pyferry_view *elsewhere)
{
    PyObject *value = NULL;
    CHECK_OK(wait_for("answer", -1, &value));
    CHECK(!pyferry_is_attached(NULL));
    pyferry_token token = attach(loop.view);
    CHECK(PyLong_AsLong(value) == 42);
    Py_DECREF(value);
    /* Attached, with an exception set, which stays. */
    PyObject *coroutine = call("at_once");
    PyErr_SetString(PyExc_LookupError, "the caller's");
    CHECK_OK(pyferry_asyncio_await(loop.view, loop.object, coroutine, 20000, &value));
    CHECK(pyferry_is_attached(loop.view) && PyErr_ExceptionMatches(PyExc_LookupError));
    PyErr_Clear();
    Py_DECREF(coroutine);
    /* Nobody else has what it is. */
    CHECK(PyObject_SetAttrString(PyImport_AddModule("__main__"), "value", value) == 0);
    Py_DECREF(value);
    run("kept = weakref.ref(value)\ndel value\n");
    run("import time\nwhile kept() is not None:\n    time.sleep(0.001)\n    if hasattr(sys, '_is_gil_enabled'): gc.collect()");
    detach(token);
    CHECK_OK(wait_for("answer", -1, NULL));
    token = attach(elsewhere);
    CHECK_OK(wait_for("answer", 20000, &value));
    CHECK(pyferry_is_attached(elsewhere));
    detach(token);
    drop(value);
}

static void failures(void)
{
    PyObject *value = (PyObject *)&done;
    CHECK_REFUSED(wait_for("wrong", -1, &value), PYFERRY_STATUS_PYTHON_ERROR, "ValueError: on purpose");
    CHECK_SAYS("in wrong");
    CHECK_REFUSED(wait_for("gives_up", -1, &value), PYFERRY_STATUS_PYTHON_ERROR, "CancelledError");
    CHECK_REFUSED(wait_for("Value", -1, &value), PYFERRY_STATUS_PYTHON_ERROR, "coroutine");
    CHECK(value == (PyObject *)&done);
    CHECK_REFUSED(wait_for("answer", -2, &value), PYFERRY_STATUS_INVALID_ARGUMENT, "timeout_ms");
    CHECK_REFUSED(pyferry_asyncio_await(NULL, loop.object, value, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`view`");
    CHECK_REFUSED(pyferry_asyncio_await(loop.view, NULL, value, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`loop`");
    CHECK_REFUSED(pyferry_asyncio_await(loop.view, loop.object, NULL, 0, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`coroutine`");
    run_in(loop.view, "gc.collect()");
}

static void time_is_up(void)
{
    run_in(loop.view, "events.clear()");
    bool has_begun = false;
    for (int64_t limit = 50; !has_begun; limit *= 2) { /* the loop may be slow to begin it */
        CHECK_REFUSED(wait_for("long", limit, NULL), PYFERRY_STATUS_TIMEOUT, "is cancelled");
        CHECK_SAYS_WHO(loop.view);
        pyferry_token token = attach(loop.view);
        has_begun = pyferry_exec("assert events", NULL) == PYFERRY_STATUS_OK;
        detach(token);
    }
    run_in(loop.view, "import time\nwhile events[-2:] != ['begun', 'cancelled']:\n    time.sleep(0.001)");
    CHECK_STATUS(wait_for("long", 0, NULL), PYFERRY_STATUS_TIMEOUT);
    run_in(loop.view, "import time\nwhile len(asyncio.all_tasks(loop)) > 0:\n    time.sleep(0.001)");
}

/* In a job on the loop's thread, which may have let go of the interpreter. */
static void wait_here(void *unused, pyferry_status status)
{
    (void)unused;
    CHECK_OK(status);
    PyObject *coroutine = call("answer");
    CHECK_REFUSED(pyferry_asyncio_await(loop.view, loop.object, coroutine, -1, NULL), PYFERRY_STATUS_WRONG_THREAD,
                  "await it there");
    CHECK_SAYS_WHO(loop.view);
    CHECK(PyErr_Occurred() == NULL);
    PyThreadState *state = PyEval_SaveThread();
    CHECK_STATUS(pyferry_asyncio_await(loop.view, loop.object, coroutine, -1, NULL), PYFERRY_STATUS_WRONG_THREAD);
    PyEval_RestoreThread(state);
    Py_DecRef(PyObject_CallMethod(coroutine, "close", NULL));
    Py_DECREF(coroutine);
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

static void on_its_own_thread(void)
{
    done = 0;
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, wait_here, NULL));
    CHECK(becomes(&done, 1));
}

static void *wait_until_told(void *status)
{
    *(pyferry_status *)status = wait_for("until_told", -1, NULL);
    if (*(pyferry_status *)status != PYFERRY_STATUS_OK)
        CHECK_SAYS("closed");
    return NULL;
}

/* The loop is closed while one waits: the first coroutine was begun and never ends, the second was not. */
static void closed_meanwhile(void)
{
    pyferry_status begun = PYFERRY_STATUS_OK, waiting = PYFERRY_STATUS_OK;
    run_in(loop.view, "events.clear()");
    pthread_t first = thread_start(wait_until_told, &begun);
    run_in(loop.view, "import time\nwhile not events:\n    time.sleep(0.001)");
    loop_stop(&loop);
    run_in(loop.view, "ready = len(loop._ready)");
    pthread_t second = thread_start(wait_until_told, &waiting);
    run_in(loop.view, "import time\nwhile len(loop._ready) == ready:\n    time.sleep(0.001)");
    run_in(loop.view, "loop.close()");
    thread_join(first);
    thread_join(second);
    CHECK_STATUS(begun, PYFERRY_STATUS_CLOSED);
    CHECK_STATUS(waiting, PYFERRY_STATUS_CLOSED);
    CHECK_REFUSED(wait_for("answer", -1, NULL), PYFERRY_STATUS_CLOSED, "the event loop is closed");
    CHECK_SAYS_WHO(loop.view);
}

/* It comes to its end when it is told to. */
static void told(void)
{
    pyferry_status statuses[4];
    pthread_t threads[4];
    run_in(loop.view, "events.clear()");
    for (int i = 0; i < 4; i++) {
        statuses[i] = PYFERRY_STATUS_INTERNAL;
        threads[i] = thread_start(wait_until_told, &statuses[i]);
        run_in(loop.view, "import time\nwhile not events:\n    time.sleep(0.001)\nevents.clear()");
        run_in(loop.view, "loop.call_soon_threadsafe(told.set_result, 7)");
        thread_join(threads[i]);
        CHECK_OK(statuses[i]);
    }
}

static void in_interpreter(pyferry_view *view, pyferry_view *elsewhere)
{
    loop = loop_new_by(view, COROUTINES "loop = asyncio.SelectorEventLoop()");
    loop_start(&loop);
    results(elsewhere);
    failures();
    time_is_up();
    on_its_own_thread();
    told();
    closed_meanwhile();
    loop_free(&loop);
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter();
    in_interpreter(view, sub);
    in_interpreter(sub, view);
    finish_python(state);
    CHECK_REFUSED(pyferry_asyncio_await(view, loop.object, loop.object, -1, NULL), PYFERRY_STATUS_CLOSED, "has ended");
    pyferry_view_free(view);
    pyferry_view_free(sub);
    return 0;
}
