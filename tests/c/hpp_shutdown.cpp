/* Python is finalised, again and again, while threads go in and out by the scopes of pyferry.hpp, some with guards, some in
   an interpreter that its owner ends: every scope ends well, no destructor loses a failure, and all are told CLOSED in the end. */
#include "py.h"

#include <pyferry.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

static std::atomic<int> lost{0}, visits{0};

static void hear(const char *who, const pyferry::result &why) noexcept
{
    fprintf(stderr, "%s: %s\n", who, why.message());
    lost++;
}

static bool visit(const pyferry::view &view, const pyferry::view &other)
{
    pyferry::guard guard{view};
    pyferry::attached here{view};
    if (!here) {
        CHECK(here.status() == PYFERRY_STATUS_CLOSED);
        return false;
    }
    visits++;
    CHECK(here.exec("import sys; x = 1"));
    pyferry::suspended away;
    pyferry::attached there{other};
    if (there)
        CHECK(there.exec("x = 2"));
    else
        CHECK(there.status() == PYFERRY_STATUS_CLOSED);
    if (guard) {
        pyferry::attached again{guard};
        CHECK(again && view.is_attached());
    }
    return true;
}

static void live(pyferry::view one, pyferry::view other)
{
    while (visit(one, other) && visit(other, one))
        continue;
    /* One of the two has closed, which is for ever; and the other one will. */
    while (visit(one, one) || visit(other, other))
        continue;
    CHECK(!pyferry::is_attached());
}

int main()
{
    pyferry::on_lost_failure(hear);
    for (int round = 0; round < 5; round++) {
        pyferry_view *handle;
        PyThreadState *state = start_python(&handle);
        pyferry::view main = pyferry::view::adopt(handle);
        std::vector<std::thread> threads;
        {
            pyferry::interpreter game;
            CHECK(game);
            visits = 0;
            for (int i = 0; i < 4; i++)
                threads.emplace_back(live, main.clone(), game.view().clone());
            while (visits < 20)
                sleep_ms(1);
            if (round % 2 == 0)
                CHECK(game.end(pyferry::forever));
            else
                CHECK(game.release()); /* Python's shutdown is to end it */
        }
        finish_python(state);
        for (std::thread &thread : threads)
            thread.join();
        pyferry::attached late{main};
        CHECK(late.status() == PYFERRY_STATUS_CLOSED && lost == 0);
    }
    return 0;
}
