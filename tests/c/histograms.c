/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* pyferry_histograms has how long threads waited for each interpreter and stayed there, while a trace or the counting alone was on:
   each wait and each stay once, a stay up to where the thread lets go or goes on into another interpreter, none for what
   nests. pyferry_histograms_text says the same as Prometheus reads it. They go on from one trace to the next, and a forked child has
   none. */
#include "py.h"
#include "waiter.h"

#include <math.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

static pyferry_view *view, *other;

enum { MOST = 16 };

/* Of the waits or stays at one interpreter; no counts where there are none. */
static pyferry_histogram of(const pyferry_view *where, int64_t kind)
{
    pyferry_histogram all[MOST] = { PYFERRY_HISTOGRAM_INIT }, found = PYFERRY_HISTOGRAM_INIT;
    size_t count = pyferry_histograms(all, MOST);
    CHECK(count <= MOST && pyferry_histograms(NULL, 0) >= count);
    for (size_t i = 0; i < count; i++) {
        const pyferry_histogram *each = &all[i];
        CHECK(each->struct_size == sizeof *each && each->count > 0);
        CHECK(each->min_ns <= each->p50_ns && each->p50_ns <= each->p90_ns && each->p90_ns <= each->p99_ns);
        CHECK(each->p99_ns <= each->p999_ns && each->p999_ns <= each->p9999_ns && each->p9999_ns <= each->max_ns);
        CHECK(each->sum_ns <= each->count * each->max_ns);
        if (each->interpreter_id == pyferry_view_interpreter_id(where) && each->kind == kind) {
            CHECK(found.count == 0);
            found = *each;
        }
    }
    return found;
}

static uint64_t waits(void)
{
    return of(other, PYFERRY_HISTOGRAM_WAIT).count;
}

static uint64_t holds(void)
{
    return of(other, PYFERRY_HISTOGRAM_HOLD).count;
}

/* ---- what is counted ---- */

static void do_all(void)
{
    /* One wait, one stay; nesting is neither. */
    pyferry_token token = attach(other), inner = attach(other);
    detach(inner);
    detach(token);

    /* Two of each. */
    token = attach(other);
    pyferry_suspension suspension;
    CHECK_OK(pyferry_suspend(&suspension));
    CHECK_OK(pyferry_resume(&suspension));
    detach(token);

    /* Two of each, one before and one after main's. */
    token = attach(other);
    inner = attach(view);
    detach(inner);
    detach(token);
}

/* On a thread that does not end meanwhile: what one leaves, others go in for. */
static void *each_once(void *unused)
{
    CHECK(pyferry_histograms(NULL, 0) == 0 && waits() == 0);
    CHECK(pyferry_histograms_text(NULL, 0) == 0);
    CHECK_OK(pyferry_histograms_start());
    CHECK_REFUSED(pyferry_histograms_start(), PYFERRY_STATUS_WRONG_ORDER, "waits and stays are counted already");
    CHECK_REFUSED(pyferry_trace_start("trace.json"), PYFERRY_STATUS_WRONG_ORDER, "waits and stays are counted already");
    do_all();
    while (holds() < 5) /* it is written while it goes on */
        sleep_ms(1);
    CHECK_OK(pyferry_trace_stop());
    CHECK(waits() == 5 && holds() == 5);
    CHECK(of(view, PYFERRY_HISTOGRAM_WAIT).count >= 1 && of(view, PYFERRY_HISTOGRAM_HOLD).count >= 1);

    /* Nothing while nobody asks; then it goes on, whether there is a file or not. */
    visit(other);
    CHECK_OK(pyferry_trace_start("trace.json"));
    visit(other);
    CHECK_OK(pyferry_trace_stop());
    CHECK_OK(pyferry_histograms_start());
    visit(other);
    CHECK_OK(pyferry_trace_stop());
    CHECK(waits() == 7 && holds() == 7);
    return unused;
}

/* ---- how long ---- */

static struct event in = EVENT_INIT, leave = EVENT_INIT;

static void *hold(void *held)
{
    pyferry_token token = attach(other);
    double start = seconds();
    event_set(&in);
    event_wait(&leave);
    *(double *)held = seconds() - start;
    detach(token);
    return NULL;
}

