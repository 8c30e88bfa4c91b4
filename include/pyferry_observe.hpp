/*
 * The part of pyferry.hpp that sees what goes on: who waits for Python, who is inside, and for how long;
 * and that writes it down. For C++17.
 *
 *     auto watched = pyferry::set_watchdog([](const pyferry_watchdog_event &event) noexcept { ... }, 100ms, 250ms);
 *     for (const pyferry_thread_info &each : pyferry::threads()) log(each.name);
 */
#ifndef PYFERRY_OBSERVE_HPP
#define PYFERRY_OBSERVE_HPP

#include <pyferry.hpp>

PYFERRY_HPP_BEGIN

/// Everybody who waits for an interpreter or is inside, as pyferry_threads has it. Any thread, attached or not; where that may
/// not allocate, a signal handler say, there are pyferry_threads and pyferry_dump.
[[nodiscard]] inline std::vector<pyferry_thread_info> threads() {
    detail::uncancelled meanwhile; // to read a thread's name is a cancellation point
    const pyferry_thread_info empty = PYFERRY_THREAD_INFO_INIT;
    std::vector<pyferry_thread_info> all;
    std::size_t count = pyferry_threads(nullptr, 0);
    while (count > all.size()) { // others come meanwhile
        all.assign(count + 4, empty);
        count = pyferry_threads(all.data(), all.size());
    }
    all.resize(count);
    return all;
}

namespace detail {

template <class Callable> void hear_watchdog(const pyferry_watchdog_event *event, void *data) noexcept {
    (*static_cast<Callable *>(data))(*event);
}

} // namespace detail

/// Removes the watchdog, and destroys it. On return no call of it is running, unless this is called from within one.
inline result remove_watchdog() {
    return detail::result_of([] { return pyferry_watchdog(nullptr); });
}

/// Has a callable called, once for each, when a thread waits to be attached for longer than `wait`, or is inside for longer than
/// `hold`; 0: those are not watched. It is moved to the heap, destroyed when it was replaced or removed and no call of it is
/// running, and is noexcept; it is called on a thread of pyferry's that is not attached. See pyferry_watchdog.
template <class Callable>
result set_watchdog(Callable callable, std::chrono::milliseconds wait, std::chrono::milliseconds hold) {
    static_assert(std::is_nothrow_invocable_v<Callable &, const pyferry_watchdog_event &>,
                  "a watchdog's callback takes a const pyferry_watchdog_event & and is noexcept");
    auto owned = std::make_unique<Callable>(std::move(callable));
    pyferry_watchdog_options options = PYFERRY_WATCHDOG_OPTIONS_INIT;
    options.wait_ms = static_cast<std::uint64_t>(wait.count());
    options.hold_ms = static_cast<std::uint64_t>(hold.count());
    options.callback = detail::hear_watchdog<Callable>;
    options.data = owned.get();
    options.destroy = detail::destroy_owned<Callable>;
    result set = detail::result_of([&] { return pyferry_watchdog(&options); });
    if (set || set.status() == PYFERRY_STATUS_CLOSED) static_cast<void>(owned.release()); // the library's now
    return set;
}

/// Begins to write down what every thread does with interpreters, as a picture for ui.perfetto.dev or pyferry-timeline; the file is
/// made, or written over. See pyferry_trace_start.
inline result start_trace(const char *path) {
    return detail::result_of([&] { return pyferry_trace_start(path); });
}

/// Has waits and stays counted without a file, up to stop_trace. See pyferry_histograms_start.
inline result start_measuring() {
    return detail::result_of([] { return pyferry_histograms_start(); });
}

/// How long threads waited for each interpreter and stayed there, while that was counted or a trace was on. See pyferry_histograms.
[[nodiscard]] inline std::vector<pyferry_histogram> histograms() {
    const pyferry_histogram empty = PYFERRY_HISTOGRAM_INIT;
    std::vector<pyferry_histogram> all;
    std::size_t count = pyferry_histograms(nullptr, 0);
    while (count > all.size()) { // there are more meanwhile
        all.assign(count + 4, empty);
        count = pyferry_histograms(all.data(), all.size());
    }
    all.resize(count);
    return all;
}

/// What histograms() says as text, in Prometheus' format.
[[nodiscard]] inline std::string histograms_text() {
    std::string text;
    std::size_t length = pyferry_histograms_text(nullptr, 0);
    while (length > text.size()) { // it is longer meanwhile
        text.resize(length + 1024);
        length = pyferry_histograms_text(text.data(), text.size() + 1);
    }
    text.resize(length);
    return text;
}

/// Ends the trace. On return the file is complete; a thread that is attached lets go meanwhile.
inline result stop_trace() {
    return detail::result_of([] { return pyferry_trace_stop(); });
}

PYFERRY_HPP_END

#endif
