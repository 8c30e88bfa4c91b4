/**
 * @file
 * pyferry_python.h for C++17: owned references, values in and out, calls, and modules of a host's own functions.
 *
 * @code
 * pyferry::module game{"game"};
 * game.def("spawn", [](double x, double y) { return world.spawn(x, y); });
 * pyferry::attached here{view};
 * if (auto added = game.add(); !added) log(added.error().text);
 * auto mod = pyferry::import("mod");
 * auto moved = pyferry::call_method(*mod, "tick", 0.016, pyferry::array(positions, count));
 * @endcode
 *
 * A thread has to be attached for all of it, but to move and destroy objects. What a script raises is an answer: see
 * pyferry::answer. What a host's function throws, the script gets as an exception. No bindings for classes: pybind11 and
 * nanobind make those, and go on working beside this.
 */
#ifndef PYFERRY_PYTHON_HPP
#define PYFERRY_PYTHON_HPP

#include <pyferry.hpp>
#include <pyferry_python.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#if __cplusplus >= 202002L
#include <span>
#endif

PYFERRY_HPP_BEGIN

class object;
template <class Value> class answer;

namespace detail {

using shared_view = std::shared_ptr<pyferry_view>;

/** The interpreter that a thread was attached to last. */
struct last_view {
    shared_view view{};
    std::int64_t id = -1;

    ~last_view() { gone() = true; }

    /** Whether this thread's last_view has been destroyed. What the thread, or the process, destroys later may still make objects. */
    static bool &gone() noexcept {
        thread_local bool is = false; // with no destructor, it is there to the end
        return is;
    }
};

inline shared_view view_of_here() {
    pyferry_view *view = nullptr;
    return pyferry_view_current(&view) == PYFERRY_STATUS_OK ? shared_view{view, deleter<pyferry_view_free>{}} : shared_view{};
}

/** The interpreter that this thread is attached to: one view for all objects that are made here, until it is another's. */
inline shared_view here() {
    if (last_view::gone()) return view_of_here();
    thread_local last_view last;
    const std::int64_t id = PyInterpreterState_GetID(PyInterpreterState_Get());
    // A number is not given twice while Python runs; is_attached sees whether Python was started anew.
    if (!last.view || last.id != id || !pyferry_is_attached(last.view.get())) {
        last.view = view_of_here();
        last.id = id;
    }
    return last.view;
}

/** Sets an exception with a text of whatever encoding: of what is not UTF-8 each byte is escaped. */
inline void set_exception(PyObject *type, const char *text) {
    PyObject *message = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "backslashreplace");
    if (message != nullptr) PyErr_SetObject(type, message);
    Py_XDECREF(message);
}

template <class Type> inline constexpr bool is_text =
    std::is_convertible_v<const Type &, std::string_view> && !std::is_same_v<Type, std::nullptr_t>;
template <class> inline constexpr bool never = false;

} // namespace detail

/**
 * An owned reference, or null. To call a null one, or to ask it for a value or an attribute, fails with SystemError; as an
 * argument it is None.
 *
 * It may be moved and destroyed on any thread, attached or not, and that never waits. On one that is not attached to its
 * interpreter the reference is given back within moments, by a thread of pyferry's (pyferry_release_later); where the
 * interpreter has ended, there is nothing left to release. To copy it, be attached.
 */
class object {
public:
    object() noexcept = default;
    object(std::nullptr_t) noexcept {}
    object(object &&other) noexcept
        : it_(std::exchange(other.it_, nullptr)), home_(std::move(other.home_)) {}
    object(const object &other) : it_(Py_XNewRef(other.it_)), home_(other.home_) {}
    object &operator=(object other) noexcept {
        std::swap(it_, other.it_);
        home_.swap(other.home_);
        return *this;
    }
    ~object() { reset(); }

    /** Takes over a reference that the caller owns: what CPython's functions return as "new". */
    static object steal(PyObject *owned) { return object{owned}; }
    /** Makes one more of a reference that somebody else owns. */
    static object borrow(PyObject *borrowed) { return object{Py_XNewRef(borrowed)}; }

