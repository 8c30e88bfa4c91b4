// pybind11's way into Python from any thread.
#include <pybind11/pybind11.h>

extern "C" __attribute__((visibility("default"))) void peer_visits(long count, void (*work)()) {
    for (long i = 0; i < count; i++) {
        pybind11::gil_scoped_acquire attached;
        work();
    }
}

PYBIND11_MODULE(peer_pybind11, module, pybind11::mod_gil_not_used()) { (void)module; }
