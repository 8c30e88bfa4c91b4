/*
 * pyferry for C++17 and later: scopes and owners over pyferry.h, and nothing else to link.
 *
 *     pyferry::attached here{view};                      // as pybind11's gil_scoped_acquire, and it says how it went
 *     if (!here) return log(here.message());             // too late, say: Python is shutting down
 *     if (auto ran = here.exec("import game"); !ran) log(ran.message());
 *
 * Conventions, beside those of pyferry.h
 *   Failures    A `result` is true after a success. An owner (view, guard, attached, suspended, interpreter, runtime) is true
 *               while it holds what it was made for; where it does not, status() and message() say why, or that it was given
 *               back. It converts to that result: `return here;`. None of them is dropped unseen: [[nodiscard]] for what is
 *               returned, and an `attached` that nobody looks at is an unused variable to GCC and Clang. Where it is declared
 *               in a condition it is looked at again: if (pyferry::attached here{view}; here).
 *   Exceptions  Only or_throw() throws a pyferry::error, and std::string may throw what it does. With -fno-exceptions
 *               there is no or_throw(); -fno-rtti makes no difference.
 *   Destructors Do what detach(), resume(), end() and stop() do, and never throw. When that fails they have nobody to
 *               tell but the handler of on_lost_failure(), and last_error(): call those functions where you want to know.
 *               Those of scopes are noexcept(false) all the same: up to 3.13.7 CPython may end a thread in there, by forced
 *               unwinding, which then ends no process. Those of owners are noexcept, to be members of any class.
 *   Empty       An object that was moved from, released, detached, resumed, ended or stopped is false, with status OK.
 *   Cancelled   pthread_exit and pthread_cancel unwind through every scope here, and end no process. (Where they come in a
 *               function that a script calls, the scopes around its exec() or eval() cannot detach: the end of the thread
 *               does, after all destructors.) But CPython waits in cancellation points, with locks of its own locked: a
 *               program that cancels threads that call Python defines PYFERRY_HPP_CANCELLATION before it includes this, in
 *               all its files. A pthread_cancel then takes effect in none of these functions, each of which costs some 20 ns
 *               more. Nor may it in other calls of Python: let it come where the thread is suspended or not attached. (What
 *               stops a script is interrupt().)
 */
#ifndef PYFERRY_HPP
#define PYFERRY_HPP

#include <pyferry.h>

#if defined(PYFERRY_HPP_CANCELLATION)
#include <pthread.h>
#endif

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>
#if defined(__cpp_exceptions)
#include <stdexcept>
#endif

#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(gnu::warn_unused)
#define PYFERRY_HPP_LOOK_AT_IT [[gnu::warn_unused]]
#endif
#endif
#ifndef PYFERRY_HPP_LOOK_AT_IT
#define PYFERRY_HPP_LOOK_AT_IT
#endif
/* Out of the way of what is inline. */
#if defined(__GNUC__)
#define PYFERRY_HPP_RARE __attribute__((noinline, cold))
#define PYFERRY_HPP_INLINE __attribute__((always_inline)) inline
#define PYFERRY_HPP_NEVER() __builtin_unreachable()
#else
#define PYFERRY_HPP_RARE
#define PYFERRY_HPP_INLINE inline
#define PYFERRY_HPP_NEVER() static_cast<void>(0)
#endif

/* With and without it the functions differ, and so have other names: a program that mixes them does not link. */
#if defined(PYFERRY_HPP_CANCELLATION)
#define PYFERRY_HPP_BEGIN namespace pyferry { inline namespace cancellation {
#define PYFERRY_HPP_END } }
#else
#define PYFERRY_HPP_BEGIN namespace pyferry {
#define PYFERRY_HPP_END }
#endif

PYFERRY_HPP_BEGIN

/// A time limit that never passes.
inline constexpr std::chrono::milliseconds forever{-1};

/// How long the destructors of `interpreter` and `runtime` wait for the threads inside.
inline constexpr std::chrono::milliseconds patience{5000};

/// The sentence to this thread's last failure, by whatever way it called pyferry. Any thread, at any time.
[[nodiscard]] inline std::string last_error() {
    std::string text(pyferry_last_error(nullptr, 0), '\0');
    pyferry_last_error(text.data(), text.size() + 1); // its terminator goes where the string has one
    return text;
}

#if defined(__cpp_exceptions)
/// What or_throw() throws; what() is the message.
class error : public std::runtime_error {
public:
    error(pyferry_status status, const char *message) : std::runtime_error(message), status_(status) {}

    [[nodiscard]] pyferry_status status() const noexcept { return status_; }

private:
    pyferry_status status_;
};
#endif

namespace detail {
template <class Self> class owner;
}

/// What a call came to. A plain value, of no thread: it can be copied, kept and sent to another thread.
class [[nodiscard]] result {
public:
    /// Success.
    result() noexcept = default;

