#include <nanobind/nanobind.h>

#include <thread>

namespace nb = nanobind;

static void call(nb::callable function, int times)
{
    nb::gil_scoped_release without;
    for (int number = 0; number < times; number++) {
        nb::gil_scoped_acquire with;
        function(number);
    }
}

static void call_on_thread(nb::callable function, int times)
{
    nb::gil_scoped_release without;
    std::thread([&] {
        for (int number = 0; number < times; number++) {
            nb::gil_scoped_acquire with;
            function(number);
        }
    }).join();
}

NB_MODULE(made_nanobind, made)
{
    made.def("call", call);
    made.def("call_on_thread", call_on_thread);
}
