/* harness: mode=runtime */
/*
 * Destructors of thread_locals, and of statics on the main thread, use pyferry_python.hpp as anybody does: also those that run
 * last, since what they destroy was made before the thread's first pyferry::object.
 */
#include "pyferry_python.hpp"

#include "check.h"

#include <thread>

static std::atomic<int> ended{0};

static void use_objects(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(here);
    for (int i = 0; i < 50; i++) {
        auto math = pyferry::import("math");
        CHECK(math);
        auto root = pyferry::call_method(*math, "sqrt", 16.0);
        CHECK(root && *root->as<double>() == 4.0);
        pyferry::object number = pyferry::object::steal(PyLong_FromLong(123456789L + i)), copy = number;
        CHECK(copy);
    }
}

struct late {
    const pyferry::view &view;

    ~late()
    {
        use_objects(view);
        ended++;
    }
};

/* As a host has it that is one object. */
struct application {
    pyferry::runtime python;
    pyferry::view view = pyferry::view::main();

    ~application()
    {
        use_objects(view);
        CHECK(python.stop(pyferry::forever));
    }
};

int main()
{
    static application app;
    CHECK(app.python && app.view);
    const int threads = 20;
    for (int i = 0; i < threads; i++)
        std::thread([] {
            thread_local late last{app.view};
            CHECK(last.view);
            use_objects(app.view);
        }).join();
    CHECK(ended == threads);
    use_objects(app.view);
    return 0;
}
