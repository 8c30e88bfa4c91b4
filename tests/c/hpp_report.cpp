/* harness: mode=runtime */
/* harness: timeout=20 */
/* harness: leaks-not-checked=a thread that is given up keeps its state, which nobody else may touch */
/* A runtime's report callback is any noexcept callable. It is called while a shutdown waits, may give the threads up, and is gone
   for good with its runtime, also where Python is not. Who was given up hears it, by resume() and detach() or their destructors'
   handler. */
#include "use.h"

#include <pyferry.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

struct scene {
    explicit scene(const pyferry::view &view) : view(view) {}

    const pyferry::view &view;
    struct event in = EVENT_INIT, leave = EVENT_INIT;
    std::thread thread;

    void come(const char *name)
    {
        thread = std::thread([this, name] {
            pthread_setname_np(pthread_self(), name);
            pyferry::attached here{view};
            CHECK(here);
            pyferry::suspended away;
            event_set(&in);
            event_wait(&leave);
        });
        event_wait(&in);
    }
};

static pyferry::runtime_options options(pyferry::report report)
{
    pyferry::runtime_options options;
    options.report = std::move(report);
    options.report_every = 2ms;
    return options;
}

/* A host that lets its thread go when it has heard of it three times. */
static void waits_on(bool by_destructor)
{
    std::vector<std::string> heard;
    scene *who = nullptr;
    pyferry::runtime python{options([&](std::string_view text) noexcept {
        CHECK(!pyferry::is_attached());
        heard.emplace_back(text);
        if (heard.size() == 3)
            event_set(&who->leave);
    })};
    pyferry::view view = pyferry::view::main();
    scene scene{view};
    who = &scene;
    scene.come("painter");
    if (!by_destructor)
        CHECK(python.stop(pyferry::forever));
    else
        pyferry::runtime end = std::move(python);
    scene.thread.join();
    CHECK(heard.size() >= 3 && heard[0].find("painter") != heard[0].npos);
}

static std::atomic<int> lost{0};
static std::string lost_by;

static void hear_lost(const char *who, const pyferry::result &why) noexcept
{
    CHECK(!why && why.status() == PYFERRY_STATUS_CLOSED && strlen(why.message()) > 0);
    lost_by += std::string(who) + " ";
    lost++;
}

/* A host that gives its thread up, which asks, or has scopes that do. */
static void gives_up(bool asks)
{
    struct event in = EVENT_INIT, leave = EVENT_INIT;
    lost = 0;
    lost_by.clear();
    pyferry::runtime python{options([](std::string_view) noexcept { return true; })};
    pyferry::view view = pyferry::view::main();
    std::thread thread([&] {
        pyferry::attached here{view};
        {
            pyferry::suspended away;
            event_set(&in);
            event_wait(&leave);
            if (asks)
                CHECK(away.resume().status() == PYFERRY_STATUS_CLOSED && !away.has_let_go());
        }
        CHECK(!pyferry::is_attached());
        if (asks)
            CHECK(here.detach().status() == PYFERRY_STATUS_CLOSED && !here);
    });
    event_wait(&in);
    CHECK(python.stop(pyferry::forever));
    event_set(&leave);
    thread.join();
    CHECK(lost == (asks ? 0 : 2) && lost_by == (asks ? "" : "pyferry::suspended pyferry::attached "));
}

/* Python stays, for another start keeps it; the callback, and what it refers to, do not. */
static void is_gone_with_its_runtime(void)
{
    auto alive = std::make_shared<int>(0);
    pyferry::runtime other;
    pyferry::view view = pyferry::view::main();
    for (int way = 0; way < 3; way++) {
        auto *python = new pyferry::runtime{options([alive](std::string_view) noexcept { ++*alive; })};
        CHECK(*python && alive.use_count() == 2);
        if (way == 1)
            CHECK(python->stop(0ms));
        if (way == 2)
            CHECK(python->release());
        delete python;
        if (way == 2)
            CHECK(pyferry::runtime::adopt());
        CHECK(alive.use_count() == 1);
    }
}

/* The last one that has a callback counts, also when those before it go, whose memory it may have. */
static void the_last_one_counts(void)
{
    auto alive = std::make_shared<int>(0);
    int heard[3] = { 0, 0, 0 };
    std::unique_ptr<pyferry::runtime> pythons[3];
    for (int i = 0; i < 3; i++) {
        pythons[i] = std::make_unique<pyferry::runtime>(
            options([alive, number = heard + i](std::string_view) noexcept { ++*number; }));
        CHECK(*pythons[i] && alive.use_count() == 2);
    }
    void (*nobody)(std::string_view) noexcept = nullptr;
    CHECK(!pyferry::report(nobody));
    pyferry::runtime other{options(nobody)};
    pythons[0].reset();
    pythons[1].reset();
    CHECK(alive.use_count() == 2);

    pyferry::interpreter game;
    scene scene{game.view()};
    scene.come("late");
    CHECK(game.end(50ms).status() == PYFERRY_STATUS_TIMEOUT && heard[0] == 0 && heard[1] == 0 && heard[2] > 0);
    event_set(&scene.leave);
    scene.thread.join();
    CHECK(game.end(pyferry::forever));
    CHECK(pythons[2]->stop(pyferry::forever) && other.stop(pyferry::forever));
}

/* A callback may destroy its own runtime, and make another, which hears the rest. It stays until it returns. */
static void goes_while_it_hears(void)
{
    auto alive = std::make_shared<int>(0);
    pyferry::runtime other;
    pyferry::interpreter game;
    scene scene{game.view()};
    std::optional<pyferry::runtime> python, next;
    python.emplace(options([&, alive](std::string_view) noexcept {
        python.reset();
        next.emplace(options([&](std::string_view) noexcept { event_set(&scene.leave); }));
        CHECK(*next && alive.use_count() == 2);
    }));
    scene.come("late");
    CHECK(game.end(pyferry::forever));
    CHECK(!python && alive.use_count() == 1);
    scene.thread.join();
}

/* Who destroys it on another thread waits for the call. */
static void is_waited_for(void)
{
    struct event in = EVENT_INIT;
    std::atomic<bool> through{false};
    pyferry::runtime other;
    pyferry::interpreter game;
    scene scene{game.view()};
    scene.come("late");
    std::optional<pyferry::runtime> python{options([&](std::string_view) noexcept {
        event_set(&in);
        sleep_ms(20);
        through = true;
    })};
    std::thread end([&] { CHECK(game.end(pyferry::forever)); });
    event_wait(&in);
    python.reset();
    CHECK(through);
    event_set(&scene.leave);
    scene.thread.join();
    end.join();
}

int main()
{
    CHECK(pyferry::on_lost_failure(hear_lost) == nullptr);
    waits_on(false);
    waits_on(true);
    is_gone_with_its_runtime();
    the_last_one_counts();
    goes_while_it_hears();
    is_waited_for();
    gives_up(true);
    gives_up(false);
    CHECK(pyferry::on_lost_failure(nullptr) == hear_lost);
    return 0;
}
