/* In place of c_examples/game/home.hpp, for the comparison: all mods live in the main interpreter, a module object each, and threads
 * come in by PyGILState_Ensure. tools/frames compiles the game with it. */
#ifndef GAME_HOME_HPP
#define GAME_HOME_HPP

#include <pyferry_python.hpp>

#include <string>

class home {
public:
    home() { main_.or_throw(); }

    class inside {
    public:
        inside() : before_(PyGILState_Ensure()) {}
        ~inside() { PyGILState_Release(before_); }
        inside(const inside &) = delete;
        inside &operator=(const inside &) = delete;

    private:
        PyGILState_STATE before_;
    };
    inside enter(pyferry::label) const { return {}; }

    pyferry::object run(const std::string &source, const std::string &file) const {
        const auto owned = [](PyObject *it) {
            if (it == nullptr) throw pyferry::raised(pyferry::python_error::take());
            return pyferry::object::steal(it);
        };
        pyferry::object names = owned(PyModule_New("mod"));
        PyObject *inside = PyModule_GetDict(names.get());
        const pyferry::object code = owned(Py_CompileString(source.c_str(), file.c_str(), Py_file_input));
        if (PyDict_SetItemString(inside, "__builtins__", PyEval_GetBuiltins()) < 0) throw pyferry::raised(pyferry::python_error::take());
        owned(PyEval_EvalCode(code.get(), inside, inside));
        return names;
    }

    void interrupt() const {}
    void stop() {}
    const pyferry::view &view() const { return main_; }

private:
    pyferry::view main_ = pyferry::view::main();
};

#endif