    /// What a call of pyferry.h on this thread has just come to; takes the message over. This way or_throw() is to be had
    /// for the C functions that have no other form here: `result{pyferry_runtime_get_info(&info)}.or_throw()`.
    explicit result(pyferry_status status) noexcept : status_(status) {
        if (status == PYFERRY_STATUS_OK) return;
        const std::size_t size = pyferry_last_error(nullptr, 0) + 1;
        message_ = buffer(size);
        if (message_) pyferry_last_error(message_.get(), size);
    }

    result(const result &other) noexcept : status_(other.status_) {
        if (!other.message_) return;
        const std::size_t size = std::strlen(other.message_.get()) + 1;
        message_ = buffer(size);
        if (message_) std::memcpy(message_.get(), other.message_.get(), size);
    }
    result(result &&other) noexcept
        : status_(std::exchange(other.status_, PYFERRY_STATUS_OK)), message_(std::move(other.message_)) {}
    result &operator=(result other) noexcept {
        status_ = other.status_;
        message_ = std::move(other.message_);
        return *this;
    }

    explicit operator bool() const noexcept { return status_ == PYFERRY_STATUS_OK; }

    /// PYFERRY_STATUS_OK, or why not.
    [[nodiscard]] pyferry_status status() const noexcept { return status_; }

    /// What happened, to which thread and interpreter, and what to do; the traceback of a PYFERRY_STATUS_PYTHON_ERROR.
    /// "" after a success. Never NULL, and valid as long as this object. (Where memory ran out: the status's name.)
    [[nodiscard]] const char *message() const noexcept {
        if (message_) return message_.get();
        return status_ == PYFERRY_STATUS_OK ? "" : pyferry_status_name(status_);
    }

#if defined(__cpp_exceptions)
    /// Throws a pyferry::error if this is a failure.
    void or_throw() const {
        if (status_ != PYFERRY_STATUS_OK) throw error(status_, message());
    }
#endif

private:
    template <class Self> friend class detail::owner;

    /// Memory for a message, by hand: it must not throw, and costs nothing where there is no message.
    static std::unique_ptr<char[]> buffer(std::size_t size) noexcept {
        return std::unique_ptr<char[]>(new (std::nothrow) char[size]());
    }

    pyferry_status status_ = PYFERRY_STATUS_OK;
    std::unique_ptr<char[]> message_{};
};

/// Hears what a destructor could not do: `who` is the class ("pyferry::attached"), `why` the failure.
using failure_handler = void (*)(const char *who, const result &why) noexcept;

namespace detail {

inline std::atomic<failure_handler> lost_failure{nullptr};

#if defined(PYFERRY_HPP_CANCELLATION)
/// Keeps pthread_cancel from taking effect. CPython waits for the GIL in a cancellation point, with a mutex to hold.
class uncancelled {
public:
    uncancelled() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    ~uncancelled() { pthread_setcancelstate(before_, &before_); }
    uncancelled(const uncancelled &) = delete;
    uncancelled &operator=(const uncancelled &) = delete;

private:
    int before_ = PTHREAD_CANCEL_ENABLE;
};
#else
struct uncancelled {
    uncancelled() noexcept {} // so that no compiler calls a variable of this type unused
};
#endif

/// Makes a call of pyferry.h that may enter Python.
template <class Call> pyferry_status status_of(Call call) {
    uncancelled meanwhile;
    return call();
}

template <class Call> result result_of(Call call) { return result(status_of(call)); }

/// As result_of, with the help of what may not be there: then `needed`, what making that came to, is the result.
template <class Call> result result_with(const result &needed, Call call) {
    return needed ? result_of(call) : needed;
}

PYFERRY_HPP_RARE inline void report_lost(const char *who, const result &why) noexcept {
    failure_handler handler = lost_failure.load();
    if (!why && handler != nullptr) handler(who, why);
}
PYFERRY_HPP_RARE inline void report_lost(const char *who, pyferry_status status) noexcept {
    report_lost(who, result(status));
}

/// A token or a suspension, in one place: moved from, it is empty. The calls of pyferry.h get a copy, so that the compiler can
/// keep the words themselves in registers. They are copied one by one: a processor waits for memory that it reads as a whole
/// and has just written word by word.
template <class Plain> class words {
public:
    words() noexcept = default;
    explicit words(const Plain &plain) noexcept {
        const volatile auto &each = plain.private_words;
        first_ = each[0];
        second_ = each[1];
    }
    words(words &&other) noexcept : first_(std::exchange(other.first_, 0)), second_(std::exchange(other.second_, 0)) {}
    words &operator=(words &&other) noexcept {
        first_ = std::exchange(other.first_, 0);
        second_ = std::exchange(other.second_, 0);
        return *this;
    }

    /// What a successful call has handed out, which is never empty.
    static words made(const Plain &plain) noexcept {
        words made(plain);
        if (!made) PYFERRY_HPP_NEVER();
        return made;
    }

    explicit operator bool() const noexcept { return (first_ | second_) != 0; }
    void copy_to(Plain &plain) const noexcept {
        volatile auto &each = plain.private_words;
        each[0] = first_;
        each[1] = second_;
    }
    Plain take() noexcept {
        Plain taken;
        words(std::move(*this)).copy_to(taken);
        return taken;
    }

private:
    std::uint64_t first_ = 0, second_ = 0;
};

template <auto give_back> struct deleter {
    template <class Handle> void operator()(Handle *handle) const noexcept {
        uncancelled meanwhile; // a queue may wait for the job that runs
        give_back(handle);
    }
};

/// What holds something that its destructor gives back, or says why it does not.
template <class Self> class owner {
public:
    owner(const owner &) = delete;
    owner &operator=(const owner &) = delete;

    /// What making this came to; OK also when what it held was given back since.
    operator const result &() const noexcept { return made_; }
    [[nodiscard]] pyferry_status status() const noexcept { return made_.status(); }
    /// The sentence to that status: see result::message. Valid as long as this object.
    [[nodiscard]] const char *message() const noexcept { return made_.message(); }

#if defined(__cpp_exceptions)
    /// This object, or a pyferry::error: `auto view = pyferry::view::main().or_throw();`
    Self &or_throw() & {
        made_.or_throw();
        return static_cast<Self &>(*this);
    }
    Self or_throw() && {
        made_.or_throw();
        return static_cast<Self &&>(*this);
    }
#endif

protected:
    owner() noexcept = default;
    explicit owner(result made) noexcept : made_(std::move(made)) {}
    owner(owner &&) noexcept = default;
    owner &operator=(owner &&) noexcept = default;
    ~owner() = default;

    /// Makes what this is to hold, with the help of another owner, which may have failed: then that is why this fails.
    template <class Other, class Call> bool make(const Other &needed, Call call) {
        const pyferry_status status = status_of(call);
        if (status == PYFERRY_STATUS_OK) return true;
        made_ = refused(status, needed, bool(needed));
        return false;
    }
    template <class Call> bool make(Call call) { return make(result(), call); }

    /// Tells the compiler that there is no message to be freed, which is so while this holds something.
    void assume_made() const noexcept {
        if (made_.message_) PYFERRY_HPP_NEVER();
    }

private:
    PYFERRY_HPP_RARE static result refused(pyferry_status status, const result &needed, bool is_there) {
        return is_there || needed ? result(status) : needed;
    }

    result made_{};
};

} // namespace detail

