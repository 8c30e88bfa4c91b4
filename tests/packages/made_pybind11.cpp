#include <pybind11/pybind11.h>

#include "made_calls.hpp"

namespace py = pybind11;

PYBIND11_MODULE(made_pybind11, made, py::mod_gil_not_used(), py::multiple_interpreters::per_interpreter_gil())
{
    made.def("call", call<py::gil_scoped_release, py::gil_scoped_acquire, py::function>);
    made.def("call_on_thread", call_on_thread<py::gil_scoped_release, py::gil_scoped_acquire, py::function>);
}
