/* harness: mode=runtime */
/* pyferry::runtime on the host's own thread: pump() runs there what Python's main thread has to run, and says what that raises and
   when it is called elsewhere. */
#include "use.h"

#include <pyferry.hpp>

#include <string>
#include <thread>

using namespace std::chrono_literals;

static bool says(const pyferry::result &result, pyferry_status status, const char *part)
{
    return !result && result.status() == status && std::string(result.message()).find(part) != std::string::npos;
}

int main()
{
    pyferry::runtime_options options;
    options.flags = PYFERRY_RUNTIME_ON_THIS_THREAD | PYFERRY_RUNTIME_PYTHON_SIGNALS;
    pyferry::runtime python{options};
    CHECK(python && !pyferry::is_attached());
    {
        pyferry::attached here{pyferry::view::main()};
        CHECK(here.exec("import signal, threading\n"
                        "handled = []\n"
                        "def handle(number, frame):\n"
                        "    handled.append(threading.current_thread() is threading.main_thread())\n"
                        "signal.signal(signal.SIGTERM, handle)"));
        CHECK(says(python.pump(), PYFERRY_STATUS_WRONG_ORDER, "attached"));
    }
    CHECK(python.pump());
    CHECK(raise(SIGTERM) == 0);
    CHECK(python.pump());
    {
        pyferry::attached here{pyferry::view::main()};
        CHECK(here.exec("assert handled == [True], handled"));
    }
    CHECK(raise(SIGINT) == 0);
    CHECK(says(python.pump(), PYFERRY_STATUS_PYTHON_ERROR, "KeyboardInterrupt"));
    std::thread([&] {
        CHECK(says(python.pump(), PYFERRY_STATUS_WRONG_THREAD, "PYFERRY_RUNTIME_ON_THIS_THREAD"));
        CHECK(says(python.stop(0ms), PYFERRY_STATUS_WRONG_THREAD, "PYFERRY_RUNTIME_ON_THIS_THREAD"));
    }).join();
    CHECK(python && python.pump());
    CHECK(python.stop(10s) && !python);
    CHECK(python.pump().status() == PYFERRY_STATUS_NO_PYTHON);
    return 0;
}