/// Sets who hears what destructors could not do, and returns who did before; NULL: nobody, as in the beginning. Called on
/// the destructor's thread, which may be attached or not. One for the process; with hidden visibility, one for each shared
/// object.
inline failure_handler on_lost_failure(failure_handler handler) noexcept { return detail::lost_failure.exchange(handler); }

/// What a thread does inside, for reports of who holds a shutdown up. It is not copied, so it is a string that lasts: a
/// literal, or by itself the name of the calling function (of the file, where that is a lambda). A plug-in's strings last
/// only where it is never unloaded: link it with -z nodelete.
class label {
public:
    template <std::size_t N> constexpr label(const char (&literal)[N]) noexcept : text_(literal) {}
    template <std::size_t N> label(char (&)[N]) = delete;

    /// A string that stays where it is for as long as the process: of a table, say.
    [[nodiscard]] static constexpr label lasting(const char *text) noexcept { return label(text, 0); }

    [[nodiscard]] static constexpr label caller(const char *function = __builtin_FUNCTION(),
                                                const char *file = __builtin_FILE()) noexcept {
        return label(std::string_view(function) == "operator()" ? file : function, 0);
    }

    [[nodiscard]] constexpr const char *text() const noexcept { return text_; }

private:
    constexpr label(const char *text, int) noexcept : text_(text) {}

    const char *text_;
};

/// Names an interpreter, and stays valid whatever becomes of it. Any thread may use one, many at once; it does not keep the
/// interpreter (a guard does), and outlives Python itself.
class [[nodiscard]] view : public detail::owner<view> {
public:
    /// Of no interpreter: what uses it fails with PYFERRY_STATUS_INVALID_ARGUMENT. (What uses a view that failed has the
    /// same failure again: so it is enough to look at the last in a row.)
    view() noexcept = default;

    /// Of the main interpreter. Any thread; on one that is not attached it may wait for Python. Take the first one while
    /// nobody can be shutting Python down.
    static view main() { return view(pyferry_view_main); }

    /// Of the interpreter that this thread is attached to, by whomever: this class, pybind11, Python itself.
    static view current() { return view(pyferry_view_current); }

    /// Takes a view of pyferry.h over, to free it; NULL makes an empty one.
    static view adopt(pyferry_view *handle) noexcept { return view(handle, result()); }

    view(view &&) noexcept = default;
    view &operator=(view &&) noexcept = default;

    explicit operator bool() const noexcept { return handle_ != nullptr; }

    /// Another one of the same interpreter, to be given away. Of a failure, a copy of the failure.
    view clone() const noexcept { return view(pyferry_view_clone(get()), result(*this)); }

