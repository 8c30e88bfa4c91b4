/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* harness: leaks-not-checked=a child lacks the other threads, and with them what leads to their memory */
/* os.fork, and a C host's fork that tells CPython, give a child in which everything goes on: on the thread that forked, attached
   or not, with new threads, a new interpreter, and a shutdown. The parent notices nothing.

   No interpreter but the main one is there at the fork: with another, plain CPython's own child crashes or hangs, from 3.9 to
   3.15. */
#include "fork.h"

static pyferry_view *main_interpreter;

/* In the child, on the thread that forked, attached or not. */
static void go_on(void)
{
    check_works(main_interpreter);
    run_in(main_interpreter, "import threading\n"
                             "assert mine.value == 1\n"
                             "thread = threading.Thread(target=len, args=('x',), daemon=False)\n"
                             "thread.start(); thread.join()");
    pyferry_suspension out;
    bool attached = pyferry_is_attached(NULL);
    if (attached)
        out = suspend();
    on_new_thread(visit, main_interpreter);
    PyGILState_STATE ensured = PyGILState_Ensure();
    CHECK(PyInterpreterState_GetID(PyThreadState_GetInterpreter(PyThreadState_Get())) == 0);
    PyGILState_Release(ensured);
    pyferry_view *made = new_interpreter();
    check_works(made);
    on_new_thread(visit, made);
    CHECK_OK(pyferry_interpreter_end(made, -1));
    pyferry_view_free(made);
    if (attached)
        resume(out);
}

static void fork_attached(pid_t (*fork_it)(void))
{
    run_in(main_interpreter, "import threading; mine = globals().get('mine') or threading.local(); mine.value = 1");
    pyferry_token token = attach(main_interpreter), nested = attach(main_interpreter);
    pid_t child = fork_it();
    if (child == 0) {
        go_on();
        detach(nested);
        detach(token);
        CHECK(!pyferry_is_attached(NULL));
        go_on();
        _exit(0);
    }
    pyferry_suspension out = suspend();
    wait_for(child);
    resume(out);
    detach(nested);
    detach(token);
    check_works(main_interpreter);
}

static void *on_foreign_thread(void *unused)
{
    fork_attached(fork_in_c);
    fork_attached(fork_in_python);
    return unused;
}

int main(void)
{
    PyThreadState *state = start_python(&main_interpreter);
    struct guest other = GUEST(main_interpreter);
    guest_comes(&other);
    pyferry_guard *guard;
    CHECK_OK(pyferry_guard_open(main_interpreter, &guard));

    on_new_thread(on_foreign_thread, NULL);
    on_foreign_thread(NULL);

    /* The child of Python's own main thread can also be finalised: the threads that were inside are not there. */
    PyEval_RestoreThread(state);
    run("import threading; mine = threading.local(); mine.value = 1");
    pid_t child = fork_in_c();
    if (child == 0) {
        go_on();
        CHECK(Py_FinalizeEx() == 0);
        check_closed(main_interpreter);
        _exit(0);
    }
    PyEval_SaveThread();
    wait_for(child);
    pyferry_guard_close(guard);
    guest_goes(&other);
    finish_python(state);
    pyferry_view_free(main_interpreter);
    return 0;
}
