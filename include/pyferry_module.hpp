/**
 * @file
 * The part of pyferry_python.hpp that makes modules of a host's functions. Include that one.
 */
#ifndef PYFERRY_MODULE_HPP
#define PYFERRY_MODULE_HPP

#include <pyferry_python.hpp>

#include <functional>
#include <stdexcept>
#include <tuple>
#include <vector>
#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

PYFERRY_HPP_BEGIN

namespace detail {

/** A host's function as Python calls it. */
struct function {
    std::string name{};
    PyMethodDef method{};
    std::function<PyObject *(PyObject *const *, Py_ssize_t)> body{};
};

/* With and without exceptions these differ, and so have other names: one program may have files of both kinds, and the linker
 * keeps one of each name. */
#if defined(__cpp_exceptions)
inline namespace throwing {
#else
inline namespace not_throwing {
#endif

template <class Result, class... Arguments, std::size_t... Places>
auto converted(const char *name, std::function<Result(Arguments...)> body, std::index_sequence<Places...>) {
    return [name = std::string(name), body = std::move(body)]([[maybe_unused]] PyObject *const *from, Py_ssize_t count) -> PyObject * {
        constexpr Py_ssize_t wanted = sizeof...(Arguments);
        if (count != wanted) {
            return PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments (%zd given)", name.c_str(), wanted, count);
        }
        std::tuple<std::decay_t<Arguments>...> values{};
        if (!(true && ... && from_python(from[Places], std::get<Places>(values)))) return nullptr;
        if constexpr (std::is_void_v<Result>) {
            body(std::get<Places>(values)...);
            return PyErr_Occurred() != nullptr ? nullptr : Py_NewRef(Py_None);
        } else {
            const auto made = body(std::get<Places>(values)...);
            return PyErr_Occurred() != nullptr ? nullptr : to_python(made);
        }
    };
}
template <class Result, class... Arguments> auto converted(const char *name, std::function<Result(Arguments...)> body) {
    return converted(name, std::move(body), std::index_sequence_for<Arguments...>{});
}

/** What is thrown becomes an exception of Python's: std::bad_alloc MemoryError, std::out_of_range IndexError,
 * std::invalid_argument ValueError, pyferry::raised what it holds (of another interpreter: its text, in a RuntimeError), all else
 * RuntimeError. */
inline PyObject *call_function(PyObject *capsule, PyObject *const *arguments, Py_ssize_t count) {
    auto *called = static_cast<function *>(PyCapsule_GetPointer(capsule, "pyferry.function"));
    if (called == nullptr) return nullptr;
#if defined(__cpp_exceptions)
    try {
        return called->body(arguments, count);
    } catch (const raised &error) {
        error.why->set();
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    } catch (const std::out_of_range &error) {
        set_exception(PyExc_IndexError, error.what());
    } catch (const std::invalid_argument &error) {
        set_exception(PyExc_ValueError, error.what());
    } catch (const std::exception &error) {
        set_exception(PyExc_RuntimeError, error.what());
#if defined(__GLIBCXX__)
    } catch (abi::__forced_unwind &) {
        throw; // pthread_exit and pthread_cancel
#endif
    } catch (...) {
        PyErr_SetString(PyExc_RuntimeError, "an exception that is no std::exception");
    }
    return nullptr;
#else
    return called->body(arguments, count);
#endif
}

} // namespace throwing, or not_throwing

struct module_state {
    PyModuleDef definition{}; // first: the module's functions are found by its address
    PyModuleDef_Slot slots[4]{};
    std::string name{}, doc{};
    std::vector<std::unique_ptr<function>> functions{};
};

inline int fill_module(PyObject *made) {
    auto *state = reinterpret_cast<module_state *>(PyModule_GetDef(made));
    const object name = object::steal(PyModule_GetNameObject(made));
    if (!name) return -1;
    for (const auto &each : state->functions) {
        const object self = object::steal(PyCapsule_New(each.get(), "pyferry.function", nullptr));
        const object function = self ? object::steal(PyCFunction_NewEx(&each->method, self.get(), name.get())) : object{};
        if (!function || PyObject_SetAttrString(made, each->name.c_str(), function.get()) < 0) return -1;
    }
    return 0;
}

} // namespace detail

/**
 * A module of the host's functions, which any number of interpreters may have, each with a GIL of its own or with none: the
 * functions may then be called on several threads at once. Its functions live as long as the process, because scripts
 * may hold them to the last.
 */
class module {
public:
    explicit module(const char *name, const char *doc = "") : state_(new detail::module_state{}) {
        state_->name = name;
        state_->doc = doc;
        state_->slots[0] = {Py_mod_exec, reinterpret_cast<void *>(&detail::fill_module)};
        state_->slots[1] = {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED};
        state_->slots[2] = {Py_mod_gil, Py_MOD_GIL_NOT_USED};
        state_->definition = {PyModuleDef_HEAD_INIT, state_->name.c_str(), state_->doc.c_str(), 0, nullptr, state_->slots,
                              nullptr, nullptr, nullptr};
    }
    module(const module &) = delete;
    module &operator=(const module &) = delete;

    /** Adds a function, before the module is added to an interpreter: a lambda, or a pointer to a function. Its parameters
     * and result are what object::get and pyferry::call convert. Any thread, attached or not. */
    template <class Body, auto caller = detail::call_function> module &def(const char *name, Body body) {
        auto made = std::make_unique<detail::function>();
        auto *entry = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(caller));
        made->name = std::string(name); // GCC 12 warns of a copy
        made->method = {made->name.c_str(), entry, METH_FASTCALL, nullptr};
        made->body = detail::converted(name, std::function{std::move(body)});
        state_->functions.push_back(std::move(made));
        return *this;
    }

    /** Makes it `import`able in the interpreter that this thread is attached to. */
    answer<object> add() {
        const answer<object> machinery = import("importlib.machinery");
        if (!machinery) return machinery;
        const answer<object> spec = call_method(*machinery, "ModuleSpec", state_->name, nullptr);
        if (!spec) return spec;
        answer<object> made = detail::checked(PyModule_FromDefAndSpec(&state_->definition, spec->get()));
        if (made && (PyModule_ExecDef(made->get(), &state_->definition) < 0 ||
                     PyDict_SetItemString(PyImport_GetModuleDict(), state_->name.c_str(), made->get()) < 0)) {
            return python_error::take();
        }
        return made;
    }

private:
    detail::module_state *state_;
};

PYFERRY_HPP_END

#endif
