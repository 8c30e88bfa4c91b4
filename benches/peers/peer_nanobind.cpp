// nanobind's way into Python from any thread; the library itself is compiled in, as its instructions for builds without CMake
// have it.
#include <nb_combined.cpp>

extern "C" __attribute__((visibility("default"))) void peer_visits(long count, void (*work)()) {
    for (long i = 0; i < count; i++) {
        nanobind::gil_scoped_acquire attached;
        work();
    }
}

NB_MODULE(peer_nanobind, module) { (void)module; }