    PyObject *get() const noexcept { return it_; }
    /** Gives the reference away: nobody releases it but the caller. */
    PyObject *release() noexcept {
        home_.reset();
        return std::exchange(it_, nullptr);
    }
    explicit operator bool() const noexcept { return it_ != nullptr; }
    bool is_none() const noexcept { return it_ == Py_None; }

    /** Converts: bool (of any object, as Python's `bool()` does), integers, floating point, std::string, std::string_view (as
     * long as the object lives), object. False: it is something else, or does not fit, and `value` is as it was. */
    template <class Value> bool get(Value &value) const;
    template <class Value> answer<Value> as() const;
    answer<object> attr(const char *name) const;

    void reset() noexcept {
        PyObject *it = std::exchange(it_, nullptr);
        if (it == nullptr) return;
        const detail::shared_view home = std::move(home_);
        // CLOSED: the interpreter has ended, and its objects with it. FORKED: they are the parent's.
        const pyferry_status status = detail::status_of([&] { return pyferry_release_later(home.get(), it); });
        const bool gone = status == PYFERRY_STATUS_CLOSED || status == PYFERRY_STATUS_FORKED;
        if (status != PYFERRY_STATUS_OK && !gone) detail::report_lost("pyferry::object", status);
    }

private:
    friend struct python_error;

    explicit object(PyObject *owned) : it_(owned) {
        if (owned != nullptr) home_ = detail::here();
    }

    bool is_here() const noexcept { return it_ != nullptr && pyferry_is_attached(home_.get()); }

    PyObject *it_ = nullptr;
    detail::shared_view home_{};
};

/** An exception of Python's, taken: none is set any more. */
struct python_error {
    object exception{};
    std::string text{}; /**< the traceback: what pyferry_take_exception says */

    /** Takes the exception that is set on this thread. */
    static python_error take();
    /** Sets it again, as a function that Python called does before it returns NULL. In another interpreter than its own, where
     * the object must not be used: a RuntimeError with the text. */
    void set() const {
        if (exception.is_here()) PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(exception.get())), exception.get());
        else detail::set_exception(PyExc_RuntimeError, text.c_str());
    }
    /** Whether it is one of these: `error.is(PyExc_KeyError)`. */
    bool is(PyObject *type) const { return exception && PyErr_GivenExceptionMatches(exception.get(), type) != 0; }
};

#if defined(__cpp_exceptions)
/** A python_error, thrown: by answer::value, or by a host's function, which so raises it in the script. */
class raised : public std::runtime_error {
public:
    explicit raised(python_error error)
        : std::runtime_error(error.text), why(std::make_shared<python_error>(std::move(error))) {}
    std::shared_ptr<const python_error> why; /**< shared: an exception may be copied where no thread is attached */
};
#endif

/** What a call came to: a value, or what was raised. */
template <class Value> class [[nodiscard]] answer {
public:
    answer(Value value) : value_(std::move(value)), good_(true) {}
    answer(python_error error) : error_(std::move(error)) {}

    explicit operator bool() const noexcept { return good_; }
    Value &operator*() & noexcept { return value_; }
    const Value &operator*() const & noexcept { return value_; }
    Value &&operator*() && noexcept { return std::move(value_); }
    Value *operator->() noexcept { return &value_; }
    const Value *operator->() const noexcept { return &value_; }
    const python_error &error() const noexcept { return error_; }
#if defined(__cpp_exceptions)
    /** The value; throws pyferry::raised where there is none. */
    Value value() && {
        if (!good_) throw raised(std::move(error_));
        return std::move(value_);
    }
#endif

private:
    Value value_{};
    python_error error_{};
    bool good_ = false;
};

/** Memory of the host's that a script works on in place, as a memoryview of `Element`s, until the call that it is passed to
 * returns. A script that kept it, or a part of it, finds it released; one that still has a part in use gets BufferError. */
