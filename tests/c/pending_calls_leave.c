/* harness: mode=runtime */
/* A function of Py_AddPendingCall that leaves an attachment or suspension open, or lets go: what it leaves is ended, on pyferry's own
   thread and on the host's, which is told of it by pyferry_runtime_pump. Others come in afterwards, and Python stops. */
#include "use.h"

#include <dlfcn.h>

static int (*add)(int (*call)(void *), void *);
static void *(*save)(void);
static pyferry_view *main_interpreter, *sub;
static int calls;

static int leave_main(void *unused)
{
    (void)unused;
    attach(main_interpreter);
    return __atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST) * 0;
}

static int leave_sub(void *unused)
{
    attach(sub);
    return leave_main(unused);
}

static int leave_suspended(void *unused)
{
    leave_main(unused);
    suspend();
    return 0;
}

static int leave_by_cpython(void *unused)
{
    (void)unused;
    save();
    return __atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST) * 0;
}

static const struct {
    int (*call)(void *);
    pyferry_status pumped;
} leavers[] = {
    { leave_main, PYFERRY_STATUS_WRONG_ORDER },
    { leave_sub, PYFERRY_STATUS_WRONG_ORDER },
    { leave_suspended, PYFERRY_STATUS_WRONG_ORDER },
    { leave_by_cpython, PYFERRY_STATUS_NOT_ATTACHED },
};

static void *look(void *view)
{
    check_works(view);
    return NULL;
}

static void run_calls(bool pumps)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_NO_SITE | (pumps ? PYFERRY_RUNTIME_ON_THIS_THREAD : 0);
    CHECK_OK(pyferry_runtime_start(&options));
    *(void **)&add = dlsym(RTLD_DEFAULT, "Py_AddPendingCall");
    *(void **)&save = dlsym(RTLD_DEFAULT, "PyEval_SaveThread");
    CHECK(add != NULL && save != NULL);
    main_interpreter = main_view();
    sub = new_interpreter();
    for (size_t i = 0; i < COUNT(leavers); i++) {
        calls = 0;
        CHECK(add(leavers[i].call, NULL) == 0);
        if (pumps)
            CHECK_REFUSED(pyferry_runtime_pump(), leavers[i].pumped, "a function");
        while (__atomic_load_n(&calls, __ATOMIC_SEQ_CST) == 0)
            sleep_ms(1);
        CHECK(!pyferry_is_attached(NULL));
        on_new_thread(look, main_interpreter);
        on_new_thread(look, sub);
    }
    CHECK_OK(pyferry_runtime_stop(-1));
    check_closed(main_interpreter);
    pyferry_view_free(main_interpreter);
    pyferry_view_free(sub);
}

int main(void)
{
    run_calls(false);
    run_calls(true);
    return 0;
}
