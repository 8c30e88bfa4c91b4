/* harness: mode=runtime */
/* harness: timeout=20 */
/* harness: leaks-not-checked=a thread that is given up keeps its state, which nobody else may touch */
/* A report callback is any noexcept callable, owned until it is replaced or removed. It is called while a shutdown waits, and may
   give the threads up. Who was given up hears it, by resume() and detach() or their destructors' handler. */
#include "use.h"

#include <pyferry.hpp>

#include <atomic>
#include <memory>
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

/* A host that lets its thread go when it has heard of it three times. */
static void waits_on(bool by_destructor)
{
    std::vector<std::string> heard;
    scene *who = nullptr;
    CHECK(pyferry::set_report(
        [&](std::string_view text) noexcept {
            CHECK(!pyferry::is_attached());
            heard.emplace_back(text);
            if (heard.size() == 3)
                event_set(&who->leave);
        },
        2ms));
    pyferry::runtime python;
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
    CHECK(pyferry::remove_report());
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
    CHECK(pyferry::set_report([](std::string_view) noexcept { return true; }, 2ms));
    pyferry::runtime python;
    pyferry::view view = pyferry::view::main();
    std::thread thread([&] {
        pyferry::attached here{view};
        {
            pyferry::suspended away;
            event_set(&in);
            event_wait(&leave);
            if (asks)
                CHECK(away.resume().status() == PYFERRY_STATUS_CLOSED && !away);
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

/* What it refers to goes when it is replaced or removed, whether Python runs or not. */
static void is_owned(void)
{
    auto alive = std::make_shared<int>(0);
    for (bool runs : { false, true }) {
        pyferry::runtime python{{runs ? "" : "/no/such/python"}};
        CHECK(bool(python) == runs);
        CHECK(pyferry::set_report([alive](std::string_view) noexcept {}) && alive.use_count() == 2);
        CHECK(pyferry::set_report([alive](std::string_view) noexcept { return *alive != 0; }) && alive.use_count() == 2);
        CHECK(pyferry::remove_report() && alive.use_count() == 1);
        CHECK(pyferry::set_report([alive](std::string_view) noexcept {}) && alive.use_count() == 2);
        void (*nobody)(std::string_view) noexcept = nullptr;
        CHECK(pyferry::set_report(nobody) && alive.use_count() == 1);
        /* What cannot be copied will do. */
        auto unique = std::make_unique<std::shared_ptr<int>>(alive);
        CHECK(pyferry::set_report([unique = std::move(unique)](std::string_view) noexcept {}) && alive.use_count() == 2);
        CHECK(pyferry::remove_report() && alive.use_count() == 1);
    }
}

/* A callback may set another, which hears the rest. It stays until it returns. */
static void goes_while_it_hears(void)
{
    auto alive = std::make_shared<int>(0);
    pyferry::runtime python;
    pyferry::interpreter game;
    scene scene{game.view()};
    CHECK(pyferry::set_report(
        [&scene, alive](std::string_view) noexcept {
            CHECK(pyferry::set_report([&scene](std::string_view) noexcept { event_set(&scene.leave); }, 1ms));
            CHECK(alive.use_count() == 2);
        },
        2ms));
    scene.come("late");
    CHECK(game.end(pyferry::forever));
    CHECK(alive.use_count() == 1);
    scene.thread.join();
    CHECK(pyferry::remove_report());
}

/* Who removes it on another thread waits for the call. */
static void is_waited_for(void)
{
    struct event in = EVENT_INIT;
    std::atomic<bool> through{false};
    pyferry::runtime python;
    pyferry::interpreter game;
    scene scene{game.view()};
    scene.come("late");
    CHECK(pyferry::set_report(
        [&](std::string_view) noexcept {
            event_set(&in);
            sleep_ms(20);
            through = true;
        },
        2ms));
    std::thread end([&] { CHECK(game.end(pyferry::forever)); });
    event_wait(&in);
    CHECK(pyferry::remove_report() && through);
    event_set(&scene.leave);
    scene.thread.join();
    end.join();
}

int main()
{
    CHECK(pyferry::on_lost_failure(hear_lost) == nullptr);
    waits_on(false);
    waits_on(true);
    is_owned();
    goes_while_it_hears();
    is_waited_for();
    gives_up(true);
    gives_up(false);
    CHECK(pyferry::on_lost_failure(nullptr) == hear_lost);
    return 0;
}