template <class Element> struct array {
    static_assert(std::is_arithmetic_v<std::remove_const_t<Element>>, "numbers, which a memoryview can show");
    array(Element *first, std::size_t count) noexcept : data(first), size(count) {}
#if __cplusplus >= 202002L
    array(std::span<Element> elements) noexcept : data(elements.data()), size(elements.size()) {}
#endif
    Element *data;
    std::size_t size;
};

namespace detail {

inline answer<object> checked(PyObject *owned) {
    if (owned == nullptr) return python_error::take();
    return object::steal(owned);
}

/** The letter that struct and memoryview have for a number. */
template <class Number> constexpr char letter() {
    using plain = std::remove_const_t<Number>;
    if constexpr (std::is_same_v<plain, bool>) return '?';
    else if constexpr (std::is_same_v<plain, float>) return 'f';
    else if constexpr (std::is_same_v<plain, double>) return 'd';
    else if constexpr (std::is_integral_v<plain>) {
        constexpr char lower = sizeof(plain) == 1 ? 'b' : sizeof(plain) == sizeof(short) ? 'h' : sizeof(plain) == sizeof(int) ? 'i' : 'q';
        return std::is_signed_v<plain> ? lower : static_cast<char>(lower - 'a' + 'A');
    } else {
        static_assert(never<Number>, "struct has no letter for this type");
    }
}

/** A value as an object: a new reference, or NULL with an exception set. */
template <class Value> PyObject *to_python(const Value &value) {
    if constexpr (std::is_same_v<Value, object>) return Py_NewRef(value ? value.get() : Py_None);
    else if constexpr (std::is_same_v<Value, std::nullptr_t>) return Py_NewRef(Py_None);
    else if constexpr (std::is_same_v<Value, bool>) return Py_NewRef(value ? Py_True : Py_False);
    else if constexpr (std::is_integral_v<Value> && std::is_signed_v<Value>) return PyLong_FromLongLong(value);
    else if constexpr (std::is_integral_v<Value>) return PyLong_FromUnsignedLongLong(value);
    else if constexpr (std::is_floating_point_v<Value>) return PyFloat_FromDouble(static_cast<double>(value));
    else if constexpr (is_text<Value>) {
        if constexpr (std::is_convertible_v<const Value &, const char *>) {
            const char *start = value;
            if (start == nullptr) return Py_NewRef(Py_None);
        }
        const std::string_view text = value;
        return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
    } else if constexpr (std::is_convertible_v<Value, PyObject *>) {
        PyObject *borrowed = value;
        return Py_NewRef(borrowed != nullptr ? borrowed : Py_None);
    } else {
        static_assert(never<Value>, "bool, a number, text, pyferry::object, pyferry::array or PyObject *");
    }
}

/** What shows a script the host's memory, and counts who looks at it: a memoryview may be taken a part of, which `release`
 * does not reach. */
struct exporter {
    void *data; // null: a script made this one
    Py_ssize_t count, size;
    char format[2];
    bool readonly;
    std::atomic<Py_ssize_t> looks; // twice the buffers in use, on any thread, and one more when the call is over

    static exporter &of(PyObject *self) { return *static_cast<exporter *>(PyObject_GetTypeData(self, Py_TYPE(self))); }

    static int get(PyObject *self, Py_buffer *buffer, int flags) {
        exporter &it = of(self);
        const bool is_over = it.looks.fetch_add(2) % 2 != 0 || it.data == nullptr;
        if (is_over) PyErr_SetString(PyExc_BufferError, "the call that this memory of the host's was for is over");
        if (is_over || PyBuffer_FillInfo(buffer, self, it.data, it.count * it.size, it.readonly, flags) < 0) {
            it.looks.fetch_sub(2);
            return -1;
        }
        buffer->itemsize = it.size;
        if (buffer->format != nullptr) buffer->format = it.format;
        if (buffer->shape != nullptr) buffer->shape = &it.count;
        if (buffer->strides != nullptr) buffer->strides = &it.size;
        return 0;
    }
    static void release(PyObject *self, Py_buffer *) { of(self).looks.fetch_sub(2); }

