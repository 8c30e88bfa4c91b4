/* harness: mode=runtime */
/* Python's main thread is pyferry's own, and runs what libraries give to Py_AddPendingCall: while threads are at work, and when
   the host has been idle for a while. What such a call raises is reported as CPython reports it, and the next one runs. */
#include "use.h"

#include <dlfcn.h>

enum { CALLS = 20 };

static int (*add)(int (*call)(void *), void *);
static int ran, failed_calls;
static void *runtime_error;
static void (*set_error)(void *, const char *);

static int note(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static int fail(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&failed_calls, 1, __ATOMIC_SEQ_CST);
    set_error(*(void **)runtime_error, "a pending call");
    return -1;
}

static void wait_for(const int *count, int expected)
{
    while (__atomic_load_n(count, __ATOMIC_SEQ_CST) < expected)
        sleep_ms(1);
}

int main(void)
{
    start_runtime();
    *(void **)&add = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
    *(void **)&set_error = dlsym(RTLD_DEFAULT, "PyErr_SetString");
    runtime_error = dlsym(RTLD_DEFAULT, "PyExc_RuntimeError");
    CHECK(add != NULL && set_error != NULL && runtime_error != NULL);
    pyferry_view *main = main_view();
    run_in(main, "import sys\nraised = []\nsys.unraisablehook = lambda args: raised.append(str(args.exc_value))");

    pyferry_token token = attach(main);
    for (int i = 0; i < CALLS; i++)
        CHECK(add(note, NULL) == 0);
    pyferry_suspension out = suspend();
    wait_for(&ran, CALLS);
    resume(out);
    detach(token);

    /* Nobody is in any more. */
    sleep_ms(1000);
    CHECK(add(fail, NULL) == 0);
    wait_for(&failed_calls, 1);
    run_in(main, "import time\nwhile not raised: time.sleep(0.001)\nassert raised == ['a pending call']");
    CHECK(add(note, NULL) == 0);
    wait_for(&ran, CALLS + 1);

    /* The last one by Py_FinalizeEx, at the latest. */
    token = attach(main);
    CHECK(add(note, NULL) == 0);
    detach(token);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(ran == CALLS + 2);
    pyferry_view_free(main);
    return 0;
}
