/* A trace has every wait, stay, nested attachment, crossing, letting go and job of each thread, with its name and those of the
   interpreters: each begins and ends within the one around it, and the stays of two threads do not overlap where there is a GIL. It
   begins on the quick ways in and out too, in the middle of stays, and ends for all. */
#include "trace.h"
#include "waiter.h"

static pyferry_view *view, *other;

/* ---- refusals ---- */

static void refused(void)
{
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
    CHECK_REFUSED(pyferry_trace_start(NULL), PYFERRY_STATUS_INVALID_ARGUMENT, "`path`");
    CHECK_REFUSED(pyferry_trace_start("\xff"), PYFERRY_STATUS_INVALID_ARGUMENT, "UTF-8");
    CHECK_REFUSED(pyferry_trace_start("no/such/folder/trace.json"), PYFERRY_STATUS_INVALID_ARGUMENT, "os error");
#ifdef _WIN32
    CHECK_REFUSED(pyferry_trace_start("."), PYFERRY_STATUS_INVALID_ARGUMENT, "denied");
#else
    CHECK_REFUSED(pyferry_trace_start("."), PYFERRY_STATUS_INVALID_ARGUMENT, "directory");
#endif
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    CHECK_REFUSED(pyferry_trace_start("other.json"), PYFERRY_STATUS_WRONG_ORDER, TRACE_FILE);
    CHECK(access("other.json", F_OK) != 0);
    CHECK_OK(pyferry_trace_stop());
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
    check_trace(view, "assert load('" TRACE_FILE "') == []");
}

/* ---- who waits for whom ---- */

static struct event in = EVENT_INIT, leave = EVENT_INIT;

static void *hold(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "the \"holder\"");
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "load level", &token));
    event_set(&in);
    event_wait(&leave);
    detach(token);
    return NULL;
}

static void *come(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "waiter");
    pyferry_token token;
    CHECK_OK(pyferry_attach_labeled(view, "render", &token));
    detach(token);
    return NULL;
}

/* Who comes in at first sleeps, mostly, when it has noted the wait. */
static bool somebody_waits(void)
{
    unsigned long waiter = who_waits("render");
    return waiter != 0 && is_asleep(waiter);
}

static void waits_are_seen(void)
{
    in = leave = (struct event)EVENT_INIT;
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    struct waiter one = WAITER(view, "render");
    pthread_t waiter = thread_start(come_back, &one);
    event_wait(&one.out);
    pthread_t holder = thread_start(hold, NULL);
    event_wait(&in);
    event_set(&one.may_come_back);
    if (!python_is_free_threaded())
        while (!somebody_waits())
            sleep_ms(1);
    event_set(&leave);
    thread_join(holder);
    thread_join(waiter);
    CHECK_OK(pyferry_trace_stop());
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "assert shape(slices, 'the \"holder\"') == [(0, 'wait', 0, 'load level'), (0, 'hold', 0, 'load level')], slices\n"
                      "assert shape(slices, 'waiter') == [(0, 'wait', 0, 'render'), (0, 'hold', 0, 'render'),\n"
                      "                                   (1, 'away', 0, 'render'), (1, 'wait', 0, 'render')], slices\n"
                      "assert of(slices, 'waiter')[1].name == 'main interpreter [render]'\n"
                      "assert interpreters == {0: 'main interpreter'}, interpreters\n"
                      "assert others[0]['name'] == 'process_name' and 'trace' in others[0]['args']['name'], others[0]\n"
                      "import os; assert others[0]['pid'] == os.getpid()\n"
                      "assert others[-1]['args'] == {'lost': 0, 'unheard_threads': 0}, others[-1]\n"
                      "had, wait = of(slices, 'the \"holder\"')[1], of(slices, 'waiter')[-1]\n"
                      "import sys; gil = getattr(sys, '_is_gil_enabled', lambda: True)()\n"
                      "assert not gil or wait.begin < had.end <= wait.end, slices");
}

/* ---- all that one thread does ---- */

static void job(void *data, pyferry_status status)
{
    CHECK_OK(status);
    ++*(int *)data;
}

static void visit_all(int *jobs, pyferry_queue *queue)
{
    pyferry_token one, nested, two, back;
    CHECK_OK(pyferry_attach_labeled(view, "all", &one));
    CHECK_OK(pyferry_attach(view, &nested));
    detach(nested);
    pyferry_suspension out = suspend();
    resume(out);
    CHECK_OK(pyferry_attach_labeled(other, "there", &two));
    CHECK_OK(pyferry_attach(view, &back));
    detach(back);
    detach(two);
    detach(one);
    CHECK_OK(pyferry_queue_post(queue, job, jobs));
    CHECK_OK(pyferry_queue_run(queue, 9, -1, NULL));
}

static void *do_all(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "all");
    int jobs = 0;
    pyferry_queue *queue;
    CHECK_OK(pyferry_queue_new(view, NULL, &queue));
    /* The first round goes the long ways, the others the quick ones, before and under the trace. */
    for (int round = 0; round < 6; round++) {
        if (round == 3)
            CHECK_OK(pyferry_trace_start(TRACE_FILE));
        visit_all(&jobs, queue);
    }
    CHECK_OK(pyferry_trace_stop());
    visit_all(&jobs, queue);
    CHECK(jobs == 7);
    pyferry_queue_free(queue);
    return NULL;
}