/* All but the sum is true to a hundredth. */
static void as_long_as_they_were(void)
{
    pyferry_histogram waited = of(other, PYFERRY_HISTOGRAM_WAIT), held = of(other, PYFERRY_HISTOGRAM_HOLD);
    double inside = 0, start = 0;
    CHECK_OK(pyferry_histograms_start());
    /* Back: the wait of one who comes in at first is noted later than it is seen. */
    struct waiter one = WAITER(other, "comes");
    pthread_t waiter = thread_start(come_back, &one);
    event_wait(&one.out);
    pthread_t holder = thread_start(hold, &inside);
    event_wait(&in);
    event_set(&one.may_come_back);
    if (!python_is_free_threaded())
        while (who_waits("comes") == 0)
            sleep_ms(1);
    start = seconds();
    sleep_ms(30);
    double at_least = seconds() - start;
    event_set(&leave);
    thread_join(holder);
    thread_join(waiter);
    CHECK_OK(pyferry_trace_stop());

    pyferry_histogram now = of(other, PYFERRY_HISTOGRAM_HOLD);
    CHECK(now.count >= held.count + 2 && (double)(now.sum_ns - held.sum_ns) >= inside * 1e9 * 0.99);
    CHECK((double)now.max_ns >= inside * 1e9 * 0.98);
    now = of(other, PYFERRY_HISTOGRAM_WAIT);
    CHECK(now.count >= waited.count + 2);
    if (!python_is_free_threaded())
        CHECK((double)(now.sum_ns - waited.sum_ns) >= at_least * 1e9 * 0.99);
}

/* ---- as text ---- */

/* The number after the text. */
static double after(const char *text, const char *what)
{
    const char *found = strstr(text, what);
    CHECK(found != NULL && strstr(found + 1, what) == NULL);
    return strtod(found + strlen(what), NULL);
}

static void as_prometheus_reads_it(void)
{
    static const char *const bounds[] = { "0.000001", "0.000005", "0.00001", "0.00005", "0.0001", "0.0005", "0.001", "0.005",
                                          "0.01",     "0.05",     "0.1",     "0.5",     "1",      "5",      "10",    "+Inf" };
    char text[16384], cut[20], what[256];
    size_t length = pyferry_histograms_text(text, sizeof text);
    CHECK(length > 0 && length == strlen(text) && text[length - 1] == '\n');
    CHECK(pyferry_histograms_text(cut, sizeof cut) == length && strlen(cut) == sizeof cut - 1);
    CHECK(strncmp(text, cut, sizeof cut - 1) == 0);
    CHECK(strncmp(text, "# TYPE pyferry_wait_seconds histogram\n", 38) == 0);
    CHECK(strstr(text, "\n# TYPE pyferry_hold_seconds histogram\n") != NULL);
    for (int64_t kind = PYFERRY_HISTOGRAM_WAIT; kind <= PYFERRY_HISTOGRAM_HOLD; kind++) {
        const char *name = kind == PYFERRY_HISTOGRAM_WAIT ? "wait" : "hold";
        int id = (int)pyferry_view_interpreter_id(other);
        pyferry_histogram histogram = of(other, kind);
        double last = 0;
        for (size_t i = 0; i < COUNT(bounds); i++) {
            snprintf(what, sizeof what, "\npyferry_%s_seconds_bucket{interpreter=\"%d\",le=\"%s\"} ", name, id, bounds[i]);
            double count = after(text, what), bound = strtod(bounds[i], NULL) * 1e9;
            CHECK(last <= count && count <= (double)histogram.count);
            CHECK((double)histogram.max_ns > bound || count == (double)histogram.count);
            CHECK((double)histogram.min_ns <= bound * 1.01 || count == 0);
            last = count;
        }
        CHECK(last == (double)histogram.count);
        snprintf(what, sizeof what, "\npyferry_%s_seconds_sum{interpreter=\"%d\"} ", name, id);
        CHECK(fabs(after(text, what) - (double)histogram.sum_ns / 1e9) < 1e-9);
        snprintf(what, sizeof what, "\npyferry_%s_seconds_count{interpreter=\"%d\"} ", name, id);
        CHECK(after(text, what) == (double)histogram.count);
    }
}

static void forked_children_have_none(void)
{
#ifndef _WIN32
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(pyferry_histograms(NULL, 0) == 0 ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(pyferry_histograms(NULL, 0) > 0);
#endif
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    CHECK_OK(pyferry_interpreter_new(NULL, &other));
    on_new_thread(each_once, NULL);
    as_long_as_they_were();
    as_prometheus_reads_it();
    forked_children_have_none();
    CHECK_OK(pyferry_interpreter_end(other, -1));
    finish_python(state);
    CHECK(pyferry_histograms(NULL, 0) > 0);
    pyferry_view_free(other);
    pyferry_view_free(view);
    return 0;
}
