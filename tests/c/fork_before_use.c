/* harness: timeout=120 */
/* harness: not-on=windows it forks, and Windows has no fork */
/* harness: not-under=arm64 the emulator (QEMU 7.2) aborts or hangs where a forked child starts a thread */
/* A child of os.fork may be the first to use pyferry, also where the parent used it with a Python that has ended since; and a
   child in which there was no Python can have one of its own. */
#include "fork.h"

static void use(void)
{
    pyferry_view *main = main_view();
    check_works(main);
    Py_BEGIN_ALLOW_THREADS
    on_new_thread(visit, main);
    Py_END_ALLOW_THREADS
    pyferry_view_free(main);
}

static void child_uses_it(pid_t (*fork_it)(void))
{
    pid_t child = fork_it();
    if (child == 0) {
        use();
        CHECK(Py_FinalizeEx() == 0);
        _exit(0);
    }
    wait_for(child);
}

static void child_starts_python(bool ours)
{
    pid_t child = fork();
    if (child == 0) {
        child_begins();
        if (ours) {
            start_runtime();
            pyferry_view *main = main_view();
            on_new_thread(visit, main);
            CHECK_OK(pyferry_runtime_stop(-1));
            pyferry_view_free(main);
        } else {
            initialize_python();
            use();
            CHECK(Py_FinalizeEx() == 0);
        }
        _exit(0);
    }
    wait_for(child);
}

int main(void)
{
    for (int life = 0; life < 2; life++) {
        child_starts_python(true);
        child_starts_python(false);
        initialize_python();
        child_uses_it(fork_in_c);
        child_uses_it(fork_in_python);
        use();
        child_uses_it(fork_in_python);
        CHECK(Py_FinalizeEx() == 0);
    }
    return 0;
}
