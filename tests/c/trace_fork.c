/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* A child of a fork writes nothing into its parent's trace, pays nothing for it, and can have one of its own. The parent's goes on. */
#include "fork.h"
#include "trace.h"

static pyferry_view *view;

static void *visit_named(void *name)
{
    pthread_setname_np(pthread_self(), name);
    detach(attach(view));
    return NULL;
}

static void go_on_in_child(void)
{
    on_new_thread(visit_named, "the child's");
    CHECK_REFUSED(pyferry_trace_stop(), PYFERRY_STATUS_WRONG_ORDER, "pyferry_trace_start");
    CHECK_OK(pyferry_trace_start("child.json"));
    on_new_thread(visit_named, "the child's");
    detach(attach(view));
    CHECK_OK(pyferry_trace_stop());
    check_trace(view, "slices = load('child.json')\n"
                      "import os; assert others[0]['pid'] == os.getpid()\n"
                      "assert shape(slices, \"the child's\") == [(0, 'wait', 0, None), (0, 'hold', 0, None)], slices\n"
                      "assert set(names.values()) <= {\"the child's\", 'trace_fork', 'pyferry-orphans'}, names");
}

int main(void)
{
    PyThreadState *state = start_python(&view);
    CHECK_OK(pyferry_trace_start(TRACE_FILE));
    on_new_thread(visit_named, "before");
    pyferry_token token = attach(view);
    pid_t child = fork_in_c();
    if (child == 0) {
        detach(token);
        go_on_in_child();
        _exit(0);
    }
    detach(token);
    wait_for(child);

    /* One that Python is not told of. */
    child = fork();
    if (child == 0) {
        CHECK_STATUS(pyferry_trace_stop(), PYFERRY_STATUS_FORKED);
        CHECK_STATUS(pyferry_trace_start("child.json"), PYFERRY_STATUS_FORKED);
        _exit(0);
    }
    wait_for(child);
    on_new_thread(visit_named, "after");
    CHECK_OK(pyferry_trace_stop());
    check_trace(view, "slices = load('" TRACE_FILE "')\n"
                      "import os; assert {each['pid'] for each in others} == {os.getpid()}, others\n"
                      "for name in 'before', 'after':\n"
                      "    assert shape(slices, name) == [(0, 'wait', 0, None), (0, 'hold', 0, None)], slices\n"
                      "assert \"the child's\" not in names.values(), names");
    pyferry_view_free(view);
    finish_python(state);
    return 0;
}