    /// The number CPython gave the interpreter; main is 0. -1 for an empty view.
    [[nodiscard]] std::int64_t id() const noexcept { return handle_ ? id_ : -1; }
    /// The same, by the name that C has for it.
    [[nodiscard]] std::int64_t interpreter_id() const noexcept { return id(); }

    /// Whether this thread is attached to that interpreter now, by whomever.
    [[nodiscard]] bool is_attached() const noexcept { return handle_ && pyferry_is_attached(get()); }

    /// Raises KeyboardInterrupt in all threads that run Python code there. Any thread, attached or not.
    result interrupt() const {
        return detail::result_with(*this, [this] { return pyferry_interpreter_interrupt(get()); });
    }

    /// Has a function called when that interpreter ends, whoever ends it: on the thread that does, which is attached to it, when
    /// all others are out, and before its modules go; the last that was registered first. A callable, moved to the heap, and
    /// destroyed when it was called; it must be noexcept. PYFERRY_STATUS_CLOSED: too late, it will not be called. Where the
    /// process exits without finalising Python it is neither called nor destroyed.
    template <class Callable> result at_end(Callable callable) const {
        static_assert(std::is_nothrow_invocable_v<Callable &>, "a function for the end of an interpreter is noexcept");
        auto owned = std::make_unique<Callable>(std::move(callable));
        auto call = [](void *data) noexcept {
            std::unique_ptr<Callable> last(static_cast<Callable *>(data));
            (*last)();
        };
        result registered = detail::result_with(*this, [&] { return pyferry_at_end(get(), call, owned.get()); });
        if (registered) static_cast<void>(owned.release()); // the library's now
        return registered;
    }

    /// For the functions of pyferry.h; still this object's.
    [[nodiscard]] pyferry_view *get() const noexcept { return handle_.get(); }

    /// Gives the view away, to be freed with pyferry_view_free.
    [[nodiscard]] pyferry_view *release() noexcept { return handle_.release(); }

private:
    friend class guard;
    friend class attached;
    friend class interpreter;

    explicit view(pyferry_status (*find)(pyferry_view **)) {
        pyferry_view *found = nullptr;
        make([&] { return find(&found); });
        handle_.reset(found);
        id_ = pyferry_view_interpreter_id(found);
    }
    view(pyferry_view *handle, result found) noexcept
        : owner(std::move(found)), handle_(handle), id_(pyferry_view_interpreter_id(handle)) {}

    std::unique_ptr<pyferry_view, detail::deleter<pyferry_view_free>> handle_{};
    std::int64_t id_ = -1;
};

/// Keeps an interpreter from ending, and always gets a thread in (see `attached`). Any thread may make, use and destroy
/// it, attached or not. It is for work that was promised already; make it on the thread that promises, and hand it over.
/// A guard that is never closed holds the shutdown up for ever, or for as long as the host has patience.
class [[nodiscard]] guard : public detail::owner<guard> {
public:
    /// Holds nothing.
    guard() noexcept = default;

    /// PYFERRY_STATUS_CLOSED once the interpreter is shutting down.
    [[nodiscard]] explicit guard(const view &where) noexcept : id_(where.id_) {
        pyferry_guard *opened = nullptr;
        make(where, [&] { return pyferry_guard_open(where.get(), &opened); });
        handle_.reset(opened);
    }

    /// Takes a guard of pyferry.h over, to close it; NULL makes an empty one.
    static guard adopt(pyferry_guard *handle) noexcept {
        guard adopted;
        adopted.handle_.reset(handle);
        return adopted;
    }

    guard(guard &&) noexcept = default;
    guard &operator=(guard &&) noexcept = default;

    explicit operator bool() const noexcept { return handle_ != nullptr; }

    /// Lets go of the interpreter before the scope does. Cannot fail.
    void close() noexcept { handle_.reset(); }

    /// For the functions of pyferry.h; still this object's.
    [[nodiscard]] pyferry_guard *get() const noexcept { return handle_.get(); }

    /// Gives the guard away, to be closed with pyferry_guard_close.
    [[nodiscard]] pyferry_guard *release() noexcept { return handle_.release(); }

private:
    friend class attached;

    std::unique_ptr<pyferry_guard, detail::deleter<pyferry_guard_close>> handle_{};
    std::int64_t id_ = -1; // of the interpreter; -1: not known
};

/// Attaches this thread to an interpreter for a scope. In between it may call Python, whatever it was before; afterwards it
/// is what it was. Nests, also with other interpreters and with PyGILState, pybind11 and the like. Of one thread, and its
/// objects end in the reverse order of their beginning, as local variables do; those that nest, since the thread was in that
/// interpreter already, in any order among themselves, as coroutines end them.
///
/// Look at it before you call Python: one that failed has attached the thread to nothing.
class [[nodiscard]] PYFERRY_HPP_LOOK_AT_IT attached : public detail::owner<attached> {
public:
    /// Blocks while other threads have the interpreter. PYFERRY_STATUS_CLOSED once that is shutting down, for ever.
    [[nodiscard]] PYFERRY_HPP_INLINE explicit attached(const view &where, label what = label::caller()) : id_(where.id_) {
        pyferry_token made;
        if (make(where, [&] { return pyferry_attach_labeled(where.get(), what.text(), &made); })) token_ = token_.made(made);
    }

