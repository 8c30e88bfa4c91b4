/* harness: mode=runtime */
/* harness: not-on=windows it sends signals to threads, and Windows has none that take a thread */
/* A host that asks for Python's signal handling gets what python3 does: SIGINT is Python's, and SIGPIPE is ignored, from the
   start on; a handler that the host has for SIGINT stays its own. Afterwards SIGINT is at its default. */
#include "use.h"

static void ignore(int number)
{
    (void)number;
}

static struct sigaction action_of(int number)
{
    struct sigaction action;
    CHECK(sigaction(number, NULL, &action) == 0);
    return action;
}

int main(void)
{
    pyferry_runtime_options options = PYFERRY_RUNTIME_OPTIONS_INIT;
    options.flags = PYFERRY_RUNTIME_PYTHON_SIGNALS;
    signal(SIGINT, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    CHECK_OK(pyferry_runtime_start(&options));
    CHECK(action_of(SIGINT).sa_handler != SIG_DFL && action_of(SIGINT).sa_handler != SIG_IGN);
    CHECK(action_of(SIGPIPE).sa_handler == SIG_IGN);
    pyferry_view *main = main_view();
    run_in(main, "import signal, os\n"
                 "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
                 "reader, writer = os.pipe()\n"
                 "os.close(reader)\n"
                 "try:\n"
                 "    os.write(writer, b'x')\n"
                 "    raise SystemError\n"
                 "except BrokenPipeError:\n"
                 "    pass");
    pyferry_view_free(main);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(action_of(SIGINT).sa_handler == SIG_DFL);

    signal(SIGINT, ignore);
    CHECK_OK(pyferry_runtime_start(&options));
    CHECK(action_of(SIGINT).sa_handler == ignore);
    CHECK_OK(pyferry_runtime_stop(-1));
    CHECK(action_of(SIGINT).sa_handler == ignore);
    return 0;
}
