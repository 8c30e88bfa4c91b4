#include <nanobind/nanobind.h>

#include "made_calls.hpp"

namespace nb = nanobind;

NB_MODULE(made_nanobind, made)
{
    made.def("call", call<nb::gil_scoped_release, nb::gil_scoped_acquire, nb::callable>);
    made.def("call_on_thread", call_on_thread<nb::gil_scoped_release, nb::gil_scoped_acquire, nb::callable>);
}