    /// The same, and it gets in also when the interpreter is shutting down, which waits for the guard. The guard has to
    /// stay for this call only.
    [[nodiscard]] explicit attached(const guard &open) : id_(open.id_) {
        pyferry_token made;
        if (make(open, [&] { return pyferry_attach_guarded(open.get(), &made); })) token_ = token_.made(made);
    }

    /// Takes over what pyferry_attach gave to this thread; an empty token makes an empty object.
    static attached adopt(pyferry_token token) noexcept { return attached(token); }

    /// For functions that attach and return; it stays of this thread. No assignment: the old one would end after the
    /// new one has begun.
    attached(attached &&) noexcept = default;
    attached &operator=(attached &&) = delete;

    /// Fails (see on_lost_failure) on another thread, out of order, when the host gave this thread up, and in a fork that
    /// Python was not told of. The end of the thread clears up what is left.
    ~attached() noexcept(false) {
        if (!*this) return;
        assume_made();
        pyferry_token last;
        token_.copy_to(last);
        const pyferry_status status = detail::status_of([&last] { return pyferry_detach(&last); });
        if (status != PYFERRY_STATUS_OK) detail::report_lost("pyferry::attached", status);
    }

    explicit operator bool() const noexcept { return bool(token_); }

    /// Runs Python source in the interpreter's `__main__`, if this is attached; else it fails as the attaching did.
    /// PYFERRY_STATUS_PYTHON_ERROR: it raised, and the message is the traceback, in which `filename` is its name.
    /// PYFERRY_STATUS_WRONG_ORDER: the thread has gone on to another interpreter. (Where adopt() made this, or the guard that
    /// it came in by, nobody knows which is the right one, and it runs in the one that the thread is attached to.)
    result exec(const char *source, const char *filename = nullptr) {
        // detach() has the words for an attachment that is over, or not the last, and leaves that one as it is.
        if (status() == PYFERRY_STATUS_OK && (!*this || is_elsewhere())) return detach();
        return detail::result_with(*this, [&] { return pyferry_exec(source, filename); });
    }

    /// Ends it before the scope does, and says how that went. PYFERRY_STATUS_CLOSED: the interpreter was shut down around
    /// this thread, and it is over. Other failures change nothing: the destructor tries again.
    result detach() {
        pyferry_token last;
        token_.copy_to(last);
        result done = detail::result_of([&last] { return pyferry_detach(&last); });
        token_ = detail::words<pyferry_token>(last);
        return done;
    }

    /// Gives the token away, for a pyferry_detach on this thread.
    [[nodiscard]] pyferry_token release() noexcept { return token_.take(); }

private:
    explicit attached(pyferry_token token) noexcept : token_(token) {}

    /// Whether this thread is attached to another interpreter than this attached it to.
    [[nodiscard]] bool is_elsewhere() const {
        if (id_ < 0) return false;
        view current = view::current();
        return current && current.id() != id_;
    }

    detail::words<pyferry_token> token_{};
    std::int64_t id_ = -1; // of the interpreter; -1: not known
};

/// Lets go of the interpreter for a scope, around work that blocks or takes long and needs no Python. On a thread that is
/// not attached it does nothing, successfully: a function that may be called either way needs no two forms. The interpreter
/// cannot end meanwhile; the thread may attach again, to any. Of one thread, like `attached`.
///
/// True while there is something to come back to. Where letting go failed status() says so, and the thread is still attached.
class [[nodiscard]] suspended : public detail::owner<suspended> {
public:
    [[nodiscard]] suspended() {
        // Asked first: it is no failure, and leaves no message.
        pyferry_suspension made;
        if (pyferry_is_attached(nullptr) && make([&made] { return pyferry_suspend(&made); })) suspension_ = suspension_.made(made);
    }

    /// Takes over what pyferry_suspend gave to this thread; an empty suspension makes an empty object.
    static suspended adopt(pyferry_suspension suspension) noexcept { return suspended(suspension); }

    suspended(suspended &&) noexcept = default;
    suspended &operator=(suspended &&) = delete;

    /// Blocks until the thread is attached again. Fails (see on_lost_failure) like ~attached: the thread then is not
    /// attached. It cannot happen unless the host gives threads up (see set_report), or breaks the order: where that may be,
    /// use resume().
    ~suspended() noexcept(false) {
        if (!*this) return;
        assume_made();
        pyferry_suspension last;
        suspension_.copy_to(last);
        const pyferry_status status = detail::status_of([&last] { return pyferry_resume(&last); });
        if (status != PYFERRY_STATUS_OK) detail::report_lost("pyferry::suspended", status);
    }

    explicit operator bool() const noexcept { return bool(suspension_); }

