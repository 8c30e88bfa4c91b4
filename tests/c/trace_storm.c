/* harness: timeout=120 */
/* Of threads that come, go and end while a trace is written everything is in it, or counted as lost; the stays of two never overlap
   where there is a GIL. Posts are there too, from signal handlers and from threads that never attach. */
#include "trace.h"

enum { ROUNDS = 6, THREADS = 4, VISITS = 400, POSTS = 300 };

static pyferry_view *view;
static pyferry_queue *queue;

static void *come_and_go(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "visitor");
    for (int i = 0; i < VISITS; i++)
        detach(attach(view));
    return NULL;
}

static void job(void *data, pyferry_status status)
{
    (void)data;
    (void)status;
}

static void post_in_handler(int number)
{
    (void)number;
    CHECK_OK(pyferry_queue_post(queue, job, NULL));
}

/* Windows has no signal that nobody else uses. */
static void post_by_signal(void)
{
#ifdef _WIN32
    post_in_handler(0);
#else
    raise(SIGUSR1);
#endif
}

static void *post(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "poster");
    for (int i = 0; i < POSTS / 2; i++) {
        CHECK_OK(pyferry_queue_post(queue, job, NULL));
        post_by_signal();
    }
    return NULL;
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    pyferry_queue_options options = PYFERRY_QUEUE_OPTIONS_INIT;
    options.capacity = ROUNDS * POSTS;
    CHECK_OK(pyferry_queue_new(view, &options, &queue));
#ifndef _WIN32
    CHECK(signal(SIGUSR1, post_in_handler) != SIG_ERR);
#endif
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS + 1];
        for (int i = 0; i < THREADS; i++)
            threads[i] = thread_start(come_and_go, NULL);
        threads[THREADS] = thread_start(post, NULL);
        for (int i = 0; i <= THREADS; i++)
            thread_join(threads[i]);
    }
    CHECK_OK(pyferry_trace_stop());
    pyferry_queue_free(queue);

    char source[2048];
    snprintf(source, sizeof source, "slices, visits, posts = load('" TRACE_FILE "'), %d, %d\n"
             "holds = [each for each in of(slices, 'visitor') if each.kind == 'hold']\n"
             "posted = [each for each in others if each.get('cat') == 'post']\n"
             "lost = others[-1]['args']['lost']\n"
             "assert others[-1]['args']['unheard_threads'] == 0\n"
             "missing = visits - len(holds) + posts - len(posted)\n"
             "assert 0 <= missing <= lost and len(holds) <= visits and len(posted) <= posts, (len(holds), len(posted), lost)\n"
             "assert len(holds) > 0 and len(posted) > 0\n"
             "marks = [each for each in others if each.get('cat') == 'lost']\n"
             "assert lost > 0 or not marks, marks\n"
             "assert {names[each['tid']] for each in posted} <= {'poster', 'visitor', ''}, names\n"
             "import sys; gil = getattr(sys, '_is_gil_enabled', lambda: True)()\n"
             "holds = sorted((each.begin, each.end) for each in holds)\n" /* who deletes states runs Python code, and takes turns */
             "overlaps = [pair for pair in zip(holds, holds[1:]) if pair[0][1] > pair[1][0]]\n"
             "assert not gil or marks or not overlaps, overlaps[:9]\n",
             ROUNDS * THREADS * VISITS, ROUNDS * (POSTS / 2) * 2);
    check_trace(view, source);
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
