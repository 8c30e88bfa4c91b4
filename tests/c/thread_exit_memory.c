/* harness: timeout=600 */
/* harness: not-under=memcheck it measures memory, of which the tool takes its own */
/* harness: not-under=helgrind it measures memory, of which the tool takes its own */
/* harness: not-under=sanitizers it measures memory, of which the tool takes its own */
/* harness: not-under=arm64 the emulator (QEMU 7.2) keeps some hundred kilobytes of each thread that has ended */
/* 4,000 threads, or 20,000 where there is time for it, one after another, each in three interpreters, leave no thread state
   behind, and no more memory than the same threads cost that go there by CPython's own calls. */
#include "py.h"

enum { ALL = 20000, ORDINARY = 4000, ORDINARY_FREE_THREADED = 200 };
/* For the pages that the allocators happen to touch. A thread's place at one gate alone is 128 bytes, three times per thread. */
/* Free-threaded, states wait for a thread that has the address of theirs; one for each of 200 threads would be 2 MiB. */
enum { SLACK = 256 * 1024, SLACK_FREE_THREADED = 1024 * 1024 };

static pyferry_view *views[3];
static PyInterpreterState *interpreters[3];
static int states[3];

/* What each thread does in each interpreter. */
static void leave_value(void)
{
    PyObject *result = PyObject_CallMethod(PyImport_AddModule("__main__"), "leave_value", NULL);
    CHECK(result != NULL);
    Py_DECREF(result);
}

static void *by_pyferry(void *unused)
{
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        leave_value();
        detach(token);
    }
    return unused;
}

static void *by_cpython(void *unused)
{
    for (int i = 0; i < 3; i++) {
        PyThreadState *state = PyThreadState_New(interpreters[i]);
        PyEval_RestoreThread(state);
        leave_value();
        PyThreadState_Clear(state);
        PyThreadState_DeleteCurrent();
    }
    return unused;
}

static void wait_for_states(void)
{
    for (int i = 0; i < 3; i++)
        CHECK(states_of_become(views[i], states[i]));
}

/* Those that delete thread states may be late, and what waits for them is memory too. */
static long growth(void *(*live)(void *), int threads)
{
    long before = resident_memory();
    for (int i = 0; i < threads; i++) {
        on_new_thread(live, NULL);
        if (i % 100 == 0)
            wait_for_states();
    }
    wait_for_states();
    return resident_memory() - before;
}

int main(void)
{
    PyThreadState *state = start_python(&views[0]);
    views[1] = new_interpreter();
    views[2] = new_interpreter();
    for (int i = 0; i < 3; i++) {
        pyferry_token token = attach(views[i]);
        run("import threading\n"
            "mine = threading.local()\n"
            "def leave_value(): mine.value = [1]");
        interpreters[i] = PyThreadState_GetInterpreter(PyThreadState_Get());
        states[i] = count_states();
        detach(token);
    }
    /* A thread state takes 0.2 ms to make where Python is free-threaded. */
    int threads = has_time() ? ALL : python_is_free_threaded() ? ORDINARY_FREE_THREADED : often(ORDINARY);
    int warm_up = python_is_free_threaded() ? 100 : 500;
    growth(by_cpython, warm_up);
    growth(by_pyferry, warm_up);
    long slack = python_is_free_threaded() ? SLACK_FREE_THREADED : SLACK;
    long theirs = growth(by_cpython, threads), ours = growth(by_pyferry, threads);
    if (theirs < 0) /* what the warm-up took is given back late */
        theirs = 0;
    /* What is lost is lost each time. On a busy machine some more states than before may wait for who deletes them, once. */
    for (int again = 0; again < 2 && ours > theirs + slack; again++)
        ours = growth(by_pyferry, threads);
    printf("%d threads: %ld KiB, and %ld KiB by CPython's own calls\n", threads, ours / 1024, theirs / 1024);
    CHECK(ours <= theirs + slack);
    finish_python(state);
    for (int i = 0; i < 3; i++)
        pyferry_view_free(views[i]);
    return 0;
}