    /// Comes back before the scope ends, and says how that went; a success where there is nothing to resume.
    /// PYFERRY_STATUS_CLOSED: the interpreter has ended, and the thread is not attached.
    result resume() {
        if (!*this) return result();
        pyferry_suspension last;
        suspension_.copy_to(last);
        result done = detail::result_of([&last] { return pyferry_resume(&last); });
        suspension_ = detail::words<pyferry_suspension>(last);
        return done;
    }

    /// Gives the suspension away, for a pyferry_resume on this thread.
    [[nodiscard]] pyferry_suspension release() noexcept { return suspension_.take(); }

private:
    explicit suspended(pyferry_suspension suspension) noexcept : suspension_(suspension) {}

    detail::words<pyferry_suspension> suspension_{};
};

/// Makes an interpreter, and ends it. It is as good as a view of it wherever one is asked for: `attached here{game};`
class [[nodiscard]] interpreter : public detail::owner<interpreter> {
public:
    /// `flags`: PYFERRY_INTERPRETER_SHARED_GIL or PYFERRY_INTERPRETER_OWN_GIL; none: its own GIL where there is such a
    /// thing. `output`: where what scripts print in it goes; null: where the runtime's goes. Its data has to last until the
    /// interpreter has ended. Any thread, while Python runs; the thread is attached as before.
    [[nodiscard]] explicit interpreter(std::uint32_t flags = 0, pyferry_output output = nullptr,
                                       void *output_data = nullptr) {
        pyferry_interpreter_options options = PYFERRY_INTERPRETER_OPTIONS_INIT;
        options.flags = flags;
        options.output = output;
        options.output_data = output_data;
        pyferry_view *handle = nullptr;
        make([&] { return pyferry_interpreter_new(&options, &handle); });
        view_ = ::pyferry::view(handle, *this);
    }

    /// Takes one over that pyferry_interpreter_new made, to end it. It needs a view of its own.
    static interpreter adopt(::pyferry::view owned) noexcept { return interpreter(std::move(owned)); }

    interpreter(interpreter &&other) noexcept = default;
    /// Ends what it had first, as the destructor does.
    interpreter &operator=(interpreter &&other) noexcept {
        if (this == &other) return *this;
        finish();
        owner::operator=(std::move(other));
        view_ = std::move(other.view_);
        over_ = other.over_;
        return *this;
    }

    /// Waits `patience` for the threads inside; those that are still there then have it until Python ends. Any thread that
    /// is not inside itself. Failures: see on_lost_failure.
    ~interpreter() { finish(); }

    /// Whether there is something to end.
    explicit operator bool() const noexcept { return view_ && !over_; }

    /// A view of it, for as long as this object lives; clone it for longer.
    [[nodiscard]] const ::pyferry::view &view() const & noexcept { return view_; }
    [[nodiscard]] const ::pyferry::view &view() const && = delete;
    operator const ::pyferry::view &() const & noexcept { return view_; }
    operator const ::pyferry::view &() const && = delete; // it would end before it is used

    /// Raises KeyboardInterrupt in all threads that run Python code there. Any thread, attached or not.
    result interrupt() const { return view_.interrupt(); }

    /// Lets nobody new in, waits for those inside, and ends it. PYFERRY_STATUS_TIMEOUT: the message says who is inside;
    /// call it again. PYFERRY_STATUS_CLOSED: Python's own shutdown ended it. PYFERRY_STATUS_WRONG_THREAD: this thread is inside.
    result end(std::chrono::milliseconds timeout) {
        return ended(detail::result_with(view_, [&] { return pyferry_interpreter_end(view_.get(), timeout.count()); }));
    }

    /// The same, for scripts that may not want to stop: after `before` it interrupts those inside and every Python thread
    /// of the interpreter, again and again. A `before` of -1 ms: never.
    result stop(std::chrono::milliseconds before, std::chrono::milliseconds timeout) {
        return ended(detail::result_with(
            view_, [&] { return pyferry_interpreter_stop(view_.get(), before.count(), timeout.count()); }));
    }

    /// Gives it away: to a pyferry_interpreter_end, or to Python's shutdown.
    [[nodiscard]] ::pyferry::view release() noexcept { return std::move(view_); }

private:
    explicit interpreter(::pyferry::view owned) noexcept : owner(result(owned)), view_(std::move(owned)) {}

    result ended(result how) noexcept {
        over_ = over_ || how || how.status() == PYFERRY_STATUS_CLOSED;
        return how;
    }
    void finish() noexcept {
        if (!*this) return;
        const result how = end(patience);
        if (how.status() != PYFERRY_STATUS_CLOSED) detail::report_lost("pyferry::interpreter", how);
    }

    ::pyferry::view view_{};
    bool over_ = false;
};

namespace detail {

template <class Callable> std::int32_t hear_report(const char *text, void *data) noexcept {
    Callable &callable = *static_cast<Callable *>(data);
    if constexpr (std::is_void_v<std::invoke_result_t<Callable &, std::string_view>>) {
        callable(std::string_view(text));
        return PYFERRY_REPORT_WAIT;
    } else {
        return callable(std::string_view(text)) ? PYFERRY_REPORT_GIVE_UP : PYFERRY_REPORT_WAIT;
    }
}

template <class Callable> void destroy_owned(void *data) noexcept { delete static_cast<Callable *>(data); }

} // namespace detail

