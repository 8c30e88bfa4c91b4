#include <pybind11/pybind11.h>

#include <thread>

namespace py = pybind11;

static void call(py::function function, int times)
{
    py::gil_scoped_release without;
    for (int number = 0; number < times; number++) {
        py::gil_scoped_acquire with;
        function(number);
    }
}

static void call_on_thread(py::function function, int times)
{
    py::gil_scoped_release without;
    std::thread([&] {
        for (int number = 0; number < times; number++) {
            py::gil_scoped_acquire with;
            function(number);
        }
    }).join();
}

PYBIND11_MODULE(made_pybind11, made, py::mod_gil_not_used(), py::multiple_interpreters::per_interpreter_gil())
{
    made.def("call", call);
    made.def("call_on_thread", call_on_thread);
}
