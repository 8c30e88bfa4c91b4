/* harness: mode=runtime */
/* What a destructor could not do goes to the handler and to last_error(), and ends no program: scopes out of order or on another
   thread, owners of what is in use. With nobody to hear it, all is the same. */
#include "use.h"

#include <pyferry.hpp>

#include <memory>
#include <string>
#include <thread>

struct heard {
    int times;
    std::string who, message;
    pyferry_status status;
};
static heard last;

static void hear(const char *who, const pyferry::result &why) noexcept
{
    last = { last.times + 1, who, why.message(), why.status() };
}

template <class Destroy> static void expect(const char *who, pyferry_status status, Destroy destroy)
{
    for (bool listening : { true, false }) {
        last = heard();
        pyferry::on_lost_failure(listening ? hear : nullptr);
        destroy();
        if (!listening) {
            CHECK(last.times == 0);
            continue;
        }
        if (last.times != 1 || last.who != who || last.status != status)
            fprintf(stderr, "heard %d times: %s %s %s\n", last.times, last.who.c_str(), pyferry_status_name(last.status),
                    last.message.c_str());
        CHECK(last.times == 1 && last.who == who && last.status == status && !last.message.empty());
    }
    pyferry::on_lost_failure(hear);
}

static void out_of_order(const pyferry::view &view)
{
    expect("pyferry::attached", PYFERRY_STATUS_WRONG_ORDER, [&] {
        auto outer = std::make_unique<pyferry::attached>(view, "outer");
        pyferry::attached inner{view};
        CHECK(*outer && inner);
        pyferry_token token = outer->release(); /* a copy, so that the thread can be put in order again */
        outer = std::make_unique<pyferry::attached>(pyferry::attached::adopt(token));
        outer.reset();
        CHECK(last.times == 0 || pyferry::last_error() == last.message);
        CHECK(view.is_attached() && inner.detach() && view.is_attached());
        CHECK(pyferry::attached::adopt(token).detach());
        CHECK(!pyferry::is_attached());
    });
    expect("pyferry::suspended", PYFERRY_STATUS_WRONG_ORDER, [&] {
        pyferry::attached outer{view};
        auto away = std::make_unique<pyferry::suspended>();
        pyferry_suspension suspension = away->release();
        away = std::make_unique<pyferry::suspended>(pyferry::suspended::adopt(suspension));
        pyferry::attached inner{view};
        CHECK(outer && inner);
        away.reset();
        CHECK(inner.detach() && !pyferry::is_attached());
        CHECK(pyferry::suspended::adopt(suspension).resume() && view.is_attached());
    });
}

static void on_another_thread(const pyferry::view &view)
{
    expect("pyferry::attached", PYFERRY_STATUS_WRONG_THREAD, [&] {
        pyferry::attached here{view};
        CHECK(here);
        pyferry_token token = here.release();
        {
            pyferry::suspended away;
            std::thread([&] {
                pyferry::attached taken = pyferry::attached::adopt(token);
                CHECK(taken);
            }).join();
        }
        CHECK(pyferry::attached::adopt(token).detach());
    });
}

static void in_use(const pyferry::view &view)
{
    expect("pyferry::interpreter", PYFERRY_STATUS_WRONG_THREAD, [&] {
        auto game = std::make_unique<pyferry::interpreter>();
        pyferry::attached inside{*game};
        CHECK(inside);
        game.reset();
        CHECK(inside.exec("import sys"));
    });
    expect("pyferry::runtime", PYFERRY_STATUS_WRONG_THREAD, [&] {
        auto python = std::make_unique<pyferry::runtime>();
        CHECK_OK(pyferry_runtime_stop(-1)); /* so that it is the last one */
        pyferry::attached inside{view};
        CHECK(*python && inside);
        python.reset();
        CHECK(inside.exec("import sys"));
    });
}

/* No failures: nothing is left to be done, or it was done in the end. */
static void nothing_lost(const pyferry::view &view)
{
    last = heard();
    {
        pyferry::interpreter game;
        pyferry::attached here{view}, copy = std::move(here);
        CHECK(copy && copy.detach());
        pyferry::suspended away;
        CHECK(game.end(pyferry::forever));
    }
    CHECK(last.times == 0);
}

int main()
{
    pyferry::runtime python;
    CHECK(python.release());
    pyferry::view view = pyferry::view::main();
    out_of_order(view);
    on_another_thread(view);
    in_use(view);
    nothing_lost(view);
    CHECK(pyferry::runtime::adopt().stop(pyferry::forever));
    return 0;
}
