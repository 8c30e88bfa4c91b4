/* harness: mode=helper */
/* A file with exceptions, of a program whose other file has none: see python_hpp_mixed.cpp. */
#include <pyferry_python.hpp>

#include <stdexcept>

void define_throwing(pyferry::module &module);

/* Of the same type as a function of the other file: so all templates that are made for it have one name. */
static double range(double) { throw std::out_of_range("far"); }

void define_throwing(pyferry::module &module)
{
    module.def("range", range).def("lambda_", []() -> int { throw std::out_of_range("far"); });
}