/// Removes the report callback, and destroys it. On return no call of it is running, unless this is called from within one.
inline result remove_report() {
    return detail::result_of([] { return pyferry_set_report(nullptr, nullptr, nullptr, 0); });
}

/// Sets who hears which threads hold a shutdown up: any shutdown, whoever begins it and whoever started Python. A callable,
/// moved to the heap, and destroyed when it was replaced or removed and no call of it is running; a null one removes. It
/// takes a std::string_view (UTF-8, for the call) and returns nothing, or true to give those people up: see pyferry_report for
/// what that means. It is called every so often (0: five seconds) on the thread that shuts Python or an interpreter down,
/// which is not attached; and it must be noexcept, because what it throws would have nowhere to go. See pyferry_set_report
/// for what it may do, and what this waits for.
template <class Callable> result set_report(Callable callable, std::chrono::milliseconds every = {}) {
    static_assert(std::is_nothrow_invocable_v<Callable &, std::string_view>,
                  "a report callback takes a std::string_view and is noexcept");
    if constexpr (std::is_assignable_v<Callable &, std::nullptr_t>) {
        if (callable == nullptr) return remove_report();
    }
    auto owned = std::make_unique<Callable>(std::move(callable));
    result set = detail::result_of([&] {
        return pyferry_set_report(detail::hear_report<Callable>, owned.get(), detail::destroy_owned<Callable>,
                                  static_cast<std::uint64_t>(every.count()));
    });
    if (set || set.status() == PYFERRY_STATUS_CLOSED) static_cast<void>(owned.release()); // the library's now
    return set;
}

/// How Python is to be started. `pyferry::runtime python{{.python = "/opt/venv"}};` with C++20.
struct runtime_options {
    /// A python3 program, a libpython or the prefix of both; empty: PYFERRY_PYTHON's, else the python3 on PATH.
    std::string python = {};
    /// PYFERRY_RUNTIME_... flags.
    std::uint32_t flags = 0;
    /// sys.argv: `{argv, argv + argc}`; none: [""].
    std::vector<std::string> arguments = {};
    /// What is put in front of sys.path, in every interpreter.
    std::vector<std::string> search_paths = {};
    /// Of the thread that Python is initialised on, in bytes; 0 is what is usual.
    std::size_t stack_size = 0;
    /// Where what scripts print goes, in each interpreter that has no output of its own. The data has to last until Python
    /// has ended.
    pyferry_output output = nullptr;
    void *output_data = nullptr;
};

/// What Python runs in this process: `pyferry::runtime::info()->version`. The strings live until Python is finalised, at least.
class [[nodiscard]] runtime_info : public detail::owner<runtime_info> {
public:
    runtime_info() {
        make([this] { return pyferry_runtime_get_info(&info_); });
    }
    runtime_info(runtime_info &&) noexcept = default;
    runtime_info &operator=(runtime_info &&) noexcept = default;

    explicit operator bool() const noexcept { return info_.version != nullptr; }

    /// Of a failure: nothing but NULL and 0.
    const pyferry_runtime_info &operator*() const noexcept { return info_; }
    const pyferry_runtime_info *operator->() const noexcept { return &info_; }

private:
    pyferry_runtime_info info_ = PYFERRY_RUNTIME_INFO_INIT;
};

/// Starts Python where the process has none, and takes its share of it back; where Python runs already it is joined, and
/// left alone in the end. Counted: the last runtime stops Python.
class [[nodiscard]] runtime : public detail::owner<runtime> {
public:
    /// Any thread; none is attached by it. Blocks until Python is up.
    [[nodiscard]] explicit runtime(runtime_options options = {}) {
        pyferry_runtime_options plain = PYFERRY_RUNTIME_OPTIONS_INIT;
        if (!options.python.empty()) plain.python = options.python.c_str();
        std::vector<const char *> arguments, search_paths;
        for (const std::string &argument : options.arguments) arguments.push_back(argument.c_str());
        for (const std::string &path : options.search_paths) search_paths.push_back(path.c_str());
        search_paths.push_back(nullptr);
        plain.flags = options.flags;
        plain.argc = static_cast<std::int32_t>(arguments.size());
        plain.argv = arguments.data();
        plain.search_paths = search_paths.data();
        plain.stack_size = options.stack_size;
        plain.output = options.output;
        plain.output_data = options.output_data;
        make([&] { return pyferry_runtime_start(&plain); });
        counts_ = status() == PYFERRY_STATUS_OK;
    }

    /// Takes a pyferry_runtime_start over, to stop it.
    static runtime adopt() noexcept { return runtime(true, 0); }

    runtime(runtime &&other) noexcept : owner(std::move(other)), counts_(other.release()) {}
    /// Stops what it had first, as the destructor does.
    runtime &operator=(runtime &&other) noexcept {
        if (this == &other) return *this;
        finish();
        owner::operator=(std::move(other));
        counts_ = other.release();
        return *this;
    }

