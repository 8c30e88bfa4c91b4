/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* A thread that a shutdown waits for forks through Python. The shutdown is the parent's: in the child everything goes on, also what
   the shutdown refuses in the parent. */
#include "fork.h"

static pyferry_view *view;
static struct event inside, forked;
static int told;

static int32_t hear(const char *text, void *data)
{
    (void)text, (void)data;
    __atomic_add_fetch(&told, 1, __ATOMIC_SEQ_CST);
    return PYFERRY_REPORT_WAIT;
}

static void job(void *status, pyferry_status now)
{
    *(pyferry_status *)status = now;
}

/* In the child, attached by `token`. */
static void go_on(pyferry_token token)
{
    pyferry_guard *guard;
    pyferry_queue *queue;
    pyferry_status ran = PYFERRY_STATUS_TIMEOUT;
    run("import threading\n"
        "thread = threading.Thread(target=len, args=('x',)); thread.start(); thread.join()");
    CHECK_OK(pyferry_guard_open(view, &guard));
    pyferry_guard_close(guard);
    CHECK_OK(pyferry_at_end(view, never_called, NULL));
    CHECK_OK(pyferry_queue_new(view, NULL, &queue));
    CHECK_OK(pyferry_queue_post(queue, job, &ran));
    CHECK_OK(pyferry_queue_run(queue, 1, -1, NULL));
    CHECK(ran == PYFERRY_STATUS_OK);
    pyferry_queue_free(queue);
    pyferry_view *sub = new_interpreter();
    check_works(sub);
    CHECK_OK(pyferry_interpreter_end(sub, -1));
    detach(token);
    on_new_thread(visit, view);
    check_works(view);
}

static void *find_closed(void *unused)
{
    check_closed(view);
    return unused;
}

/* Keeps the shutdown waiting, and forks meanwhile. */
static void *stay(void *ours)
{
    pyferry_token token = attach(view);
    pyferry_suspension out = suspend();
    event_set(&inside);
    while (__atomic_load_n(&told, __ATOMIC_SEQ_CST) < 2)
        sleep_ms(5);
    resume(out);
    pid_t child = fork_in_python();
    if (child == 0) {
        go_on(token);
        if (ours != NULL) { /* pyferry started Python: its own start counts no less than this one */
            CHECK_OK(pyferry_runtime_start(NULL));
            CHECK_OK(pyferry_runtime_stop(-1));
            CHECK_OK(pyferry_runtime_stop(-1));
            CHECK_STATUS(pyferry_runtime_stop(-1), PYFERRY_STATUS_WRONG_ORDER);
            check_works(view);
        }
        _exit(0);
    }
    out = suspend();
    wait_for(child);
    on_new_thread(find_closed, NULL);
    resume(out);
    detach(token);
    event_set(&forked);
    return NULL;
}

static pthread_t start_to_stay(void *ours)
{
    struct event fresh = EVENT_INIT;
    inside = forked = fresh;
    told = 0;
    pthread_t thread = thread_start(stay, ours);
    event_wait(&inside);
    return thread;
}

static pyferry_guard *held;

/* Forks on the thread that stops Python, which is let in by a guard. */
static int32_t fork_here(const char *text, void *data)
{
    pyferry_token token;
    (void)text, (void)data;
    if (held == NULL)
        return PYFERRY_REPORT_WAIT;
    CHECK_OK(pyferry_attach_guarded(held, &token));
    pid_t child = fork_in_python();
    detach(token);
    if (child != 0)
        wait_for(child);
    pyferry_guard_close(held);
    held = NULL;
    return PYFERRY_REPORT_WAIT;
}

int main(void)
{
    pthread_t thread;
    hear_reports(hear, NULL);
    /* Ended by the host. From the beginning of Py_FinalizeEx on 3.12 refuses a fork. */
    if (python_minor() != 12) {
        PyThreadState *state = start_python(&view);
        thread = start_to_stay(NULL);
        finish_python(state);
        thread_join(thread);
        pyferry_view_free(view);
    }

    /* By pyferry, which waits for ever, or whose time is over. */
    for (int64_t limit = -1; limit <= 100; limit += 101) {
        CHECK_OK(pyferry_runtime_start(NULL));
        view = main_view();
        thread = start_to_stay(view);
        if (limit >= 0)
            told = -1000; /* it stays until the time is over */
        pyferry_status status = pyferry_runtime_stop(limit);
        if (limit >= 0) {
            CHECK(status == PYFERRY_STATUS_TIMEOUT);
            told = 2;
            event_wait(&forked);
            status = pyferry_runtime_stop(-1);
        }
        CHECK_OK(status);
        thread_join(thread);
        pyferry_view_free(view);
    }

    /* On the thread that stops it. */
    pid_t parent = getpid();
    hear_reports(fork_here, NULL);
    CHECK_OK(pyferry_runtime_start(NULL));
    view = main_view();
    CHECK_OK(pyferry_guard_open(view, &held));
    CHECK_OK(pyferry_runtime_stop(-1));
    if (getpid() != parent)
        _exit(0);
    pyferry_view_free(view);
    return 0;
}