static void everything_is_there(void)
{
    on_new_thread(do_all, NULL);
    char source[4096];
    snprintf(source, sizeof source, "slices, there = load('" TRACE_FILE "'), %d\n"
             "round = [(0, 'wait', 0, 'all'), (0, 'hold', 0, 'all'), (1, 'nest', 0, None), (1, 'away', 0, 'all'), (1, 'wait', 0, 'all'),\n"
             "    (1, 'wait', there, 'there'), (1, 'hold', there, 'there'), (2, 'wait', 0, 'all'), (2, 'hold', 0, 'all'),\n"
             "    (2, 'wait', there, 'there'), (1, 'wait', 0, 'all'),\n"
             "    (0, 'wait', 0, 'jobs of a queue'), (0, 'hold', 0, 'jobs of a queue'), (1, 'run', 0, None)]\n"
             "got = shape(slices, 'all')\n"
             "assert got == round * 3, [got[i:i + len(round)] for i in range(0, len(got), len(round))]\n"
             "assert [each.within for each in slices if each.kind == 'run'] == [[('hold', 0)]] * 3, slices\n"
             "switches = [each['name'] for each in others if each.get('cat') == 'switch']\n"
             "posts = [each['name'] for each in others if each.get('cat') == 'post' and names[each['tid']] == 'all']\n"
             "assert posts == ['posts to main interpreter'] * 3, posts\n"
             "main, there_ = 'main interpreter', interpreters[there]\n"
             "assert switches == [main + ' -> ' + there_, there_ + ' -> ' + main] * 3, switches",
             (int)pyferry_view_interpreter_id(other));
    check_trace(view, source);
}

/* ---- in the middle ---- */

static void *hold_two(void *unused)
{
    pyferry_token token = attach(view), second = attach(other);
    event_set(&in);
    event_wait(&leave);
    detach(second);
    detach(token);
    return unused;
}

/* Who is in two interpreters all the time has one lane all the same, in which time does not go back. */
static void stays_in_two(void)
{
    in = leave = (struct event)EVENT_INIT;
    pthread_t thread = thread_start(hold_two, NULL);
    event_wait(&in);
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    CHECK_OK(pyferry_trace_stop());
    event_set(&leave);
    thread_join(thread);
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "assert slices, others");
}

static void begins_in_the_middle(void)
{
    in = leave = (struct event)EVENT_INIT;
    pthread_t holder = thread_start(hold, NULL);
    event_wait(&in);
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    pthread_t waiter = 0;
    if (!python_is_free_threaded()) {
        waiter = thread_start(come, NULL);
        while (!somebody_waits())
            sleep_ms(1);
    }
    /* Neither of them has left: they are there all the same. */
    CHECK_OK(pyferry_trace_stop());
    event_set(&leave);
    thread_join(holder);
    if (waiter != 0)
        thread_join(waiter);
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "assert shape(slices, 'the \"holder\"') == [(0, 'hold', 0, 'load level')], slices\n"
                      /* None, where the trace was over when it had come but not noted that. */
                      "assert shape(slices, 'waiter') in ([], [(0, 'wait', 0, 'render')]), slices\n"
                      "assert of(slices, 'the \"holder\"')[0].begin < 1, slices");

    in = leave = (struct event)EVENT_INIT;
    holder = thread_start(hold, NULL);
    event_wait(&in);
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    event_set(&leave);
    thread_join(holder);
    CHECK_OK(pyferry_trace_stop());
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "assert shape(slices, 'the \"holder\"') == [(0, 'hold', 0, 'load level')], slices\n"
                      "assert of(slices, 'the \"holder\"')[0].begin < 1, slices");
}

/* ---- attached ---- */

static void stops_attached(void)
{
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    pyferry_token token = attach(view);
    CHECK_OK(pyferry_trace_stop());
    CHECK(pyferry_is_attached(view));
    detach(token);
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "assert [each.kind for each in slices if not own(each.label)] == ['wait', 'hold', 'away'], slices");
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    refused();
    CHECK_OK(pyferry_interpreter_new(NULL, &other));
    waits_are_seen();
    everything_is_there();
    begins_in_the_middle();
    stays_in_two();
    stops_attached();
    CHECK_OK(pyferry_interpreter_end(other, -1));

    /* It goes on through the end of Python. */
    CHECK_OK(pyferry_trace_start("through.json"));
    on_new_thread(come, NULL);
    finish_python(state);
    CHECK_OK(pyferry_trace_stop());
    pyferry_view_free(other);
    pyferry_view_free(view);
    state = start_python(&view);
    check_trace(view, "slices = load('through.json')\n"
                      "assert shape(slices, 'waiter') == [(0, 'wait', 0, 'render'), (0, 'hold', 0, 'render')], slices");
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
