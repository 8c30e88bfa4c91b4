/* harness: mode=runtime */
/* Who comes too late is told so by every class, and by whatever was to follow; who has a guard comes in; and destructors that run
   when the interpreter, or Python, has gone do nothing and harm nobody. */
#include "use.h"

#include <pyferry.hpp>

#include <chrono>
#include <memory>

using namespace std::chrono_literals;

static void check_closed(const pyferry::result &refused)
{
    CHECK(refused.status() == PYFERRY_STATUS_CLOSED && strstr(refused.message(), "interpreter"));
}

static void all_closed(const pyferry::view &view)
{
    pyferry::attached here{view};
    CHECK(!here && !pyferry::is_attached());
    check_closed(here);
    check_closed(here.exec("raise SystemExit"));
    pyferry::guard guard{view};
    check_closed(guard);
    pyferry::attached guarded{guard};
    CHECK(!guarded);
    check_closed(guarded);
    pyferry::suspended away;
    CHECK(!away && away.status() == PYFERRY_STATUS_OK);
}

/* The work that was promised is done, although the interpreter is ending. */
static void with_guard(pyferry::interpreter &game)
{
    pyferry::guard promise{game};
    CHECK(promise);
    pyferry::result ended = game.end(0ms);
    CHECK(game && ended.status() == PYFERRY_STATUS_TIMEOUT && strstr(ended.message(), "guard"));
    all_closed(game);
    {
        pyferry::attached here{promise};
        CHECK(here && here.exec("import sys"));
        pyferry::guard given_away = std::move(promise);
        CHECK(given_away && !promise);
        promise = pyferry::guard::adopt(given_away.release());
        CHECK(promise.get() != nullptr);
    }
    promise.close();
    promise.close();
    CHECK(game.end(pyferry::forever) && !game);
    all_closed(game);
    check_closed(game.end(0ms));
    CHECK(!game);
}

int main()
{
    auto python = std::make_unique<pyferry::runtime>();
    CHECK(*python);
    pyferry::view main = pyferry::view::main();
    pyferry::view outlives;
    pyferry::guard late_guard;
    {
        pyferry::interpreter game, other, moved = std::move(other);
        CHECK(game && moved && !other);
        outlives = moved.view().clone();
        with_guard(game);
        pyferry::interpreter taken = pyferry::interpreter::adopt(moved.release());
        CHECK(taken && !moved);
        pyferry::attached here{taken};
        CHECK(here && here.detach());
    }
    all_closed(outlives);

    /* Objects that are still there when Python ends. */
    pyferry::interpreter left;
    auto attached = std::make_unique<pyferry::attached>(main);
    CHECK(*attached && python->stop(0ms).status() == PYFERRY_STATUS_WRONG_THREAD && *python);
    attached.reset();
    CHECK(python->stop(pyferry::forever) && !*python && python->stop(0ms));
    all_closed(main);
    all_closed(left);
    check_closed(left.end(0ms));
    python.reset();
    return 0;
}