    /// Waits `patience` for the threads inside. If they are still there then Python stays, with nobody new let in, until the
    /// process ends. A thread that is not attached. Failures: see on_lost_failure.
    ~runtime() { finish(); }

    /// Which Python runs, whoever started it.
    static runtime_info info() { return runtime_info(); }

    /// Whether there is something to stop.
    explicit operator bool() const noexcept { return counts_; }

    /// The last one lets nobody new in, waits for the threads inside, ends all interpreters and finalises Python.
    /// PYFERRY_STATUS_TIMEOUT: the message says who is inside; call it again. PYFERRY_STATUS_PYTHON_ERROR: stopped, but
    /// Python could not write its output. PYFERRY_STATUS_WRONG_THREAD: this thread is attached. A success where this object
    /// has stopped already.
    result stop(std::chrono::milliseconds timeout) {
        if (!*this) return *this;
        return stopped(detail::result_of([&] { return pyferry_runtime_stop(timeout.count()); }));
    }

    /// The same, for scripts that may not want to stop: after `before` it interrupts those inside and Python's own threads,
    /// in every interpreter, again and again. A `before` of -1 ms: never.
    result stop(std::chrono::milliseconds before, std::chrono::milliseconds timeout) {
        if (!*this) return *this;
        return stopped(
            detail::result_of([&] { return pyferry_runtime_stop_with(before.count(), timeout.count()); }));
    }

    /// Runs pending calls and the Python handlers of signals that came, where Python was started with
    /// PYFERRY_RUNTIME_ON_THIS_THREAD: on that thread, not attached.
    result pump() {
        return detail::result_of([] { return pyferry_runtime_pump(); });
    }

    /// Gives the start away, to a pyferry_runtime_stop or to nobody.
    bool release() noexcept { return std::exchange(counts_, false); }

private:
    runtime(bool counts, int) noexcept : counts_(counts) {} // not of options: {true} makes those

    result stopped(result how) noexcept {
        counts_ = !how && how.status() != PYFERRY_STATUS_PYTHON_ERROR;
        return how;
    }
    void finish() noexcept {
        if (*this) detail::report_lost("pyferry::runtime", stop(patience));
    }

    bool counts_ = false;
};

/// Whether this thread is attached to any interpreter now, by whomever. No side effect.
[[nodiscard]] inline bool is_attached() noexcept { return pyferry_is_attached(nullptr); }

/// Runs Python source in the `__main__` of the interpreter that this thread is attached to, by whomever. Where an `attached`
/// is at hand, its exec() cannot miss the interpreter.
inline result exec(const char *source, const char *filename = nullptr) {
    return detail::result_of([&] { return pyferry_exec(source, filename); });
}

/// Evaluates a Python expression there, and puts its value into `value`, as `str()` says it: at most `limit` bytes of UTF-8, cut
/// at a character. A failure leaves `value` as it is.
inline result eval(const char *source, std::string &value, const char *filename = nullptr, std::size_t limit = 65536) {
    std::string text(limit, '\0');
    text.append(4, '\0'); // room for a character more: so what is at the limit is known, and whether one is cut in two there
    std::size_t length = 0;
    result evaluated = detail::result_of([&] { return pyferry_eval(source, filename, text.data(), text.size() + 1, &length); });
    if (!evaluated) return evaluated;
    if (length > limit) {
        length = limit;
        while (length > 0 && (text[length] & 0xC0) == 0x80) length--;
    }
    text.resize(length);
    value = std::move(text);
    return evaluated;
}

/// Turns the exception that is set on this thread, by a call of CPython's own that failed, into a failure with its traceback, and
/// clears it; a success where none is set.
inline result take_exception() {
    return detail::result_of(pyferry_take_exception);
}

/// Frees what pyferry keeps for this thread in interpreters it is not inside of, thread-local Python values too. For threads
/// that are parked for long; at a thread's end it happens by itself.
inline result thread_forget() { return detail::result_of(pyferry_thread_forget); }

/// Calls thread_forget() when it ends: at the top of a thread's function, so that what the thread leaves in Python is finished on
/// the thread itself, while it is whole. `finally` blocks of greenlets that are suspended run nowhere else; what happens by
/// itself at a thread's end may happen on another one. It waits for the interpreters, so nobody may join the thread attached.
class [[nodiscard]] thread_scope {
public:
    thread_scope() noexcept {}
    thread_scope(const thread_scope &) = delete;
    thread_scope &operator=(const thread_scope &) = delete;

    /// Fails (see on_lost_failure) only in a fork that Python was not told of.
    ~thread_scope() { detail::report_lost("pyferry::thread_scope", thread_forget()); }
};

PYFERRY_HPP_END

#undef PYFERRY_HPP_LOOK_AT_IT
#undef PYFERRY_HPP_RARE
#undef PYFERRY_HPP_INLINE
#undef PYFERRY_HPP_NEVER

#endif
