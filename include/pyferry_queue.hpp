/*
 * The part of pyferry.hpp that posts work to an interpreter from threads that must not wait: pyferry_queue_... for C++17.
 *
 *     pyferry::queue to_game{view, {.worker = true}};                                  // C++20's designated initialisers
 *     if (!to_game) return log(to_game.message());
 *     auto sent = to_game.post([note](pyferry_status status) noexcept {               // from the audio thread: wait-free
 *         if (status == PYFERRY_STATUS_OK) play(note);                                // attached; CLOSED: it will not run
 *     });
 */
#ifndef PYFERRY_QUEUE_HPP
#define PYFERRY_QUEUE_HPP

#include <pyferry.hpp>

PYFERRY_HPP_BEGIN

namespace detail {

/// Calls a job that is on the heap, and destroys it.
template <class Job> void run_owned(void *data, pyferry_status status) noexcept {
    const std::unique_ptr<Job> last(static_cast<Job *>(data));
    (*last)(status);
}

} // namespace detail

/// How a queue is to be: see pyferry_queue_options. What the data pointers lead to has to last until the queue has gone.
struct queue_options {
    /// How many jobs there is room for; 0: 1024.
    std::size_t capacity = 0;
    /// Whether a thread of pyferry's runs the jobs.
    bool worker = false;
    /// Called, on the thread that posts, when there is a job and was none.
    pyferry_queue_wake wake = nullptr;
    void *wake_data = nullptr;
    /// Hears what jobs raise; null: sys.unraisablehook.
    pyferry_queue_error error = nullptr;
    void *error_data = nullptr;
};

/// Jobs for an interpreter. Any thread may post to one, many at once, attached or not; one at a time runs it. A job is a callable
/// that takes a pyferry_status and is noexcept. It is called once, and destroyed then: with PYFERRY_STATUS_OK attached to the
/// interpreter, or with PYFERRY_STATUS_CLOSED, not attached, where the queue was freed or the interpreter is shutting down.
class [[nodiscard]] queue : public detail::owner<queue> {
public:
    /// Holds nothing.
    queue() noexcept = default;

    [[nodiscard]] explicit queue(const view &where, const queue_options &options = {}) {
        pyferry_queue_options plain = PYFERRY_QUEUE_OPTIONS_INIT;
        plain.capacity = options.capacity;
        plain.worker = options.worker;
        plain.wake = options.wake;
        plain.wake_data = options.wake_data;
        plain.error = options.error;
        plain.error_data = options.error_data;
        pyferry_queue *made = nullptr;
        make(where, [&] { return pyferry_queue_new(where.get(), &plain, &made); });
        handle_.reset(made);
    }

    /// Every job that has not run is called with PYFERRY_STATUS_CLOSED; one that runs is waited for, but in a job. No other
    /// thread may use the queue any more.
    queue(queue &&) noexcept = default;
    queue &operator=(queue &&) noexcept = default;

    explicit operator bool() const noexcept { return handle_ != nullptr; }

    /// Posts a job that can be copied as bytes, such as a lambda that captures numbers and pointers, of
    /// PYFERRY_QUEUE_COPY_MAX bytes at most. Wait-free, and without an allocation: also in signal handlers.
    /// PYFERRY_STATUS_QUEUE_FULL, _CLOSED: it was not taken, and will not be called.
    template <class Job> [[nodiscard]] pyferry_status post(Job job) noexcept {
        check<Job>();
        static_assert(std::is_trivially_copyable_v<Job> && sizeof(Job) <= PYFERRY_QUEUE_COPY_MAX && alignof(Job) <= 16,
                      "what travels in the queue is copied as bytes, 48 at most: for all else there is post_owned");
        const auto run = [](void *bytes, pyferry_status status) noexcept { (*static_cast<Job *>(bytes))(status); };
        return pyferry_queue_post_copy(handle_.get(), run, &job, sizeof job);
    }

    /// Posts a job of any kind: it is moved to the heap. PYFERRY_STATUS_QUEUE_FULL, _CLOSED: it was not taken, and was destroyed.
    template <class Job> [[nodiscard]] pyferry_status post_owned(Job job) {
        check<Job>();
        auto owned = std::make_unique<Job>(std::move(job));
        const pyferry_status status = pyferry_queue_post(handle_.get(), detail::run_owned<Job>, owned.get());
        if (status == PYFERRY_STATUS_OK) static_cast<void>(owned.release()); // the queue's now
        return status;
    }

    /// Posts a job, and waits until it was called: PYFERRY_STATUS_PYTHON_ERROR where it left an exception set. With a limit it is
    /// a matter of post_owned: who waits no longer cannot take the job back. A thread that is attached lets go meanwhile.
    template <class Job> result call(Job &&job) {
        check<std::remove_reference_t<Job>>();
        auto *called = std::addressof(job); // const, maybe, or a function: it is what leads there that is passed
        const auto run = [](void *data, pyferry_status status) noexcept {
            (**static_cast<decltype(called) *>(data))(status);
        };
        return detail::result_of([&] { return pyferry_queue_call(handle_.get(), run, &called, -1); });
    }

    /// Runs jobs on this thread, attached once for all: at most so many, and for so long (-1 us: as long as there are any).
    result run(std::size_t most = SIZE_MAX, std::chrono::microseconds budget = std::chrono::microseconds(-1),
               std::size_t *ran = nullptr) {
        return detail::result_of([&] { return pyferry_queue_run(handle_.get(), most, budget.count(), ran); });
    }

    /// How many jobs there are, as it was a moment ago.
    [[nodiscard]] std::size_t length() const noexcept { return pyferry_queue_length(handle_.get()); }

    /// For the functions of pyferry.h; still this object's.
    [[nodiscard]] pyferry_queue *get() const noexcept { return handle_.get(); }

private:
    template <class Job> static constexpr void check() {
        static_assert(std::is_nothrow_invocable_v<Job &, pyferry_status>, "a job takes a pyferry_status and is noexcept");
    }

    std::unique_ptr<pyferry_queue, detail::deleter<pyferry_queue_free>> handle_{};
};

/// Has an asyncio event loop call a job on its thread, where it may use the loop as a callback in Python may. The job is a callable
/// as for `queue`, of any kind: it is moved to the heap. The loop has to last until then. Any thread, attached or not: it never
/// waits for the interpreter. PYFERRY_STATUS_QUEUE_FULL, _CLOSED: it was not taken, and was destroyed. See pyferry_asyncio_post.
template <class Job> result post_to_loop(const view &where, struct _object *loop, Job job) {
    static_assert(std::is_nothrow_invocable_v<Job &, pyferry_status>, "a job takes a pyferry_status and is noexcept");
    auto owned = std::make_unique<Job>(std::move(job));
    result posted = detail::result_with(
        where, [&] { return pyferry_asyncio_post(where.get(), loop, detail::run_owned<Job>, owned.get()); });
    if (posted) static_cast<void>(owned.release()); // the loop's now
    return posted;
}

/// Runs a coroutine on an event loop that another thread runs, and waits for what it returns: a reference of the caller's, which
/// is to be given back. What it raises is PYFERRY_STATUS_PYTHON_ERROR; when the limit passes it is cancelled. See
/// pyferry_asyncio_await.
inline result await_on_loop(const view &where, struct _object *loop, struct _object *coroutine, std::chrono::milliseconds limit,
                            struct _object **returned = nullptr) {
    return detail::result_with(
        where, [&] { return pyferry_asyncio_await(where.get(), loop, coroutine, limit.count(), returned); });
}

PYFERRY_HPP_END

#endif
