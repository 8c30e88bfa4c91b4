// What the modules made with pybind11 and with nanobind do, by the names that these have for it.
#ifndef MADE_CALLS_HPP
#define MADE_CALLS_HPP

#include <thread>

// Lets go of the GIL, and takes it back for each call.
template <class Release, class Acquire, class Function>
void call(Function function, int times)
{
    Release without;
    for (int number = 0; number < times; number++) {
        Acquire with;
        function(number);
    }
}

// The same on a thread of the module's own.
template <class Release, class Acquire, class Function>
void call_on_thread(Function function, int times)
{
    Release without;
    std::thread([&] {
        for (int number = 0; number < times; number++) {
            Acquire with;
            function(number);
        }
    }).join();
}

#endif
