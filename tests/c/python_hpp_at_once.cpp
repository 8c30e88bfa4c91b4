/* harness: mode=runtime */
/* Threads that lend arrays to the scripts of one interpreter at once, the first time too, use one type for it. */
#include "use.h"

#include <pyferry_python.hpp>

#include <atomic>
#include <thread>

enum { THREADS = 3 };

static void lend(const pyferry::view &view, std::atomic<int> &ready)
{
    pyferry::attached here{view};
    pyferry::object note = *pyferry::import("__main__")->attr("note");
    int numbers[4] = {};
    ready++;
    while (ready < THREADS)
        pyferry::suspended away;
    CHECK(here && pyferry::call(note, pyferry::array(numbers, 4)));
}

int main()
{
    pyferry::runtime python;
    CHECK(python);
    for (int round = 0; round < often(30); round++) {
        pyferry::interpreter own;
        {
            pyferry::attached here{own};
            CHECK(here && here.exec("types = []\ndef note(array): types.append(type(array.obj))"));
        }
        std::atomic<int> ready{0};
        std::thread threads[THREADS];
        for (auto &thread : threads)
            thread = std::thread([&] { lend(own.view(), ready); });
        for (auto &thread : threads)
            thread.join();
        pyferry::attached here{own};
        CHECK(here && here.exec("assert len(types) == 3 and len(set(types)) == 1"));
    }
    CHECK(python.stop(pyferry::forever));
    return 0;
}
