/* harness: mode=runtime */
/* harness: timeout=60 */
/* A watchdog of pyferry.hpp hears who is inside for too long, and may stop that; it is owned, and goes when it is removed. Who is
   there can be asked for, on any thread. */
#include "use.h"

#include <pyferry_observe.hpp>

#include <atomic>
#include <memory>
#include <string>

using namespace std::chrono_literals;

static bool is_there(const char *label)
{
    for (const pyferry_thread_info &each : pyferry::threads())
        if (each.label != nullptr && strcmp(each.label, label) == 0)
            return each.is_caller && !each.is_own && each.depth == 1;
    return false;
}

static void stops_what_runs_away(const pyferry::view &view)
{
    auto alive = std::make_shared<std::atomic<int>>(0);
    std::atomic<bool> over{false};
    CHECK(pyferry::set_watchdog(
        [alive, &view, &over](const pyferry_watchdog_event &event) noexcept {
            CHECK(event.thread_count > 0);
            ++*alive;
            while (!over) { /* it may not have begun yet */
                pyferry::result stopped = view.interrupt();
                CHECK(stopped);
                sleep_ms(1);
            }
        },
        0ms, 50ms));
    {
        pyferry::attached here{view, "run away"};
        CHECK(is_there("run away"));
        pyferry::result ran = here.exec("while True: pass");
        over = true;
        CHECK(ran.status() == PYFERRY_STATUS_PYTHON_ERROR && strstr(ran.message(), "KeyboardInterrupt"));
    }
    CHECK(!is_there("run away"));
    CHECK(pyferry::remove_watchdog() && *alive >= 1 && alive.use_count() == 1);
    CHECK(pyferry::set_watchdog([alive](const pyferry_watchdog_event &) noexcept {}, 0ms, 0ms).status() ==
          PYFERRY_STATUS_INVALID_ARGUMENT);
    CHECK(alive.use_count() == 1);
}

static void is_written_down(const pyferry::view &view)
{
    CHECK(pyferry::stop_trace().status() == PYFERRY_STATUS_WRONG_ORDER);
    pyferry::result refused = pyferry::start_trace("no/such/folder/trace.json");
    CHECK(refused.status() == PYFERRY_STATUS_INVALID_ARGUMENT && strstr(refused.message(), "os error"));
    CHECK(pyferry::start_trace("trace.json"));
    pyferry::attached here{view, "written"};
    CHECK(pyferry::stop_trace());
    bool is_counted = false;
    for (const pyferry_histogram &each : pyferry::histograms())
        is_counted |= each.kind == PYFERRY_HISTOGRAM_HOLD && each.interpreter_id == 0 && each.count > 0;
    CHECK(is_counted && pyferry::histograms_text().find("\npyferry_hold_seconds_count{interpreter=\"0\"} ") != std::string::npos);
    CHECK(here.exec("import json; assert any(each.get('name') == 'main interpreter [written]' for each in json.load(open('trace.json')))"));
}

int main()
{
    CHECK(pyferry::threads().empty());
    pyferry::runtime python;
    pyferry::view view = pyferry::view::main();
    stops_what_runs_away(view);
    is_written_down(view);
    CHECK(python.stop(pyferry::forever));
    return 0;
}