    /** The interpreter's own type for it, borrowed. */
    static PyObject *type() {
        PyObject *kept = PyInterpreterState_GetDict(PyInterpreterState_Get()), *known = nullptr;
        if (kept == nullptr || (known = PyDict_GetItemString(kept, "pyferry.exporter")) != nullptr) return known;
        PyType_Slot slots[] = {{Py_bf_getbuffer, reinterpret_cast<void *>(&get)},
                               {Py_bf_releasebuffer, reinterpret_cast<void *>(&release)}, {0, nullptr}};
        PyType_Spec spec = {"pyferry.exporter", -static_cast<int>(sizeof(exporter)), 0, Py_TPFLAGS_DEFAULT, slots};
        const object made = object::steal(PyType_FromSpec(&spec));
        // Another thread may have made one meanwhile and borrowed it: that one stays.
        if (!made) return nullptr;
        return object::steal(PyObject_CallMethod(kept, "setdefault", "sO", "pyferry.exporter", made.get())).get();
    }
};

/** An argument of a call, and what shows its memory. Both null: an exception is set. */
struct argument {
    object value, owner;

    /** Takes memory back after the call. False: with an exception set. */
    bool take_back() const {
        if (!owner) return true;
        exporter &memory = exporter::of(owner.get());
        memory.looks.fetch_or(1); // first: nobody gets at it any more, whatever becomes of those who look already
        if (!object::steal(PyObject_CallMethod(value.get(), "release", nullptr))) return false;
        if (memory.looks.load() == 1) return true;
        PyErr_SetString(PyExc_BufferError, "a script still looks at memory of the host's that it was lent for one call");
        return false;
    }
};

template <class Value> argument pass(const Value &value) { return {object::steal(to_python(value)), nullptr}; }
template <class Element> argument pass(const array<Element> &elements) {
    static std::remove_const_t<Element> nothing{};
    auto *type = reinterpret_cast<PyTypeObject *>(exporter::type());
    object self = type != nullptr ? object::steal(PyType_GenericAlloc(type, 0)) : object{};
    if (!self) return {};
    const void *start = elements.data != nullptr ? static_cast<const void *>(elements.data) : &nothing;
    new (&exporter::of(self.get())) exporter{const_cast<void *>(start), static_cast<Py_ssize_t>(elements.size), sizeof(Element),
                                             {letter<Element>(), '\0'}, std::is_const_v<Element>, {0}};
    object view = object::steal(PyMemoryView_FromObject(self.get()));
    if (!view) return {};
    return {std::move(view), std::move(self)};
}

/** Whether there is an object. False: with an exception set. */
inline bool is_there(PyObject *it) {
    if (it != nullptr) return true;
    PyErr_SetString(PyExc_SystemError, "this pyferry::object is null: what should have made it failed, or it was given away");
    return false;
}

/** An object as a value. False: with an exception set. */
template <class Value> bool from_python(PyObject *from, Value &value) {
    if (!is_there(from)) return false;
    if constexpr (std::is_same_v<Value, object>) value = object::borrow(from);
    else if constexpr (std::is_same_v<Value, PyObject *>) value = from;
    else if constexpr (std::is_same_v<Value, bool>) {
        const int truth = PyObject_IsTrue(from);
        if (truth < 0) return false;
        value = truth != 0;
    } else if constexpr (std::is_floating_point_v<Value>) {
        const double number = PyFloat_AsDouble(from);
        if (number == -1.0 && PyErr_Occurred() != nullptr) return false;
        const Value nearest = static_cast<Value>(number);
        if (std::isinf(nearest) && !std::isinf(number)) {
            PyErr_Format(PyExc_OverflowError, "%S does not fit into %d bytes", from, static_cast<int>(sizeof(Value)));
            return false;
        }
        value = nearest;
    } else if constexpr (std::is_integral_v<Value>) {
        const object index = object::steal(PyNumber_Index(from)); // no fractions are cut off
        if (!index) return false;
        bool fits = false;
        if constexpr (std::is_signed_v<Value>) {
            const long long number = PyLong_AsLongLong(index.get());
            if (number == -1 && PyErr_Occurred() != nullptr) return false;
            fits = number >= std::numeric_limits<Value>::min() && number <= std::numeric_limits<Value>::max();
            if (fits) value = static_cast<Value>(number);
        } else {
            const unsigned long long number = PyLong_AsUnsignedLongLong(index.get());
            if (number == static_cast<unsigned long long>(-1) && PyErr_Occurred() != nullptr) return false;
            fits = number <= std::numeric_limits<Value>::max();
            if (fits) value = static_cast<Value>(number);
        }
        if (!fits) PyErr_Format(PyExc_OverflowError, "%S does not fit into %d bytes", index.get(), static_cast<int>(sizeof(Value)));
        return fits;
    } else if constexpr (std::is_same_v<Value, std::string> || std::is_same_v<Value, std::string_view>) {
        Py_ssize_t length = 0;
        const char *text = nullptr;
        if (PyUnicode_Check(from)) text = PyUnicode_AsUTF8AndSize(from, &length);
        else PyErr_Format(PyExc_TypeError, "a str is wanted, not %R", Py_TYPE(from));
        if (text == nullptr) return false;
        value = Value(text, static_cast<std::size_t>(length));
    } else {
        static_assert(never<Value>, "bool, a number, std::string, std::string_view, pyferry::object or PyObject *");
    }
    return true;
}

} // namespace detail

