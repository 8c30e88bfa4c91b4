/* harness: mode=runtime */
/* Threads that lend arrays to the scripts of one interpreter at once, the first time too, use one type for it; and a script's
   threads may all look at what it was lent. */
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

/* They have looked, and look no more, when the call returns. */
static void look(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here && here.exec("import threading\n"
                            "def look(lender, times):\n  for _ in range(times): memoryview(lender).release()\n  done.append(times)\n"
                            "def all_look(array, times):\n"
                            "  global done\n  done = []\n  threads = [threading.Thread(target=look, args=(array.obj, times)) for _ in range(3)]\n"
                            "  for thread in threads: thread.start()\n"
                            "  for thread in threads: thread.join()\n"
                            "  assert len(done) == 3\n"));
    pyferry::object all_look = *pyferry::import("__main__")->attr("all_look");
    for (int round = 0; round < often(5); round++) {
        int numbers[4] = {};
        auto looked = pyferry::call(all_look, pyferry::array(numbers, 4), static_cast<int>(20000 / slowdown()));
        CHECK(looked || (fprintf(stderr, "%s\n", looked.error().text.c_str()), false));
    }
}

int main()
{
    pyferry::runtime python;
    CHECK(python);
    for (int round = 0; round < often(14); round++) {
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
    look(pyferry::view::main());
    CHECK(python.stop(pyferry::forever));
    return 0;
}
