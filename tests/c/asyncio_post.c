/* harness: timeout=60 */
/* What is posted to an asyncio event loop is called once: on the loop's thread, attached, in the order of its poster. To post waits for
   nobody, whoever has the interpreter. What a job raises is the loop's to handle. A loop that is stopped calls it when it is run
   again, and one that is closed with CLOSED. */
#include "asyncio.h"

enum { JOBS = 100, ROOM = 1024 };

static struct loop loop;
static int ran, closed, last;

static void job(void *data, pyferry_status status)
{
    if (status != PYFERRY_STATUS_OK) {
        CHECK_STATUS(status, PYFERRY_STATUS_CLOSED);
        CHECK(!pyferry_is_attached(NULL));
        __atomic_add_fetch(&closed, 1, __ATOMIC_SEQ_CST);
        return;
    }
    CHECK(pthread_equal(pthread_self(), loop.thread) && pyferry_is_attached(loop.view));
    CHECK(PyErr_Occurred() == NULL);
    if (data != NULL) {
        CHECK((int)(intptr_t)data == last + 1);
        last++;
    }
    run("assert asyncio.get_running_loop() is loop");
    __atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

static void post_all(void)
{
    for (intptr_t i = 1; i <= JOBS; i++)
        CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, (void *)i));
}

static void *post_there(void *unused)
{
    (void)unused;
    post_all();
    return NULL;
}

static void begin(void)
{
    ran = closed = last = 0;
}

static void create_task(void *data, pyferry_status status)
{
    CHECK_OK(status);
    run("async def note(what):\n    await asyncio.sleep(0)\n    notes.append(what)\n"
        "task = loop.create_task(note('a task'))");
    /* From the loop's own thread, behind what is there. */
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, NULL));
    CHECK(ran == 0);
    (void)data;
}

static void raise_one(void *text, pyferry_status status)
{
    CHECK_OK(status);
    PyErr_SetString(PyExc_ValueError, text);
}

static void by_threads(pyferry_view *elsewhere)
{
    begin();
    post_all();
    CHECK(becomes(&ran, JOBS));
    begin();
    on_new_thread(post_there, NULL);
    CHECK(becomes(&ran, JOBS));
    /* Attached, and letting nobody in: with a GIL the loop cannot run, and nobody waits for that. */
    begin();
    pyferry_token token = attach(loop.view);
    on_new_thread(post_there, NULL);
    CHECK(python_is_free_threaded() || ran == 0);
    detach(token);
    CHECK(becomes(&ran, JOBS));
    begin();
    token = attach(loop.view);
    post_all();
    detach(token);
    CHECK(becomes(&ran, JOBS));
    begin();
    token = attach(elsewhere);
    post_all();
    detach(token);
    CHECK(becomes(&ran, JOBS));
}

static void in_the_loop(void)
{
    begin();
    run_in(loop.view, "notes = []");
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, create_task, NULL));
    CHECK(becomes(&ran, 1));
    run_in(loop.view, "import time\nwhile not notes:\n    time.sleep(0.001)\nassert notes == ['a task']");
}

static void exceptions(void)
{
    begin();
    run_in(loop.view, "heard = []\nloop.set_exception_handler(lambda loop, context: heard.append(context))");
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, raise_one, "on purpose"));
    CHECK_OK(pyferry_asyncio_post(loop.view, loop.object, job, NULL));
    CHECK(becomes(&ran, 1));
    run_in(loop.view, "context, = heard\nassert isinstance(context['exception'], ValueError), context\n"
                      "assert 'on purpose' in str(context['exception']) and 'pyferry' in context['message'], context");
    run_in(loop.view, "loop.set_exception_handler(None)\ndel heard, context");
}

/* One call of the loop for many jobs; as many as there is room for, and no more; and later than its end they are told so. */
static void stopped(void)
{
    begin();
    struct loop counting = loop_new_by(loop.view, "class Loop(asyncio.SelectorEventLoop):\n    calls = 0\n"
                                                  "    def call_soon_threadsafe(self, *arguments, **more):\n"
                                                  "        self.calls += 1\n"
                                                  "        return super().call_soon_threadsafe(*arguments, **more)\n"
                                                  "other, loop = loop, Loop()");
    struct loop other = loop;
    loop = counting;
    int posted = 0;
    pyferry_status status;
    while ((status = pyferry_asyncio_post(loop.view, loop.object, job, NULL)) == PYFERRY_STATUS_OK)
        posted++;
    CHECK_STATUS(status, PYFERRY_STATUS_QUEUE_FULL);
    CHECK_REFUSED(pyferry_asyncio_post(loop.view, loop.object, job, NULL), PYFERRY_STATUS_QUEUE_FULL, "not posted");
    CHECK_SAYS_WHO(loop.view);
    CHECK(posted == ROOM && ran == 0);
    run_in(loop.view, "import time\nwhile loop.calls == 0:\n    time.sleep(0.001)\nassert loop.calls == 1");
    loop_start(&loop);
    CHECK(becomes(&ran, ROOM));
    loop_stop(&loop);
    begin();
    post_all();
    run_in(loop.view, "loop.close()");
    CHECK(becomes(&closed, JOBS));
    post_all();
    CHECK(becomes(&closed, 2 * JOBS));
    CHECK(ran == 0);
    run_in(loop.view, "loop, other = other, None");
    pyferry_token token = attach(loop.view);
    Py_DECREF(loop.object);
    detach(token);
    loop = other;
}

#ifdef __linux__
/* Nobody posts for long: what posting needed is given up, and there again for the next. */
static void at_rest(void)
{
    begin();
    post_all();
    CHECK(becomes(&ran, JOBS));
    CHECK(has_thread("pyferry-queue"));
    while (has_thread("pyferry-queue"))
        sleep_ms(20);
    begin();
    post_all();
    CHECK(becomes(&ran, JOBS));
}
#endif

static void in_interpreter(pyferry_view *view, pyferry_view *elsewhere)
{
    loop = loop_new(view);
    loop_start(&loop);
    by_threads(elsewhere);
    in_the_loop();
    exceptions();
    loop_stop(&loop);
    stopped();
    loop_start(&loop);
    by_threads(elsewhere);
    loop_stop(&loop);
    loop_free(&loop);
}

int main(void)
{
    pyferry_view *view;
    PyThreadState *state = start_python(&view);
    pyferry_view *sub = new_interpreter();
    in_interpreter(view, sub);
    in_interpreter(sub, view);
    loop = loop_new(view);
    loop_start(&loop);
#ifdef __linux__
    at_rest();
#endif
    CHECK_REFUSED(pyferry_asyncio_post(NULL, loop.object, job, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`view` is NULL");
    CHECK_REFUSED(pyferry_asyncio_post(view, NULL, job, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`loop` is NULL");
    CHECK_REFUSED(pyferry_asyncio_post(view, loop.object, NULL, NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`job` is NULL");
    loop_stop(&loop);
    loop_free(&loop);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    begin();
    CHECK_REFUSED(pyferry_asyncio_post(sub, loop.object, job, NULL), PYFERRY_STATUS_CLOSED, "has ended");
    CHECK_SAYS_WHO(sub);
    finish_python(state);
    CHECK_REFUSED(pyferry_asyncio_post(view, loop.object, job, NULL), PYFERRY_STATUS_CLOSED, "has ended");
    CHECK(ran == 0 && closed == 0);
    pyferry_view_free(view);
    pyferry_view_free(sub);
    return 0;
}