inline python_error python_error::take() {
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (value == nullptr) return python_error{}; // a call that failed and set nothing
    if (traceback != nullptr) PyException_SetTraceback(value, traceback);
    python_error error;
    error.exception = object::borrow(value);
    PyErr_Restore(type, value, traceback);
    pyferry_take_exception(); // PYTHON_ERROR, and the traceback is the message
    error.text = last_error();
    return error;
}

/** Calls with positional arguments. */
template <class... Arguments> answer<object> call(PyObject *callable, const Arguments &...arguments) {
    bool good = detail::is_there(callable); // false: an exception is set, with which no more arguments may be made
    [[maybe_unused]] const auto next = [&good](const auto &argument) {
        detail::argument passed = good ? detail::pass(argument) : detail::argument{};
        good = static_cast<bool>(passed.value);
        return passed;
    };
    const std::array<detail::argument, sizeof...(Arguments) + 1> made{next(arguments)..., detail::argument{}};
    const object tuple = good ? object::steal(PyTuple_New(static_cast<Py_ssize_t>(sizeof...(Arguments)))) : object{};
    if (!tuple) return python_error::take();
    for (std::size_t i = 0; i < sizeof...(Arguments); i++) {
        PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), Py_NewRef(made[i].value.get()));
    }
    answer<object> came = detail::checked(PyObject_Call(callable, tuple.get(), nullptr));
    // All of them, whatever becomes of one, and each with no exception set. The first that there was is the answer.
    for (const auto &each : made) {
        if (each.take_back()) continue;
        if (came) came = python_error::take();
        else PyErr_Clear();
    }
    return came;
}
template <class... Arguments> answer<object> call(const object &callable, const Arguments &...arguments) {
    return call(callable.get(), arguments...);
}

inline answer<object> object::attr(const char *name) const {
    return detail::checked(detail::is_there(it_) ? PyObject_GetAttrString(it_, name) : nullptr);
}

/** Calls a method, or a function of a module. */
template <class... Arguments>
answer<object> call_method(const object &of, const char *name, const Arguments &...arguments) {
    answer<object> method = of.attr(name);
    return method ? call(*method, arguments...) : method;
}

[[nodiscard]] inline answer<object> import(const char *name) { return detail::checked(PyImport_ImportModule(name)); }

template <class Value> answer<Value> object::as() const {
    Value value{};
    if (!detail::from_python(it_, value)) return python_error::take();
    return value;
}
template <class Value> bool object::get(Value &value) const {
    if (detail::from_python(it_, value)) return true;
    PyErr_Clear();
    return false;
}

PYFERRY_HPP_END

#include <pyferry_module.hpp>

#endif
